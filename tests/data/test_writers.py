"""Plans as files: the suffix decides, the file appears whole, and what is written can be read again."""

from __future__ import annotations

import csv
import json
from xml.etree import ElementTree

import numpy as np
import pytest
import vrplib
from hypothesis import assume, given, settings
from strategies import problems_with_plans

import routeopt as ro
from routeopt.data.writers import PROBLEM_WRITERS, SOLUTION_WRITERS, csv as csv_writer, geojson, gpx, sol
from routeopt.problems.legs import Euclidean


@pytest.fixture
def plan():
    """Two kinds of vehicles, a reload, a stop that is late and one that nobody can carry."""
    problem = ro.VRP(
        [
            ro.Stop(1, 2, "bakery", delivery=3, windows=(0, 4)),
            ro.Stop(3, 1, "école", delivery=2),
            ro.Stop(5, 5, "mill", delivery=20),
        ],
        [
            ro.Vehicle("van", capacity=5, count=2, reload_depots=("hub",)),
            ro.Vehicle("bike", capacity=3, count=1, open_end=True),
        ],
        [ro.Depot(0, 0, "hub")],
        name="village",
    )
    return ro.Solution(problem, ro.Routes.from_lists([[2, 0, 1]], [0]))


def canonical(routes):
    """Return routes without the order in which they are listed."""
    return sorted(zip(routes.vehicle.tolist(), routes.lists(), strict=True))


@pytest.mark.parametrize("suffix", sorted(SOLUTION_WRITERS.keys() - {".gpx"}))  # which takes degrees only
def test_a_solution_is_written_by_suffix(plan, suffix, tmp_path):
    path = tmp_path / f"plan{suffix.upper()}"
    plan.write(path)
    assert path.read_text(encoding="utf-8").endswith("\n")
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", PROBLEM_WRITERS)
def test_a_problem_is_written_by_suffix_and_read_again(suffix, tmp_path):
    problem = ro.generate("cvrp", stops=12, seed=3)
    ro.write(problem, str(tmp_path / f"problem{suffix}"))
    again = ro.read(tmp_path / f"problem{suffix}")
    np.testing.assert_array_equal(again.instance().distance, problem.instance().distance)
    np.testing.assert_array_equal(again.instance().delivery, problem.instance().delivery)
    np.testing.assert_array_equal(again.instance().capacity, problem.instance().capacity)


def test_what_cannot_be_written_is_said(plan, tmp_path):
    with pytest.raises(ro.ProblemError, match=r"'\.kml'; use one of \.sol, \.json, \.csv, \.geojson, \.gpx"):
        plan.write(tmp_path / "plan.kml")
    with pytest.raises(ro.ProblemError, match=r"a problem cannot be written as '\.sol'"):
        ro.write(plan.problem, tmp_path / "problem.sol")
    with pytest.raises(ro.ProblemError, match="there is no folder"):
        plan.write(tmp_path / "missing" / "plan.json")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(ro.ProblemError, match="this is a folder"):
        plan.write(tmp_path / "folder.json")
    with pytest.raises(ro.ProblemError, match="not a Routes"):
        ro.write(plan.routes, tmp_path / "routes.json")


def test_a_failed_write_leaves_the_old_file(plan, tmp_path):
    path = tmp_path / "plan.sol"
    path.write_text("old")
    crowded = ro.Solution(plan.problem, ro.Routes.from_lists([[1], [2]], [1, 1]))
    with pytest.raises(ro.ProblemError, match=r"vehicle 'bike': the plan uses 1 more than there are"):
        crowded.write(path)
    assert path.read_text() == "old"
    plan.write(path)
    assert path.read_text().startswith("Route #1")
    assert len(list(tmp_path.iterdir())) == 1


