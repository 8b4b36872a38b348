"""Pareto sets against all simple paths written out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st
from naive_paths import every_path
from path_networks import multigraphs

from routeopt.data.generators.streets import street_grid
from routeopt.errors import ProblemError
from routeopt.problems.network import Network
from routeopt.solvers.paths.front import ShortestPaths
from routeopt.solvers.paths.pareto import constrained, pareto


def every_cost(network: Network, a: int, b: int, names: list[str]) -> set[tuple[float, ...]]:
    """Return what all simple paths cost by each criterion."""
    columns = np.array([network.arcs[name] for name in names], float)
    return {tuple(columns[:, list(path)].sum(axis=1).tolist()) for path in every_path(network, a, b)}


def best(costs: set[tuple[float, ...]]) -> list[tuple[float, ...]]:
    """Return the costs that no other ones better."""
    return sorted(
        cost
        for cost in costs
        if not any(other != cost and all(o <= c for o, c in zip(other, cost, strict=True)) for other in costs)
    )


@given(network=multigraphs(most=6, step=1), three=st.booleans(), data=st.data())
def test_the_set_is_that_of_all_simple_paths(network: Network, three: bool, data: st.DataObject) -> None:
    a, b = (data.draw(st.integers(0, network.size - 1)) for _ in range(2))
    names = ["time", "length"]
    if three:
        tolls = (network.arcs["time"] * 7 + network.arcs["length"] * 3) % 5
        network = replace(network, arcs={**network.arcs, "tolls": tolls})
        names.append("tolls")
    limits = data.draw(st.none() | st.fixed_dictionaries({"length": st.integers(0, 20).map(float)}))
    found = pareto(network, a, b, names, limits=limits)
    expected = best(every_cost(network, a, b, names))
    if limits:
        expected = [cost for cost in expected if cost[1] <= limits["length"]]
    assert [compromise.costs for compromise in found] == expected
    for compromise in found:
        assert compromise.path.cost == pytest.approx(compromise.costs[0])
        sums = [float(np.asarray(network.arcs[name])[compromise.path.arcs].sum()) for name in names]
        assert sums == pytest.approx(compromise.costs)


@given(network=multigraphs(most=7), length=st.integers(0, 25), data=st.data())
def test_the_quickest_within_a_length(network: Network, length: int, data: st.DataObject) -> None:
    a, b = (data.draw(st.integers(0, network.size - 1)) for _ in range(2))
    path = constrained(network, a, b, limits={"length": length})
    fit = [time for time, way in every_cost(network, a, b, ["time", "length"]) if way <= length]
    assert bool(path) == bool(fit)
    if fit:
        assert path.cost == pytest.approx(min(fit))
        assert path.length <= length
    elif every_path(network, a, b):
        assert path.reason.startswith(f"no path keeps the limits (length {length}); the least possible")
    else:
        assert path.reason == ShortestPaths(network).path(a, b).reason


def test_between_points_on_arcs_its_ends_are_the_shortest_paths() -> None:
    network = street_grid(300, seed=4)
    assert network.places is not None
    middle = (network.places[network.tail] + network.places[network.head]) / 2
    rng = np.random.default_rng(1)
    for i, j in [*rng.integers(0, len(network.head), (5, 2)).tolist(), (7, 7)]:
        a, b = network.snap(middle[[i]]), network.snap(middle[[j]] * 0.999999)
        found = pareto(network, a, b)
        times, lengths = zip(*(compromise.costs for compromise in found), strict=True)
        assert list(times) == sorted(times)
        assert list(lengths) == sorted(lengths, reverse=True)
        assert times[0] == pytest.approx(ShortestPaths(network).distance(a, b))
        assert lengths[-1] == pytest.approx(ShortestPaths(network, "length").distance(a, b))
        for compromise in found:
            assert compromise.path.length == pytest.approx(compromise.costs[1], rel=1e-6)
            assert compromise.path.duration == pytest.approx(compromise.costs[0], rel=1e-6)


def test_too_many_labels_and_unknown_criteria_are_errors() -> None:
    network = street_grid(400, seed=4)
    with pytest.raises(ProblemError, match="more than 100 labels"):
        pareto(network, 0, network.size - 1, most=100)
    with pytest.raises(ProblemError) as caught:
        pareto(network, 0, 1, ("time", "beauty"), limits={"length": 3, "time": -1})
    assert len(caught.value.messages) == 3
