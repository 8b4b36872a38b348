"""The networks that come with routeopt: whole, connected, attributed, small, and in the wheel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import routeopt as ro
from routeopt.data import bundled


@pytest.mark.parametrize("name", bundled.networks())
def test_a_bundled_network_is_whole(name: str) -> None:
    network = ro.load_network(name)
    assert len(np.unique(network.components())) == 1
    assert set(network.arcs) == {"length", "time", "highway", "name", "toll", "unpaved", "way", "capacity"}
    assert network.geographic
    assert network.source.endswith("© OpenStreetMap contributors, ODbL")
    assert network.places is not None
    assert (np.ptp(network.places, axis=0) < 0.3).all(), "a town"
    speed = 3.6 * network.arcs["length"] / network.arcs["time"]
    assert speed.min() > 4
    assert speed.max() < 130
    assert (network.arcs["capacity"] >= 300).all()
    assert "residential" in network.labels["highway"]
    assert (network.twin >= 0).mean() > 0.7
    assert (network.tail != network.head).all()


def test_lengths_are_those_of_the_lines() -> None:
    from routeopt.data.networks.osm import metres

    network = ro.load_network("helsinki")
    along = [metres(line[:-1], line[1:]).sum() for line in map(network.line, range(len(network.head)))]
    np.testing.assert_allclose(network.arcs["length"], along, atol=0.1)


def test_what_is_bundled_and_under_which_licence() -> None:
    assert bundled.networks() == ["coquimbo", "helsinki"]
    folder = Path(bundled.__file__).parent
    assert sum(path.stat().st_size for path in folder.glob("*.npz")) < 1_000_000
    notice = (folder / "LICENSE-ODbL.md").read_text(encoding="utf-8")
    assert "© OpenStreetMap contributors" in notice
    assert all(f"{name}.npz" in notice for name in bundled.networks())


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    with pytest.raises(ro.ProblemError, match="no network 'atlantis'; choose one of coquimbo, helsinki"):
        ro.load_network("atlantis")
