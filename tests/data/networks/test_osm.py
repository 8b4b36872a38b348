"""Streets of OpenStreetMap: small towns by hand, every extract at hand, and damaged files."""

from __future__ import annotations

import bz2
import gzip
import os
from pathlib import Path

import numpy as np
import pytest
from osm_text import CELL, arcs, column, letters, osm_xml, turns, written

import routeopt as ro
from routeopt.data.networks.osm import metres, read
from routeopt.problems.network import Network

pytest.importorskip("osmium", reason="pyosmium is not installed; pip install 'routeopt[osm]'")

DATA = Path(os.environ.get("ROUTEOPT_DATA", Path(__file__).parents[4] / "shared" / "data")) / "paths"
FILES = sorted(path for path in DATA.rglob("*.osm*") if path.is_file())
STREET = {"highway": "residential"}

# A main street A-B-C-D, a one-way back street, a roundabout E-F-G-H, a private drive, a dead end and nonsense.
PLAN = """
 I  J
A B C D E F
    K   H G
    L
"""
TOWN = {
    1: ("ABCD", {"highway": "primary", "name": "Main Street", "maxspeed": "50", "lanes": "4"}),
    2: ("BIJC", {"highway": "residential", "name": "Back Street", "oneway": "yes"}),
    3: ("EFGHE", {"highway": "tertiary", "junction": "roundabout"}),
    4: ("DE", {"highway": "primary", "toll": "yes", "surface": "gravel"}),
    5: ("CK", {"highway": "service", "access": "private"}),
    6: ("KL", {"highway": "footway"}),
    7: (
        "DH",
        {"highway": "secondary", "oneway": "maybe", "maxspeed": "5000", "lanes": "x", "name": "Ünïcode"},
    ),
    8: ("AB", {"building": "yes"}),
}


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return written(tmp_path, osm_xml(PLAN, TOWN))


def read_town(path: Path, text: str, **options: object) -> Network:
    return read(written(path, text), **options)  # type: ignore[arg-type]


def test_one_way_streets_roundabouts_and_private_drives(town: Path) -> None:
    network = read(town, simplify=False, core=False)
    expected = "AB BA BC BI CB CD DC DE DH ED EF FG GH HD HE IJ JC"
    assert arcs(network) == expected, "CK is private, KL for walkers"
    assert network.geographic
    assert network.source == "town.osm, © OpenStreetMap contributors, ODbL"


def test_the_core_drops_what_cannot_be_left(tmp_path: Path) -> None:
    text = osm_xml("ABC\n  D", {1: ("AB", STREET), 2: ("BC", STREET), 3: ("CD", {**STREET, "oneway": "yes"})})
    assert letters(read_town(tmp_path, text, core=True, simplify=False)) == ["A", "B", "C"]
    assert letters(read_town(tmp_path, text, core=False, simplify=False)) == ["A", "B", "C", "D"]


def test_chains_become_arcs_with_their_lines(town: Path) -> None:
    network = read(town)
    # G lies on a loop of three, F stays: two nodes of a loop do; I and J are the line of the back street.
    assert "BC" in arcs(network).split()
    assert "I" not in letters(network)
    back = next(a for a in range(len(network.head)) if network.label("name", a) == "Back Street")
    np.testing.assert_allclose(network.line(back) / CELL, [[2, -1], [1, 0], [4, 0], [4, -1]], atol=1e-6)
    assert network.arcs["length"][back] == pytest.approx(
        metres(network.line(back)[:-1], network.line(back)[1:]).sum(), abs=1e-5
    )


