"""Alternatives keep what they promise, and the obvious ones are found."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st
from naive_paths import naive_distances
from path_networks import listed, multigraphs

from routeopt.data.generators.streets import street_grid
from routeopt.errors import ProblemError
from routeopt.problems.network import Network
from routeopt.solvers.paths.alternatives import METHODS
from routeopt.solvers.paths.front import ShortestPaths
from routeopt.solvers.paths.selection import Alternative
from routeopt.solvers.paths.skeleton import skeleton
from routeopt.solvers.paths.yen import k_shortest_paths


def check(
    found: list[Alternative],
    paths: ShortestPaths,
    a: int,
    b: int,
    limits: dict[str, float],
    exact: bool = True,
) -> None:
    """Hold alternatives between nodes to their limits and measures, by what plain sums and searches say."""
    network, weight = paths.network, np.asarray(paths.network.arcs["time"], float)
    searched = range(network.size) if exact else [a]
    distance = {v: naive_distances(network.size, listed(network), v) for v in searched}
    shortest = distance[a][b]
    used: set[int] = set()
    seen = set()
    for i, alternative in enumerate(found):
        arcs = alternative.path.arcs.tolist()
        nodes = [a, *network.head[arcs].tolist()]
        assert nodes[-1] == b
        assert len(set(nodes)) == len(nodes)
        assert all(network.tail[arc] == node for arc, node in zip(arcs, nodes, strict=False))
        assert network.closed is None or not network.closed[arcs].any()
        assert tuple(arcs) not in seen
        seen.add(tuple(arcs))
        cost = weight[arcs].sum()
        assert alternative.path.cost == pytest.approx(cost)
        assert i > 0 or cost == pytest.approx(shortest)
        assert cost <= limits["stretch"] * shortest + 1e-9
        assert alternative.stretch == pytest.approx(cost / shortest if shortest else 1.0)
        common = weight[[arc for arc in arcs if arc in used]].sum()
        if i and cost:
            assert alternative.sharing == pytest.approx(common / cost)
            assert common <= limits["sharing"] * cost + 1e-9
        used |= set(arcs)
        if not exact:
            continue
        at = np.concatenate([[0], np.cumsum(weight[arcs])])
        parts = [
            (at[y] - at[x], distance[nodes[x]][nodes[y]])
            for x in range(len(nodes))
            for y in range(x + 1, len(nodes))
        ]
        detours = [(along, least) for along, least in parts if along > least]
        assert all(along > limits["local"] * shortest for along, _ in detours)
        if i and shortest:
            least_detour = min((along for along, _ in detours), default=cost)
            assert alternative.local == pytest.approx(least_detour / shortest)
            worst = max((along / least if least else np.inf for along, least in detours), default=1.0)
            assert alternative.bounded_stretch == pytest.approx(worst)


@pytest.mark.parametrize("method", METHODS)
@given(
    network=multigraphs(most=9),
    k=st.integers(0, 5),
    stretch=st.sampled_from([1.0, 1.3, 3.0]),
    sharing=st.sampled_from([0.0, 0.6, 1.0]),
    local=st.sampled_from([0.0, 0.3, 1.0]),
    engine=st.sampled_from(["bidirectional", "hierarchy"]),
    data=st.data(),
)
def test_every_answer_keeps_the_limits(
    method: str,
    network: Network,
    k: int,
    stretch: float,
    sharing: float,
    local: float,
    engine: str,
    data: st.DataObject,
) -> None:
    a, b = (data.draw(st.integers(0, network.size - 1)) for _ in range(2))
    paths = ShortestPaths(network, method=engine)
    limits = {"stretch": stretch, "sharing": sharing, "local": local}
    found = paths.alternatives(a, b, k, method, **limits)
    assert len(found) <= k
    assert bool(found) == (bool(paths.path(a, b)) and k > 0)
    check(found, paths, a, b, limits)


@given(network=multigraphs(most=7), k=st.integers(1, 6), data=st.data())
def test_without_limits_yen_finds_the_shortest_simple_paths(
    network: Network, k: int, data: st.DataObject
) -> None:
    a, b = (data.draw(st.integers(0, network.size - 1)) for _ in range(2))
    found = ShortestPaths(network).alternatives(a, b, k, "yen", stretch=2.0, sharing=1.0, local=0.0)
    expected = k_shortest_paths(network, a, b, 30)
    limit = 2.0 * expected[0].cost if expected else 0.0
    costs = [path.cost for path in expected if path.cost <= limit][:k]
    assert [alternative.path.cost for alternative in found] == pytest.approx(costs)


def three_ways() -> Network:
    """Return a network with ways of 10, 11 and 12 from node 0 to node 1, and a short detour on the first."""
    ways = [
        [(0, 2, 3), (2, 7, 4), (7, 1, 3)],
        [(0, 3, 3), (3, 6, 5), (6, 1, 3)],
        [(0, 4, 4), (4, 8, 4), (8, 1, 4)],
    ]
    tail, head, time = np.array([*ways[0], *ways[1], *ways[2], (2, 5, 2), (5, 7, 3)]).T
    return Network.from_arcs(tail, head, arcs={"time": time.astype(float)})


@pytest.mark.parametrize("method", METHODS)
def test_three_separate_ways_are_found_and_the_small_detour_is_not(method: str) -> None:
    found = ShortestPaths(three_ways()).alternatives(0, 1, 5, method, sharing=0.4)
    assert [alternative.path.cost for alternative in found] == [10, 11, 12]
    assert [alternative.sharing for alternative in found] == [0, 0, 0]
    assert repr(found[1]).startswith("Alternative(path=<Path")


@pytest.mark.parametrize("method", ["via", "plateau", "penalty", "overlap"])
def test_a_city_has_alternatives(method: str) -> None:
    network = street_grid(900, seed=3)
    paths = ShortestPaths(network)
    limits = {"stretch": 1.3, "sharing": 0.7, "local": 0.1}
    rng = np.random.default_rng(5)
    counts = []
    for a, b in rng.integers(0, network.size, (5, 2)).tolist():
        found = paths.alternatives(a, b, 3, method, **limits)
        check(found, paths, a, b, limits, exact=False)
        assert all(alternative.local > 0.1 for alternative in found)
        counts.append(len(found))
    assert sum(counts) >= 10


@pytest.mark.parametrize("method", METHODS)
def test_between_points_on_arcs(method: str) -> None:
    network = street_grid(400, seed=1)
    paths = ShortestPaths(network)
    assert network.places is not None
    middle = (network.places[network.tail] + network.places[network.head]) / 2
    rng = np.random.default_rng(2)
    several = 0
    for i, j in rng.integers(0, len(network.head), (8, 2)).tolist():
        a, b = network.snap(middle[[i]]), network.snap(middle[[j]])
        found = paths.alternatives(a, b, 3, method, local=0.05, sharing=0.9)
        several += len(found) > 1
        assert found[0].path.cost == pytest.approx(paths.distance(a, b))
        for alternative in found:
            path = alternative.path
            assert path.cost == pytest.approx(path.duration, rel=1e-6)
            assert all(network.head[x] == network.tail[y] for x, y in pairwise(path.arcs.tolist()))
            np.testing.assert_allclose(path.line[0], a.places[0], atol=1e-9)
            np.testing.assert_allclose(path.line[-1], b.places[0], atol=1e-9)
            assert path.cost <= 1.25 * found[0].path.cost
    assert several >= (1 if method == "yen" else 4)


@given(network=multigraphs(most=9), data=st.data())
def test_a_skeleton_holds_the_shortest_path_and_bounds_every_method(
    network: Network, data: st.DataObject
) -> None:
    a, b = (data.draw(st.integers(0, network.size - 1)) for _ in range(2))
    paths = ShortestPaths(network)
    part = skeleton(paths, a, b, detour=1.5, near=0.2)
    first = paths.path(a, b)
    assert part.arcs[first.arcs].all()
    if first:
        there, weight = naive_distances(network.size, listed(network), a), network.arcs["time"]
        for arc in np.flatnonzero(part.arcs).tolist():
            onward = naive_distances(network.size, listed(network), int(network.head[arc]))[b]
            assert there[network.tail[arc]] + weight[arc] + onward <= 1.5 * first.cost + 1e-9
    for method in METHODS:
        found = paths.alternatives(a, b, 3, method, stretch=2.0, local=0.0, within=part.arcs)
        assert all(part.arcs[alternative.path.arcs].all() for alternative in found)


def test_far_from_the_ends_a_skeleton_keeps_to_higher_roads() -> None:
    network = street_grid(2500, seed=2)
    paths = ShortestPaths(network)
    part = skeleton(paths, 0, network.size - 1, near=0.1)
    assert part.share < 0.5
    assert len(paths.alternatives(0, network.size - 1, 3, within=part.arcs, local=0.1)) > 0
    first, shortest = set(paths.path(0, network.size - 1).arcs.tolist()), paths.distance(0, network.size - 1)
    minor = np.flatnonzero(part.arcs & (network.arcs["highway"] == 0))
    for arc in minor.tolist():
        away = (
            paths.distance(0, int(network.tail[arc])),
            paths.distance(int(network.head[arc]), network.size - 1),
        )
        assert min(away) <= 0.1 * shortest + 1e-6 or arc in first


def test_no_path_gives_no_alternatives_and_a_path_to_itself_one() -> None:
    network = Network.from_arcs([0, 1], [1, 0], size=3, arcs={"time": np.ones(2)})
    paths = ShortestPaths(network)
    assert paths.alternatives(0, 2) == []
    (only,) = paths.alternatives(1, 1)
    assert only.path.cost == 0


def test_limits_that_make_no_sense_are_all_named() -> None:
    paths = ShortestPaths(three_ways())
    with pytest.raises(ProblemError) as caught:
        paths.alternatives(0, 1, -1, "best", stretch=0.5, sharing=2, local=-1)
    assert len(caught.value.messages) == 5
    with pytest.raises(ProblemError, match="within must be a flag for each"):
        paths.alternatives(0, 1, within=[1, 2])
    with pytest.raises(ProblemError, match="detour must be 1 or more"):
        skeleton(paths, 0, 1, detour=0.5)
