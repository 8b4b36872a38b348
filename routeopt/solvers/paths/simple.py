"""Alternatives among the shortest simple paths, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from routeopt.problems.network import Network
from routeopt.solvers.paths.query import Candidate, Query
from routeopt.solvers.paths.selection import Selection
from routeopt.solvers.paths.yen import k_shortest_paths

_EXAMINED = 10  # simple paths that are looked at for each alternative wanted


def simple(query: Query, selection: Selection) -> Iterator[Candidate]:
    """Yield the shortest simple paths between the points, which become nodes for this."""
    n, m, network = query.network.size, len(query.units), query.network
    start, goal = query.start.nodes, query.goal.nodes
    tail = np.concatenate([network.tail, np.full(len(start), n), goal])
    head = np.concatenate([network.head, start, np.full(len(goal), n + 1)])
    weight = np.concatenate([query.usable, query.start.costs, query.goal.costs]).astype(np.float64)
    weight[weight < 0] = np.inf
    columns = {"weight": weight, "number": np.arange(len(tail))}
    joined = Network.from_arcs(tail, head, size=n + 2, arcs=columns)
    count = _EXAMINED * selection.wanted
    for found in k_shortest_paths(joined, n, n + 1, count, "weight", cutoff=selection.dearest):
        first, *between, last = joined.arcs["number"][found.arcs].tolist()
        yield Candidate(first - m, last - m - len(start), np.array(between, np.int32))
