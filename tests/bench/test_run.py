"""A run is a process of its own, and whatever becomes of it is a row."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import routeopt
from routeopt.bench import child, run
from routeopt.bench.entries import Entry
from routeopt.bench.jobs import Job
from routeopt.bench.peers import PEERS, Answer, Task
from routeopt.bench.run import judged, measure, new_row
from routeopt.bench.suites import Case

CASE = Case("tiny", None, "exact", "cost", None, ("cvrp", 12, 1))
TASK = Task(0.3, 1, 1)


def job(name, case=CASE):
    return Job(case, Entry(name), TASK)


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Put a package of this name and content in front of the one that is installed, for other processes."""

    def made(name, content):
        (tmp_path / f"{name}.py").write_text(content)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return made


def test_our_own_chain_runs_in_a_process():
    (row,) = measure("tiny", [job("savings")])
    assert (row.suite, row.instance, row.stops, row.label, row.seed) == ("tiny", "tiny", 12, "savings", 1)
    assert row.error == ""
    assert row.feasible
    assert row.cost > 0
    assert row.version == routeopt.__version__
    assert row.outside > 0
    assert row.trace[-1][1] == pytest.approx(row.cost)


def test_a_peer_runs_in_a_process():
    if PEERS["pyvrp"].version is None:
        pytest.skip("pyvrp is not installed")
    (row,) = measure("tiny", [job("pyvrp")])
    assert row.feasible
    assert row.seconds == pytest.approx(TASK.seconds, abs=0.3)
    assert row.version == PEERS["pyvrp"].version
    assert 0 < row.processor <= row.seconds + 0.1


def test_an_attribute_that_a_peer_lacks_is_named_without_a_process(monkeypatch):
    monkeypatch.setattr(run, "run_child", lambda _: pytest.fail("it was run"))
    case = CASE._replace(recipe=("vrptw", 12, 1))
    (row,) = measure("tiny", [job("hgs-cvrp", case)])
    assert row.error == "solver 'hgs-cvrp' does not take 'time_windows'"
    assert not row.feasible
    assert row.cost is None


def test_an_attribute_that_a_chain_lacks_is_named():
    (row,) = measure("tiny", [job("hgs", CASE._replace(recipe=("routefinder", 12, 1)))])
    assert row.error.startswith("solver 'hgs' does not take ")
    assert row.cost is None


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("import os; os.abort()", "its process was ended by signal SIGABRT"),
        ("raise ValueError('of no use')", "its process ended with code 1: ValueError: of no use"),
        ("import os; os._exit(7)", "its process ended with code 7: it said nothing"),
    ],
)
def test_a_crash_is_a_row(fake, content, error):
    fake("hygese", content)
    (row,) = measure("tiny", [job("hgs-cvrp")])
    assert row.error == error
    assert row.cost is None


def test_a_run_that_does_not_end_is_stopped(fake, monkeypatch):
    fake("hygese", "import time; time.sleep(60)")
    monkeypatch.setattr(run, "PATIENCE", 0.5)
    (row,) = measure("tiny", [job("hgs-cvrp")])
    assert "did not end within" in row.error


def test_routes_are_costed_and_checked_again():
    problem = CASE.problem()
    row = new_row("tiny", job("pyvrp"), problem)
    everyone = list(range(1, 13))
    one = judged(row, problem, Answer([everyone], [0], 1.0, 1.0, trace=[(0.1, 0.001)]))
    assert not one.feasible
    assert one.violations == "capacity"
    assert judged(row, problem, Answer([[1, 2]], [0], 1.0, 1.0)).violations == "unserved"
    alone = judged(row, problem, Answer([[stop] for stop in everyone], [0] * 12, 1.0, 1.0))
    assert alone.feasible
    assert alone.cost > one.cost
    assert judged(row, problem, Answer([], [], 1.0, 1.0)).error == "it found no plan"


def test_no_trace_where_vehicles_come_first():
    problem = CASE.problem()
    answer = Answer([[stop] for stop in range(1, 13)], [0] * 12, 1.0, 1.0, trace=[(0.1, 1e6)])
    first = problem.replace(objective="fewest_vehicles")
    assert judged(new_row("tiny", job("pyvrp"), problem), problem, answer).trace == ((0.1, 1e6),)
    assert judged(new_row("tiny", job("pyvrp"), first), first, answer).trace is None


def test_a_run_that_compiled_is_done_again(monkeypatch):
    answers = [Answer([[1]], [0], 9.0, 9.0, compiled=True), Answer([[2]], [0], 0.0, 0.0, compiled=True)]
    monkeypatch.setattr(run, "run_child", lambda _: answers.pop(0))
    (row,) = measure("tiny", [job("hgs")])
    assert row.seconds == 0.0
    assert row.outside >= 0.0
    assert answers == []


def test_rows_that_are_known_are_not_run_again(monkeypatch):
    (row,) = measure("tiny", [job("savings")])
    monkeypatch.setattr(run, "run_child", lambda _: pytest.fail("it was run"))
    assert list(measure("tiny", [job("savings")], [row])) == [row]


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="this system does not hold processes to cores"
)
def test_a_run_is_held_to_as_many_cores_as_threads():
    before = os.sched_getaffinity(0)
    try:
        child.pin(1)
        assert len(os.sched_getaffinity(0)) == 1
    finally:
        os.sched_setaffinity(0, before)


def test_where_the_package_lies_is_where_the_process_looks():
    assert (run._ROOT / "routeopt" / "bench" / "child.py").is_file()
    assert Path(routeopt.__file__).is_relative_to(run._ROOT)
