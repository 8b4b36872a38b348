"""Searches that take negative arcs, against the obvious one: distances, cycles, counters, and what they refuse."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st
from naive_bellman_ford import naive_distances, naive_frontiers

import routeopt as ro
from routeopt.problems.network import Network
from routeopt.solvers.paths.bellman_ford import METHODS, bellman_ford, bellman_ford_rounds
from routeopt.solvers.paths.jump_frontier import jump_frontier
from routeopt.solvers.paths.labels import Labels
from routeopt.solvers.paths.open_arcs import UNREACHED
from routeopt.solvers.paths.spfa import spfa

SEARCHES: dict[str, Callable[..., Labels]] = {
    "rounds": bellman_ford_rounds,
    "spfa": spfa,
    "slf": partial(spfa, small_first=True),
    "lll": partial(spfa, large_last=True),
    "slf-lll": partial(spfa, small_first=True, large_last=True),
    "impatient": partial(spfa, small_first=True, large_last=True, patience=0.5),
    **{f"jump {hops}": partial(jump_frontier, hops=hops, thrift=0.0) for hops in (1, 2, 4, 8)},
    "thrift": jump_frontier,
}
every_search = pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES.keys())


@st.composite
def networks(draw: st.DrawFn, least: int = -3, potentials: bool = False) -> Network:
    """Draw a network with loops, parallel arcs and nodes out of reach; its weights are the column ``cost``.

    With potentials, arcs are negative but cycles are not.
    """
    n = draw(st.integers(1, 12))
    node = st.integers(0, n - 1)
    arcs = draw(st.lists(st.tuples(node, node, st.integers(least, 9)), max_size=40))
    tail, head, weight = np.array(arcs, np.int64).reshape(-1, 3).T
    if potentials:
        potential = np.array(draw(st.lists(st.integers(-50, 50), min_size=n, max_size=n)))
        weight = weight + potential[tail] - potential[head]
    return Network.from_arcs(tail, head, size=n, arcs={"cost": weight})


def listed(network: Network) -> list[tuple[int, int, Any]]:
    shut = np.zeros(len(network.head), bool) if network.closed is None else network.closed
    rows = zip(network.tail.tolist(), network.head.tolist(), network.arcs["cost"].tolist(), strict=True)
    return [row for row, closed in zip(rows, shut, strict=True) if not closed]


def check(network: Network, sources: list[int], labels: Labels) -> None:
    """Hold labels against the obvious search, and predecessors and cycle against what they claim."""
    expected = naive_distances(network.size, listed(network), sources)
    cost, tail, head = network.arcs["cost"], network.tail, network.head
    if expected is None:
        assert len(labels.cycle)
        assert cost[labels.cycle].sum() < 0
        assert (head[labels.cycle] == np.roll(tail[labels.cycle], -1)).all()
        reached = naive_distances(network.size, [(a, b, 0) for a, b, _ in listed(network)], sources)
        assert reached is not None
        assert reached[tail[labels.cycle[0]]] == 0
        if network.closed is not None:
            assert not network.closed[labels.cycle].any()
        return
    assert len(labels.cycle) == 0
    unreached = UNREACHED if labels.distance.dtype == np.int64 else math.inf
    assert labels.distance.tolist() == [unreached if math.isinf(d) else d for d in expected]
    for node, arc in enumerate(labels.predecessor_arc.tolist()):
        if arc < 0:
            assert labels.distance[node] == unreached or node in sources
            continue
        assert head[arc] == node
        assert labels.distance[tail[arc]] + cost[arc] == labels.distance[node]


@every_search
@given(network=networks())
def test_any_weights_give_distances_or_a_negative_cycle(search: Any, network: Network) -> None:
    check(network, [0], search(network, 0, "cost"))


@every_search
@given(network=networks(least=0, potentials=True), floats=st.booleans())
def test_negative_arcs_without_negative_cycles(search: Any, network: Network, floats: bool) -> None:
    cost = network.arcs["cost"].astype(float) if floats else network.arcs["cost"]
    labels = search(network, 0, cost)
    assert labels.distance.dtype == cost.dtype
    assert not len(labels.cycle)
    check(network, [0], labels)


@every_search
@given(network=networks(least=-1), data=st.data())
def test_several_sources_and_closed_arcs(search: Any, network: Network, data: st.DataObject) -> None:
    sources = data.draw(st.lists(st.integers(0, network.size - 1), min_size=1, max_size=4))
    closed = data.draw(st.lists(st.booleans(), min_size=len(network.head), max_size=len(network.head)))
    network = network.close(np.array(closed, bool))
    check(network, sources, search(network, sources, "cost"))
    shut = np.where(closed, np.inf, network.arcs["cost"])
    check(network, sources, search(network.open(np.array(closed, bool)), sources, shut))


@given(network=networks(least=0, potentials=True))
def test_one_hop_is_bellman_ford_on_a_frontier_to_the_last_count(network: Network) -> None:
    out: list[list[tuple[int, Any]]] = [[] for _ in range(network.size)]
    for tail, head, weight in listed(network):
        out[tail].append((head, weight))
    distance, scans, improvements, rounds = naive_frontiers(network.size, out, 0)
    for labels in (jump_frontier(network, 0, "cost", hops=1), spfa(network, 0, "cost")):
        assert [math.inf if d == UNREACHED else d for d in labels.distance.tolist()] == distance
        assert labels[2:6] == (scans, scans, improvements, rounds)
    one, queue = jump_frontier(network, 0, "cost", hops=1), spfa(network, 0, "cost")
    assert (one.predecessor_arc == queue.predecessor_arc).all()


@given(
    network=networks(least=0, potentials=True),
    hops=st.integers(2, 9),
    thrift=st.sampled_from([0.0, 0.5, 9.0]),
)
def test_counters_of_jumps_are_in_order(network: Network, hops: int, thrift: float) -> None:
    labels = jump_frontier(network, 0, "cost", hops=hops, thrift=thrift)
    assert labels.scans >= labels.relaxations >= labels.improvements
    assert labels.rounds <= network.size + 1


def test_rules_that_take_exponential_time_are_dropped() -> None:
    rng = np.random.default_rng(1)
    tail, ahead = np.repeat(np.arange(3_000), 4), np.tile([1, 2, 3, 4], 3_000)
    network = Network.from_arcs(tail, tail + ahead, arcs={"cost": -rng.integers(1, 1_000, len(tail))})
    labels = bellman_ford(network, 0, "cost", "spfa")
    assert (labels.distance == bellman_ford_rounds(network, 0, "cost").distance).all()
    assert 8 * len(tail) < labels.scans < 10 * len(tail)


@every_search
def test_large_networks_agree(search: Any) -> None:
    rng = np.random.default_rng(1)
    tail, head = rng.integers(0, 2_000, (2, 9_000))
    potential = rng.integers(0, 3_000, 2_000)
    cost = rng.integers(0, 1_000, 9_000) + potential[tail] - potential[head]
    network = Network.from_arcs(tail, head, arcs={"cost": cost})
    expected = bellman_ford_rounds(network, 5, "cost").distance
    assert (search(network, 5, "cost").distance == expected).all()
    worse = network.arcs["cost"].copy()
    worse[np.flatnonzero(network.tail != 5)[-40:]] -= 6_000  # makes negative cycles
    labels = search(network, 5, worse)
    assert worse[labels.cycle].sum() < 0
    assert (network.head[labels.cycle] == np.roll(network.tail[labels.cycle], -1)).all()


@every_search
def test_rounding_does_not_make_a_negative_cycle(search: Any) -> None:
    cost = np.array(
        [1e-16, 1e-16, -1.9e-16, 1.5]
    )  # exactly, the cycle is positive; from 1.5 on, labels fall for ever
    network = Network.from_arcs([0, 1, 2, 3], [1, 2, 0, 0], arcs={"cost": cost})
    assert 1.5 + cost[0] + cost[1] + cost[2] < 1.5
    labels = search(network, 3, "cost")
    assert not len(labels.cycle)
    np.testing.assert_allclose(labels.distance, [1.5, 1.5, 1.5, 0], rtol=1e-14)


@every_search
def test_a_cycle_as_small_as_rounding_is_reported_if_it_is_negative(search: Any) -> None:
    network = Network.from_arcs([0, 1], [1, 0], arcs={"cost": np.array([0.5, -0.5000001])})
    assert sorted(search(network, 0, "cost").cycle) == [0, 1]


def test_the_front_offers_every_method_and_names_the_cycle() -> None:
    network = Network.from_arcs([0, 1, 2, 3], [1, 2, 1, 0], arcs={"cost": np.array([4, 1, -2, 0])})
    for method in METHODS:
        labels = ro.bellman_ford(network, 0, "cost", method)
        assert sorted(labels.cycle.tolist()) == [1, 2]
        with pytest.raises(ro.InfeasibleError, match=r"cycle of 2 arcs with negative weight .*(1, 2|2, 1)"):
            labels.checked()
        healed = ro.bellman_ford(network.close(2), 0, "cost", method)
        assert healed.checked() is healed
        assert healed.distance.tolist() == [0, 4, 5, UNREACHED]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((2, "cost"), "nodes are 0 to 1, not 2"),
        ((0.5, "cost"), "a node is a number from 0 to 1, not 0.5"),
        ((0, "price"), r"metric 'price': no such column \(there are: cost\); or give 2 weights"),
        ((0, [1.0]), r"shape \(1,\), but there are 2 arcs"),
        ((0, [1.0, math.nan]), "nan at arc 1"),
        ((0, [-math.inf, 1.0]), "-inf at arc 0"),
        ((0, ["a", "b"]), "weights must be numbers"),
        ((0, [2**60, 1]), "exceed 64 bits; make them float64"),
        ((0, "cost", "best"), "method: one of spfa, jump, rounds, not 'best'"),
    ],
)
def test_bad_input_is_named(arguments: tuple[Any, ...], message: str) -> None:
    network = Network.from_arcs([0, 1], [1, 0], arcs={"cost": np.array([1, 2])})
    with pytest.raises(ro.ProblemError, match=message):
        bellman_ford(network, *arguments)


def test_hops_begin_at_one() -> None:
    with pytest.raises(ro.ProblemError, match="hops must be 1 or more, not 0"):
        jump_frontier(Network.from_arcs([0], [1]), 0, [1.0], hops=0)
