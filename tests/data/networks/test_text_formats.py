"""GraphML, GML, node-link JSON, DIMACS, TNTP and MovingAI files; each kind of damage is named with its line."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from routeopt.errors import ProblemError
from routeopt.problems.network import Network

DATA = Path(os.environ.get("ROUTEOPT_DATA", Path(__file__).parents[4] / "shared" / "data")) / "paths"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no benchmark data at {DATA}; set ROUTEOPT_DATA")

GRAPHML = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="d0" for="graph" attr.name="crs" attr.type="string"/>
  <key id="d1" for="node" attr.name="x" attr.type="string"/>
  <key id="d2" for="node" attr.name="y" attr.type="string"/>
  <key id="d3" for="edge" attr.name="length" attr.type="string"/>
  <key id="d4" for="edge" attr.name="osmid" attr.type="string"/>
  <key id="d5" for="edge" attr.name="geometry" attr.type="string"/>
  <key id="d6" for="edge" attr.name="lanes" attr.type="int"><default>1</default></key>
  <key id="d7" for="edge" attr.name="oneway" attr.type="string"/>
  <graph edgedefault="directed">
    <data key="d0">epsg:4326</data>
    <node id="11"><data key="d1">24.93</data><data key="d2">60.17</data></node>
    <node id="12"><data key="d1">24.94</data><data key="d2">60.17</data></node>
    <edge source="11" target="12">
      <data key="d3">600.25</data><data key="d4">[7, 8]</data><data key="d6">3</data><data key="d7">True</data>
      <data key="d5">LINESTRING (24.93 60.17, 24.935 60.171, 24.94 60.17)</data>
    </edge>
    <edge source="12" target="11"><data key="d3">560</data><data key="d4">9</data><data key="d7">False</data></edge>
  </graph>
</graphml>
"""

GML = """# a comment [ with brackets ]
Creator "someone"
graph [
  directed 0
  node [ id 0 label "K&#246;ln" Longitude 6.95 Latitude 50.93 ]
  node [ id 3 label "Nowhere" ]
  node [ id 7 label "Bonn" Longitude 7.1 Latitude 50.73 Internal 1 ]
  edge [ source 0 target 7 LinkSpeedRaw 1e9 LinkLabel "1 Gbit" ]
  edge [ source 7 target 3 ]
]
"""

GR = """c 9th DIMACS
p sp 3 4
a 1 2 10
a 2 1 10
a 2 3 7
a 3 1 5
"""
CO = "p aux sp co 3\nv 1 -73530767 41085396\nv 2 -73530538 41086098\nv 3 -73519366 41048796\n"

TNTP = """<NUMBER OF ZONES> 2\t
<NUMBER OF NODES> 4
<FIRST THRU NODE> 3
<NUMBER OF LINKS> 3
<END OF METADATA>

~\tinit_node\tterm_node\tcapacity\tlength\tfree_flow_time\tb\tpower\tspeed\ttoll\tlink_type\t;
\t1\t3\t900\t1.5\t6\t0.15\t4\t30\t0\t1\t;
\t3\t4\t800\t2\t7\t0.15\t4\t30\t0.5\t2\t;
\t4\t2\t700\t0\t0\t0\t0\t0\t0\t3;
"""

MAP = "type octile\nheight 3\nwidth 4\nmap\n..@.\n.T..\n....\n"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def complaints(path: Path, **options: Any) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        Network.read(path, **options)
    assert all(message.startswith(str(path)) for message in caught.value.messages)
    return [message.removeprefix(f"{path}:") for message in caught.value.messages]


def test_graphml_of_osmnx(tmp_path: Path) -> None:
    network = Network.read(written(tmp_path, "a.graphml", GRAPHML))
    assert network.geographic
    assert network.nodes["id"].tolist() == [11, 12]
    assert network.arcs["length"].tolist() == [600.25, 560]
    assert network.arcs["way"].tolist() == [7, 9]
    assert network.arcs["lanes"].tolist() == [3, 1]
    assert network.arcs["oneway"].tolist() == [True, False]
    assert network.line(0).tolist() == [[24.93, 60.17], [24.935, 60.171], [24.94, 60.17]]
    assert network.line(1).tolist() == [[24.94, 60.17], [24.93, 60.17]]


