"""The path that a query of a hierarchy found, as arcs of the network: shortcuts are taken apart."""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import inlined, kernel
from routeopt.solvers.paths.hierarchy import Hierarchy
from routeopt.solvers.paths.keys import U
from routeopt.solvers.paths.upward import Desk, clear, meet


@inlined
def _arc(hierarchy: Hierarchy, side: int, lower: int, higher: int) -> int:
    """Return the arc between two nodes: upward on side 0, downward on side 1."""
    mask = (1 << hierarchy.bits) - 1
    place = hierarchy.rows[U(2 * lower + side)]
    while hierarchy.arcs[U(place)] & mask != higher:
        place += 1
    return place


@inlined
def _climbs(desk: Desk, side: int, node: int) -> int:
    """Return how many arcs lie between a node and the end of its search."""
    count = 0
    while desk.parent[U(2 * node + side)] >= 0:
        node = desk.parent[U(2 * node + side)]
        count += 1
    return count


@kernel
def trace(hierarchy, desk, source, target):
    """Return a shortest path between two points, whose seeds are nodes of the hierarchy.

    Returns
    -------
    distance : int
        -1: there is no path.
    begin, end : int
        Which seeds of the source and of the target it leads between.
    arcs : (k,) int32 array
        Arcs of the network.
    settled : int
        How many nodes the search settled.
    """
    best, top, touched, settled = meet(hierarchy, desk, source, target, 0)
    if top < 0:
        clear(desk, touched)
        return -1, 0, 0, np.empty(0, np.int32), settled
    up, down = _climbs(desk, 0, top), _climbs(desk, 1, top)
    # The first arc of the path shall be on top. From the top node down to the target arcs come in their order, so
    # they are laid from above; from it down to the source they come last first.
    stack = np.empty(up + down + 64, np.int32)
    node, depth = top, down
    while depth > 0:
        lower = np.int64(desk.parent[2 * node + 1])
        depth -= 1
        stack[depth] = _arc(hierarchy, 1, lower, node)
        node = lower
    end = -1 - desk.parent[2 * node + 1]
    node = top
    for depth in range(down, down + up):
        lower = np.int64(desk.parent[2 * node])
        stack[depth] = _arc(hierarchy, 0, lower, node)
        node = lower
    begin = -1 - desk.parent[2 * node]
    clear(desk, touched)
    return best >> hierarchy.bits, begin, end, _unpack(hierarchy.parts, stack, up + down), settled


@kernel
def _unpack(parts, stack, depth):
    """Take the arcs on a stack apart; the first of the path is on top."""
    arcs, count = np.empty(256, np.int32), 0
    while depth > 0:
        depth -= 1
        arc = stack[depth]
        left, right = parts[arc, 0], parts[arc, 1]
        if right < 0:
            if count == len(arcs):
                arcs = np.concatenate((arcs, np.empty(count, np.int32)))
            arcs[count] = left
            count += 1
        else:
            if depth + 2 > len(stack):
                stack = np.concatenate((stack, np.empty(len(stack) + 2, np.int32)))
            stack[depth] = right
            stack[depth + 1] = left
            depth += 2
    return arcs[:count].copy()
