"""Columns as small arrays of whole numbers, which compress well, and back.

Numbers that grow or vary little from one row to the next are kept as differences, where that turns out smaller. The
first bytes of all numbers come first, then the second bytes, and so on: most of the high ones are 0.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routeopt.errors import ProblemError

Recipe = dict[str, Any]  # how a column is decoded: plain values, for JSON
Bytes = NDArray[np.uint8]


def encode(column: NDArray[Any], what: str, decimals: int | None = None) -> tuple[NDArray[Any], Recipe]:
    """Return what is stored of a column, and the recipe to decode it.

    Parameters
    ----------
    column : (n,) array
        Of flags, numbers, dates or words.
    what : str
        What messages call it.
    decimals : int, optional
        Decimals to which floats are rounded; they are kept exactly by default.

    Raises
    ------
    ProblemError
        Python objects, which have no bytes to store.
    """
    column = np.asarray(column)
    recipe: Recipe = {"type": column.dtype.str, "count": len(column)}
    if column.dtype == bool:
        return np.packbits(column), {**recipe, "as": "bits"}
    if column.dtype.kind in "iu":
        stored, how = _whole(column.astype(np.int64))  # beyond int64 it wraps around, and back when decoded
        return stored, {**recipe, **how}
    if column.dtype.kind == "f":
        return _floats(column, recipe, decimals)
    if column.dtype.kind == "O" and all(isinstance(value, str) for value in column):
        column = column.astype(str)
    if column.dtype.kind not in "UMm":
        raise ProblemError(
            f"{what}: values of type {column.dtype} cannot be saved; use numbers, flags or words"
        )
    return column, {"as": "plain"}


def decode(stored: NDArray[Any], recipe: Recipe) -> NDArray[Any]:
    """Return a column from what is stored of it.

    Raises
    ------
    ValueError, KeyError, TypeError
        The two do not fit together.
    """
    way = recipe["as"]
    if way == "plain":
        return stored
    kind, count = np.dtype(recipe["type"]), int(recipe["count"])
    if way == "bits":
        return np.unpackbits(stored, count=count).astype(bool)
    if way == "whole":
        numbers = whole_numbers(stored, recipe)
        divisor = recipe.get("divide", 1)
        return numbers.astype(kind) if divisor == 1 else (numbers / divisor).astype(kind)
    return _joined(stored, recipe["planes"], count).astype(kind)


def whole_numbers(stored: Bytes, recipe: Recipe) -> NDArray[np.int64]:
    """Return the whole numbers (count,) that an array of bytes stands for."""
    coded = _joined(stored, recipe["planes"], int(recipe["count"])).astype(np.uint64)
    numbers = (coded >> np.uint64(1)).view(np.int64) ^ -(coded & np.uint64(1)).view(np.int64)
    return np.cumsum(numbers) if recipe["differences"] else numbers


def _floats(column: NDArray[Any], recipe: Recipe, decimals: int | None) -> tuple[NDArray[Any], Recipe]:
    if decimals is not None:
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = np.rint(np.asarray(column, np.float64) * 10.0**decimals)
        if (np.abs(scaled) < 2**53).all():  # false for nan
            stored, how = _whole(scaled.astype(np.int64))
            return stored, {**recipe, **how, "divide": 10**decimals}
    with np.errstate(over="ignore"):
        single = column.astype(np.float32)
    exact = np.array_equal(single.astype(column.dtype), column, equal_nan=True)
    kept = single if exact else column
    return _planes(kept), {**recipe, "as": "floats", "planes": kept.dtype.str}


def _whole(numbers: NDArray[np.int64]) -> tuple[Bytes, Recipe]:
    """Return whole numbers or their differences, whichever are smaller when compressed."""
    ways = []
    for differences in (False, True):
        values = np.diff(numbers, prepend=np.int64(0)) if differences else numbers
        coded = ((values << 1) ^ (values >> 63)).view(np.uint64)  # 0, -1, 1, -2 … become 0, 1, 2, 3 …
        smallest = np.min_scalar_type(int(coded.max(initial=0)))
        stored = _planes(coded.astype(smallest))
        recipe = {"as": "whole", "planes": smallest.str, "differences": differences}
        ways.append((len(zlib.compress(stored.tobytes(), 1)), differences, stored, recipe))
    _, _, stored, recipe = min(ways, key=lambda way: way[:2])
    return stored, recipe


def _planes(values: NDArray[Any]) -> Bytes:
    """Return the bytes of numbers, (bytes of one, n): all the first ones, then all the second ones."""
    little = values.astype(values.dtype.newbyteorder("<"))
    return np.ascontiguousarray(little.view(np.uint8).reshape(len(values), values.dtype.itemsize).T)


def _joined(planes: Bytes, kind: str, count: int) -> NDArray[Any]:
    numbers = np.dtype(kind).newbyteorder("<")
    if planes.dtype != np.uint8 or planes.shape != (numbers.itemsize, count):
        raise ValueError(f"{planes.dtype} {planes.shape} for the bytes of {count} numbers")
    return np.ascontiguousarray(planes.T).view(numbers).ravel()
