"""How far parts of a path are shortest paths themselves: what tells a sensible alternative from a detour.

Source: Abraham, Delling, Goldberg, Werneck, Alternative routes in road networks, SEA 2010.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Integers
from routeopt.solvers.paths.engines import Engine
from routeopt.solvers.paths.seeds import Seeds


def is_locally_optimal(
    engine: Engine, nodes: NDArray[np.int32], at: Integers, bound: float, via: int = -1
) -> bool:
    """Return whether every part of a path that costs at most `bound` is a shortest path.

    Parameters
    ----------
    nodes : (k,) int32 array
    at : (k,) int64 array
        What it costs to come to each of the nodes along the path, in whole units.
    bound : float
        In whole units.
    via : int
        Which of the nodes cuts the path into two shortest paths; -1: none is known to.
    """
    begin = np.arange(len(nodes))
    end = np.searchsorted(at, at + bound, side="right") - 1
    longest = np.concatenate([[True], end[1:] > end[:-1]]) & (end > begin)  # no other part contains them
    if via >= 0:
        if not _half_and_half(engine, nodes, at, bound, via):
            return False
        longest &= (begin < via) & (via < end)
    begin, end = begin[longest], end[longest]
    return _all_shortest(engine, nodes, at, begin, end)


def measured(engine: Engine, nodes: NDArray[np.int32], at: Integers) -> tuple[int, float]:
    """Return what the cheapest part that is no shortest path costs, and the largest stretch of any part.

    Parts lie between two nodes. If all are shortest paths, the first is -1 and the second 1.0.
    """
    points = _seeds(nodes)
    shortest, _ = engine.matrix(points, points, np.empty((0, 0)), 1)
    begin, end = np.triu_indices(len(nodes), 1)
    along, best = at[end] - at[begin], shortest[begin, end]
    longer = along > best
    if not longer.any():
        return -1, 1.0
    along, best = along[longer], best[longer]
    return int(along.min()), float(np.max(along / best)) if best.min() > 0 else float("inf")


def _half_and_half(engine: Engine, nodes: NDArray[np.int32], at: Integers, bound: float, via: int) -> bool:
    """Return whether the part around a node, half of the bound to each side, is shortest: most detours are not."""
    half = bound / 2
    begin = np.searchsorted(at, at[via] - half, side="left")
    end = np.searchsorted(at, at[via] + half, side="right") - 1
    return _all_shortest(engine, nodes, at, np.array([begin]), np.array([end]))


def _all_shortest(
    engine: Engine, nodes: NDArray[np.int32], at: Integers, begin: Integers, end: Integers
) -> bool:
    found = engine.distances(_seeds(nodes[begin]), _seeds(nodes[end]))
    return bool((found == at[end] - at[begin]).all())


def _seeds(nodes: NDArray[np.int32]) -> Seeds:
    k = len(nodes)
    return Seeds(np.arange(k + 1), nodes, np.zeros(k, np.int64), np.empty((k, 0)))