def test_columns_of_arcs(town: Path) -> None:
    network = read(town, simplify=False)
    length, time = column(network, "length"), column(network, "time")
    assert length["AB"] == length["BA"] == pytest.approx(222.39, abs=0.01)
    assert time["AB"] == pytest.approx(length["AB"] / (0.8 * 50 / 3.6))
    assert time["DH"] == pytest.approx(length["DH"] / (50 / 3.6)), (
        "an implausible limit leaves the class's speed"
    )
    assert time["DE"] == pytest.approx(length["DE"] / (40 / 3.6)), "gravel slows"
    capacity = column(network, "capacity")
    assert capacity["AB"] == 2 * 1200, "two of four lanes"
    assert capacity["DH"] == 1000, "lanes=x is ignored"
    assert capacity["IJ"] == 600
    assert [ends for ends, tolled in column(network, "toll").items() if tolled] == ["DE", "ED"]
    assert [ends for ends, soft in column(network, "unpaved").items() if soft] == ["DE", "ED"]
    assert column(network, "way")["DH"] == 7
    arc = next(a for a in range(len(network.head)) if network.arcs["way"][a] == 7)
    assert (network.label("name", arc), network.label("highway", arc)) == ("Ünïcode", "secondary")
    assert network.arcs["name"][network.arcs["way"] == 3].tolist() == [-1] * 4, "no name"


def test_every_two_way_street_has_its_twin(town: Path) -> None:
    for simplify in (False, True):
        network = read(town, simplify=simplify)
        back = {(int(t), int(h)) for t, h in zip(network.tail, network.head, strict=True)}
        for arc, twin in enumerate(network.twin):
            if (int(network.head[arc]), int(network.tail[arc])) in back and twin >= 0:
                np.testing.assert_array_equal(network.line(int(twin)), network.line(arc)[::-1])
        two_way = network.arcs["way"] == 1
        assert (network.twin[two_way] >= 0).all()


def test_walkers_take_footways_and_heed_no_one_way_street(town: Path) -> None:
    network = read(town, profile="foot", simplify=False, core=False)
    assert {"KL", "LK", "JI", "FE"} <= set(arcs(network).split())
    assert "capacity" not in network.arcs
    assert column(network, "time")["AB"] == pytest.approx(column(network, "length")["AB"] / (5 / 3.6))


def test_a_bollard_cuts_a_street_for_cars_only(tmp_path: Path) -> None:
    text = osm_xml("A B C", {1: ("ABC", STREET)}, node_tags={"B": {"barrier": "bollard"}})
    assert sorted(letters(read_town(tmp_path, text, core=False))) == ["A", "B", "B", "C"]
    assert letters(read_town(tmp_path, text, profile="bike")) == ["A", "C"]
    let_through = text.replace('v="bollard"/>', 'v="bollard"/><tag k="motor_vehicle" v="yes"/>')
    assert letters(read_town(tmp_path, let_through)) == ["A", "C"]


def test_ways_before_their_nodes_and_nodes_that_are_missing(tmp_path: Path) -> None:
    text = osm_xml("A B C D E", {1: ("ABCZDE", STREET)})
    body = text.splitlines()
    reordered = "\n".join([*body[:2], *(line for line in body if "<way" in line), *body[2:-2], body[-1]])
    network = read_town(tmp_path, reordered, core=False, simplify=False)
    assert arcs(network) == "AB BA BC CB DE ED", "the way is cut where a node is missing"


def test_deleted_things_are_left_out(tmp_path: Path) -> None:
    text = osm_xml("A B C", {1: ("AB", STREET), 2: ("BC", STREET)})
    text = text.replace('<way id="2" version="1">', '<way id="2" version="2" visible="false">')
    assert letters(read_town(tmp_path, text)) == ["A", "B"]


CROSS = "  N\nW X E\n  S"
ROADS = {1: ("WX", STREET), 2: ("XE", STREET), 3: ("NX", STREET), 4: ("XS", STREET)}


def restriction(
    kind: str, origin: int, target: int, **more: str
) -> tuple[list[tuple[str, int, str]], dict[str, str]]:
    members = [("way", origin, "from"), ("node", ord("X") - 64, "via"), ("way", target, "to")]
    return members, {"type": "restriction", "restriction": kind, **more}


