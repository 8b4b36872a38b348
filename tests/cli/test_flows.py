"""``routeopt flows``: problems in, answers out, and errors in one line each."""

from __future__ import annotations

import json

import pytest

import routeopt as ro


@pytest.fixture
def problem(tmp_path):
    path = tmp_path / "problem.json"
    ro.write_flows(ro.generate_flows("waxman", 10, 40, load=1.3, seed=1), path)
    return path


def test_a_problem_made_by_chance_is_solved(call, tmp_path):
    code, _, err = call(
        "flows", "generate", "gabriel", "--nodes", 10, "--flows", 20, "-o", tmp_path / "p.json"
    )
    assert code == 0, err
    code, out, err = call("flows", "solve", tmp_path / "p.json", "--seconds", 1)
    assert code == 0, err
    assert "of 20 flows" in out
    code, out, _ = call("flows", "generate", "gabriel", "--nodes", 10, "--flows", 20)
    assert json.loads(out) == json.loads((tmp_path / "p.json").read_text())


def test_the_document_says_it_all(call, problem):
    code, out, err = call(
        "flows", "solve", problem, "--seconds", 1, "--json", "--objective", "priority_bandwidth"
    )
    assert code == 0, err
    document = json.loads(out)
    assert document["objective"] <= document["bound"]
    assert document["violations"] == []
    given = sum(bool(row["path"]) for row in document["flows"])
    assert given == document["admitted"]
    assert all(row["path"] or row["reason"] for row in document["flows"])


def test_answers_are_written_and_drawn(call, problem, tmp_path):
    pytest.importorskip("matplotlib")
    outputs = ("-o", tmp_path / "a.json", "-o", tmp_path / "a.png")
    code, out, err = call("flows", "solve", problem, "--seconds", 0.5, "--solver", "greedy,ruin", *outputs)
    assert (code, out) == (0, ""), err
    assert json.loads((tmp_path / "a.json").read_text())["status"] == "feasible"
    assert (tmp_path / "a.png").stat().st_size > 10_000


def test_iterations_make_it_repeatable(call, problem):
    words = (
        "flows",
        "solve",
        problem,
        "--solver",
        "greedy,ruin",
        "--iterations",
        3000,
        "--seed",
        4,
        "--json",
    )
    first, second = (json.loads(call(*words)[1]) for _ in range(2))
    assert [row["path"] for row in first["flows"]] == [row["path"] for row in second["flows"]]


def test_solvers_are_compared(call):
    words = ("--nodes", "8", "--flows", "20", "--loads", "1.3", "--seconds", 0.3, "--seeds", 2)
    code, out, err = call("flows", "bench", *words, "--solvers", "greedy,greedy+ruin")
    assert code == 0, err
    cells = out.splitlines()[2].split("|")
    assert 50 < float(cells[5].strip(" %")) <= float(cells[6].strip(" %")) <= 100


@pytest.mark.parametrize(
    ("words", "messages"),
    [
        (("solve", "none.json"), ["none.json: there is no such file"]),
        (("solve", "{p}", "--solver", "hgs"), ["solver 'hgs' is not known for flows"]),
        (("solve", "{p}", "--objective", "luck"), ["objective 'luck' is not known"]),
        (("solve", "{p}", "--set", "ruin.removals=x"), ["ruin.removals: the value must be of type int"]),
        (("solve", "{p}", "--seconds", "-1"), ["seconds must be 0 or more"]),
        (("solve", "{p}", "-o", "a.txt"), ["a.txt"]),
        (("generate", "ring", "--nodes", "1"), ["topology 'ring' is not known", "nodes must be 4 or more"]),
        (
            ("bench", "--nodes", "x", "--solvers", "greedy,luck"),
            ["--nodes x: write numbers", "'luck' is not known"],
        ),
    ],
)
def test_what_is_wrong_is_one_line_each(call, problem, words, messages):
    code, out, err = call("flows", *(word.replace("{p}", str(problem)) for word in words))
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert all(message in err for message in messages)
    assert len(err.strip().splitlines()) == len(messages)
