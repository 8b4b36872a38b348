"""GeoJSON: lines become arcs and arcs lines."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from network_cases import networks

from routeopt.data.networks import geojson
from routeopt.errors import ProblemError
from routeopt.problems.network import Network


def collection(*lines: tuple[list[list[float]], dict[str, Any]], **members: Any) -> dict[str, Any]:
    features = [
        {"type": "Feature", "properties": row, "geometry": {"type": "LineString", "coordinates": line}}
        for line, row in lines
    ]
    return {"type": "FeatureCollection", "features": features, **members}


def written(document: Any, folder: Path) -> Path:
    path = folder / "streets.geojson"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def everything(network: Network) -> list[tuple]:
    name = network.nodes["id"]
    closed = np.zeros(len(network.head), bool) if network.closed is None else network.closed
    return sorted(
        (
            name[u], name[v], bool(closed[a]), network.line(a).tolist(), network.label("name", a),
            *(network.arcs[c][a].item() for c in ("length", "ratio", "toll", "way")),
        )
        for a, (u, v) in enumerate(zip(network.tail, network.head, strict=True))
    )  # fmt: skip


@given(networks(min_arcs=1))
def test_arcs_come_back_with_their_lines_and_columns(network: Network) -> None:
    with tempfile.TemporaryDirectory() as folder:
        geojson.write(network, Path(folder) / "a.geojson")
        back = Network.read(Path(folder) / "a.geojson")
    assert everything(back) == everything(network)
    assert back.geographic == network.geographic


def test_both_directions_are_one_line_where_they_are_alike() -> None:
    places = np.array([[24.9, 60.1], [25.0, 60.2]])
    network = Network.from_arcs(
        [0, 1], [1, 0], places=places, geographic=True, arcs={"length": np.array([5.0, 5.0])}
    )
    document = network.to_geojson()
    assert [f["properties"] for f in document["features"]] == [
        {"from": 0, "to": 1, "oneway": False, "length": 5.0}
    ]
    assert [f["properties"]["oneway"] for f in network.close([1]).to_geojson()["features"]] == [True, True]


def test_lines_meet_at_their_ends_and_oneway_is_heeded(tmp_path: Path) -> None:
    document = collection(
        ([[0, 0], [0, 1]], {"name": "both"}),
        ([[0, 1], [1, 1], [1, 0]], {"oneway": "yes"}),
        ([[0.00000001, 0, 17.5], [1, 0]], {"oneway": -1}),
    )
    document["features"].append({"type": "Feature", "properties": None, "geometry": None})
    network = Network.read(written(document, tmp_path))
    assert network.geographic
    assert list(zip(network.tail.tolist(), network.head.tolist(), strict=True)) == [
        (0, 1),
        (1, 0),
        (1, 2),
        (2, 0),
    ]
    assert network.line(2).tolist() == [[0, 1], [1, 1], [1, 0]]
    assert network.arcs["length"][2] == pytest.approx(2 * 111_195, rel=1e-3)
    assert [network.label("name", a) for a in range(4)] == ["both", "both", "", ""]
    assert not Network.read(written({**document, "planar": True}, tmp_path)).geographic
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3067"}}
    assert not Network.read(written({**document, "crs": crs}, tmp_path)).geographic
    assert Network.read(written({**document, "crs": crs}, tmp_path), geographic=True).geographic


def test_a_line_for_each_direction_is_one_arc_each(tmp_path: Path) -> None:
    rows = [{"u": 5, "v": 9, "oneway": False}, {"u": 9, "v": 5, "oneway": False}]
    document = collection(([[0, 0], [0, 1]], rows[0]), ([[0, 1], [0, 0]], rows[1]))
    network = Network.read(written(document, tmp_path))
    assert network.head.tolist() == [1, 0]
    assert network.nodes["id"].tolist() == [5, 9]


def test_parts_and_single_features_are_read(tmp_path: Path) -> None:
    geometry = {"type": "MultiLineString", "coordinates": [[[0, 0], [1, 0]], [[1, 0], [1, 1]]]}
    network = Network.read(written({"type": "Feature", "properties": {}, "geometry": geometry}, tmp_path))
    assert (network.size, len(network.head)) == (3, 4)


def test_faults_are_named_all_at_once(tmp_path: Path) -> None:
    document = collection(([[0, 0]], {}), ([[0, 0], ["a", 1]], {}), ([[0, 0], [1, 1]], {}), (None, {}))
    with pytest.raises(ProblemError) as caught:
        Network.read(written(document, tmp_path))
    assert [message.split(": ", 1)[1][:12] for message in caught.value.messages] == [
        f"features[{i}]:" for i in (0, 1, 3)
    ]
    with pytest.raises(ProblemError, match="no lines in it"):
        Network.read(written(collection(), tmp_path))
    with pytest.raises(ProblemError, match="features must be a list"):
        Network.read(written({"type": "FeatureCollection", "features": 3}, tmp_path))
    with pytest.raises(ProblemError, match="no complete JSON"):
        Network.read(written('{"type": "FeatureCollection", "features": [', tmp_path))
    with pytest.raises(ProblemError, match="length must be a number"):
        Network.read(written(collection(([[0, 0], [1, 1]], {"length": -1})), tmp_path))
    with pytest.raises(ProblemError, match="GeoJSON needs coordinates"):
        Network.from_arcs([0], [1]).to_geojson()
