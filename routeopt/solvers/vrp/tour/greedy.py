"""A tour to begin with: the shortest legs that fit, until all stops hang together.

Legs between neighbours are taken in the order of their lengths where both stops are still ends of different
pieces. Then the neighbours among the ends that are left are looked for, and so on, until one piece is left.
Source: Bentley, "Fast algorithms for geometric traveling salesman problems", ORSA J. Computing 4 (1992).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.tour.ground import Places
from routeopt.solvers.vrp.tour.layout import Numbers

_NEIGHBOURS = 8


def greedy_tour(places: Places) -> Numbers:
    """Return all numbers in the order of a tour."""
    count = len(places.nodes)
    beside = np.full((count, 2), -1, np.int32)  # whom each stop is linked with
    far_end = np.arange(count, dtype=np.int32)  # of the piece, known at its ends
    width = _NEIGHBOURS
    ends = np.arange(count)
    while len(ends) > 2 or (len(ends) == 2 and far_end[ends[0]] != ends[1]):
        near = places.nearest(ends, width)
        one, other = np.repeat(ends, near.shape[1]), near.ravel()
        once = (one < other) | (far_end[one] != other)
        one, other = one[once], other[once]
        order = np.argsort(places.legs(one, other), kind="stable")
        link_pieces(one[order], other[order], beside, far_end)
        left = np.flatnonzero(beside[:, 1] < 0)
        width = _NEIGHBOURS if len(left) < len(ends) else 2 * width
        ends = left
    return walk(beside, int(ends[0]) if len(ends) else 0)


@kernel
def link_pieces(one: NDArray[np.int64], other: NDArray[np.int32], beside: Numbers, far_end: Numbers) -> None:
    """Link pairs of stops in turn, where both are ends of different pieces."""
    for k in range(len(one)):
        a, b = np.int64(one[k]), np.int64(other[k])
        if beside[a, 1] >= 0 or beside[b, 1] >= 0 or far_end[a] == b:
            continue
        beside[a, 0 if beside[a, 0] < 0 else 1] = b
        beside[b, 0 if beside[b, 0] < 0 else 1] = a
        first, last = far_end[a], far_end[b]
        far_end[first], far_end[last] = last, first


@kernel
def walk(beside: Numbers, begin: int) -> Numbers:
    """Return the stops of the one piece from an end on."""
    order = np.empty(len(beside), np.int32)
    before, stop = np.int64(-1), np.int64(begin)
    for k in range(len(order)):
        order[k] = stop
        after = np.int64(beside[stop, 0])
        if after == before:
            after = np.int64(beside[stop, 1])
        before, stop = stop, after
    return order