def test_a_link_stays_a_link(plan, tmp_path):
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    plan.write(tmp_path / "link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())["cost"] == plan.cost


def test_the_kth_line_is_the_kth_vehicle(plan):
    assert sol.text(plan) == "Route #1: 2 0 1\nRoute #2:\nRoute #3:\nCost: 10.796691\n"
    by_bike = ro.Solution(plan.problem, ro.Routes.from_lists([[1], [2]], [1, 0]))
    assert sol.text(by_bike).splitlines()[:3] == ["Route #1: 2", "Route #2:", "Route #3: 1"]


def test_equal_vehicles_need_no_empty_lines():
    problem = ro.VRP([ro.Stop(3, 4), ro.Stop(6, 8)], [ro.Vehicle(count=5)])
    solution = ro.Solution(problem, ro.Routes.from_lists([[2, 1]]))
    assert sol.text(solution) == "Route #1: 2 1\nCost: 20\n"


def test_cvrplib_readers_read_it(plan, tmp_path):
    plan.write(tmp_path / "plan.sol")
    content = vrplib.read_solution(tmp_path / "plan.sol")
    assert content["routes"] == [[2, 0, 1], [], []]
    assert content["cost"] == pytest.approx(plan.cost, abs=1e-6)


@settings(max_examples=100)
@given(problems_with_plans())
def test_sol_files_read_back(tmp_path_factory, drawn):
    problem, routes = drawn
    solution = ro.Solution(problem, routes)
    assume(routes.size and "limited_fleet" not in {violation.constraint for violation in solution.violations})
    path = tmp_path_factory.mktemp("sol") / "plan.sol"
    solution.write(path)
    assert canonical(ro.read_solution(path, problem)) == canonical(routes)


@settings(max_examples=60)
@given(problems_with_plans())
def test_a_table_has_a_line_a_visit(drawn):
    problem, routes = drawn
    solution = ro.Solution(problem, routes)
    lines = list(csv.DictReader(csv_writer.text(solution).splitlines()))
    rows = solution.rows()
    assert len(lines) == len(rows)
    dimensions = problem.instance().delivery.shape[1]
    headers = ["load"] if dimensions == 1 else [f"load_{k}" for k in range(1, dimensions + 1)]
    for line, row in zip(lines, rows, strict=True):
        assert all(line[key] == str(row[key]) for key in ("route", "vehicle", "position", "stop"))
        for key in ("arrival", "begin", "departure", "waiting", "lateness", "distance"):
            assert float(line[key]) == pytest.approx(row[key], abs=1e-6)
        loads = [float(line[header]) for header in headers]
        assert loads == pytest.approx(np.atleast_1d(row["load"]), abs=1e-6)


def features_of(solution):
    collection = json.loads(geojson.text(solution))
    assert collection["type"] == "FeatureCollection"
    kinds = {}
    for feature in collection["features"]:
        kinds.setdefault(feature["properties"]["kind"], []).append(feature)
    return collection, kinds


def test_geojson_has_routes_depots_visits_and_the_unserved(plan):
    collection, kinds = features_of(plan)
    assert collection["planar"] is True
    (route,) = kinds["route"]
    assert route["geometry"]["coordinates"] == [[0, 0], [3, 1], [0, 0], [1, 2], [0, 0]]
    assert route["properties"] | {"vehicle": "van", "stops": 2, "route": 1} == route["properties"]
    assert route["properties"]["distance"] == pytest.approx(plan.distance)
    assert [stop["properties"]["name"] for stop in kinds["stop"]] == ["école", "bakery"]
    late = kinds["stop"][1]["properties"]
    assert late["lateness"] == pytest.approx(late["arrival"] - 4)
    assert kinds["reload"][0]["properties"]["load"] == 3
    assert kinds["depot"][0]["geometry"] == {"type": "Point", "coordinates": [0, 0]}
    assert "exceeds the capacity" in kinds["unserved"][0]["properties"]["reason"]


def test_geographic_geojson_is_longitude_and_latitude():
    problem = ro.generate("city", stops=5, seed=1)
    collection, kinds = features_of(ro.Solution(problem, ro.Routes.from_lists([[1, 2], [3, 4, 5]])))
    assert "planar" not in collection
    assert len(kinds["route"]) == 2
    places = np.array([stop["geometry"]["coordinates"] for stop in kinds["stop"]])
    np.testing.assert_allclose(places, problem.places[1:], atol=1e-7)


class Bent(Euclidean):
    """Legs that go around a corner."""

    def geometry(self, places, a, b):
        """Return a line with a corner."""
        start, end = places[a], places[b]
        return np.array([start, [end[0], start[1]], end])


def test_lines_follow_the_geometry_of_the_legs():
    problem = ro.VRP([ro.Stop(3, 4), ro.Stop(3, 8)], legs=Bent())
    _, kinds = features_of(ro.Solution(problem, ro.Routes.from_lists([[1, 2]])))
    # where a corner falls together with an end of its leg, the place stands once
    expected = [[0, 0], [3, 0], [3, 4], [3, 8], [0, 8], [0, 0]]
    assert kinds["route"][0]["geometry"]["coordinates"] == expected


@settings(max_examples=60)
@given(problems_with_plans(whole=False))
def test_geojson_of_anything_is_valid(drawn):
    problem, routes = drawn
    solution = ro.Solution(problem, routes)
    collection, kinds = features_of(solution)
    assert collection.get("planar", False) is not problem.geographic
    assert len(kinds.get("route", [])) == routes.size
    assert len(kinds.get("stop", [])) + len(kinds.get("reload", [])) == len(routes.visits)
    assert len(kinds.get("unserved", [])) == len(solution.unserved)
    for feature in kinds.get("route", []):
        line = np.array(feature["geometry"]["coordinates"])
        assert line.ndim == 2
        assert len(line) >= 2


def test_geojson_needs_coordinates():
    problem = ro.VRP([ro.Stop()], depots=[ro.Depot()], legs=ro.Matrix([[0, 1], [1, 0]]))
    with pytest.raises(ro.ProblemError, match="needs coordinates"):
        geojson.text(ro.Solution(problem, ro.Routes.from_lists([[1]])))


def test_gpx_has_a_waypoint_a_stop_and_a_track_a_route():
    stops = [ro.Stop(lon=24.94, lat=60.17, name="a & b"), ro.Stop(lon=24.95, lat=60.18)]
    problem = ro.VRP(stops, [ro.Vehicle("van")], [ro.Depot(lon=24.9, lat=60.1)], name="round")
    root = ElementTree.fromstring(gpx.text(ro.Solution(problem, ro.Routes.from_lists([[1], [2]]))))
    space = {"g": gpx.NAMESPACE}
    assert [point.find("g:name", space).text for point in root.findall("g:wpt", space)] == ["a & b", "2"]
    lines = [track.findall("g:trkseg/g:trkpt", space) for track in root.findall("g:trk", space)]
    assert [len(line) for line in lines] == [3, 3]
    assert lines[0][1].attrib == {"lat": "60.1700000", "lon": "24.9400000"}
    with pytest.raises(ro.ProblemError, match="GPX needs places in degrees"):
        gpx.text(ro.Solution(ro.VRP([ro.Stop(1, 2)]), ro.Routes.from_lists([[1]])))
