"""Dijkstra's search (1959): from one or several nodes to all, or until a target is certain.

Labels are keys. Those that a search to a target set are taken back afterwards, so that a short one costs little on a
large network.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Integers
from routeopt.solvers.compiled import inlined, inner, kernel
from routeopt.solvers.paths.graph import Graph
from routeopt.solvers.paths.keys import UNREACHED, Keys, U
from routeopt.solvers.paths.queue import pop, push
from routeopt.solvers.paths.seeds import Seeds


class Desk(NamedTuple):
    """What a search writes to; one for each thread. Between searches no label and no goal is set."""

    label: Keys  # (n,)
    parent: NDArray[np.int32]  # (n,) the arc, in the graph, by which the label came; -1 - i: it is seed i
    goal: Integers  # (n,) what it costs to end here, as a key without a node; UNREACHED: no target
    queue: Keys
    touched: NDArray[np.int32]  # (n,) nodes with labels


def new_desk(graph: Graph) -> Desk:
    """Return a desk for searches of a graph."""
    n = len(graph.first) - 1
    return Desk(
        np.full(n, UNREACHED, np.int64),
        np.empty(n, np.int32),
        np.full(n, UNREACHED, np.int64),
        np.empty(len(graph.arcs) + n + 16, np.int64),
        np.empty(n, np.int32),
    )


@inlined
def seed(desk: Desk, seeds: Seeds, point: int, bits: int) -> tuple[int, int]:
    """Label the nodes where a point's search begins and queue them; return how many are queued, and have labels."""
    size, touched, begin = 0, 0, seeds.rows[U(point)]
    for i in range(begin, seeds.rows[U(point + 1)]):
        node = np.int64(seeds.nodes[U(i)])
        key = seeds.costs[U(i)] << bits | node
        if key < desk.label[U(node)]:
            if desk.label[U(node)] == UNREACHED:
                desk.touched[U(touched)] = node
                touched += 1
            desk.label[U(node)] = key
            desk.parent[U(node)] = begin - i - 1
            size = push(desk.queue, size, key)
    return size, touched


@inner
def search(graph: Graph, desk: Desk, seeds: Seeds, point: int) -> tuple[int, int, int, int]:
    """Search until the queue is empty, or no goal can be reached more cheaply.

    Return the key of the distance to a goal, its node (-1: none), and how many labels and nodes it took.
    """
    first, arcs, bits, label, queue = graph.first, graph.arcs, graph.bits, desk.label, desk.queue
    mask = (1 << bits) - 1
    size, touched = seed(desk, seeds, point, bits)
    best, last, settled = UNREACHED, -1, 0
    while size > 0:
        key = queue[0]
        if key >= best:
            break
        size = pop(queue, size)
        node = key & mask
        if key != label[U(node)]:
            continue
        settled += 1
        base = key - node
        if desk.goal[U(node)] != UNREACHED and base + desk.goal[U(node)] < best:
            best, last = base + desk.goal[U(node)], node
        for i in range(first[U(node)], first[U(node + 1)]):
            reached = base + arcs[U(i)]
            head = reached & mask
            old = label[U(head)]
            if reached < old:
                if old == UNREACHED:
                    desk.touched[U(touched)] = head
                    touched += 1
                label[U(head)] = reached
                desk.parent[U(head)] = i
                size = push(queue, size, reached)
    return best, last, touched, settled


@inlined
def clear(desk: Desk, touched: int) -> None:
    """Take back all labels of a search."""
    for i in range(touched):
        desk.label[U(desk.touched[U(i)])] = UNREACHED


@inlined
def _aim(desk: Desk, seeds: Seeds, point: int, bits: int) -> None:
    for i in range(seeds.rows[U(point)], seeds.rows[U(point + 1)]):
        node = seeds.nodes[U(i)]
        desk.goal[U(node)] = min(desk.goal[U(node)], seeds.costs[U(i)] << bits)


@inlined
def _forget(desk: Desk, seeds: Seeds, point: int) -> None:
    for i in range(seeds.rows[U(point)], seeds.rows[U(point + 1)]):
        desk.goal[U(seeds.nodes[U(i)])] = UNREACHED


@kernel
def one_to_all(graph, desk, source, found):
    """Write the distance to each node to `found`, -1: unreachable; return how many nodes were settled.

    ``desk.parent`` keeps the tree for nodes that were reached.
    """
    _, _, touched, settled = search(graph, desk, source, 0)
    found[:] = -1
    for i in range(touched):
        node = desk.touched[i]
        found[node] = desk.label[node] >> graph.bits
    clear(desk, touched)
    return settled


@kernel
def distances(graph, desk, sources, targets, found):
    """Write the distance of each pair of points to `found`, -1: unreachable; return how many nodes were settled."""
    total = 0
    for i in range(len(found)):
        _aim(desk, targets, i, graph.bits)
        best, last, touched, settled = search(graph, desk, sources, i)
        found[i] = best >> graph.bits if last >= 0 else -1
        total += settled
        clear(desk, touched)
        _forget(desk, targets, i)
    return total


@kernel
def trace(graph, desk, source, target):
    """Return a shortest path between two points: distance, which seeds it joins, arcs, nodes settled."""
    _aim(desk, target, 0, graph.bits)
    best, last, touched, settled = search(graph, desk, source, 0)
    begin, end, arcs = 0, 0, np.empty(0, np.int32)
    if last >= 0:
        begin, arcs = climb(graph, desk.parent, last)
        for i in range(len(target.nodes)):
            if target.nodes[i] == last and target.costs[i] << graph.bits == desk.goal[last]:
                end = i
    clear(desk, touched)
    _forget(desk, target, 0)
    return best >> graph.bits if last >= 0 else -1, begin, end, arcs, settled


@kernel
def climb(graph, parent, node):
    """Return the seed of a tree from which a node was reached, and the arcs of the network between them."""
    count, here = 0, np.int64(node)
    while parent[here] >= 0:
        here = _tail(graph, parent[here])
        count += 1
    arcs, seed = np.empty(count, np.int32), -1 - parent[here]
    here = np.int64(node)
    while count > 0:
        count -= 1
        arcs[count] = graph.arc[parent[here]]
        here = _tail(graph, parent[here])
    return seed, arcs


@inlined
def _tail(graph: Graph, arc: int) -> int:
    """Return the node in whose row an arc stands."""
    low, high = 0, len(graph.first) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if graph.first[U(middle)] <= arc:
            low = middle
        else:
            high = middle
    return low
