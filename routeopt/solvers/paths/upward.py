"""Queries of a contraction hierarchy: a search up from each end, which meet at the highest node of a shortest path.

A node is left alone if a higher neighbour shows that its label is not its distance (stall-on-demand; Geisberger et
al. 2008): no shortest path goes up through it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Integers
from routeopt.solvers.compiled import inlined, inner, kernel
from routeopt.solvers.paths.hierarchy import Hierarchy
from routeopt.solvers.paths.keys import UNREACHED, Keys, U
from routeopt.solvers.paths.queue import pop, push


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
def climb(hierarchy: Hierarchy, desk: Desk, queue: Keys, size: int, touched: int, side: int) -> tuple[int, int]:
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
    desk: Desk, queue: Keys, touched: int, side: int, nodes: NDArray[np.int32], costs: Integers, bits: int
) -> tuple[int, int]:
    size = 0
    for i in range(len(nodes)):
        place, key = 2 * np.int64(nodes[i]) + side, (costs[i] << bits) | nodes[i]
        if key < desk.label[U(place)]:
            if desk.label[U(place)] == UNREACHED:
                desk.touched[U(touched)] = place
                touched += 1
            desk.label[U(place)] = key
            desk.parent[U(place)] = -1 - i
            size = push(queue, size, key)
    return size, touched


@inner
def meet(
    hierarchy: Hierarchy,
    desk: Desk,
    sources: NDArray[np.int32],
    source_costs: Integers,
    targets: NDArray[np.int32],
    target_costs: Integers,
) -> tuple[int, int, int, int]:
    """Search from both ends, given as nodes of the hierarchy and what it costs to begin or end there.

    Return the distance, the node where the searches met (-1: nowhere), and how many labels and nodes it took.
    """
    bits, label = hierarchy.bits, desk.label
    mask = (1 << bits) - 1
    ahead, touched = _seed(desk, desk.forward, 0, 0, sources, source_costs, bits)
    behind, touched = _seed(desk, desk.backward, touched, 1, targets, target_costs, bits)
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
def distances(hierarchy, desk, source_rows, sources, source_costs, target_rows, targets, target_costs, found):
    """Write the distance of each pair of points to `found`, -1: unreachable; return how many nodes were settled.

    The ends of source i are rows ``source_rows[i]`` to ``source_rows[i + 1]`` of `sources` and `source_costs`.
    """
    total = 0
    for i in range(len(found)):
        a, b = source_rows[i], source_rows[i + 1]
        c, d = target_rows[i], target_rows[i + 1]
        best, node, touched, settled = meet(
            hierarchy, desk, sources[a:b], source_costs[a:b], targets[c:d], target_costs[c:d]
        )
        found[i] = best >> hierarchy.bits if node >= 0 else -1
        total += settled
        clear(desk, touched)
    return total
