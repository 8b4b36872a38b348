"""Search guided by landmarks: A* with bounds from the triangle inequality (ALT; Goldberg, Harrelson 2005).

A few nodes far from each other know their distance to and from every node. The difference of two such distances bounds
the distance between two nodes from below, so a search to a target hardly leaves its direction.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Integers
from routeopt.solvers.compiled import inlined, inner, kernel
from routeopt.solvers.paths.dijkstra import Desk, climb, new_desk, one_to_all, seed
from routeopt.solvers.paths.graph import Graph
from routeopt.solvers.paths.keys import UNREACHED, Keys, U
from routeopt.solvers.paths.queue import pop, push
from routeopt.solvers.paths.seeds import Seeds

LANDMARKS = 8


class Bounds(NamedTuple):
    """Distances of each node from and to the landmarks, (n, K); -1: unreachable."""

    from_landmark: Integers
    to_landmark: Integers


class Guide(NamedTuple):
    """What guides a search; one for each thread. Between searches no bound is set."""

    bounds: Bounds
    bound: Integers  # (n,) of the distance to the target; -1: not known yet


def choose(out: Graph, into: Graph, count: int = LANDMARKS) -> Bounds:
    """Return the bounds by so many landmarks, each as far as possible from those before it."""
    n = len(out.first) - 1
    ahead, behind = np.full((n, count), -1, np.int64), np.full((n, count), -1, np.int64)
    if not n:
        return Bounds(ahead, behind)
    desks, nearest = (new_desk(out), new_desk(into)), np.zeros(n, np.int64)
    landmark = int(np.argmax(np.diff(out.first)))  # a busy crossing reaches most of the network
    one_to_all(out, desks[0], _at(landmark), nearest)
    landmark = int(np.argmax(nearest))
    nearest[:] = np.iinfo(np.int64).max
    for k in range(count):
        one_to_all(out, desks[0], _at(landmark), column := np.empty(n, np.int64))
        ahead[:, k] = column
        nearest = np.minimum(nearest, column)
        one_to_all(into, desks[1], _at(landmark), column)
        behind[:, k] = column
        landmark = int(np.argmax(nearest))
    return Bounds(ahead, behind)


def new_guide(bounds: Bounds) -> Guide:
    """Return a guide for searches."""
    return Guide(bounds, np.full(len(bounds.from_landmark), -1, np.int64))


def _at(node: int) -> Seeds:
    """Return the seeds of a node."""
    return Seeds(np.array([0, 1]), np.array([node], np.int32), np.zeros(1, np.int64), np.empty((1, 0)))


@inlined
def _bound(guide: Guide, node: int, targets: Seeds, point: int) -> int:
    """Return a lower bound of what it costs from a node to the target."""
    if guide.bound[U(node)] >= 0:
        return int(guide.bound[U(node)])
    ahead, behind = guide.bounds
    least = UNREACHED
    for i in range(targets.rows[U(point)], targets.rows[U(point + 1)]):
        goal, best = targets.nodes[U(i)], np.int64(0)
        for k in range(ahead.shape[1]):
            if ahead[U(goal), U(k)] >= 0 and ahead[U(node), U(k)] >= 0:
                best = max(best, ahead[U(goal), U(k)] - ahead[U(node), U(k)])
            if behind[U(goal), U(k)] >= 0 and behind[U(node), U(k)] >= 0:
                best = max(best, behind[U(node), U(k)] - behind[U(goal), U(k)])
        least = min(least, int(best + targets.costs[U(i)]))
    guide.bound[U(node)] = least
    return least


@inner
def search(
    graph: Graph, desk: Desk, guide: Guide, sources: Seeds, targets: Seeds, point: int
) -> tuple[int, int, int, int]:
    """Search between the points of a pair.

    Return the distance, the node at which the search ended (-1: none), how many labels it set, and nodes settled. Keys
    in the queue are labels and bounds together.
    """
    bits, label, queue = graph.bits, desk.label, desk.queue
    mask = (1 << bits) - 1
    _, touched = seed(desk, sources, point, bits)
    size, best, last, settled = 0, UNREACHED >> bits, -1, 0
    begin, end = targets.rows[U(point)], targets.rows[U(point + 1)]
    if begin == end:
        return best, last, touched, settled
    for i in range(touched):
        node = int(desk.touched[U(i)])
        size = push(queue, size, label[U(node)] + (_bound(guide, node, targets, point) << bits))
    while size > 0:
        key = queue[0]
        if key >> bits >= best:
            break
        size = pop(queue, size)
        node = key & mask
        if key != label[U(node)] + (guide.bound[U(node)] << bits):
            continue
        settled += 1
        base = label[U(node)] - node
        for i in range(begin, end):
            if targets.nodes[U(i)] == node and (base >> bits) + targets.costs[U(i)] < best:
                best, last = int((base >> bits) + targets.costs[U(i)]), node
        for i in range(graph.first[U(node)], graph.first[U(node + 1)]):
            reached = base + graph.arcs[U(i)]
            head = reached & mask
            old = label[U(head)]
            if reached < old:
                if old == UNREACHED:
                    desk.touched[U(touched)] = head
                    touched += 1
                label[U(head)] = reached
                desk.parent[U(head)] = i
                size = push(queue, size, reached + (_bound(guide, head, targets, point) << bits))
    return best, last, touched, settled


@inlined
def _clear(label: Keys, touched: NDArray[np.int32], guide: Guide, count: int) -> None:
    for i in range(count):
        label[U(touched[U(i)])] = UNREACHED
        guide.bound[U(touched[U(i)])] = -1


@kernel
def distances(graph, desk, guide, sources, targets, found):
    """Write the distance of each pair of points to `found`, -1: unreachable; return how many nodes were settled."""
    total = 0
    for i in range(len(found)):
        best, last, touched, settled = search(graph, desk, guide, sources, targets, i)
        found[i] = best if last >= 0 else -1
        total += settled
        _clear(desk.label, desk.touched, guide, touched)
    return total


@kernel
def trace(graph, desk, guide, source, target):
    """Return a shortest path between two points: distance, which seeds it joins, arcs, nodes settled."""
    best, last, touched, settled = search(graph, desk, guide, source, target, 0)
    begin, end, arcs = 0, 0, np.empty(0, np.int32)
    if last >= 0:
        begin, arcs = climb(graph, desk.parent, last)
        left = best - (desk.label[last] >> graph.bits)
        for i in range(len(target.nodes)):
            if target.nodes[i] == last and target.costs[i] == left:
                end = i
    _clear(desk.label, desk.touched, guide, touched)
    return best if last >= 0 else -1, begin, end, arcs, settled