@pytest.mark.parametrize(
    ("kind", "origin", "target", "more", "expected"),
    [
        ("no_left_turn", 1, 3, {}, ["WXN"]),
        ("no_u_turn", 1, 1, {}, ["WXW"]),
        ("only_straight_on", 1, 2, {}, ["WXN", "WXS", "WXW"]),
        ("no_left_turn", 1, 3, {"except": "psv; motorcar"}, []),
        ("no_left_turn", 1, 3, {"except": "bicycle"}, ["WXN"]),
        ("nonsense", 1, 3, {}, []),
        ("no_left_turn", 1, 99, {}, []),
        ("only_left_turn", 1, 99, {}, []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("simplify", [False, True])
def test_turn_restrictions(
    tmp_path: Path,
    simplify: bool,
    kind: str,
    origin: int,
    target: int,
    more: dict[str, str],
    expected: list[str],
) -> None:
    text = osm_xml(CROSS, ROADS, [restriction(kind, origin, target, **more)])
    assert turns(read_town(tmp_path, text, simplify=simplify)) == expected


def test_restrictions_of_others_and_by_the_clock_are_left_aside(tmp_path: Path) -> None:
    members = restriction("no_left_turn", 1, 3)[0]
    tags = [
        {"type": "restriction", "restriction:hgv": "no_left_turn"},
        {"type": "restriction", "restriction:conditional": "no_left_turn @ (07:00-09:00)"},
        {"type": "multipolygon", "restriction": "no_left_turn"},
    ]
    text = osm_xml(CROSS, ROADS, [(members, t) for t in tags])
    assert turns(read_town(tmp_path, text)) == []
    concerning = osm_xml(
        CROSS, ROADS, [(members, {"type": "restriction", "restriction:motorcar": "no_left_turn"})]
    )
    assert turns(read_town(tmp_path, concerning)) == ["WXN"]
    assert turns(read_town(tmp_path, concerning, profile="bike")) == []


def test_a_restriction_along_a_way_survives_its_nodes(tmp_path: Path) -> None:
    plan = "A B C\n  Q\nE F G"
    ways = {1: ("AB", STREET), 2: ("BC", STREET), 3: ("BQF", STREET), 4: ("EF", STREET), 5: ("FG", STREET)}
    members = [("way", 1, "from"), ("way", 3, "via"), ("way", 4, "to")]
    text = osm_xml(plan, ways, [(members, {"type": "restriction", "restriction": "no_u_turn"})])
    assert turns(read_town(tmp_path, text, simplify=False)) == ["ABQFE"]
    assert turns(read_town(tmp_path, text)) == ["ABFE"]
    only = osm_xml(plan, ways, [(members, {"type": "restriction", "restriction": "only_right_turn"})])
    assert turns(read_town(tmp_path, only)) == ["ABFB", "ABFG"]
    assert turns(read_town(tmp_path, only, simplify=False)) == ["ABQFG", "ABQFQ"]


def test_the_node_of_a_restriction_stays_where_nothing_else_meets(tmp_path: Path) -> None:
    text = osm_xml("A X B", {1: ("AX", STREET), 2: ("XB", STREET)}, [restriction("no_u_turn", 1, 1)])
    network = read_town(tmp_path, text)
    assert letters(network) == ["A", "B", "X"]
    assert turns(network) == ["AXA"]


def test_gz_and_bz2_are_the_same(tmp_path: Path, town: Path) -> None:
    plain = read(town)
    for suffix, module in ((".gz", gzip), (".bz2", bz2)):
        path = tmp_path / f"town.osm{suffix}"
        path.write_bytes(module.compress(town.read_bytes()))
        packed = read(path)
        np.testing.assert_array_equal(packed.head, plain.head)
        np.testing.assert_array_equal(packed.arcs["length"], plain.arcs["length"])


def refused(path: Path, **options: object) -> str:
    with pytest.raises(ro.ProblemError) as caught:
        read(path, **options)  # type: ignore[arg-type]
    assert len(caught.value.messages) == 1
    return str(caught.value)


def test_what_cannot_be_read_is_said_in_one_message(tmp_path: Path, town: Path) -> None:
    assert "choose one of car, bike, foot" in refused(town, profile="tram")
    assert "there is no such file" in refused(tmp_path / "none.osm.pbf")
    assert "folder" in refused(DATA / "x.osm" if (DATA / "x.osm").is_dir() else _folder(tmp_path))
    (tmp_path / "town.txt").write_text("x")
    assert "end in .osm.pbf" in refused(tmp_path / "town.txt")
    (tmp_path / "empty.osm").write_text("")
    assert "empty" in refused(tmp_path / "empty.osm")


def _folder(path: Path) -> Path:
    (path / "folder.osm").mkdir()
    return path / "folder.osm"


def test_a_file_without_streets(tmp_path: Path) -> None:
    assert "highway" in refused(written(tmp_path, osm_xml("A B", {1: ("AB", {"building": "yes"})})))
    closed = refused(written(tmp_path, osm_xml("A B", {1: ("AB", {"highway": "steps"})})))
    assert "1 ways" in closed
    assert "another profile" in closed
    assert "no coordinates" in refused(written(tmp_path, osm_xml("A", {1: ("YZ", STREET)})))
    assert "two nodes" in refused(written(tmp_path, osm_xml("A", {1: ("AZ", STREET)})))


def test_a_file_cut_off_or_damaged(tmp_path: Path, town: Path) -> None:
    content = town.read_bytes()
    for name, data in {
        "cut.osm": content[: len(content) // 2],
        "cut.osm.gz": gzip.compress(content)[:-20],
        "cut.osm.bz2": bz2.compress(content)[:-20],
        "noise.osm.pbf": b"this is not a protocol buffer at all" * 10,
        "noise.osm": b"\x00\x01\x02" * 100,
        "noise.osm.gz": b"\x00\x01\x02" * 100,
        "number.osm": content.replace(b'lat="', b'lat="x', 1),
    }.items():
        path = tmp_path / name
        path.write_bytes(data)
        assert "damaged or cut off" in refused(path), name


@pytest.mark.skipif(not FILES, reason=f"no extracts at {DATA}; set ROUTEOPT_DATA")
class TestExtracts:
    @pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
    def test_every_extract_is_read(self, path: Path) -> None:
        network = read(path, simplify=path.stat().st_size < 3_000_000)
        assert network.size > 0
        assert len(np.unique(network.components())) == 1
        length, time = network.arcs["length"], network.arcs["time"]
        assert 5 / 3.6 - 1 < length.sum() / time.sum() < 150 / 3.6
        assert network.places is not None
        assert (np.abs(network.places) <= [180, 90]).all()

    def test_a_truncated_extract_is_refused(self, tmp_path: Path) -> None:
        whole = min((p for p in FILES if p.suffix == ".pbf"), key=lambda p: p.stat().st_size).read_bytes()
        for share in (0.1, 0.5, 0.9):
            path = tmp_path / "cut.osm.pbf"
            path.write_bytes(whole[: int(share * len(whole))])
            assert "damaged or cut off" in refused(path)

    @pytest.mark.parametrize("name", ["osmnx/West-Oakland.osm.bz2", "graphhopper/krems.osm.gz"])
    def test_osmnx_makes_the_same_arcs_of_the_same_ways(self, name: str) -> None:
        osmnx = pytest.importorskip("osmnx", reason="osmnx is not installed; pip install 'routeopt[osm]'")
        network = read(DATA / name, simplify=False, core=False)
        node = network.nodes["id"]
        ends = zip(node[network.tail].tolist(), node[network.head].tolist(), strict=True)
        way = network.arcs["way"].tolist()
        ours = {(u, v, w): d for (u, v), w, d in zip(ends, way, network.arcs["length"].tolist(), strict=True)}
        graph = osmnx.graph_from_xml(DATA / name, simplify=False, retain_all=True)
        edges = graph.edges(data=True)
        theirs = {(u, v, data["osmid"]): data["length"] for u, v, data in edges if data["osmid"] in set(way)}
        assert ours.keys() == theirs.keys()
        assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-3)
