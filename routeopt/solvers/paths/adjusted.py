"""Searches between two points on weights of which some grow from one search to the next.

What a node was away from the end before anything grew is a lower bound that leads the search (Hart, Nilsson, Raphael
1968), and nodes from which the end is further than any path may cost are left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from routeopt.problems.instance import Integers
from routeopt.solvers.compiled import kernel
from routeopt.solvers.paths.dijkstra import climb, new_desk, seed
from routeopt.solvers.paths.keys import UNREACHED, U
from routeopt.solvers.paths.plateaus import grow
from routeopt.solvers.paths.query import Candidate, Query
from routeopt.solvers.paths.queue import pop, push


class Adjusted:
    """The usable arcs of a query with weights of their own.

    Parameters
    ----------
    query : Query
    limit : int
        What a path may cost by the weights of the query.
    scale : int
        How many times larger weights are here.
    """

    def __init__(self, query: Query, limit: int, scale: int = 1) -> None:
        self._query, self._scale = query, scale
        out, into = query.sides
        self._graph = out._replace(arcs=(out.arcs >> out.bits) * scale << out.bits | self._nodes(out.arcs))
        self._place = np.full(len(query.units), -1, np.int64)
        self._place[out.arc] = np.arange(len(out.arc))
        self._start = query.start._replace(costs=query.start.costs * scale)
        self._goal = query.goal._replace(costs=query.goal.costs * scale)
        back = new_desk(into)
        grow(into, back, query.goal, limit, np.empty(query.network.size, np.int32))
        self._bound = np.where(back.label == UNREACHED, -1, (back.label >> into.bits) * scale)
        self._desk = new_desk(out)

    def enlarge(self, arcs: ArrayLike, times: ArrayLike) -> None:
        """Make usable arcs this many times as dear as they are in the query."""
        at, chosen = self._place[np.asarray(arcs)], np.asarray(arcs)
        grown = np.rint(self._query.usable[chosen] * (self._scale * np.asarray(times))).astype(np.int64)
        self._graph.arcs[at] = grown << self._graph.bits | self._nodes(self._graph.arcs[at])

    def bar(self, arc: int) -> None:
        """Take an arc out: it leads back to where it begins."""
        self._lead(arc, int(self._query.network.tail[arc]))

    def allow(self, arc: int) -> None:
        """Put an arc in again."""
        self._lead(arc, int(self._query.network.head[arc]))

    def _lead(self, arc: int, node: int) -> None:
        at, bits = self._place[arc], self._graph.bits
        self._graph.arcs[at] = self._graph.arcs[at] >> bits << bits | node

    def _nodes(self, arcs: Integers) -> Integers:
        return arcs & ((1 << self._query.sides.out.bits) - 1)

    def search(self) -> Candidate | None:
        """Return a shortest path, or None if none is left within the limit."""
        last, touched = _search(self._graph, self._desk, self._bound, self._start, self._goal)
        found = None
        if last >= 0:
            node = int(self._goal.nodes[last])
            begin, arcs = climb(self._graph, self._desk.parent, node)
            found = Candidate(begin, last, arcs)
        self._desk.label[self._desk.touched[:touched]] = UNREACHED
        return found


@kernel
def _search(graph, desk, bound, start, goal):
    """Return by which seed of the goal a shortest path comes, -1: there is none, and how many labels it took."""
    bits, label, queue = graph.bits, desk.label, desk.queue
    mask = (1 << bits) - 1
    _, touched = seed(desk, start, 0, bits)
    size = 0
    for i in range(touched):
        node = np.int64(desk.touched[i])
        if bound[node] >= 0:
            size = push(queue, size, label[node] + (bound[node] << bits))
    best, last = UNREACHED, -1
    while size > 0 and queue[0] < best:
        key = queue[0]
        size = pop(queue, size)
        node = key & mask
        if key != label[U(node)] + (bound[U(node)] << bits):
            continue
        base = label[U(node)] - node
        for i in range(len(goal.nodes)):
            if goal.nodes[i] == node and base + (goal.costs[i] << bits) < best:
                best, last = base + (goal.costs[i] << bits), i
        for i in range(graph.first[U(node)], graph.first[U(node + 1)]):
            reached = base + graph.arcs[U(i)]
            head = reached & mask
            old = label[U(head)]
            if bound[U(head)] < 0 or reached >= old:
                continue
            if old == UNREACHED:
                desk.touched[U(touched)] = head
                touched += 1
            label[U(head)] = reached
            desk.parent[U(head)] = i
            size = push(queue, size, reached + (bound[U(head)] << bits))
    return last, touched
