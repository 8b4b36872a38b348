"""Each preference changes the answer as stated, or the answer says why not."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from naive_paths import every_path
from path_networks import multigraphs

import routeopt as ro
from routeopt.data.generators.streets import street_grid
from routeopt.errors import ProblemError
from routeopt.problems.network import Network
from routeopt.solvers.paths.front import ShortestPaths

CLASSES = ["motorway", "primary", "track"]


def roads() -> Network:
    """Return a toll motorway from 0 to 3 by way of 1, a road by way of 2, and a track straight on."""
    return Network.from_arcs(
        [0, 1, 0, 2, 0, 3],
        [1, 3, 2, 3, 3, 4],
        places=np.array([[0.0, 0.0], [1.0, 1.0], [1.0, -1.0], [2.0, 0.0], [3.0, 0.0]]),
        arcs={
            "time": np.array([1.0, 1.0, 2.0, 2.0, 5.0, 1.0]),
            "length": np.array([30.0, 30.0, 20.0, 20.0, 10.0, 7.0]),
            "highway": np.array([0, 0, 1, 1, 2, 1]),
            "toll": np.array([True, False, False, False, False, True]),
            "unpaved": np.array([False, False, False, False, True, False]),
        },
        labels={"highway": CLASSES},
    )


@pytest.mark.parametrize(
    ("preferences", "time"),
    [
        ({}, 2),
        ({"avoid": ["tolls"]}, 4),
        ({"avoid": ["motorways"]}, 4),
        ({"avoid": ["motorways", "primary"]}, 5),
        ({"avoid": ["motorways", "unpaved"]}, 4),
        ({"areas": [[(0.4, 0.2), (0.6, 0.2), (0.6, 0.8), (0.4, 0.8)]]}, 4),
        ({"factors": {"motorways": 1.9}}, 2),
        ({"factors": {"motorways": 2.1}}, 4),
        ({"factors": {"track": 0.3}}, 5),
        ({"via": [2]}, 4),
    ],
)
@pytest.mark.parametrize("method", ["bidirectional", "hierarchy"])
def test_a_preference_changes_the_answer(preferences: dict, time: float, method: str) -> None:
    found = ShortestPaths(roads(), method=method).preferring(ro.RoutePreferences(**preferences)).path(0, 3)
    assert found
    assert found.cost == pytest.approx(time)
    assert found.sum("time") == pytest.approx(time)
    assert not found.unkept


def test_what_cannot_be_avoided_is_used_and_said() -> None:
    paths = ShortestPaths(roads())
    found = paths.preferring(ro.RoutePreferences(avoid=["tolls"])).path(0, 4)
    assert found.cost == 5  # the last arc must be paid for, the first need not be
    (unkept,) = found.unkept
    assert unkept.preference == "tolls"
    assert unkept.length == 7
    assert str(unkept) == "tolls: no way keeps clear of all that is to be avoided; this one uses 7 m of it"


def test_what_the_network_does_not_know_is_said() -> None:
    network = Network.from_arcs([0], [1], arcs={"time": np.ones(1)})
    found = ShortestPaths(network).preferring(ro.RoutePreferences(avoid=["tolls", "motorways"])).path(0, 1)
    assert [str(unkept) for unkept in found.unkept] == [
        f"{word}: the network does not say which of its arcs these are" for word in ("tolls", "motorways")
    ]


def test_a_point_that_cannot_be_reached_is_a_reason() -> None:
    found = ShortestPaths(roads()).preferring(ro.RoutePreferences(via=[4])).path(0, 3)
    assert not found
    assert found.cost == np.inf
    assert found.reason.startswith("leg 2 of 2: one-way arcs leave no way from node 4 to node 3")


@given(network=multigraphs(most=7), marks=st.integers(0, 2**20), data=st.data())
def test_avoiding_is_exact(network: Network, marks: int, data: st.DataObject) -> None:
    a, b = (data.draw(st.integers(0, network.size - 1)) for _ in range(2))
    m = len(network.head)
    toll = np.array([bool(marks >> (i % 20) & 1) for i in range(m)], bool)
    tolled = Network(network.first_out, network.head, {**network.arcs, "toll": toll}, closed=network.closed)
    found = ShortestPaths(tolled).preferring(ro.RoutePreferences(avoid=["tolls"])).path(a, b)
    time = network.arcs["time"]
    ways = [list(way) for way in every_path(network, a, b)]
    free = [time[way].sum() for way in ways if not toll[way].any()]
    assert bool(found) == bool(ways)
    if free:
        assert found.cost == pytest.approx(min(free))
        assert not found.unkept
    elif ways:
        assert [unkept.preference for unkept in found.unkept] == ["tolls"]
        assert toll[found.legs[0].arcs].any()


def test_points_in_the_best_order_and_in_the_given_one() -> None:
    network = street_grid(400, seed=6)
    paths = ShortestPaths(network)
    via = [300, 20, 150, 77]
    legs = paths.matrix([0, *via, 380]).cost

    def cost(order: tuple[int, ...]) -> float:
        stops = [0, *(i + 1 for i in order), 5]
        return sum(legs[i, j] for i, j in pairwise(stops))

    given_order = paths.preferring(ro.RoutePreferences(via=via)).path(0, 380)
    assert given_order.order == (0, 1, 2, 3)
    assert given_order.cost == pytest.approx(cost((0, 1, 2, 3)))
    free = paths.preferring(ro.RoutePreferences(via=via, any_order=True)).path(0, 380)
    assert free.cost == pytest.approx(min(map(cost, permutations(range(4)))))
    assert free.cost == pytest.approx(cost(free.order))
    assert len(free.line) > 5


def test_points_on_streets_and_areas_on_a_city() -> None:
    network = street_grid(900, seed=6)
    paths = ShortestPaths(network)
    assert network.places is not None
    a, b = network.places[0] + 1e-4, network.places[-1] - 1e-4
    middle = network.places.mean(axis=0)
    area = middle + 0.004 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    found = paths.preferring(ro.RoutePreferences(areas=[area], via=[network.places[200] + 1e-4])).path(a, b)
    assert found
    assert not found.unkept
    touched = set(network.within(area).tolist())
    assert touched
    assert all(touched.isdisjoint(leg.arcs.tolist()) for leg in found.legs)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ProblemError) as caught:
        ro.RoutePreferences(
            avoid="tolls", areas=[[(0, 0)]], factors={"tolls": 0}, via=range(11), any_order=True
        )
    assert len(caught.value.messages) == 4
    with pytest.raises(
        ProblemError, match="'ghosts' is no kind of road; there are: tolls, unpaved, motorways, mot"
    ):
        ShortestPaths(roads()).preferring(ro.RoutePreferences(avoid=["ghosts"]))
