"""Points are snapped to the nearest routable arc, exactly, or told why not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st
from network_cases import networks

from routeopt.errors import ProblemError
from routeopt.problems.legs import EARTH_RADIUS
from routeopt.problems.network import Network, Shapes
from routeopt.problems.positions import arrivals, at_nodes, departures
from routeopt.problems.snapping import Snapper, snap


def nearest_by_hand(network: Network, arcs: np.ndarray, point: np.ndarray) -> float:
    """Return the distance from a point to the nearest of some arcs, a segment at a time."""
    scale = np.ones(2)
    if network.geographic:  # a plane that touches the globe at the point: right to 0.01 % nearby
        scale = EARTH_RADIUS * np.radians([np.cos(np.radians(point[1])), 1.0])
    best = np.inf
    for arc in arcs:
        line = (network.line(int(arc)) - point) * scale
        for a, b in pairwise(line):
            square = float((b - a) @ (b - a))
            t = min(max(-float(a @ (b - a)) / square, 0.0), 1.0) if square else 0.0
            best = min(best, float(np.hypot(*(a + t * (b - a)))))
    return best


def square(**columns: object) -> Network:
    """Return a street around a block of 100 by 100, both ways."""
    corner = np.array([[0, 0], [100, 0], [100, 100], [0, 100]], float)
    tail, head = [0, 1, 2, 3, 1, 2, 3, 0], [1, 2, 3, 0, 0, 1, 2, 3]
    return Network.from_arcs(tail, head, places=corner, **columns)


@given(networks(min_arcs=1, columns=False), st.integers(0, 2**32 - 1), st.booleans())
def test_no_arc_is_nearer_than_the_one_found(network: Network, seed: int, everything: bool) -> None:
    rng = np.random.default_rng(seed)
    low, high = network.places.min(axis=0), network.places.max(axis=0)
    wide = (high - low).max() + 1e-4
    points = rng.uniform(low - wide, high + wide, (8, 2))
    points[:3] = network.places[rng.integers(network.size, size=3)]
    routable = np.ones(len(network.head), bool) if everything else None
    found = snap(network, points, limit=np.inf, routable=routable)
    component = network.components()
    largest = component == np.bincount(component).argmax()
    allowed = largest[network.tail] & largest[network.head]
    if network.closed is not None:
        allowed &= ~network.closed
    arcs = np.flatnonzero(np.ones(len(allowed), bool) if everything else allowed)
    if not len(arcs):
        assert (found.arc == -1).all()
        assert all("no arc to go to" in reason for reason in found.reason)
        return
    assert np.isin(found.arc, arcs).all()
    for i, point in enumerate(points):
        expected = nearest_by_hand(network, arcs, point)
        # Metres on the globe are compared with those on a plane: nearly the same.
        near = {"rel": 1e-3, "abs": 0.01} if network.geographic else {"rel": 1e-12, "abs": 1e-9}
        assert found.distance[i] == pytest.approx(expected, **near)
        assert nearest_by_hand(network, found.arc[i : i + 1], found.places[i]) == pytest.approx(0, abs=2e-2)


@given(networks(min_arcs=1, columns=False), st.integers(0, 2**32 - 1))
def test_the_fraction_and_the_twin_lead_to_the_same_place(network: Network, seed: int) -> None:
    rng = np.random.default_rng(seed)
    low, high = network.places.min(axis=0), network.places.max(axis=0)
    found = snap(network, rng.uniform(low, high, (8, 2)), limit=np.inf)
    tolerance = 1e-6 if network.geographic else 1e-9
    for arc, twin, fraction, place in zip(found.arc, found.twin, found.fraction, found.places, strict=True):
        if arc >= 0:
            assert np.abs(along(network, int(arc), fraction) - place).max() <= tolerance
        if twin >= 0:
            assert network.twin[arc] == twin
            assert network.closed is None or not network.closed[twin]
            assert np.abs(along(network, int(twin), 1 - fraction) - place).max() <= tolerance


def along(network: Network, arc: int, fraction: float) -> np.ndarray:
    """Return the place at a share of the length of an arc."""
    line = network.line(arc)
    scale = np.array([np.cos(np.radians(line[:, 1].mean())), 1.0]) if network.geographic else np.ones(2)
    step = np.hypot(*(np.diff(line, axis=0) * scale).T)
    reached = np.concatenate([[0.0], np.cumsum(step)])
    return np.array([np.interp(fraction * reached[-1], reached, line[:, axis]) for axis in (0, 1)])


def test_a_point_lies_on_the_street_and_on_its_twin() -> None:
    found = square().snap([(30, -4), (105, 50), (100, 100)])
    assert found.distance.tolist() == [4, 5, 0]
    assert found.places.tolist() == [[30, 0], [100, 50], [100, 100]]
    assert (square().twin[found.arc] == found.twin).all()
    assert found.reason == ("", "", "")


def test_a_bend_is_followed() -> None:
    shapes = Shapes(np.array([0, 1, 2]), np.array([[50.0, 80.0], [50.0, 80.0]]))
    network = Network.from_arcs([0, 1], [1, 0], places=np.array([[0.0, 0.0], [100.0, 0.0]]), shapes=shapes)
    found = network.snap([(50, 90), (50, 0)])
    assert found.places[0].tolist() == [50, 80]
    assert found.fraction[0] == pytest.approx(0.5)
    assert found.distance[1] == pytest.approx(50 * 80 / np.hypot(50, 80))


def test_two_carriageways_of_one_length_are_no_twins() -> None:
    shapes = Shapes(np.array([0, 1, 2]), np.array([[50.0, 5.0], [50.0, -5.0]]))
    network = Network.from_arcs(
        [0, 1], [1, 0], places=np.array([[0.0, 0.0], [100.0, 0.0]]), shapes=shapes,
        arcs={"length": np.array([100.5, 100.5])},
    )  # fmt: skip
    assert network.twin.tolist() == [1, 0]
    found = network.snap([(50, 6), (50, -6)])
    assert found.arc.tolist() == [0, 1]
    assert found.twin.tolist() == [-1, -1]


def test_loops_and_arcs_without_length_are_found() -> None:
    places = np.array([[0.0, 0.0], [0.0, 0.0], [9.0, 0.0]])
    shapes = Shapes(np.array([0, 0, 2, 2, 2, 2]), np.array([[-3.0, 1.0], [-3.0, -1.0]]))
    network = Network.from_arcs([0, 0, 1, 1, 2], [1, 0, 0, 2, 1], places=places, shapes=shapes)
    found = network.snap([(-4, 0), (0, 0), (5, 1)])
    assert found.arc[0] == 1
    assert found.places[0].tolist() == [-3, 0]
    assert found.fraction[0] == pytest.approx(0.5)
    assert found.distance[1:].tolist() == [0, 1]
    still = Network.from_arcs([0, 1], [1, 0], places=places[:2]).snap([(1, 0)])
    assert (still.distance.tolist(), still.fraction.tolist()) == ([1], [0])


def test_asking_for_components_changes_nothing() -> None:
    network = Network.from_arcs([0, 0, 1, 2], [2, 1, 0, 0], closed=np.array([True, False, False, False]))
    assert len(set(network.components().tolist())) == 2
    assert (network.head.tolist(), network.first_out.tolist()) == ([2, 1, 0, 0], [0, 2, 3, 4])


def test_a_one_way_dead_end_is_passed_over() -> None:
    network = Network.from_arcs([0, 1, 1], [1, 0, 2], places=np.array([[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]]))
    assert network.snap([(19, 0)]).places.tolist() == [[10, 0]]
    assert snap(network, [(19, 0)], routable=[True] * 3).places.tolist() == [[19, 0]]


def test_closed_arcs_are_passed_over_and_no_twins() -> None:
    network = square()
    south = np.flatnonzero((network.tail == 0) & (network.head == 1))
    assert (network.close(south).snap([(50, 1)]).twin == -1).all()
    assert network.close([*south, *network.twin[south]]).snap([(50, 1)]).distance == [50]


def test_a_point_far_away_is_told_how_far_and_a_swapped_one_is_told_so() -> None:
    places = np.array([[24.93, 60.17], [24.95, 60.17]])
    network = Network.from_arcs([0, 1], [1, 0], places=places, geographic=True)
    found = network.snap(
        [(24.94, 60.171), (24.94, 60.22), (60.17, 24.94), (np.nan, 60), (24.94, 600), (1e400, 1)]
    )
    assert found.arc.tolist() == [0, -1, -1, -1, -1, -1]
    assert found.distance[0] == pytest.approx(111.2, abs=0.1)
    assert found.reason == (
        "",
        "is 5.56 km from the nearest street of this network (limit 1 km)",
        "is 4,754 km from the nearest street of this network (limit 1 km); longitude and latitude are swapped: "
        "longitude comes first",
        "has coordinates that are no numbers (nan, 60)",
        "is not on the globe: longitude 24.94, latitude 600",
        "has coordinates that are no numbers (inf, 1)",
    )
    assert network.snap([(24.94, 60.22)], limit=6_000).reason == ("",)
    turned = Network.from_arcs(
        [0, 1], [1, 0], places=np.array([[151.2, -33.9], [151.3, -33.9]]), geographic=True
    )
    assert "are swapped" in turned.snap([(-33.9, 151.25)]).reason[0]
    assert network.snap([]).arc.shape == (0,)
    assert (
        "is 50 from the nearest arc of this network (limit 10)" in square().snap([(50, 50)], limit=10).reason
    )


def test_nodes_without_places_are_no_hindrance() -> None:
    places = np.array([[0.0, 0.0], [10.0, 0.0], [np.nan, np.nan]])
    network = Network.from_arcs([0, 1, 1, 2], [1, 0, 2, 1], places=places)
    assert network.snap([(3, 1)]).distance.tolist() == [1]


def test_what_cannot_be_snapped_is_refused() -> None:
    with pytest.raises(ProblemError, match="no coordinates"):
        Network.from_arcs([0], [1]).snap([(0, 0)])
    with pytest.raises(ProblemError, match=r"shape \(k, 2\)"):
        square().snap([1, 2])
    with pytest.raises(ProblemError, match="pairs of numbers"):
        square().snap([("a", "b")])
    with pytest.raises(ProblemError, match="limit must be 0 or more"):
        square().snap([(0, 0)], limit=-1)
    with pytest.raises(ProblemError, match="flag for each of the 8 arcs"):
        Snapper(square(), [True])
    empty = Network.from_arcs([], [], size=0, places=np.zeros((0, 2)))
    assert "no arc to go to" in empty.snap([(0, 0)]).reason[0]


def test_ten_thousand_points_take_less_than_a_second() -> None:
    import time

    side = 300
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    places = np.stack([x.ravel(), y.ravel()], axis=1) * 100.0
    node = np.arange(side**2).reshape(side, side)
    one = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    other = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    network = Network.from_arcs(np.append(one, other), np.append(other, one), places=places)
    points = np.random.default_rng(1).uniform(0, side * 100, (10_000, 2))
    assert network.snapper is network.snapper
    begin = time.perf_counter()
    assert (network.snap(points).arc >= 0).all()
    assert time.perf_counter() - begin < 1


@given(networks(columns=False))
def test_positions_at_nodes_begin_and_end_at_the_node(network: Network) -> None:
    found = at_nodes(network, np.arange(network.size))
    able = np.ones(len(network.head), bool) if network.closed is None else ~network.closed
    leaving, reaching = departures(network, found), arrivals(network, found)
    for node in range(network.size):
        ins, outs = (able & (network.head == node)).sum(), (able & (network.tail == node)).sum()
        assert (found.reason[node] == "") == ((ins > 0 and outs > 0) or ins + outs == 1)
        if not found.reason[node]:
            ends = range(leaving.first[node], leaving.first[node + 1])
            at_it = [leaving.share[e] == 0 and leaving.node[e] == node for e in ends]
            by_its_only_arc = [outs == 1 and network.tail[leaving.arc[e]] == node for e in ends]
            assert any(at_it) or all(by_its_only_arc)
            ends = range(reaching.first[node], reaching.first[node + 1])
            at_it = [reaching.share[e] == 0 and reaching.node[e] == node for e in ends]
            by_its_only_arc = [ins == 1 and network.head[reaching.arc[e]] == node for e in ends]
            assert any(at_it) or all(by_its_only_arc)
    with pytest.raises(ProblemError, match="nodes are 0 to"):
        at_nodes(network, [network.size])
