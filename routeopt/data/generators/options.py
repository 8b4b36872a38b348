"""Options of the generators: checked all at once, so that one error names everything to change."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from numbers import Integral, Real
from typing import Any

from routeopt.errors import ProblemError


def check(*messages: str | None) -> None:
    """Raise one error with every message that is not None."""
    found = [message for message in messages if message is not None]
    if found:
        raise ProblemError(found)


def one_of(option: str, value: Any, allowed: Iterable[str]) -> str | None:
    """Return what is wrong with an option that is one of several words, or None."""
    words = list(allowed)
    return None if value in words else f"{option} {value!r} is not known; use one of {', '.join(words)}"


def number(option: str, value: Any, low: float, high: float = inf) -> str | None:
    """Return what is wrong with an option that is a finite number within bounds, or None."""
    numeric = isinstance(value, Real) and not isinstance(value, bool)
    if numeric and low <= value <= high and value < inf:
        return None
    return f"{option} must be a number, {_bounds(low, high)}, not {value!r}"


def whole(option: str, value: Any, low: int, high: float = inf) -> str | None:
    """Return what is wrong with an option that is a whole number within bounds, or None."""
    numeric = isinstance(value, Integral) and not isinstance(value, bool)
    if numeric and low <= value <= high:
        return None
    return f"{option} must be a whole number, {_bounds(low, high)}, not {value!r}"


def _bounds(low: float, high: float) -> str:
    return f"{low:g} or more" if high == inf else f"{low:g} to {high:g}"
