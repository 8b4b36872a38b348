"""``routeopt bench``: tables on standard output, progress on standard error, rows in a file."""

from __future__ import annotations

import pytest

from routeopt.bench import rows, run
from routeopt.bench.peers import Answer
from routeopt.bench.suites import SUITES

NAME = "cvrp-n500-seed1"


@pytest.fixture
def alone(monkeypatch):
    """Answer with a route to each stop, cheaper by one for each run, instead of starting a process."""
    done = []

    def answer(job):
        done.append(job)
        routes = [[stop] for stop in range(1 + len(done), 501)] + [list(range(1, 1 + len(done)))]
        return Answer(routes, [0] * len(routes), 0.2, 0.2, 5, [(0.1, 1e9)])

    monkeypatch.setattr(run, "run_child", answer)
    return done


def test_tables_progress_and_rows(call, alone, tmp_path):
    path = tmp_path / "runs.csv"
    code, out, err = call(
        "bench", "uniform", "--only", NAME, "--solvers", "hgs,savings+hgs:0.5@2", "--seconds", 1, "--seeds", 2,
        "--csv", path,
    )  # fmt: skip
    assert code == 0
    command = f"routeopt bench uniform --solvers hgs,savings+hgs:0.5@2 --seconds 1 --seeds 2 --only {NAME}"
    assert out.splitlines()[0] == command
    assert out.count(f"\n{NAME}") == 1
    assert err.splitlines()[0].startswith(f"[1/4] {NAME} hgs seed 1: cost ")
    assert err.splitlines()[3].startswith(f"[4/4] {NAME} savings+hgs:0.5@2 seed 2: cost ")
    assert [(row.label, row.seed) for row in rows.read(path)] == [
        ("hgs", 1), ("savings+hgs:0.5@2", 1), ("hgs", 2), ("savings+hgs:0.5@2", 2),
    ]  # fmt: skip
    assert [job.task.threads for job in alone] == [1, 2, 1, 2]


def test_markdown(call, alone):
    code, out, _ = call("bench", "uniform", "--only", NAME, "--solvers", "hgs", "--markdown")
    assert code == 0
    assert f"| {NAME} | 500 |" in out


def test_an_interrupted_benchmark_shows_and_keeps_what_it_has_and_goes_on_later(
    call, alone, tmp_path, monkeypatch
):
    path, answer = tmp_path / "runs.csv", run.run_child
    words = ["bench", "uniform", "--only", NAME, "--solvers", "hgs", "--seeds", 3, "--csv", path]

    def interrupted(job):
        if len(alone) == 2:
            raise KeyboardInterrupt
        return answer(job)

    monkeypatch.setattr(run, "run_child", interrupted)
    code, out, err = call(*words)
    assert code == 130
    assert "interrupted after 2 of 3 runs" in err
    assert NAME in out
    assert len(rows.read(path)) == 2
    monkeypatch.setattr(run, "run_child", answer)
    code, out, _ = call(*words, "--resume")
    assert code == 0
    assert [row.seed for row in rows.read(path)] == [1, 2, 3]
    assert len(alone) == 3


def test_curves_are_drawn(call, alone, tmp_path):
    pytest.importorskip("matplotlib")
    picture = tmp_path / "curves.png"
    code, _, _ = call("bench", "uniform", "--only", NAME, "--solvers", "hgs", "--curves", picture)
    assert code == 0
    assert picture.stat().st_size > 5000


def test_a_peer_in_a_process(call, tmp_path):
    pytest.importorskip("hygese")
    code, out, err = call("bench", "uniform", "--only", NAME, "--solvers", "hgs-cvrp", "--seconds", "0.001n")
    assert (code, out.count("1/1")) == (0, 2), err


def test_the_largest_are_left_out(call):
    code, _, err = call("bench", "uniform", "--most", 400)
    assert code == 2
    assert err == "error: suite 'uniform': no instance is left; change --only or --most\n"


def test_every_error_at_once(call, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("a,b\n")
    code, out, err = call(
        "bench", "unifrom", "--solvers", "bar,hgs@0", "--seconds", "soon", "--seeds", 0, "--most", 0, "--csv", other,
        "--curves", "curves.txt",
    )  # fmt: skip
    assert (code, out) == (2, "")
    lines = err.splitlines()
    for line, word in zip(
        lines, ["--seeds", "--most", "'soon'", "'bar'", "'hgs@0'", "mean 'uniform'", "other.csv", "curves.txt"],
        strict=True,
    ):  # fmt: skip
        assert line.startswith("error: ")
        assert word in line


def test_unknown_instances_and_missing_files_are_named(call, monkeypatch, tmp_path):
    code, _, err = call("bench", "uniform", "--only", "cvrp-n500-seed9")
    assert code == 2
    assert "did you mean 'cvrp-n500-seed" in err
    monkeypatch.setenv("ROUTEOPT_DATA", str(tmp_path))
    code, _, err = call("bench", "x12")
    assert code == 2
    assert "set ROUTEOPT_DATA" in err
    assert len(err.splitlines()) == 1


def test_resume_needs_a_file(call):
    code, _, err = call("bench", "uniform", "--resume")
    assert code == 2
    assert "--csv" in err


def test_every_suite_says_what_it_is(call):
    _, out, _ = call("list", "suites")
    assert [line.split()[0] for line in out.splitlines()] == list(SUITES)
