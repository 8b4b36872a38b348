"""From float64 to the whole numbers the kernels count in, without losing feasibility.

Values that are whole, or become so when multiplied by a power of ten, stay exact. Others
are scaled as far as the range allows and rounded, up where a bound must hold:
what is feasible inside is feasible outside. Costs are recomputed in float64 anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import EPS

Floats = NDArray[np.float64]

LONGEST_LEG = 1 << 28  #: legs stay below, so that sums of a few fit an int32

_SCALED_LEG = 1 << 26  # longest leg after scaling, where rounding is unavoidable
_BLOCK = 1 << 22  # legs converted together
_MOST_LOAD = 1 << 30  # of all stops together
_DECIMALS = 6
_NEAR = 1e-9  # relative deviation from a whole number that comes from float64 alone


class Loads(NamedTuple):
    """Demands and the capacity they must fit into, in whole units."""

    demand: NDArray[np.int32]
    capacity: int  # no more than the sum of all demands


def whole_factor(values: Floats, most: float) -> float | None:
    """Return the least power of ten, from 1 on, that makes all values whole, or None.

    No value may become larger than `most`.
    """
    largest = float(np.max(values, initial=0.0))
    for decimals in range(_DECIMALS + 1):
        factor = 10.0**decimals
        if largest * factor > most:
            return None
        scaled = values * factor
        scaled -= np.rint(scaled)
        if max(scaled.max(initial=0.0), -scaled.min(initial=0.0)) <= _NEAR * largest * factor:
            return factor
    return None


def whole_legs(
    rows: Callable[[slice], Floats], nodes: int, up: bool = False
) -> tuple[NDArray[np.int32], float]:
    """Return a matrix of whole legs and the factor they were multiplied by.

    Parameters
    ----------
    rows : callable
        Returns some rows of the matrix, ``(rows, nodes)`` float64; called twice, so that the
        matrix is never held in float64. An unreachable leg is inf and becomes far longer than any other.
    nodes : int
    up : bool
        Round up rather than to the nearest, for legs that count against a limit.
    """
    size = max(1, _BLOCK // nodes)
    blocks = [slice(begin, min(begin + size, nodes)) for begin in range(0, nodes, size)]
    longest, factor, reachable = 0.0, 1.0, True
    for block in blocks:
        legs = rows(block)
        if not np.isfinite(legs.max()):
            reachable = False
            legs = legs[np.isfinite(legs)]
        longest = max(longest, float(legs.max(initial=0.0)))
        if factor < np.inf:
            factor = max(factor, whole_factor(legs, LONGEST_LEG - 1) or np.inf)
    most = LONGEST_LEG - 1 if reachable else LONGEST_LEG >> 6
    exact = longest == 0 or longest * factor <= most
    if not exact:
        factor = 10.0 ** np.floor(np.log10(min(most, _SCALED_LEG) / longest))
    whole = np.empty((nodes, nodes), np.int32)
    for block in blocks:
        legs = np.minimum(rows(block) * factor, LONGEST_LEG - 1)
        whole[block] = np.ceil(legs) if up and not exact else np.rint(legs)
    return whole, float(factor)


def whole_loads(demand: Floats, capacity: float) -> Loads:
    """Return demands rounded up and the capacity rounded down, where they are not whole."""
    total = float(demand.sum())
    bound = min(capacity, total)
    factor = whole_factor(np.append(demand, bound), _MOST_LOAD / max(1.0, len(demand)))
    if factor is None and total > 0:
        factor = (_MOST_LOAD - len(demand)) / total
        scaled = np.ceil(demand * factor)
    else:
        factor = factor or 1.0
        scaled = np.rint(demand * factor)
    limit = scaled.sum() if capacity >= total else np.floor((capacity + EPS) * factor)
    return Loads(scaled.astype(np.int32), int(limit))
