"""One source, several machines: bind the rules of the schedule and of the segments to a set of operations.

The rules are plain functions that call ``maximum``, ``minimum`` and ``choose`` as globals. Bound to Python's
own they work on floats; bound to NumPy's or torch's they work on batches; wrapped by Numba they compile.
Rebinding globals, rather than closing over the operations, lets Numba find its cache again.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, SimpleNamespace
from typing import Any


def choose(condition: Any, chosen: Any, other: Any) -> Any:
    """Return `chosen` where the condition holds, else `other`; both may be (nested) tuples of fields."""
    return chosen if condition else other


def bind(
    names: tuple[str, ...],
    source: dict[str, Any],
    operations: dict[str, Any],
    wrap: Callable[[Any], Any] | None = None,
) -> SimpleNamespace:
    """Return the functions `names` of the module globals `source`, bound to other operations.

    Parameters
    ----------
    names : tuple of str
        Functions in the order in which they call each other, innermost first.
    source : dict
        ``globals()`` of the module that defines them.
    operations : dict
        What ``maximum``, ``minimum`` and ``choose`` shall mean.
    wrap : callable, optional
        Applied to each function, for example ``numba.njit(cache=True, nogil=True)``.
    """
    space = {**source, **operations}
    for name in names:
        bound = FunctionType(source[name].__code__, space, name, source[name].__defaults__)
        space[name] = bound if wrap is None else wrap(bound)
    return SimpleNamespace(**{name: space[name] for name in names})
