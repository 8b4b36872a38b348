"""Places by name, with osmnx told what the servers would have said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from osm_text import arcs, column, osm_xml, written

import routeopt as ro
from routeopt.data.networks.osm import read
from routeopt.data.networks.place import download
from routeopt.problems.network import Network

osmnx = pytest.importorskip("osmnx", reason="osmnx is not installed; pip install 'routeopt[osm]'")
pytest.importorskip("osmium", reason="pyosmium is not installed; pip install 'routeopt[osm]'")

PLAN = """
A B C D
 E F
"""
WAYS = {
    1: ("ABCD", {"highway": "primary", "name": "Main Street", "maxspeed": "50", "toll": "yes"}),
    2: ("BEFC", {"highway": "residential", "oneway": "-1", "surface": "gravel"}),
    3: ("CD", {"highway": "service", "access": "no"}),
}


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have osmnx answer with a small town."""
    path = written(tmp_path, osm_xml(PLAN, WAYS))

    def answer(place: str, **options: Any) -> Any:
        assert osmnx.settings.cache_folder == tmp_path / "cache"
        return osmnx.graph_from_xml(path, simplify=options["simplify"], retain_all=True)

    monkeypatch.setattr(osmnx, "graph_from_place", answer)
    return path


@pytest.mark.parametrize("simplify", [False, True])
def test_a_place_is_what_its_extract_is(tmp_path: Path, town: Path, simplify: bool) -> None:
    before = vars(osmnx.settings).copy()
    found = download("Town", cache=tmp_path / "cache", simplify=simplify)
    assert vars(osmnx.settings) == before
    file = read(town, simplify=simplify)
    assert found.source == "Town, © OpenStreetMap contributors, ODbL"
    assert arcs(found) == arcs(file)
    assert found.geographic
    for name in ("length", "time", "capacity", "toll", "unpaved", "way"):
        ours, theirs = column(file, name), column(found, name)
        assert theirs == pytest.approx(ours, rel=1e-4), name
    assert sorted(word for word in found.labels["name"] if word) == sorted(file.labels["name"])
    np.testing.assert_allclose(np.sort(found.places, axis=0), np.sort(file.places, axis=0))


def test_from_place_is_a_method(tmp_path: Path, town: Path) -> None:
    assert Network.from_place("Town", cache=tmp_path / "cache").size == 4


def test_without_a_connection_one_message_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osmnx.settings, "nominatim_url", "http://127.0.0.1:9/")
    monkeypatch.setattr(osmnx.settings, "requests_timeout", 1)
    with pytest.raises(ro.ProblemError, match=r"cannot be reached .* read an extract with Network.from_osm"):
        download("Town", cache=tmp_path)


@pytest.mark.parametrize("error", [TypeError("no polygon"), ValueError("0 results")])
def test_an_unknown_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def answer(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(osmnx, "graph_from_place", answer)
    with pytest.raises(ro.ProblemError, match="knows no such place"):
        download("Atlantis", cache=tmp_path)


def test_an_unknown_profile() -> None:
    with pytest.raises(ro.ProblemError, match="choose one of car"):
        download("Town", profile="tram")
