"""Legs along streets: the same as paths, drawn along them, and a reason where there is no way."""

from __future__ import annotations

import numpy as np
import pytest

import routeopt as ro
from routeopt.solvers.paths.legs import StreetLegs


@pytest.fixture(scope="module")
def helsinki():
    return ro.load_network("helsinki")


@pytest.fixture(scope="module")
def problem(helsinki):
    return ro.generate("streets", 30, seed=1, network=helsinki)


def test_legs_are_the_paths_between_the_stops(helsinki, problem):
    paths, instance = ro.ShortestPaths(helsinki), problem.instance()
    for a, b in ((0, 1), (1, 0), (3, 17), (8, 8)):
        path = paths.path(tuple(problem.places[a]), tuple(problem.places[b]))
        assert instance.duration[0, a, b] == pytest.approx(path.duration, abs=1e-6)
        assert instance.distance[0, a, b] == pytest.approx(path.length, abs=1e-6)


def test_one_way_streets_make_legs_differ_by_direction(problem):
    distance = problem.instance().distance[0]
    assert (distance.diagonal() == 0).all()
    assert (np.abs(distance - distance.T) > 1).any()


def test_routes_are_drawn_along_the_streets(problem):
    legs = problem.legs["car"] if "car" in problem.legs else next(iter(problem.legs.values()))
    line = legs.geometry(problem.places, 1, 2)
    np.testing.assert_array_equal(line[[0, -1]], problem.places[[1, 2]])
    assert len(line) > 2
    scale = 111_195 * np.array([np.cos(np.radians(60.17)), 1.0])
    driven = np.hypot(*(np.diff(line, axis=0) * scale).T).sum()
    assert driven == pytest.approx(problem.instance().distance[0, 1, 2], rel=0.01, abs=1.0)


def test_a_plan_on_streets_is_feasible_and_drawn_whole(problem):
    solution = ro.solve(problem, solver="savings", seed=1)
    assert solution.feasible
    features = registry_geojson(solution)
    lines = [f["geometry"]["coordinates"] for f in features if f["geometry"]["type"] == "LineString"]
    assert sum(map(len, lines)) > 3 * len(problem.stops)


def registry_geojson(solution):
    from routeopt.data.writers import geojson

    return geojson.document(solution)["features"]


def test_a_stop_far_from_all_streets_is_left_out_with_its_reason(helsinki):
    near, depot = helsinki.places[[10, 20]]
    stops = [ro.Stop(lon=near[0], lat=near[1], name="near"), ro.Stop(lon=25.5, lat=60.2, name="far")]
    problem = ro.VRP(stops, [ro.Vehicle()], [ro.Depot(lon=depot[0], lat=depot[1])], legs=helsinki)
    solution = ro.solve(problem, solver="savings")
    (left,) = solution.unserved
    assert left.stop == "far"
    assert "'far' is 30" in left.reason
    assert "km from the nearest street" in left.reason


def test_a_depot_far_from_all_streets_is_the_reason(helsinki):
    problem = ro.VRP(
        [ro.Stop(lon=24.945, lat=60.17)], [ro.Vehicle()], [ro.Depot(lon=25.5, lat=60.2)], legs=helsinki
    )
    (left,) = ro.solve(problem, solver="savings").unserved
    assert "'depot' is" in left.reason


def test_from_table_takes_a_network(helsinki):
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(
        {"name": ["a", "b"], "lon": helsinki.places[[1, 2], 0], "lat": helsinki.places[[1, 2], 1]}
    )
    depot = ro.Depot(lon=helsinki.places[5, 0], lat=helsinki.places[5, 1])
    problem = ro.VRP.from_table(table, network=helsinki, depots=[depot], vehicles=[ro.Vehicle()])
    assert isinstance(next(iter(problem.legs.values())), StreetLegs)
    assert np.isfinite(problem.instance().distance).all()


def test_a_network_without_lengths_or_places_is_refused():
    with pytest.raises(ro.ProblemError) as caught:
        StreetLegs(ro.Network.from_arcs([0], [1]), rounding="up")
    assert len(caught.value.messages) == 3


def test_closed_streets_are_not_driven(helsinki, problem):
    used = ro.ShortestPaths(helsinki).path(tuple(problem.places[1]), tuple(problem.places[2])).arcs
    detour = problem.replace(legs=helsinki.close(used[len(used) // 2]))
    assert detour.instance().duration[0, 1, 2] > problem.instance().duration[0, 1, 2]
