"""Whether exported arrays are those of a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from routeopt.errors import ProblemError


def check_shapes(
    arrays: Mapping[str, NDArray[Any]], shapes: Mapping[str, tuple[int, ...]], network: str
) -> None:
    """Raise a ProblemError with one message for each array of a network that is missing or of another shape."""
    wrong = [
        f"weights: array '{name}' is {'missing' if name not in arrays else f'of shape {arrays[name].shape}'}, "
        f"not of shape {shape}; use what 'routeopt export' made of {network}"
        for name, shape in shapes.items()
        if name not in arrays or arrays[name].shape != shape
    ]
    if wrong:
        raise ProblemError(wrong)
