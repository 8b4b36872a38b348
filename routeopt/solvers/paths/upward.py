"""Queries of a contraction hierarchy: a search up from each end, which meet at the highest node of a shortest path.

A node is left alone if a higher neighbour shows that its label is not its distance (stall-on-demand; Geisberger et
al. 2008): no shortest path goes up through it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inlined, inner, kernel
from routeopt.solvers.paths.hierarchy import Hierarchy
from routeopt.solvers.paths.keys import UNREACHED, Keys, U
from routeopt.solvers.paths.queue import pop, push
from routeopt.solvers.paths.seeds import Seeds


class Desk(NamedTuple):
    """What the two searches of a query write to; one for each thread. Between queries no label is set."""

    label: Keys  # (2n,) of node v from the source in 2v, from the target in 2v + 1
    parent: NDArray[np.int32]  # (2n,) the node from which the label came; -1 - i: it is end i of the point
    forward: Keys  # queues
    backward: Keys
    touched: NDArray[np.int32]  # (2n,) places in `label` that are set


def new_desk(hierarchy: Hierarchy) -> Desk:
    """Return a desk for queries of a hierarchy."""
    n, m = len(hierarchy.number), len(hierarchy.arcs)
    room = m + n + 16  # seeds come on top of arcs
    return Desk(
        np.full(2 * n, UNREACHED, np.int64),
        np.empty(2 * n, np.int32),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(2 * n, np.int32),
    )


@inlined
def stalled(hierarchy: Hierarchy, label: Keys, side: int, node: int, key: int) -> bool:
    """Whether a higher neighbour leads to this node, in the direction of the search, more cheaply than its key."""
    rows, arcs = hierarchy.rows, hierarchy.arcs
    mask = (1 << hierarchy.bits) - 1
    base = key - node
    for i in range(rows[U(2 * node + 1 - side)], rows[U(2 * node + 2 - side)]):
        arc = arcs[U(i)]
        other = arc & mask
        if label[U(2 * other + side)] + arc - 2 * other < base:
            return True
    return False


@inlined
def climb(
    hierarchy: Hierarchy, desk: Desk, queue: Keys, size: int, touched: int, side: int
) -> tuple[int, int]:
    """Settle the node on top of a queue: relax its arcs to higher nodes. Return sizes of queue and `touched`."""
    rows, arcs, label = hierarchy.rows, hierarchy.arcs, desk.label
    mask = (1 << hierarchy.bits) - 1
    key = queue[0]
    size = pop(queue, size)
    node = key & mask
    base = key - node
    for i in range(rows[U(2 * node + side)], rows[U(2 * node + side + 1)]):
        reached = base + arcs[U(i)]
        place = 2 * (reached & mask) + side
        old = label[U(place)]
        if reached < old:
            if old == UNREACHED:
                desk.touched[U(touched)] = place
                touched += 1
            label[U(place)] = reached
            desk.parent[U(place)] = node
            size = push(queue, size, reached)
    return size, touched


@inlined
def _seed(
    desk: Desk, queue: Keys, touched: int, side: int, seeds: Seeds, point: int, bits: int
) -> tuple[int, int]:
    size, begin = 0, seeds.rows[U(point)]
    for i in range(begin, seeds.rows[U(point + 1)]):
        node = np.int64(seeds.nodes[U(i)])
        place, key = 2 * node + side, seeds.costs[U(i)] << bits | node
        if key < desk.label[U(place)]:
            if desk.label[U(place)] == UNREACHED:
                desk.touched[U(touched)] = place
                touched += 1
            desk.label[U(place)] = key
            desk.parent[U(place)] = begin - i - 1
            size = push(queue, size, key)
    return size, touched


@inner
def meet(
    hierarchy: Hierarchy, desk: Desk, sources: Seeds, targets: Seeds, point: int
) -> tuple[int, int, int, int]:
    """Search from both points of a pair, whose seeds are nodes of the hierarchy.

    Return the key of the distance, the node where the searches met (-1: nowhere), and how many labels and nodes it
    took.
    """
    bits, label = hierarchy.bits, desk.label
    mask = (1 << bits) - 1
    ahead, touched = _seed(desk, desk.forward, 0, 0, sources, point, bits)
    behind, touched = _seed(desk, desk.backward, touched, 1, targets, point, bits)
    best, node, settled = UNREACHED, -1, 0
    while True:
        head = desk.forward[0] if ahead > 0 else UNREACHED
        back = desk.backward[0] if behind > 0 else UNREACHED
        if min(head, back) >= best:
            break
        if head <= back:
            here = head & mask
            if head != label[U(2 * here)]:
                ahead = pop(desk.forward, ahead)
                continue
            total = (head & ~mask) + (label[U(2 * here + 1)] & ~mask)
            if total < best:
                best, node = total, here
            settled += 1
            if stalled(hierarchy, label, 0, here, head):
                ahead = pop(desk.forward, ahead)
            else:
                ahead, touched = climb(hierarchy, desk, desk.forward, ahead, touched, 0)
        else:
            here = back & mask
            if back != label[U(2 * here + 1)]:
                behind = pop(desk.backward, behind)
                continue
            total = (back & ~mask) + (label[U(2 * here)] & ~mask)
            if total < best:
                best, node = total, here
            settled += 1
            if stalled(hierarchy, label, 1, here, back):
                behind = pop(desk.backward, behind)
            else:
                behind, touched = climb(hierarchy, desk, desk.backward, behind, touched, 1)
    return best, node, touched, settled


@inlined
def clear(desk: Desk, touched: int) -> None:
    """Take back all labels of a query."""
    for i in range(touched):
        desk.label[U(desk.touched[U(i)])] = UNREACHED


@kernel
def distances(hierarchy, desk, sources, targets, found):
    """Write the distance of each pair of points to `found`, -1: unreachable; return how many nodes were settled."""
    total = 0
    for i in range(len(found)):
        best, node, touched, settled = meet(hierarchy, desk, sources, targets, i)
        found[i] = best >> hierarchy.bits if node >= 0 else -1
        total += settled
        clear(desk, touched)
    return total
