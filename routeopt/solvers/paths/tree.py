"""Trees of shortest paths: the distance of every node from one point, and the arc by which it is reached."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from routeopt.errors import ProblemError
from routeopt.problems.instance import Floats, Integers
from routeopt.problems.network import Network
from routeopt.solvers.compiled import kernel
from routeopt.solvers.paths.graph import inward, outward
from routeopt.solvers.paths.seeds import Seeds
from routeopt.solvers.paths.weights import Weights


@dataclass(frozen=True, eq=False)
class Tree:
    """Shortest paths from one point to all nodes.

    Parameters
    ----------
    network : Network
    weights : Weights
    seeds : Seeds
        The nodes from which paths begin.
    units : (n,) int64 array
        Distances in whole units, -1: unreachable.
    """

    network: Network
    weights: Weights
    seeds: Seeds
    units: Integers

    @cached_property
    def distance(self) -> Floats:
        """Distance of each node, (n,) in the unit of the metric; inf: unreachable."""
        return np.where(self.units < 0, np.inf, self.units * self.weights.resolution)

    @cached_property
    def arc(self) -> NDArray[np.int32]:
        """The last arc of a shortest path to each node, (n,) int32; -1: paths begin there, or it is unreachable."""
        into, out = inward(self.network, self.weights.units), outward(self.network, self.weights.units)
        return _last_arcs(into, out, self.units, self.seeds.nodes, self.seeds.costs)

    def path_to(self, node: int) -> NDArray[np.int32]:
        """Return the arcs of a shortest path to a node.

        Raises
        ------
        ProblemError
            The node cannot be reached.
        """
        if not 0 <= node < self.network.size:
            raise ProblemError(f"node {node}: nodes are 0 to {self.network.size - 1}")
        if self.units[node] < 0:
            raise ProblemError(f"node {node} cannot be reached; its distance is inf")
        arcs = []
        while (arc := int(self.arc[node])) >= 0:
            arcs.append(arc)
            node = int(self.network.tail[arc])
        return np.array(arcs[::-1], np.int32)


@kernel
def _last_arcs(into, out, units, nodes, costs):
    """Return the arc by which each node is reached; arcs without weight come last, so that they close no circle."""
    n, mask = len(units), (1 << out.bits) - 1
    arc, known = np.full(n, -1, np.int32), np.zeros(n, np.bool_)
    waiting, size = np.empty(n, np.int64), 0
    for i in range(len(nodes)):
        if units[nodes[i]] == costs[i]:
            known[nodes[i]] = True
    for node in range(n):
        if units[node] >= 0 and not known[node]:
            for i in range(into.first[node], into.first[node + 1]):
                tail, weight = into.arcs[i] & mask, into.arcs[i] >> out.bits
                if weight > 0 and units[tail] >= 0 and units[tail] + weight == units[node]:
                    arc[node], known[node] = into.arc[i], True
                    break
        if known[node]:
            waiting[size] = node
            size += 1
    while size > 0:
        size -= 1
        node = waiting[size]
        for i in range(out.first[node], out.first[node + 1]):
            head, weight = out.arcs[i] & mask, out.arcs[i] >> out.bits
            if weight == 0 and not known[head] and units[head] == units[node]:
                arc[head], known[head] = out.arc[i], True
                waiting[size] = head
                size += 1
    return arc


@kernel
def columns_along(tail, arc, targets, columns, start, found):
    """Write columns summed along the tree to each target, (T, C); `start` (n, C) is what those at the roots have."""
    for t in range(len(targets)):
        node = np.int64(targets[t])
        found[t] = 0.0
        while arc[node] >= 0:
            for c in range(len(columns)):
                found[t, c] += columns[c, arc[node]]
            node = tail[arc[node]]
        for c in range(len(columns)):
            found[t, c] += start[node, c]
