"""Trained weights that come with routeopt, and how weights are read and written: arrays, and nothing that could run.

A file is a ``.npz`` of plain arrays. One of them, ``meta``, is a text in JSON that says what they are: the policy, its
configuration, the seed, the hardware, how long it was trained, and the version.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routeopt.errors import ProblemError

Weights = tuple[dict[str, NDArray[Any]], dict[str, Any]]

FOLDER = Path(__file__).parent
META = "meta"


def shipped() -> list[str]:
    """Return the names of the weights that come with routeopt."""
    return sorted(path.stem for path in FOLDER.glob("*.npz"))


def load(source: str | Path, shapes: Mapping[str, tuple[int | None, ...]] | None = None) -> Weights:
    """Return weights and what is said of them.

    Parameters
    ----------
    source : str or Path
        A name of :func:`shipped`, or a file.
    shapes : mapping, optional
        The shape of each array that there must be; None stands for any length.

    Returns
    -------
    arrays : dict of str to array
        Floats are float32, whatever they are stored as.
    meta : dict
        ``policy``, ``config``, ``seed``, ``hardware``, ``seconds``, ``version``.

    Raises
    ------
    ProblemError
        There is no such file, it holds something else, or arrays are missing, of another shape or not finite.
    """
    path = FOLDER / f"{source}.npz" if str(source) in shipped() else Path(source)
    arrays = _arrays(path)
    try:
        meta = json.loads(str(arrays.pop(META)))
    except (KeyError, ValueError):
        raise ProblemError(f"{path}: it does not say what it holds; make it with 'routeopt export'") from None
    errors = [f"array '{name}' has entries that are not numbers" for name, array in arrays.items() if _broken(array)]
    for name, shape in (shapes or {}).items():
        if name not in arrays:
            errors.append(f"array '{name}' is missing")
        elif not _fits(arrays[name].shape, shape):
            errors.append(f"array '{name}' has shape {arrays[name].shape}, not {shape}")
    if errors:
        raise ProblemError(f"{path}: {error}; take weights of this policy" for error in errors)
    return {name: _single(array) for name, array in arrays.items()}, meta


def save(path: str | Path, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
    """Write weights and what is said of them, ``meta``, which JSON can state; the file appears when it is complete."""
    path = Path(path)
    unfinished = path.with_name(f"{path.name}.unfinished")
    with unfinished.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **{META: np.array(json.dumps(meta)), **arrays})
    os.replace(unfinished, path)


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    if not path.is_file():
        known = f"; {', '.join(shipped())} come with routeopt" if shipped() else ""
        raise ProblemError(f"{path}: there are no such weights{known}; name a file that 'routeopt export' wrote")
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (ValueError, zipfile.BadZipFile, EOFError, OSError, AttributeError, TypeError) as error:
        raise ProblemError(f"{path}: these are no weights ({error}); name a file that 'routeopt export' wrote") from None


def _broken(array: NDArray[Any]) -> bool:
    return array.dtype.kind not in "fiub" or not np.isfinite(array).all()


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        length is None or length == actual for length, actual in zip(wanted, shape, strict=True)
    )


def _single(array: NDArray[Any]) -> NDArray[Any]:
    return array.astype(np.float32) if array.dtype.kind == "f" else array
