"""Trained weights as plain arrays: those that come with routeopt, and files of your own.

A file is an ``.npz`` without anything that would have to be unpickled. Beside the arrays of the network it holds
``meta``, a JSON text that says what policy they belong to and how they came about.
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

__all__ = ["load", "names", "save"]

_META = "meta"


def names() -> list[str]:
    """Return the names of the weights that come with routeopt."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.npz"))


def load(
    name_or_path: str | Path, policy: str | None = None
) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return the arrays of a network, and what is known about them.

    Parameters
    ----------
    name_or_path : str or Path
        One of :func:`names`, or a file.
    policy : str, optional
        The policy that they must belong to.

    Raises
    ------
    ProblemError
        There are no such weights, the file is damaged, it belongs to another policy, or arrays are not finite.
    """
    known = names()
    path = Path(__file__).parent / f"{name_or_path}.npz" if name_or_path in known else Path(name_or_path)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
            arrays = dict(content)
        meta = json.loads(str(arrays.pop(_META)))
        found = meta["policy"]
    except FileNotFoundError:
        raise ProblemError(f"{name_or_path}: there are no such weights; {_instead(policy)}") from None
    except (OSError, KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ProblemError(
            f"{name_or_path}: this is no file of weights, or it is damaged ({error}); 'routeopt export' writes them"
        ) from None
    if policy is not None and found != policy:
        raise ProblemError(f"{name_or_path}: these weights are for '{found}', not for '{policy}'")
    if wrong := _not_finite(arrays):
        raise ProblemError(f"{name_or_path}: {message}; export them again" for message in wrong)
    return arrays, meta


def _instead(policy: str | None) -> str:
    """Return what can be used instead of weights that are not there."""
    fitting = [name for name in names() if policy is None or load(name)[1]["policy"] == policy]
    if fitting:
        return f"use {', '.join(fitting)} or the path of a file"
    return f"none come with routeopt, so give the file that 'routeopt train {policy or 'POLICY'}' and 'export' wrote"


def _not_finite(arrays: Mapping[str, NDArray[Any]]) -> list[str]:
    """Return what is wrong with arrays that do not hold finite numbers alone."""
    return [
        f"array '{name}' has entries that are no finite numbers"
        for name, array in arrays.items()
        if array.dtype.kind not in "fiub" or not np.isfinite(array).all()
    ]


def save(path: Path, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
    """Write weights to a file, which appears once it is complete.

    Parameters
    ----------
    path : Path
        Where to, ``.npz``.
    arrays : mapping of str to array
        Of the network.
    meta : mapping of str to any
        What JSON can hold; ``policy`` is the name of the policy.
    """
    unfinished = path.with_name(f"{path.name}.unfinished")
    text = np.array(json.dumps({"policy": meta["policy"], **meta}))
    with unfinished.open("wb") as file:
        np.savez_compressed(file, **{**arrays, _META: text})  # type: ignore[arg-type]  # no array is allow_pickle
    os.replace(unfinished, path)