def test_graphml_of_osmnx_itself(tmp_path: Path) -> None:
    osmnx = pytest.importorskip("osmnx")
    ours = Network.read(written(tmp_path, "a.graphml", GRAPHML))
    osmnx.save_graphml(ours.to_networkx(), tmp_path / "b.graphml")
    again = Network.read(tmp_path / "b.graphml")
    assert again.nodes["id"].tolist() == ours.nodes["id"].tolist()
    for name in ("length", "way", "lanes", "oneway"):
        assert again.arcs[name].tolist() == ours.arcs[name].tolist()
    assert again.line(0).tolist() == ours.line(0).tolist()


def test_damaged_graphml(tmp_path: Path) -> None:
    cut = written(tmp_path, "cut.graphml", GRAPHML[: len(GRAPHML) // 2])
    assert "no complete XML" in complaints(cut)[0]
    wrong = GRAPHML.replace('target="11"', 'target="x"').replace(">3</data>", ">three</data>")
    lost, word = complaints(written(tmp_path, "wrong.graphml", wrong))
    assert lost == "16: 'three' is no int, which its key says it is"
    assert word == "19: an edge joins node 'x', which is not in the file"
    twice = GRAPHML.replace('<node id="12">', '<node id="11">')
    assert "14: node '11' is in the file twice" in complaints(written(tmp_path, "twice.graphml", twice))
    two = GRAPHML.replace("</graphml>", '<graph edgedefault="directed"/><hyperedge/></graphml>')
    assert len(complaints(written(tmp_path, "two.graphml", two))) == 2
    empty = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"></graphml>'
    assert "there is no <graph>" in complaints(written(tmp_path, "no.graphml", empty))[0]
    negative = GRAPHML.replace(">560<", ">-560<")
    assert complaints(written(tmp_path, "negative.graphml", negative)) == [
        " edge 12 – 11: length must be a number, 0 or more; it has -560"
    ]


def test_gml_of_the_topology_zoo(tmp_path: Path) -> None:
    network = Network.read(written(tmp_path, "zoo.gml", GML))
    assert network.geographic
    assert network.nodes["id"].tolist() == [0, 3, 7]
    assert network.nodes["label"].tolist() == ["Köln", "Nowhere", "Bonn"]
    assert list(zip(network.tail.tolist(), network.head.tolist(), strict=True)) == [
        (0, 2),
        (1, 2),
        (2, 1),
        (2, 0),
    ]
    np.testing.assert_array_equal(network.arcs["LinkSpeedRaw"], [1e9, np.nan, np.nan, 1e9])
    assert network.label("LinkLabel", 0) == "1 Gbit"
    assert np.isnan(network.places[1]).all()
    assert "length" not in network.arcs  # one cannot be told
    placed = GML.replace('"Nowhere"', '"Nowhere" Longitude 7.0 Latitude 50.8')
    length = Network.read(written(tmp_path, "placed.gml", placed)).arcs["length"]
    assert length[0] == pytest.approx(24_600, rel=0.01)
    directed = GML.replace("directed 0", "directed 1").replace(
        "Longitude 6.95 Latitude 50.93", "graphics [ x 1 y 2 ]"
    )
    assert len(Network.read(written(tmp_path, "directed.gml", directed)).head) == 2


def test_damaged_gml(tmp_path: Path) -> None:
    wrong = GML.replace("target 3", "target 4").replace("id 3", 'id "three"').replace("id 7", "id 0")
    found = complaints(written(tmp_path, "wrong.gml", wrong))
    assert found == [
        "6: a node needs a whole number as its id",
        "7: node 0 is in the file twice",
        "8: an edge joins node 7, which is not in the file",
        "9: an edge joins node 7, which is not in the file",
        "9: an edge joins node 4, which is not in the file",
    ]
    assert "ends within a list" in complaints(written(tmp_path, "cut.gml", GML[:250]))[0]
    assert "do" in complaints(written(tmp_path, "quote.gml", GML.replace('"Bonn"', '"Bonn')))[0]
    assert complaints(written(tmp_path, "shut.gml", GML + "]"))[0].startswith("11: a ']' that nothing opened")
    assert complaints(written(tmp_path, "two.gml", GML + GML)) == [" there are 2 graphs in it; keep one"]
    assert (
        "a key is expected" in complaints(written(tmp_path, "key.gml", GML.replace("directed 0", '"x" 0')))[0]
    )


def test_topologies_of_topohub(tmp_path: Path) -> None:
    nodes = [{"id": "0", "name": "A", "pos": [7.0, 50.0]}, {"id": "1", "name": "B", "pos": [8.0, 50.0]}]
    document = {
        "directed": False, "multigraph": False, "graph": {"name": "toy"}, "nodes": nodes,
        "edges": [{"source": "0", "target": "1", "dist": 71.5}],
    }  # fmt: skip
    network = Network.read(written(tmp_path, "toy.json", json.dumps(document)))
    assert network.geographic
    assert network.arcs["length"].tolist() == [71_500, 71_500]
    assert network.nodes["name"].tolist() == ["A", "B"]
    document["edges"][0]["dist"] = 3
    plane = Network.read(written(tmp_path, "plane.json", json.dumps(document)))
    assert not plane.geographic
    assert plane.arcs["length"].tolist() == [1, 1]
    document["edges"] += [{"source": "0", "target": "9"}, 5]
    nodes += [{"name": "nameless"}, nodes[0]]
    assert complaints(written(tmp_path, "wrong.json", json.dumps(document))) == [
        " nodes[2]: a node needs an id, a number or a word",
        " nodes[3]: node '0' is in the file twice",
        " links[1]: it joins node '9', which is not in the file",
        " links[2]: a link needs a source and a target",
    ]
    assert "must be lists" in complaints(written(tmp_path, "odd.json", '{"nodes": 3, "links": []}'))[0]


def test_node_link_data_of_networkx(tmp_path: Path) -> None:
    networkx = pytest.importorskip("networkx")
    graph = networkx.MultiDiGraph()
    graph.add_edge(1, 2, weight=3)
    graph.add_edge(1, 2, weight=4)
    network = Network.read(written(tmp_path, "a.json", json.dumps(networkx.node_link_data(graph))))
    assert network.arcs["weight"].tolist() == [3, 4]


def test_dimacs_graph_with_places_beside(tmp_path: Path) -> None:
    path = written(tmp_path, "USA-road-d.toy.gr", GR)
    network = Network.read(path)
    assert network.places is None
    assert network.arcs["length"].tolist() == [10, 10, 7, 5]
    assert network.arcs["length"].dtype == np.int64
    written(tmp_path, "USA-road-d.toy.co", CO)
    network = Network.read(path)
    assert network.geographic
    assert network.places[0].tolist() == [-73.530767, 41.085396]
    time = Network.read(written(tmp_path, "USA-road-t.toy.gr", GR))
    assert time.geographic
    assert list(time.arcs) == ["time"]
    assert list(Network.read(written(tmp_path, "n.gr", GR.replace("7\n", "-7\n"))).arcs) == ["weight"]
    assert list(Network.read(path, weight="cost").arcs) == ["cost"]
    plane = written(tmp_path, "plane.co", CO.replace("-73530767", "-735307670"))
    assert not Network.read(path, coordinates=plane).geographic
    (tmp_path / "packed.gr.gz").write_bytes(gzip.compress(GR.encode()))
    assert len(Network.read(tmp_path / "packed.gr.gz").head) == 4


def test_damaged_dimacs_graph(tmp_path: Path) -> None:
    wrong = GR.replace("a 2 1 10", "a 2 1 x").replace("a 2 3 7", "a 2 4 7\nb 1 2 3")
    assert complaints(written(tmp_path, "wrong.gr", wrong)) == [
        "4: arc: weight must be a number, not 'x'",
        "5: nodes are 1 to 3",
        "6: a line begins with c, p or a",
    ]
    assert "4 arcs are announced but 2 are there" in complaints(written(tmp_path, "cut.gr", GR[:38]))[0]
    assert "reads 'p sp NODES ARCS'" in complaints(written(tmp_path, "p.gr", GR.replace("3 4", "3")))[0]
    path = written(tmp_path, "a.gr", GR)
    with pytest.raises(ProblemError, match="1 nodes have no place, among them 3"):
        Network.read(path, coordinates=written(tmp_path, "b.co", CO[: CO.index("v 3")]))
    with pytest.raises(ProblemError, match=r"b\.co:4: nodes are 1 to 3"):
        Network.read(path, coordinates=written(tmp_path, "b.co", CO.replace("v 3", "v 9")))


def test_tntp_network_with_places_beside(tmp_path: Path) -> None:
    path = written(tmp_path, "Toy_net.tntp", TNTP)
    network = Network.read(path)
    assert network.places is None
    assert network.head.tolist() == [2, 3, 1]
    assert network.arcs["capacity"].tolist() == [900, 800, 700]
    assert network.arcs["time"].tolist() == network.arcs["free_flow_time"].tolist() == [6, 7, 0]
    assert network.arcs["link_type"].tolist() == [1, 2, 3]
    assert network.nodes["zone"].tolist() == [True, True, False, False]
    assert network.nodes["through"].tolist() == [False, False, True, True]
    written(
        tmp_path, "toy_node.tntp", "Node\tX\tY\t;\n1\t-96.7\t43.6\t;\n2\t-96.8\t43.5 ;\n3 -96 43\n4 -95 42;\n"
    )
    network = Network.read(path)
    assert network.places.tolist() == [[-96.7, 43.6], [-96.8, 43.5], [-96, 43], [-95, 42]]
    assert not network.geographic
    assert Network.read(path, geographic=True).geographic


def test_damaged_tntp_network(tmp_path: Path) -> None:
    wrong = TNTP.replace("1.5", "far").replace("\t3\t4\t800\t2", "\t3\t5\t800\t-2")
    assert complaints(written(tmp_path, "wrong_net.tntp", wrong)) == [
        "8: link: length must be a number, not 'far'",
        "9: nodes are 1 to 4",
        "9: length is negative; it must be 0 or more",
    ]
    cut = complaints(written(tmp_path, "cut_net.tntp", TNTP[: TNTP.index("\t3\t4")]))
    assert "3 links are announced but 1 are there" in cut[0]
    assert (
        "must be a whole number" in complaints(written(tmp_path, "n_net.tntp", TNTP.replace("> 4", "> x")))[0]
    )
    gone = TNTP.replace("<NUMBER OF NODES> 4\n", "")
    assert "<NUMBER OF NODES> is missing" in complaints(written(tmp_path, "m_net.tntp", gone))[0]
    nodes = written(tmp_path, "some.tntp", "1 0 0\n9 0 0\n")
    with pytest.raises(ProblemError, match=r"some\.tntp:2: nodes are 1 to 4"):
        Network.read(written(tmp_path, "good_net.tntp", TNTP), nodes=nodes)


def test_grids_do_not_cut_corners(tmp_path: Path) -> None:
    path = written(tmp_path, "toy.map", MAP)
    network = Network.read(path)
    assert network.nodes["id"].tolist() == [0, 1, 3, 4, 6, 7, 8, 9, 10, 11]
    assert network.places[4].tolist() == [2, 1]
    steps = {
        (int(network.nodes["id"][u]), int(network.nodes["id"][v])): length
        for u, v, length in zip(network.tail, network.head, network.arcs["length"], strict=True)
    }
    assert steps[0, 1] == steps[4, 0] == 1
    assert (6, 9) not in steps  # beside the tree
    assert steps[7, 10] == steps[10, 7] == np.sqrt(2)
    assert steps[6, 11] == np.sqrt(2)
    assert (3, 6) not in steps
    assert set(Network.read(path, connectivity=4).arcs["length"]) == {1}
    assert Network.read(path, passable=".T").size == 11
    assert complaints(path, connectivity=5) == [" connectivity must be 4 or 8, not 5"]


def test_damaged_grids(tmp_path: Path) -> None:
    wrong = complaints(written(tmp_path, "wrong.map", MAP.replace(".T..", ".T.")[:-5]))
    assert wrong == [
        " height 3, but there are 2 rows; check that it was written completely",
        "6: a row has 4 cells, as width says",
    ]
    assert (
        "height must be a whole number"
        in complaints(written(tmp_path, "h.map", MAP.replace("t 3", "t x")))[0]
    )
    assert "no line 'map'" in complaints(written(tmp_path, "m.map", MAP.replace("map", "....")))[0]


def test_unknown_content_and_options_are_refused(tmp_path: Path) -> None:
    assert (
        "routeopt reads networks of routeopt (.npz), OpenStreetMap"
        in complaints(written(tmp_path, "a.txt", "hello"))[0]
    )
    assert "the format is not recognised" in complaints(written(tmp_path, "a.json", "{}"))[0]
    assert "no complete JSON" in complaints(written(tmp_path, "b.json", "{"))[0]
    assert complaints(written(tmp_path, "a.map", MAP), profile="car") == [
        " MovingAI take no option 'profile'; they take connectivity, passable"
    ]
    (tmp_path / "cut.gr.gz").write_bytes(gzip.compress(GR.encode())[:-9])
    assert "cannot be unpacked" in complaints(tmp_path / "cut.gr.gz")[0]
    assert "empty" in complaints(written(tmp_path, "empty.gml", ""))[0]
    assert "no such file" in complaints(tmp_path / "absent.gml")[0]
    Network.from_arcs([0], [1]).save(tmp_path / "a.npz")
    assert "take no option 'profile'; they take none" in complaints(tmp_path / "a.npz", profile="car")[0]
    (tmp_path / "latin.gr").write_bytes(b"c caf\xe9\n" + GR.encode())
    assert "not UTF-8" in complaints(tmp_path / "latin.gr")[0]


JSON = """{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"name": "a", "oneway": "no", "length": 5.5, "closed": true}, "geometry":
 {"type": "LineString", "coordinates": [[7, 50], [7.1, 50.1], [7.2, 50]]}},
{"type": "Feature", "properties": {"from": 1, "to": 2}, "geometry":
 {"type": "MultiLineString", "coordinates": [[[7, 50], [7.1, 50.1]], [[7.2, 50], [7, 50]]]}}]}"""
LINKS = """{"directed": true, "graph": {"crs": "epsg:4326"}, "nodes": [{"id": "a", "pos": [7, 50]},
{"id": 2, "pos": [8, 50], "x": "z"}], "links": [{"source": "a", "target": 2, "dist": 71.5, "travel_time": 3,
 "way": [1]}]}"""


@pytest.mark.parametrize("text", [GRAPHML, GML, GR, TNTP, MAP, JSON, LINKS], ids=lambda text: text[:12])
@given(
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(-3, 3), st.text(max_size=2)), max_size=6),
    end=st.floats(0.3, 1.5),
)
def test_whatever_a_file_holds_it_is_read_or_refused(text: str, changes: list[tuple], end: float) -> None:
    for where, skip, new in changes:
        at = int(where * len(text))
        text = text[:at] + (new if skip else "[") + text[at + skip :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.txt"
        path.write_bytes(text[: int(end * len(text))].encode("utf-8", "replace"))
        try:
            network = Network.read(path)
        except ProblemError as error:
            assert all(message.startswith(str(path)) for message in error.messages)  # noqa: PT017
        else:
            assert len(network.tail) == len(network.head)


@needs_data
@pytest.mark.parametrize(
    ("file", "nodes", "arcs"),
    [
        ("tntp/Anaheim/Anaheim_net.tntp", 416, 914),
        ("tntp/Barcelona/Barcelona_net.tntp", 1020, 2522),
        ("tntp/Braess-Example/Braess_net.tntp", 4, 5),
        ("tntp/Chicago-Sketch/ChicagoSketch_net.tntp", 933, 2950),
        ("tntp/Eastern-Massachusetts/EMA_net.tntp", 74, 258),
        ("tntp/SiouxFalls/SiouxFalls_net.tntp", 24, 76),
        ("tntp/Winnipeg/Winnipeg_net.tntp", 1052, 2836),
        ("tntp/Anaheim/anaheim.geojson", 416, 914),
        ("momepy/nyc_graph.graphml", 46, 146),
    ],
)
def test_benchmark_networks_are_read_whole(file: str, nodes: int, arcs: int) -> None:
    network = Network.read(DATA / file)
    assert (network.size, len(network.head)) == (nodes, arcs)


@needs_data
@pytest.mark.parametrize("name", ["arena", "den520d", "Berlin_1_256"])
def test_shortest_paths_on_grids_are_as_long_as_the_scenarios_say(name: str) -> None:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    network = Network.read(DATA / f"mapf/{name}.map")
    table = [
        line.split() for line in (DATA / f"mapf/movingai-scen/{name}.map.scen").read_text().splitlines()[1:]
    ]
    table = [cells for cells in table if cells]
    chosen = table[:: max(1, len(table) // 12)]
    node = {tuple(place): i for i, place in enumerate(network.places.astype(int).tolist())}
    graph = csr_array(
        (network.arcs["length"], network.head, network.first_out), shape=(network.size,) * 2, copy=True
    )
    for *_, x, y, u, v, length in chosen:
        found = dijkstra(graph, indices=node[int(x), int(y)])[node[int(u), int(v)]]
        assert found == pytest.approx(float(length), rel=1e-5)
