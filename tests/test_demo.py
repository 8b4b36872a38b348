"""The demonstration makes every file it promises, with or without something to draw with."""

from __future__ import annotations

import json

import pytest

import routeopt as ro
from routeopt import demo


def test_the_demo_solves_writes_and_tells(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    assert demo.main(tmp_path / "demo", stops=40, seconds=0.5) == 0
    out = capsys.readouterr().out
    names = {"problem.json", *demo.TABLES, *demo.PICTURES}
    assert {path.name for path in (tmp_path / "demo").iterdir()} == names
    assert all(name in out for name in names)
    problem = ro.read(tmp_path / "demo" / "problem.json")
    solution = ro.Solution(problem, ro.read_solution(tmp_path / "demo" / "solution.json", problem))
    assert solution.feasible
    assert f"{solution.cost:,.2f}" in out
    features = json.loads((tmp_path / "demo" / "routes.geojson").read_text())["features"]
    assert any(feature["geometry"]["type"] == "LineString" for feature in features)
    assert (tmp_path / "demo" / "schedule.csv").read_text().count("\n") == 1 + len(solution.rows())
    table = [line for line in out.splitlines() if line.split()[:1] == ["1"]]
    assert len(table) == 1


def test_without_matplotlib_the_missing_extra_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(demo, "find_spec", lambda name: None)
    assert demo.main(tmp_path, stops=20, seconds=0.2) == 0
    assert "pip install 'routeopt[plot]'" in capsys.readouterr().out
    assert not list(tmp_path.glob("*.png"))
    assert (tmp_path / "schedule.csv").exists()


@pytest.mark.parametrize(("seconds", "text"), [(0, "00:00"), (8 * 3600 + 29, "08:00"), (43199, "12:00")])
def test_times_of_day(seconds, text):
    assert demo.clock(seconds) == text
