"""The relaxation: its prices certify it, and candidates are the k shortest simple paths."""

from __future__ import annotations

from itertools import islice

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from naive_flows import admissions, best_worth

import routeopt as ro
from routeopt.solvers.flows.candidates import Graph, shortest_candidates
from routeopt.solvers.flows.pricing import estimate
from routeopt.solvers.flows.relaxation import lagrangian, path_shares, relax

FEW = settings(max_examples=60, suppress_health_check=list(HealthCheck))


@FEW
@given(admissions(), st.integers(0, 2**16))
def test_prices_of_any_kind_bound_every_admission(problem, seed):
    if not problem.flows:
        return
    instance, rng = problem.instance(), np.random.default_rng(seed)
    price, entry = rng.exponential(0.5, len(instance.capacity)), rng.exponential(0.2, instance.nodes)
    assert lagrangian(instance, price, entry) >= best_worth(problem) - 1e-6


@pytest.mark.parametrize("topology", ["waxman", "gabriel", "leaf_spine"])
def test_the_value_of_the_prices_is_that_of_the_relaxation(topology):
    problem = ro.generate_flows(topology, 12, 150, load=1.3, seed=5)
    instance = problem.instance()
    found = relax(instance)
    assert found.bound == pytest.approx(instance.weight @ found.admitted, rel=1e-6)
    assert (found.volume.sum(axis=0) <= instance.capacity * (1 + 1e-6) + 1e-6).all()
    ends, paths = path_shares(instance, found)
    for (source, target), path in zip(ends.tolist(), paths, strict=True):
        nodes = [int(instance.tail[path[0]]), *instance.head[path].tolist()]
        assert (nodes[0], nodes[-1]) == (source, target)
        assert len(set(nodes)) == len(nodes)


@pytest.mark.parametrize("whole", [True, False])
def test_candidates_are_those_of_networkx(whole):
    problem = ro.generate_flows("waxman", 14, 1, seed=2)
    network, rng = problem.network, np.random.default_rng(4)
    weight = np.ones(len(network.head)) if whole else rng.integers(1, 20, len(network.head)).astype(float)
    graph = nx.DiGraph()
    for arc in range(len(network.head)):
        graph.add_edge(int(network.tail[arc]), int(network.head[arc]), weight=weight[arc])
    source, target = np.array([(u, v) for u in range(14) for v in range(14) if u != v]).T
    found = shortest_candidates(
        Graph(network.first_out, network.tail, network.head), source, target, 6, weight
    )
    for q in range(len(source)):
        paths = islice(nx.shortest_simple_paths(graph, int(source[q]), int(target[q]), "weight"), 6)
        mine = found.cost[found.of_pair[q] : found.of_pair[q + 1]]
        assert mine.tolist() == [nx.path_weight(graph, path, "weight") for path in paths]
        arcs = [
            tuple(found.arcs[found.first[p] : found.first[p + 1]].tolist())
            for p in range(found.of_pair[q], found.of_pair[q + 1])
        ]
        assert len(set(arcs)) == len(arcs)
        for path in arcs:
            nodes = [int(network.tail[path[0]]), *network.head[list(path)].tolist()]
            assert (nodes[0], nodes[-1]) == (source[q], target[q])
            assert len(set(nodes)) == len(nodes)


def test_arcs_that_are_not_to_be_used_are_not():
    graph = Graph(np.array([0, 2, 2]), np.zeros(2, np.int32), np.ones(2, np.int32))
    found = shortest_candidates(graph, [0, 1], [1, 0], 3, [np.inf, 2.0])
    assert found.of_pair.tolist() == [0, 1, 1]
    assert found.arcs.tolist() == [1]


def test_prices_found_in_a_hurry_bound_everything_and_are_nearly_the_best():
    instance = ro.generate_flows("waxman", 12, 300, load=1.3, seed=5).instance()
    exact = relax(instance).bound
    found = estimate(instance, 0.8 * exact, 0.5)
    assert exact - 1e-6 <= found.bound <= 1.02 * exact
    assert path_shares(instance, found)[1] == []


def test_little_time_is_not_spent_on_the_relaxation():
    problem = ro.generate_flows("waxman", 30, 3000, load=1.3, seed=1)
    greedy = ro.solve(problem, 0, solver="greedy")
    found = ro.solve(problem, 0.5, seed=1)
    assert found.feasible
    assert greedy.objective < found.objective <= found.bound
