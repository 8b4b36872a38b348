"""``routeopt path``: what is printed, what is written, and what is refused."""

from __future__ import annotations

import json

import pytest

A, B = "24.9435,60.1720", "24.9500,60.1665"


def test_a_path_is_told_street_by_street(call):
    code, out, err = call("path", "helsinki", A, B)
    assert (code, err) == (0, "")
    head, *steps = out.splitlines()
    assert head.startswith("cost ")
    assert " m, " in head
    assert any("katu" in step for step in steps)


def test_json_and_geojson_say_the_same(call, tmp_path):
    code, out, err = call(
        "path", "helsinki", A, B, "--metric", "length", "--json", "-o", tmp_path / "a.geojson"
    )
    document = json.loads(out)
    assert (code, document["found"]) == (0, True)
    assert document["length"] == pytest.approx(document["cost"], abs=0.01)
    (feature,) = json.loads((tmp_path / "a.geojson").read_text())["features"]
    assert feature["properties"] == document
    assert len(feature["geometry"]["coordinates"]) > 3
    assert "a.geojson" in err


def test_no_path_is_an_answer_with_a_reason(call):
    code, out, _ = call("path", "helsinki", A, "25.5,60.2")
    assert code == 3
    assert out.startswith("no path: ")
    assert "km from the nearest street" in out


def test_everything_wrong_is_named_at_once(call):
    code, _, err = call("path", "atlantis.pbf", "here", B, "-o", "a.png")
    assert code == 2
    assert "atlantis.pbf: there is no such file; or name one of coquimbo, helsinki" in err
    assert "'here' is no point" in err
    assert "a.png" in err


def test_an_unknown_metric_is_named(call):
    code, _, err = call("path", "helsinki", A, B, "--metric", "beauty")
    assert code == 2
    assert "--metric 'beauty'" in err


def test_networks_are_listed(call):
    code, out, _ = call("list", "networks")
    assert code == 0
    assert "helsinki" in out


def test_alternatives_are_others(call, tmp_path):
    code, out, err = call(
        "path", "coquimbo", 0, 5_000, "--alternatives", 3, "--json", "-o", tmp_path / "a.geojson"
    )
    document = json.loads(out)
    found = [document, *document["alternatives"]]
    assert code == 0
    assert 2 <= len(found) <= 3
    assert len({tuple(path["nodes"]) for path in found}) == len(found)
    assert all(path["cost"] <= 1.25 * document["cost"] for path in found)
    assert len(json.loads((tmp_path / "a.geojson").read_text())["features"]) == len(found)
    assert ("of 3 paths" in err) == (len(found) < 3)
