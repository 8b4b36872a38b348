"""Searches on weights that grow, and without arcs taken out, against plain searches; plateaus against two trees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from naive_paths import naive_distances
from path_networks import listed, multigraphs

from routeopt.problems.network import Network
from routeopt.solvers.paths.adjusted import Adjusted
from routeopt.solvers.paths.front import ShortestPaths
from routeopt.solvers.paths.plateaus import Trees
from routeopt.solvers.paths.query import read_query

FAR = 10**6


@given(
    network=multigraphs(most=9),
    grown=st.dictionaries(st.integers(0, 70), st.sampled_from([1.1, 2.0, 16.0]), max_size=8),
    barred=st.sets(st.integers(0, 70), max_size=4),
    data=st.data(),
)
def test_the_search_is_exact_on_changed_weights(
    network: Network, grown: dict[int, float], barred: set[int], data: st.DataObject
) -> None:
    a, b = (data.draw(st.integers(0, network.size - 1)) for _ in range(2))
    query = read_query(ShortestPaths(network), a, b)
    adjusted = Adjusted(query, FAR, scale=10)
    arcs = np.array([arc for arc in grown if arc < len(query.units) and query.units[arc] >= 0], np.int64)
    out = [arc for arc in barred if arc < len(query.units) and query.units[arc] >= 0]
    weight = np.asarray(network.arcs["time"], float).copy()
    for _ in range(2):  # a second search finds the desk as the first one did
        adjusted.enlarge(arcs, np.array([grown[int(arc)] for arc in arcs]))
        for arc in out:
            adjusted.bar(arc)
        found = adjusted.search()
        weight[arcs] = np.asarray(network.arcs["time"])[arcs] * [grown[int(arc)] for arc in arcs]
        changed = [
            (tail, head, np.inf if arc in out else w if np.isinf(w) else weight[arc])
            for arc, (tail, head, w) in enumerate(listed(network))
        ]
        expected = naive_distances(network.size, changed, a)[b]
        assert (found is None) == np.isinf(expected)
        if found is not None:
            assert weight[found.arcs].sum() == pytest.approx(expected)
            assert not set(out) & set(found.arcs.tolist())
        for arc in out:
            adjusted.allow(arc)
        out = []


@given(network=multigraphs(most=9), stretch=st.sampled_from([1.0, 1.5, 5.0]), data=st.data())
def test_trees_and_plateaus_are_what_they_are(network: Network, stretch: float, data: st.DataObject) -> None:
    a, b = (data.draw(st.integers(0, network.size - 1)) for _ in range(2))
    paths = ShortestPaths(network)
    there = naive_distances(network.size, listed(network), a)
    if there[b] == np.inf:
        return
    onward = [naive_distances(network.size, listed(network), v)[b] for v in range(network.size)]
    limit = int(stretch * there[b])
    trees = Trees(read_query(paths, a, b), limit)
    labels = trees.labels
    assert labels[0].tolist() == [d if d <= limit else -1 for d in there]
    assert labels[1].tolist() == [d if d <= limit else -1 for d in onward]
    found = trees.plateaus()
    taken = np.arange(len(network.head)) % 2 == 0
    shared, weight = trees.shared(taken), network.arcs["time"]
    covered: set[int] = set()
    for begin, length, total in zip(*(column.tolist() for column in found), strict=True):
        assert total == there[begin] + onward[begin] <= limit
        candidate = trees.candidate(begin)
        assert weight[candidate.arcs].sum() == total
        assert shared[begin] == weight[candidate.arcs[taken[candidate.arcs]]].sum()
        nodes = [a, *network.head[candidate.arcs].tolist()]
        assert nodes[candidate.via] == begin
        at = np.concatenate([[0], np.cumsum(weight[candidate.arcs])])
        on = [
            v
            for v, along in zip(nodes[candidate.via :], at[candidate.via :] - there[begin], strict=True)
            if along <= length
        ]
        assert at[candidate.via + len(on) - 1] - there[begin] == length
        covered |= set(on)
    assert covered >= {v for v in range(network.size) if there[v] + onward[v] <= limit}
