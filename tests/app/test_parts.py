"""The parts of the app that a page cannot be asked about: tables and back, what is taken away, static files."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from mapapp import downloads, fleet, stops
from mapapp.again import carried
from mapapp.basemap import Ground, thinned
from mapapp.job import Job
from mapapp.shown import Shown

import routeopt as ro
from routeopt.errors import ProblemError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def round_() -> ro.VRP:
    problem = ro.generate("streets", 8, seed=3)
    return problem.replace(vehicles=[ro.Vehicle("van", None, 150.0, 40.0, 0.4 / 1000, 24 / 3600)])


@pytest.fixture(scope="module")
def job(round_) -> Job:
    job = Job(round_, 0.3, solver="savings")
    assert job.wait(200)
    return job


RICH = ro.VRP(
    [
        ro.Stop(
            1, 2, "a", delivery=(1, 2), windows=((0, 5), (8, 9)), service=1, prize=4, skills={"cold", "big"}
        ),
        ro.Stop(3, 4, "b", delivery=(2, 0), pickup=(0, 1), release=2, group="g"),
        ro.Stop(3, 5, "c", delivery=(2, 0), group="g"),
    ],
    [ro.Vehicle("x", 2, (5, 6), skills={"cold", "big"}, shift=(1, 30), max_stops=3), ro.Vehicle("y", 1)],
    [ro.Depot(0, 0)],
    fixed_edges=[("a", "b")],
)


def every_column(problem: ro.VRP, loads: int = 1) -> list[fleet.Field]:
    attributes = {field.attribute for field in fleet.FIELDS}
    return fleet.columns(attributes, max(loads, fleet.loads_of(problem)))


@pytest.mark.parametrize("problem", [RICH, ro.generate("city", 20, seed=1), ro.generate("x", 10, seed=1)])
def test_stops_come_back_from_their_table(problem):
    again = stops.edited(problem, stops.table(problem), list(problem.vehicles))
    for field, value in problem.instance()._asdict().items():
        other = getattr(again.instance(), field)
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(other, value, err_msg=field)
    assert again.names == problem.names


def test_an_edited_stop_is_the_one_that_is_planned(round_):
    frame = stops.table(round_)
    frame.loc[0, "demand"] = 77.0
    frame.loc[1, "open"] = "10:15"
    frame = frame.drop(index=2)
    again = stops.edited(round_, frame, list(round_.vehicles))
    assert len(again.stops) == 7
    assert again.stops.delivery[0, 0] == 77.0
    assert again.stops.windows[1, 0, 0] == 10.25 * 3600


def test_a_mistake_in_the_table_is_named(round_):
    frame = stops.table(round_)
    frame["open"] = frame["open"].astype(object)
    frame.loc[0, "open"] = "8:99"
    frame.loc[1, "lon"] = np.nan
    with pytest.raises(ProblemError) as error:
        stops.edited(round_, frame, list(round_.vehicles))
    assert len(error.value.messages) == 2


@pytest.mark.parametrize("problem", [RICH, ro.generate("city", 20, seed=1, fleet="mixed")])
def test_a_fleet_comes_back_from_its_table(problem):
    fields = every_column(problem)
    assert fleet.vehicles(problem, fleet.table(problem, fields), fields) == list(problem.vehicles)


def test_each_kind_of_load_has_a_capacity_that_can_be_edited():
    fields = every_column(RICH)
    frame = fleet.table(RICH, fields)
    assert frame["Capacity 1"].tolist()[0] == 5
    assert np.isnan(frame.loc[1, "Capacity 2"])
    frame.loc[0, "Capacity 2"] = 9.0
    first, second = fleet.vehicles(RICH, frame, fields)
    assert first.capacity == (5.0, 9.0)
    assert second == RICH.vehicles[1]


def test_another_kind_of_load_can_be_added(round_):
    fields = every_column(round_, loads=2)
    frame = fleet.table(round_, fields)
    assert fleet.vehicles(round_, frame, fields) == list(round_.vehicles), "nothing changes by looking"
    frame.loc[0, "Capacity 2"] = 3.0
    (van,) = fleet.vehicles(round_, frame, fields)
    assert van.capacity == (150.0, 3.0)
    rows = stops.table(round_, loads=2)
    rows["demand_2"] = 1.0
    edited = stops.edited(round_, rows, [van])
    np.testing.assert_array_equal(edited.stops.delivery[:, 1], 1.0)
    solution = ro.solve(edited, 0.1, solver="savings")
    assert solution.complete
    assert all(len(stops) <= 3 for stops in solution.routes.lists())


def test_an_edited_vehicle_is_the_one_that_is_planned(round_):
    fields = every_column(round_)
    frame = fleet.table(round_, fields)
    frame.loc[0, "Number"] = 3
    frame.loc[0, "Cost a km"] = 1.0
    frame.loc[0, "At most hours"] = 8.0
    frame.loc[0, "From"], frame.loc[0, "To"] = "8:00", "16:30"
    frame = pd.concat([frame, frame.assign(Vehicle="bike")], ignore_index=True)
    van, bike = fleet.vehicles(round_, frame, fields)
    assert (van.count, van.distance_cost, van.max_duration) == (3, 0.001, 8 * 3600)
    assert van.shift == (8 * 3600, 16.5 * 3600)
    assert bike.name == "bike"


def test_a_fleet_of_nothing_and_times_that_are_none_are_named(round_):
    fields = every_column(round_)
    frame = fleet.table(round_, fields)
    with pytest.raises(ProblemError, match="the fleet is empty"):
        fleet.vehicles(round_, frame.iloc[:0], fields)
    frame.loc[0, "From"] = "early"
    with pytest.raises(ProblemError, match="'early' is not a time"):
        fleet.vehicles(round_, frame, fields)


def test_a_plan_is_carried_over_an_edit(round_, job):
    frame = stops.table(round_).drop(index=[0, 5])
    edited = stops.edited(round_, frame, list(round_.vehicles))
    plan = ro.Solution(edited, carried(job.solution, edited))
    assert plan.complete
    assert plan.vehicles <= job.solution.vehicles


def test_everything_can_be_taken_away(round_, job):
    shown = Shown(job.solution)
    collection = json.loads(downloads.text_of(shown, ".geojson")())
    assert {feature["properties"]["kind"] for feature in collection["features"]} == {"route", "depot", "stop"}
    assert downloads.text_of(shown, ".gpx")().count(b"<trk>") == job.solution.vehicles
    assert downloads.text_of(shown, ".csv")().startswith(b"route,")
    assert json.loads(downloads.text_of(shown, ".json")())["cost"] == job.solution.cost
    assert json.loads(downloads.problem_text(round_)())["stops"]


def test_a_picture_can_be_taken_away(job):
    pytest.importorskip("matplotlib", reason="pictures need matplotlib: pip install 'routeopt[plot]'")
    assert downloads.picture(Shown(job.solution))().startswith(b"\x89PNG")


def test_the_python_shown_gives_the_same_plan(round_, job, tmp_path, capsys, monkeypatch):
    made = 'problem = ro.generate("streets", 8, seed=3, network="helsinki")'
    source = SimpleNamespace(problem=round_, python=made, command="routeopt generate streets")
    monkeypatch.chdir(tmp_path)
    exec(compile(downloads.python(job, source), "shown", "exec"), space := {})
    assert space["solution"].cost == pytest.approx(job.solution.cost)
    assert (tmp_path / "routes.geojson").exists()


def test_the_command_shown_gives_the_same_plan(round_, job, tmp_path, monkeypatch):
    from routeopt.cli import main

    monkeypatch.chdir(tmp_path)
    (tmp_path / "problem.json").write_bytes(downloads.problem_text(round_)())
    (line,) = [line for line in downloads.command(job).splitlines() if not line.startswith("#")]
    assert main(line.split()[1:]) == 0
    assert json.loads((tmp_path / "routes.json").read_text())["cost"] == pytest.approx(job.solution.cost)


def test_a_plane_keeps_its_proportions():
    ground = Ground(np.array([[0.0, 0.0], [1000.0, 250.0]]), geographic=False)
    (west, south), (east, north) = ground.degrees(np.array([[0.0, 0.0], [1000.0, 250.0]]))
    assert (east - west) == pytest.approx(4 * (north - south), rel=1e-3)


@pytest.mark.parametrize("kind", ["city", "streets"])
def test_a_map_of_a_thousand_stops_is_less_than_a_megabyte(kind):
    from mapapp import deck

    problem = ro.generate(kind, 1000, seed=1, **({"network": "coquimbo"} if kind == "streets" else {}))
    job = Job(problem, 0.3, solver="savings")
    assert job.wait(200)
    assert len(deck.of_plan(Shown(job.solution)).to_json()) < 1e6


def test_a_thinned_line_stays_close():
    turns = np.cumsum(np.random.default_rng(1).normal(0, 0.02, 400))
    line = np.cumsum(np.column_stack([np.cos(turns), np.sin(turns)]), axis=0)
    thin = thinned(line, 0.05)
    assert len(thin) < len(line) / 2
    np.testing.assert_array_equal(thin[[0, -1]], line[[0, -1]])
    for point in line:  # a thinning per pass adds up to its tolerance
        a, b = thin[:-1], thin[1:]
        share = np.clip(((point - a) * (b - a)).sum(axis=1) / ((b - a) ** 2).sum(axis=1), 0, 1)
        assert np.hypot(*(a + share[:, None] * (b - a) - point).T).min() < 4 * 0.05


def test_a_way_there_and_back_is_not_thinned_away():
    line = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    np.testing.assert_array_equal(thinned(line, 0.1), line)


def test_a_vehicle_is_where_its_schedule_says(job):
    from mapapp import motion

    shown = Shown(job.solution)
    visits = job.solution.schedule[0]
    first, second = visits[1], visits[2]
    (waiting,) = motion.where(shown, (first.begin + first.departure) / 2, 0)
    assert waiting["at"] == shown.ground.degrees(shown.problem.places[[first.node]])[0]
    assert waiting["tip"].endswith(f"at {first.name}")
    (driving,) = motion.where(shown, (first.departure + second.arrival) / 2, 0)
    assert driving["tip"].endswith(f"on the way to {second.name}")
    assert motion.where(shown, visits[-1].arrival + 1, 0) == []


def test_static_files_are_what_the_tool_makes():
    made = runpy.run_path(str(ROOT / "tools" / "map_streets.py"))["files"]()
    lying = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "app" / "static").glob("*.json")}
    assert lying == made


def test_styles_name_no_address_outside():
    for path in (ROOT / "app" / "static").glob("*-*.json"):
        assert "http" not in path.read_text(encoding="utf-8")


def test_a_job_tells_what_went_wrong():
    job = Job(ro.generate("cvrp", 5, seed=1), 0.1, solver="nobody")
    assert job.wait(60)
    assert job.solution is None
    assert "nobody" in job.complaints[0]


def test_the_server_serves_the_page_and_the_streets():
    """A real server, asked over HTTP."""
    import socket
    import time
    import urllib.request

    from routeopt.cli.map_app import command, folder

    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    words = command(folder(), port, browser=False)
    server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT)
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.25)
        for address, kind in (("", "text/html"), ("app/static/helsinki-light.json", "application/json")):
            with urllib.request.urlopen(f"http://localhost:{port}/{address}", timeout=10) as answer:
                assert answer.status == 200
                assert answer.headers["Content-Type"].startswith(kind)
    finally:
        server.terminate()
        server.communicate(timeout=20)
    assert sys.executable in words
