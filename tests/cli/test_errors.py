"""Bad input: one line per error, all at once, nothing on standard output, exit code 2, no traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from truck import TRUCK

from routeopt.cli import main

VRPLIB = """NAME : tiny
TYPE : CVRP
DIMENSION : 4
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 4
NODE_COORD_SECTION
1 0 0
2 3 4
3 6 8
4 0 -5
DEMAND_SECTION
1 0
2 2
3 2
4 3
DEPOT_SECTION
1
-1
EOF
"""


def with_stop(**changes: object) -> str:
    return json.dumps(TRUCK | {"stops": [*TRUCK["stops"], {"x": 1, "y": 1, "name": "bakery"} | changes]})


BAD = {
    "empty": ("", "empty"),
    "blank": (" \n\n", "empty"),
    "not a problem": ("Dear sir, please deliver the following", "not recognised"),
    "cut off": (VRPLIB[: VRPLIB.index("3 6 8")], "NODE_COORD_SECTION"),
    "cut off document": (json.dumps(TRUCK)[:60], "JSON"),
    "nan": (VRPLIB.replace("3 6 8", "3 nan 8"), "finite"),
    "infinity": (VRPLIB.replace("3 6 8", "3 inf 8"), "finite"),
    "a word for a number": (VRPLIB.replace("3 6 8", "3 six 8"), "six"),
    "negative demand": (VRPLIB.replace("3 2\n4", "3 -2\n4"), "DEMAND_SECTION"),
    "negative delivery": (with_stop(delivery=-1), "bakery"),
    "negative service": (with_stop(service=-1), "bakery"),
    "window ends before it starts": (with_stop(windows=[[9, 8]]), "bakery"),
    "negative window": (with_stop(windows=[[-3, 8]]), "bakery"),
    "same name twice": (with_stop(name="north"), "north"),
    "matrix of another shape": (
        json.dumps(TRUCK | {"legs": {"kind": "matrix", "distance": [[0, 1], [1, 0]]}}),
        "matrix",
    ),
    "negative matrix": (
        json.dumps(TRUCK | {"legs": {"kind": "matrix", "distance": [[0, 1, -1, 1]] * 4}}),
        "negative",
    ),
    "negative capacity": (json.dumps(TRUCK | {"vehicles": [{"capacity": -4}]}), "capacity"),
}


def refused(code: int, out: str, err: str) -> list[str]:
    """Return the errors of a command that refused its input in the one way that is allowed."""
    lines = err.splitlines()
    assert (code, out) == (2, ""), err
    assert lines
    assert all(line.startswith("error: ") for line in lines), err
    assert "Traceback" not in err
    return lines


@pytest.mark.parametrize("command", ["solve", "info"])
@pytest.mark.parametrize(("content", "word"), BAD.values(), ids=BAD)
def test_bad_input_is_refused(call, tmp_path, command, content, word):
    path = tmp_path / "bad.vrp"
    path.write_text(content)
    lines = refused(*call(command, path))
    assert word in " ".join(lines)
    assert all(str(path) in line for line in lines)


def test_every_mistake_of_a_file_is_named(call, tmp_path):
    path = tmp_path / "bad.json"
    stops = [{"x": 1, "y": 1, "name": "a", "delivery": -1}, {"x": 1, "y": 1, "name": "b", "service": -1}]
    path.write_text(json.dumps(TRUCK | {"stops": stops}))
    lines = refused(*call("solve", path))
    assert len(lines) == 2


def test_every_wrong_option_is_named_before_anything_is_read(call, tmp_path):
    lines = refused(
        *call(
            "solve", tmp_path / "missing.vrp", "--solver", "hsg,savins:0.5", "--set", "hgs.neighbors=3",
            "--set", "hgs.neighbours=many", "--set", "neighbours=3", "--round", "up", "--seconds", -1,
            "--iterations", -1, "--threads", 0, "--seed", -1, "--start", tmp_path / "missing.sol",
            "-o", tmp_path / "no" / "a.json", "-o", tmp_path / "a.xlsx",
        )
    )  # fmt: skip
    text = "\n".join(lines)
    assert len(lines) == 14
    for expected in (
        "'hsg' is not known; did you mean 'hgs'?",
        "did you mean 'savings'?",
        "'neighbors' is not known; did you mean 'neighbours'?",
        "must be of type int, not 'many'",
        "as in hgs.neighbours=3",
        "--round 'up' is not known; use one of exact, round, trunc, dimacs",
        "--seconds must be 0 or more, not -1",
        "--threads must be 1 or more, not 0",
        "missing.vrp: there is no such file",
        "missing.sol: there is no such file",
        f"there is no folder '{tmp_path / 'no'}'; make it first",
        "cannot be written as '.xlsx'",
    ):
        assert expected in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["solve"], "missing argument"),
        (["solve", "FILE", "--second", "3"], "no such option"),
        (["solve", "FILE", "--seconds", "soon"], "--seconds"),
        (["sovle", "FILE"], "sovle"),
        (["solve", "FILE", "--solver", ""], "solver '' is not known"),
        (["solve", "FILE", "--solver", "hgs:1.5"], "share"),
        (["solve", "FILE", "--set", "hgs.neighbours"], "key=value"),
        (["solve", "FILE", "--set", "savings.neighbors=3", "--solver", "hgs"], "savings"),
        (["solve", "-", "--start", "-"], "standard input can be read once"),
        (["solve", "FILE", "-o", "FILE"], "which would be lost"),
        (["solve", "FILE", "-o", "a.json", "-o", "./a.json"], "named twice"),
        (["solve", "FILE", "-o", "."], "folder"),
        (["convert", "FILE", "FILE"], "which would be lost"),
        (["convert", "FILE", "b.sol"], "cannot be written as '.sol'"),
        (["generate", "cvpr"], "did you mean 'cvrp'"),
        (["generate", "cvrp", "--stops", "0"], "stops"),
        (["generate", "x", "--set", "depots=central"], "did you mean 'depot'"),
        (["generate", "x", "-o", "no/p.json"], "there is no folder"),
        (["plot", "FILE", "PLAN", "-o", "map.png", "--kind", "route"], "did you mean 'routes'"),
        (["plot", "FILE", "PLAN", "-o", "map.gif"], "cannot be written as '.gif'"),
        (["check", "FILE", "missing.sol"], "no such file"),
        (["list", "solver"], "did you mean 'solvers'"),
    ],
)
def test_bad_usage_is_refused(call, file, plan, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    names = {"FILE": str(file), "PLAN": str(plan)}
    before = file.read_text()
    lines = refused(*call(*(names.get(word, word) for word in words)))
    assert message in " ".join(lines).lower() or message in " ".join(lines)
    assert file.read_text() == before


@pytest.mark.parametrize("text", ["Route #1: 1 9\n", "Route #1: north atlantis\n", "hello\n", ""])
def test_a_plan_that_does_not_fit_the_problem_is_refused(call, file, plan, text):
    plan.write_text(text)
    refused(*call("check", file, plan))
    refused(*call("solve", file, "--start", plan))


def test_an_internal_error_gives_code_1_and_a_hint(call, file, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the sky is falling")

    monkeypatch.setattr("routeopt.data.readers.read", broken)
    monkeypatch.setattr("routeopt.read", broken, raising=False)
    code, out, err = call("info", file)
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert "the sky is falling" in err
    assert "--debug" in err
    code, _, err = call("info", file, "--debug")
    assert code == 1
    assert "Traceback" in err


def test_a_missing_extra_is_named_before_the_search(call, file, tmp_path, monkeypatch):
    monkeypatch.setattr("routeopt.cli.outputs.find_spec", lambda name: None)
    lines = refused(*call("solve", file, "--seconds", 60, "-o", tmp_path / "map.png"))
    assert "routeopt[plot]" in lines[0]


def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path, capsys):
    folder = tmp_path / "folder"
    folder.mkdir()
    refused(main(["info", str(folder)]), *capsys.readouterr())
