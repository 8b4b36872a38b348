"""Columns from values given one by one: attributes of nodes and edges as files and graphs have them."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]
MOST_NODES = 2**31 - 1  # numbers of nodes are 32 bits wide
EXACT = 2**53  # whole numbers below it are all floats
MISSING = (None, "", "None", "nan")


def gather(rows: Sequence[Mapping[str, Any]], *, textual: bool) -> dict[str, list[Any]]:
    """Return the values of each attribute that some row has, None where a row lacks it.

    Parameters
    ----------
    rows : sequence of mappings
    textual : bool
        Whether the values come from a format that knows only text: lists, flags and numbers are read from it.
    """
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: _typed([row.get(name) for row in rows], textual=textual) for name in names}


def column(values: Sequence[Any]) -> tuple[Column, tuple[str, ...]]:
    """Return values as a column, and the words that it holds codes of, if any.

    Flags stay flags, a missing one is False; whole numbers are int64, others float64, missing ones nan; anything
    else becomes words, with code -1 for a missing one. Of a list all items stand in one word, as in "30; 50".
    """
    present = [value for value in values if not _missing(value)]
    if present and all(isinstance(value, bool | np.bool_) for value in present):
        return np.array([value is not None and bool(value) for value in values], bool), ()
    if present and all(_is_number(value) for value in present):
        whole = len(present) == len(values) and all(isinstance(value, int | np.integer) for value in present)
        if whole and all(-(2**63) <= int(value) < 2**63 for value in present):
            return np.array([int(value) for value in values], np.int64), ()
        return np.array([math.nan if _missing(value) else float(value) for value in values]), ()
    texts = [None if _missing(value) else _text(value) for value in values]
    words = tuple(sorted({text for text in texts if text is not None}))
    code = {word: number for number, word in enumerate(words)}
    return np.array([-1 if text is None else code[text] for text in texts], np.int32), words


def words(values: Sequence[Any]) -> Column:
    """Return values as a column that needs no labels: numbers and flags, or the words themselves."""
    codes, labels = column(values)
    if not labels:
        return codes if any(not _missing(value) for value in values) else np.full(len(values), "")
    return np.array(["" if code < 0 else labels[code] for code in codes.tolist()])


def whole_where_possible(values: NDArray[np.float64]) -> Column:
    """Return floats as int64 where all are whole numbers that floats hold exactly."""
    whole = (np.abs(values) < EXACT).all() and (values == np.rint(values)).all()
    return values.astype(np.int64) if whole else values


def first(value: Any) -> Any:
    """Return the first item of a list, and anything else as it is."""
    return value[0] if isinstance(value, list | tuple) and value else value


def _typed(values: list[Any], *, textual: bool) -> list[Any]:
    if not textual:
        return values
    values = [_listed(value) for value in values]
    texts = {value for value in values if isinstance(value, str)} - set(MISSING)
    if texts and texts <= {"True", "False", "true", "false"}:
        return [value in ("True", "true") if isinstance(value, str) else value for value in values]
    if texts and all(_readable(text) for text in texts):
        return [
            _number(value) if isinstance(value, str) and not _missing(value) else value for value in values
        ]
    return values


def _listed(value: Any) -> Any:
    """Return the list that a text is the Python notation of, or the value."""
    if not isinstance(value, str) or not (value.startswith("[") and value.endswith("]")):
        return value
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value


def _readable(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and "_" not in text
    except ValueError:
        return False


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def _missing(value: Any) -> bool:
    return (
        value is None
        or (isinstance(value, str) and value in MISSING)
        or (isinstance(value, float | np.floating) and math.isnan(value))
    )


def _text(value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        items: Iterable[Any] = value
        return "; ".join(str(item) for item in items)
    return str(value)
