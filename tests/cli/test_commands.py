"""The commands as people call them: what is printed where, what is written, and which code comes back."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest
from truck import COST, TRUCK

import routeopt as ro
from routeopt import registry
from routeopt.cli.check import compare
from routeopt.problems.features import FEATURES


def test_version(call):
    assert call("--version") == (0, f"routeopt {ro.__version__}\n", "")


@pytest.mark.parametrize("words", [[], ["--help"], ["solve", "--help"]])
def test_help_goes_to_standard_output_and_tells_the_exit_codes(call, words):
    code, out, err = call(*words)
    assert (code, err) == (0, "")
    assert "130 interrupted" in " ".join(out.split())


def test_solve_prints_the_eight_line_summary(call, file):
    code, out, err = call("solve", file, "--seconds", 0.2)
    assert code == 0
    assert len(out.splitlines()) == 8
    assert out.startswith("truck: feasible\ncost        30.00")
    assert "error" not in err


def test_solve_json_is_one_document_with_everything_that_the_design_names(call, file):
    code, out, _ = call("solve", file, "--json", "--iterations", 5, "--seed", 3, "--set", "hgs.neighbours=7")
    document = json.loads(out)
    assert code == 0
    assert document["cost"] == COST
    assert document["feasible"] is True
    assert {tuple(route["stops"]) for route in document["routes"]} in (
        {("north", "far north"), ("south",)},
        {("far north", "north"), ("south",)},
    )
    assert document["seed"] == 3
    assert document["parameters"]["hgs"]["neighbours"] == 7
    assert document["rounding"] == "exact"
    assert {
        "violations",
        "unserved",
        "seconds",
        "iterations",
        "solver",
        "threads",
        "version",
        "trace",
    } <= set(document)


def test_zero_seconds_give_a_construction(call, file):
    code, out, _ = call("solve", file, "--seconds", 0, "--json")
    document = json.loads(out)
    assert (code, document["feasible"], document["iterations"]) == (0, True, 0)


def test_solve_reads_standard_input(call, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(TRUCK)))
    code, out, _ = call("solve", "-", "--seconds", 0, "-q", "--json")
    assert code == 0
    assert json.loads(out)["cost"] >= COST


def test_solve_writes_every_output_and_says_so_in_one_line(call, file, tmp_path):
    names = ["a.sol", "a.json", "a.csv", "a.geojson"]
    words = [word for name in names for word in ("-o", tmp_path / name)]
    code, out, err = call("solve", file, "--seconds", 0, *words)
    assert (code, out) == (0, "")
    assert len([line for line in err.splitlines() if "written" in line]) == 1
    assert all((tmp_path / name).stat().st_size for name in names)
    assert json.loads((tmp_path / "a.json").read_text())["feasible"]
    assert call("check", file, tmp_path / "a.sol")[0] == call("check", file, tmp_path / "a.json")[0] == 0


def test_solve_draws_a_picture(call, file, tmp_path):
    pytest.importorskip("matplotlib")
    assert call("solve", file, "--seconds", 0, "-q", "-o", tmp_path / "a.png") == (0, "", "")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_quiet_leaves_standard_error_alone(call, file):
    code, out, err = call("solve", file, "--seconds", 0.1, "-q")
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 8


def test_verbose_tells_each_improvement(call, file):
    _, _, err = call("solve", file, "--seconds", 0.2, "-v")
    assert any("cost 30.00" in line and "iterations" in line for line in err.splitlines())


def test_a_start_is_never_made_worse(call, file, plan):
    code, out, _ = call("solve", file, "--seconds", 0, "--start", plan, "--json")
    assert (code, json.loads(out)["cost"]) == (0, COST)


def test_the_same_seed_and_iterations_give_the_same_plan(call, tmp_path):
    call("generate", "cvrp", "--stops", 30, "-o", tmp_path / "p.json")
    words = ("solve", tmp_path / "p.json", "--iterations", 30, "--seed", 5, "--json")
    first, second = (json.loads(call(*words)[1]) for _ in range(2))
    assert first["routes"] == second["routes"]
    assert first["iterations"] == second["iterations"]


def test_rounding_is_chosen_and_told(call, file):
    document = json.loads(call("solve", file, "--seconds", 0, "--round", "dimacs", "--json")[1])
    assert document["rounding"] == "dimacs"


def test_a_plan_that_cannot_be_written_is_printed_instead(call, file, tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    code, out, err = call("solve", file, "--seconds", 0, "-o", tmp_path / "a.json")
    assert code == 2
    assert json.loads(out)["feasible"]
    assert "No space left" in err
    assert os.listdir(tmp_path) == [file.name]


@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        ({"x": 1, "y": 1, "name": "heavy", "delivery": 9}, "capacity"),
        ({"x": 1, "y": 1, "name": "late", "windows": [[0, 1]]}, "window"),
    ],
)
def test_hard_input_is_planned_as_far_as_possible(call, tmp_path, stop, reason):
    path = tmp_path / "hard.json"
    path.write_text(json.dumps(TRUCK | {"stops": [*TRUCK["stops"], stop]}))
    code, out, err = call("solve", path, "--seconds", 0, "--json")
    document = json.loads(out)
    assert code == 3
    assert [left["stop"] for left in document["unserved"]] == [stop["name"]]
    assert reason in document["unserved"][0]["reason"]
    assert f"stop '{stop['name']}' is not served" in err
    assert sorted(s for route in document["routes"] for s in route["stops"]) == [
        "far north",
        "north",
        "south",
    ]


def test_an_unreachable_stop_is_left_out_with_its_reason(call, tmp_path):
    far = 1e9
    legs = [[0, 1, 2, "inf"], [1, 0, 1, "inf"], [2, 1, 0, "inf"], [far, far, far, 0]]
    path = tmp_path / "island.json"
    path.write_text(json.dumps(TRUCK | {"legs": {"kind": "matrix", "distance": legs}}))
    code, out, _ = call("solve", path, "--seconds", 0, "--json")
    left = json.loads(out)["unserved"]
    assert (code, [stop["stop"] for stop in left]) == (3, ["south"])
    assert "reach" in left[0]["reason"]


def test_too_few_vehicles_leave_stops_out_with_their_reason(call, tmp_path):
    path = tmp_path / "few.json"
    path.write_text(json.dumps(TRUCK | {"vehicles": [{"capacity": 4, "count": 1}]}))
    code, out, err = call("solve", path, "--seconds", 0, "-o", tmp_path / "plan.json")
    document = json.loads((tmp_path / "plan.json").read_text())
    assert (code, out) == (3, "")
    assert document["unserved"]
    assert len(document["routes"]) == 1
    assert "vehicles are used" in err


def test_check_reproduces_the_stated_cost(call, file, plan):
    code, out, err = call("check", file, plan)
    assert (code, err) == (0, "")
    assert "stated      30: agrees" in out


@pytest.mark.parametrize(
    ("stated", "scale"),
    [("300", "tenths"), ("30000", "thousandths"), ("0.30", "hundreds"), ("30.0", "agrees")],
)
def test_check_says_in_which_scale_the_cost_is_stated(call, file, plan, stated, scale):
    plan.write_text(f"Route #1: 1 2\nRoute #2: 3\nCost {stated}\n")
    code, out, _ = call("check", file, plan)
    assert code == 0
    assert scale in out


def test_check_finds_a_wrong_cost_and_the_rounding_that_makes_it_right(call, file, plan):
    content = TRUCK | {"stops": [{"x": 1.68, "y": 0}]}
    file.write_text(json.dumps(content))
    plan.write_text("Route #1: 1\nCost 3.2\n")
    code, out, _ = call("check", file, plan)
    assert code == 3
    assert "differs by -0.16" in out
    assert "--round dimacs" in out
    assert call("check", file, plan, "--round", "dimacs")[0] == 0
    plan.write_text("Route #1: 1\nCost 77\n")
    assert "--round" not in call("check", file, plan)[1]


def test_check_names_violations_and_stops_left_out(call, file, plan):
    plan.write_text("Route #1: 1 2 3\n")
    code, out, _ = call("check", file, plan)
    assert code == 3
    assert "capacity by 3" in out
    assert "stated      no cost" in out
    plan.write_text("Route #1: 1 2\n")
    code, out, _ = call("check", file, plan, "--json")
    document = json.loads(out)
    assert (code, document["feasible"], document["stated"]) == (3, False, None)
    assert [stop["stop"] for stop in document["unserved"]] == ["south"]


def test_a_cost_in_thousandths_may_differ_by_half_a_leg():
    problem = ro.VRP([ro.Stop(1 / 3, 0), ro.Stop(2 / 3, 0)])
    solution = ro.Solution(problem, ro.Routes.from_lists([[1, 2]]))
    assert compare(solution, 1333.0).scale == 1000
    assert not compare(solution, 1336.0).agrees


def test_info_shows_features_and_what_each_solver_lacks(call, file):
    code, out, _ = call("info", file)
    assert code == 0
    assert FEATURES["capacity"] in out
    document = json.loads(call("info", file, "--json")[1])
    assert (document["stops"], document["depots"], list(document["features"])) == (3, 1, ["capacity"])
    assert document["solvers"]["hgs"] == []
    assert document["fleet"] == [{"vehicle": "truck", "count": None, "capacity": [4.0]}]


def test_info_names_the_attribute_that_a_solver_lacks(call, file):
    content = TRUCK | {"stops": [*TRUCK["stops"], {"x": 1, "y": 1, "skills": ["crane"]}]}
    file.write_text(json.dumps(content))
    lacking = json.loads(call("info", file, "--json")[1])["solvers"]["hgs"]
    assert "skills" in lacking
    code, out, err = call("solve", file, "--solver", "hgs")
    assert (code, out) == (2, "")
    assert "'skills'" in err


def test_convert_keeps_the_problem(call, file, tmp_path):
    target = tmp_path / "copy.json"
    code, out, err = call("convert", file, target)
    assert (code, out) == (0, "")
    assert "3 stops written" in err
    original, copy = ro.read(file).instance(), ro.read(target).instance()
    assert (original.delivery == copy.delivery).all()
    assert (original.distance == copy.distance).all()


def test_generate_is_seeded_and_takes_options(call, tmp_path):
    words = ("generate", "x", "--stops", 20, "--seed", 4, "--set", "depot=central")
    code, out, err = call(*words)
    assert (code, err) == (0, "")
    assert json.loads(out) == json.loads(call(*words)[1])
    assert out != call("generate", "x", "--stops", 20, "--seed", 5, "--set", "depot=central")[1]
    assert call("generate", "city", "--set", "centre=13.4,52.5", "-o", tmp_path / "berlin.json")[0] == 0
    assert ro.read(tmp_path / "berlin.json").stops.y.mean() == pytest.approx(52.5, abs=0.1)


@pytest.mark.parametrize("kind", ["routes", "timeline", "loads"])
def test_plot_draws_every_kind(call, file, plan, tmp_path, kind):
    pytest.importorskip("matplotlib")
    code, out, err = call("plot", file, plan, "-o", tmp_path / "map.png", "--kind", kind)
    assert (code, out) == (0, "")
    assert "map.png" in err
    assert (tmp_path / "map.png").stat().st_size > 5000


@pytest.mark.parametrize("what", ["solvers", "generators", "features", "formats", "suites"])
def test_list_has_a_line_for_each(call, what):
    code, out, err = call("list", what)
    assert (code, err) == (0, "")
    assert len(out.splitlines()) >= 5
    if what == "solvers":
        assert {line.split()[0] for line in out.splitlines()} == set(registry.solvers())
        assert "neighbours=" in out
