"""Widest paths: how much a path from a node can carry at most, and where it is narrowest."""

from __future__ import annotations

from heapq import heappop, heappush

from routeopt.problems.instance import Integers
from routeopt.problems.network import Indices


class Reach:
    """How wide the widest path from a source to each node is.

    Parameters
    ----------
    first_out, head : arrays
        Of the arcs, in rows by their tail.
    capacity : (m,) integers
        Of the arcs; those with 0 or less carry nothing.
    source : int
        The node.
    """

    def __init__(self, first_out: Integers, head: Indices, capacity: Integers, source: int) -> None:
        out, heads, capacities = first_out.tolist(), head.tolist(), capacity.tolist()
        self.source = source
        self.width = [0] * (len(out) - 1)
        self._came: dict[int, tuple[int, int]] = {}  # the last arc to a node, and the node before
        self._capacity = capacities
        heap = [(-(max(capacities, default=0) + 1), source)]
        done: set[int] = set()
        while heap:
            width, node = heappop(heap)
            if node in done:
                continue
            done.add(node)
            for arc in range(out[node], out[node + 1]):
                through = min(-width, capacities[arc])
                if through > self.width[heads[arc]] and heads[arc] not in done:
                    self.width[heads[arc]] = through
                    self._came[heads[arc]] = arc, node
                    heappush(heap, (-through, heads[arc]))

    def bottleneck(self, target: int) -> int:
        """Return the narrowest arc of the widest path to a node that can be reached."""
        narrowest, node = -1, target
        while node != self.source:
            arc, node = self._came[node]
            if narrowest < 0 or self._capacity[arc] <= self._capacity[narrowest]:
                narrowest = arc
        return narrowest
