"""The k shortest simple paths, against all simple paths written out."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st
from naive_paths import every_path

import routeopt as ro
from routeopt.problems.network import Network
from routeopt.solvers.paths.yen import k_shortest_paths


@st.composite
def networks(draw: st.DrawFn) -> Network:
    n = draw(st.integers(1, 6))
    node = st.integers(0, n - 1)
    arcs = draw(st.lists(st.tuples(node, node, st.integers(0, 9), st.booleans()), max_size=14))
    tail, head, weight, closed = np.array(arcs, np.int64).reshape(-1, 4).T
    shut = (closed > 0) & (weight > 5)
    return Network.from_arcs(tail, head, size=n, arcs={"cost": weight}, closed=shut)


@given(network=networks(), k=st.integers(0, 30), cutoff=st.none() | st.integers(0, 20), data=st.data())
def test_paths_are_the_k_shortest_of_all(
    network: Network, k: int, cutoff: int | None, data: st.DataObject
) -> None:
    source, target = (data.draw(st.integers(0, network.size - 1)) for _ in range(2))
    cost = network.arcs["cost"]
    every = {path: int(cost[list(path)].sum()) for path in every_path(network, source, target)}
    expected = sorted(c for c in every.values() if cutoff is None or c <= cutoff)[:k]
    for weights in (cost, cost / 8):
        limit = None if cutoff is None else cutoff * (1 if weights is cost else 1 / 8)
        found = k_shortest_paths(network, source, target, k, weights, cutoff=limit)
        scale = 1 if weights is cost else 8
        assert [path.cost * scale for path in found] == expected
        arcs = [tuple(path.arcs.tolist()) for path in found]
        assert len(set(arcs)) == len(arcs)
        assert [every[path] for path in arcs] == expected


def test_a_larger_network_agrees_with_networkx() -> None:
    networkx = pytest.importorskip(
        "networkx", reason="networkx is not installed: pip install 'routeopt[osm]'"
    )
    rng = np.random.default_rng(1)
    graph = networkx.gnm_random_graph(60, 240, seed=1, directed=True)
    tail, head = np.array(list(graph.edges)).T
    weight = rng.integers(1, 50, len(tail))
    for a, b, w in zip(tail.tolist(), head.tolist(), weight.tolist(), strict=True):
        graph.edges[a, b]["weight"] = w
    network = Network.from_arcs(tail, head, arcs={"cost": weight})
    found = k_shortest_paths(network, 3, 40, 100, "cost")
    paths = networkx.shortest_simple_paths(graph, 3, 40, weight="weight")
    expected = [sum(graph.edges[arc]["weight"] for arc in pairwise(next(paths))) for _ in range(100)]
    assert [path.cost for path in found] == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 5, 1, "cost"), "nodes are 0 to 1, not 5"),
        ((0, 1, 1, [1.0, -1.0]), "need weights of 0 or more"),
    ],
)
def test_bad_input_is_named(arguments: tuple[Any, ...], message: str) -> None:
    network = Network.from_arcs([0, 1], [1, 0], arcs={"cost": np.array([1, 2])})
    with pytest.raises(ro.ProblemError, match=message):
        k_shortest_paths(network, *arguments)
