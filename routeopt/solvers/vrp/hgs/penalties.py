"""Penalties that hold the share of feasible offspring near a target.

Each kind of excess has its own price per unit. It rises when too few of the latest
searches ended without that excess and falls when too many did, so that the search moves
along the border of what is feasible, where the good answers lie.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inner

_WINDOW = 40  # searches between two changes
_TOLERANCE = 0.05  # deviation from the target that is let pass
_RISE, _FALL = 1.2, 0.85


class Penalties(NamedTuple):
    """Prices per unit of excess of E kinds."""

    value: NDArray[np.float64]  # (E,)
    floor: NDArray[np.float64]  # (E,)
    ceiling: NDArray[np.float64]  # (E,)
    kept: NDArray[np.int64]  # (E,) searches of the present window that ended without this excess
    seen: NDArray[np.int64]  # (1,) searches of the present window


def new_penalties(values: list[float]) -> Penalties:
    """Return penalties that start at these values and stay within a factor of a million of them."""
    start = np.array(values, np.float64)
    counts = np.zeros(len(values), np.int64)
    return Penalties(start, start * 1e-6, start * 1e6, counts, np.zeros(1, np.int64))


@inner
def observe(penalties: Penalties, parts: NDArray[np.float64], target: float) -> bool:
    """Count one search that ended with these parts (cost, then excesses); return whether penalties moved."""
    penalties.seen[0] += 1
    for kind in range(len(penalties.value)):
        if parts[1 + kind] <= 0.0:
            penalties.kept[kind] += 1
    if penalties.seen[0] < _WINDOW:
        return False
    moved = False
    for kind in range(len(penalties.value)):
        share = penalties.kept[kind] / penalties.seen[0]
        value = penalties.value[kind]
        if share < target - _TOLERANCE:
            penalties.value[kind] = min(value * _RISE, penalties.ceiling[kind])
            moved = True
        elif share > target + _TOLERANCE:
            penalties.value[kind] = max(value * _FALL, penalties.floor[kind])
            moved = True
        penalties.kept[kind] = 0
    penalties.seen[0] = 0
    return moved
