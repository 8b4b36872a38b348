"""Where the tree of shortest paths from a start and the one to an end run along the same arcs.

Such a plateau is what all its nodes have in common: the shortest path by way of any of them is the same one.
Source: Cambridge Vehicle Information Technology, Choice Routing, 2005; Abraham et al. 2010.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Flags, Integers
from routeopt.solvers.compiled import kernel
from routeopt.solvers.paths.bidirectional import Desks
from routeopt.solvers.paths.dijkstra import climb, seed
from routeopt.solvers.paths.keys import UNREACHED, U
from routeopt.solvers.paths.query import Candidate, Query
from routeopt.solvers.paths.queue import pop, push


class Plateaus(NamedTuple):
    """p plateaus of two trees."""

    begin: NDArray[np.int32]  # (p,) the first node of each
    length: Integers  # (p,) what driving along it costs
    total: Integers  # (p,) what the path along it costs from start to end


class Trees:
    """The shortest paths from the start of a query to all nodes within a limit, and from them to its end.

    Parameters
    ----------
    query : Query
    limit : int
        What a path costs at most, in whole units.
    """

    def __init__(self, query: Query, limit: int) -> None:
        self.query, self.limit = query, limit
        self.desks: Desks = query.desks()
        n = query.network.size
        self._orders = np.empty((2, n), np.int32)
        out, into = query.sides
        self._counts = (
            grow(out, self.desks.out, query.start, limit, self._orders[0]),
            grow(into, self.desks.into, query.goal, limit, self._orders[1]),
        )

    @property
    def labels(self) -> tuple[Integers, Integers]:
        """What it costs from the start to each node, and from it to the end, -1: beyond the limit; both (n,)."""
        out, into = (
            np.where(desk.label == UNREACHED, -1, desk.label >> side.bits)
            for desk, side in zip(self.desks, self.query.sides, strict=True)
        )
        return out, into

    def arcs(self) -> Flags:
        """Return which arcs of the network belong to either tree, (m,)."""
        inside = np.zeros(len(self.query.units), bool)
        for side, desk, order, count in zip(
            self.query.sides, self.desks, self._orders, self._counts, strict=True
        ):
            parent = desk.parent[order[:count]]
            inside[side.arc[parent[parent >= 0]]] = True
        return inside

    def plateaus(self) -> Plateaus:
        """Return all plateaus on paths within the limit; one node alone is one too."""
        count = min(self._counts)
        found = Plateaus(np.empty(count, np.int32), np.empty(count, np.int64), np.empty(count, np.int64))
        network = self.query.network
        k = _plateaus(
            self.query.sides,
            self.desks,
            network.tail,
            network.head,
            self._orders[0, : self._counts[0]],
            self.limit,
            found,
        )
        return Plateaus(found.begin[:k], found.length[:k], found.total[:k])

    def shared(self, taken: Flags) -> Integers:
        """Return what the taken arcs on the path by way of each node cost, (n,); void beyond the limit."""
        both = np.zeros((2, self.query.network.size), np.int64)
        ends = self.query.network.tail, self.query.network.head
        for i, (side, desk) in enumerate(zip(self.query.sides, self.desks, strict=True)):
            _share(side, desk.parent, self._orders[i, : self._counts[i]], taken, ends[i], both[i])
        return both[0] + both[1]

    def candidate(self, node: int) -> Candidate:
        """Return the path by way of a node."""
        begin, there = climb(self.query.sides.out, self.desks.out.parent, node)
        end, onward = climb(self.query.sides.into, self.desks.into.parent, node)
        return Candidate(begin, end, np.concatenate([there, onward[::-1]]), len(there))


@kernel
def grow(graph, desk, seeds, limit, order):
    """Label all nodes within a limit, write them down as they are settled, and return how many they are."""
    bits, label, queue = graph.bits, desk.label, desk.queue
    mask, count = (1 << bits) - 1, 0
    beyond = (limit + 1) << bits
    size, _ = seed(desk, seeds, 0, bits)
    while size > 0 and queue[0] < beyond:
        key = queue[0]
        size = pop(queue, size)
        node = key & mask
        if key != label[U(node)]:
            continue
        order[count] = node
        count += 1
        base = key - node
        for i in range(graph.first[U(node)], graph.first[U(node + 1)]):
            reached = base + graph.arcs[U(i)]
            if reached >= beyond:
                continue
            head = reached & mask
            if reached < label[U(head)]:
                label[U(head)] = reached
                desk.parent[U(head)] = i
                size = push(queue, size, reached)
    for i in range(size):  # seeds beyond the limit
        label[queue[i] & mask] = UNREACHED
    return count


@kernel
def _plateaus(sides, desks, tail, head, order, limit, found):
    """Write down the plateaus of paths within a limit, and return how many they are."""
    out, into, count = sides.out, sides.into, 0
    for node in order:
        if desks.into.label[node] == UNREACHED:
            continue
        here = desks.out.label[node] >> out.bits
        total = here + (desks.into.label[node] >> into.bits)
        if total > limit:
            continue
        parent = desks.out.parent[node]
        if parent >= 0:
            arc = out.arc[parent]
            onward = desks.into.parent[tail[arc]]
            if desks.into.label[tail[arc]] != UNREACHED and onward >= 0 and into.arc[onward] == arc:
                continue
        last = node
        while desks.into.parent[last] >= 0:
            arc = into.arc[desks.into.parent[last]]
            back = desks.out.parent[head[arc]]
            if desks.out.label[head[arc]] == UNREACHED or back < 0 or out.arc[back] != arc:
                break
            last = head[arc]
        found.begin[count] = node
        found.length[count] = (desks.out.label[last] >> out.bits) - here
        found.total[count] = total
        count += 1
    return count


@kernel
def _share(graph, parent, order, taken, behind, shared):
    """Sum the weights of taken arcs between the root of a tree and its nodes; `behind` is an arc's end towards it."""
    for node in order:
        i = parent[node]
        if i >= 0:
            arc = graph.arc[i]
            shared[node] = shared[behind[arc]]
            if taken[arc]:
                shared[node] += graph.arcs[i] >> graph.bits
