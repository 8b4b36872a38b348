"""Networks from graphs of NetworkX and osmnx and back, and as tables of geopandas."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from network_cases import networks

from routeopt.errors import ProblemError
from routeopt.problems.network import Network
from routeopt.problems.pieces import ground

networkx = pytest.importorskip("networkx")


def by_ends(network: Network) -> list[tuple]:
    """Return arcs as sorted tuples of everything about them."""
    name = network.nodes["id"] if "id" in network.nodes else np.arange(network.size)
    columns = ("length", "ratio", "toll", "way")
    closed = np.zeros(len(network.head), bool) if network.closed is None else network.closed
    return sorted(
        (
            name[u], name[v], bool(closed[a]), network.line(a).tolist(),
            network.label("name", a), *(network.arcs[c][a].item() for c in columns if c in network.arcs),
        )
        for a, (u, v) in enumerate(zip(network.tail, network.head, strict=True))
    )  # fmt: skip


@given(networks())
def test_a_network_comes_back_from_networkx(network: Network) -> None:
    back = Network.from_networkx(network.to_networkx())
    assert back.nodes["id"].tolist() == network.nodes["id"].tolist()
    assert back.nodes["word"].tolist() == network.nodes["word"].tolist()
    np.testing.assert_array_equal(back.places, network.places)
    assert back.geographic == network.geographic
    assert by_ends(back) == by_ends(network)
    assert back.source == network.source


def osmnx_graph() -> networkx.MultiDiGraph:
    shapely = pytest.importorskip("shapely")
    graph = networkx.MultiDiGraph(crs="epsg:4326", simplified=True)
    graph.add_node(101, x=24.93, y=60.17, street_count=3, highway="crossing")
    graph.add_node(102, x=24.94, y=60.17, street_count=1)
    bend = shapely.LineString([(24.93, 60.17), (24.935, 60.171), (24.94, 60.17)])
    street = {"osmid": [7, 8], "highway": ["residential", "service"], "name": "High Street", "geometry": bend}
    graph.add_edge(101, 102, **street, length=600.5, speed_kph=36.0, oneway=False, maxspeed=["30", "50"])
    graph.add_edge(102, 101, **street, length=600.5, speed_kph=36.0, travel_time=99.0, oneway=False)
    graph.add_edge(101, 102, osmid=9, highway="primary", length=560, speed_kph=36.0, oneway=True)
    return graph


def test_a_graph_of_osmnx_keeps_streets_speeds_and_bends() -> None:
    network = Network.from_networkx(osmnx_graph())
    assert network.geographic
    assert network.nodes["id"].tolist() == [101, 102]
    assert network.nodes["highway"].tolist() == ["crossing", ""]
    assert network.arcs["way"].tolist() == [7, 9, 7]
    assert [network.label("highway", a) for a in range(3)] == ["residential", "primary", "residential"]
    assert [network.label("name", a) for a in range(3)] == ["High Street", "", "High Street"]
    assert network.label("maxspeed", 0) == "30; 50"
    assert network.arcs["time"].tolist() == [pytest.approx(60.05), 56.0, 99.0]
    assert network.line(0).tolist() == [[24.93, 60.17], [24.935, 60.171], [24.94, 60.17]]
    assert network.line(2).tolist() == network.line(0)[::-1].tolist()  # it was given the wrong way round
    assert network.twin.tolist() == [2, -1, 0]


def test_osmnx_takes_our_graph_and_its_files() -> None:
    osmnx = pytest.importorskip("osmnx")
    graph = Network.from_networkx(osmnx_graph()).to_networkx()
    nodes, edges = osmnx.graph_to_gdfs(graph)
    assert (len(nodes), len(edges)) == (2, 3)
    assert osmnx.routing.shortest_path(graph, 101, 102, weight="travel_time") == [101, 102]
    ours = Network.from_networkx(graph).to_geodataframes()
    assert ours[1].geometry.tolist() == edges.geometry.tolist()
    assert ours[1].index.names == edges.index.names == ["u", "v", "key"]
    assert ours[1].index.tolist() == edges.index.tolist()
    assert ours[0].crs == nodes.crs
    again = osmnx.graph_from_gdfs(*ours)
    assert networkx.utils.edges_equal(again.edges, graph.edges)


def test_any_names_and_weights_are_taken() -> None:
    graph = networkx.Graph(name="toy")
    graph.add_edge(("a", 1), "b", weight=-2, cost=1.5)
    graph.add_edge("b", frozenset([3]), weight=5)
    graph.add_edge("b", "b", weight=0)
    network = Network.from_networkx(graph)
    assert network.nodes["id"].tolist() == ["('a', 1)", "b", "frozenset({3})"]
    assert network.tail.tolist() == [0, 1, 1, 1, 2]
    assert network.arcs["weight"].tolist() == [-2, 5, 0, -2, 5]
    np.testing.assert_array_equal(network.arcs["cost"], [1.5, np.nan, np.nan, 1.5, np.nan])
    assert network.places is None
    assert network.source == "toy"
    assert "length" not in network.arcs
    assert Network.from_networkx(networkx.DiGraph()).size == 0
    assert Network.from_networkx(
        networkx.path_graph(3, create_using=networkx.MultiDiGraph)
    ).head.tolist() == [1, 2]


def test_missing_lengths_are_measured_and_wrong_ones_named() -> None:
    graph = osmnx_graph()
    del graph.edges[101, 102, 0]["length"]
    network = Network.from_networkx(graph)
    line = network.line(0)
    assert network.arcs["length"][0] == pytest.approx(ground(line[:-1], line[1:], geographic=True).sum())
    graph.edges[101, 102, 1]["length"] = -4
    graph.edges[102, 101, 0]["travel_time"] = -1
    with pytest.raises(ProblemError) as caught:
        Network.from_networkx(graph)
    assert caught.value.messages == (
        "edge 101 – 102: length must be a number, 0 or more; it has -4",
        "edge 102 – 101: time must be a number, 0 or more; it has -1",
    )
    graph.edges[101, 102, 1]["length"] = "far"
    with pytest.raises(ProblemError, match="length must be a number, 0 or more; it has words"):
        Network.from_networkx(graph)


def test_tables_need_places() -> None:
    pytest.importorskip("geopandas")
    with pytest.raises(ProblemError, match="GeoDataFrames need coordinates"):
        Network.from_arcs([0], [1]).to_geodataframes()
    nodes, arcs = Network.from_arcs([0, 0], [1, 1], places=np.array([[0, 0], [3, 4.0]])).to_geodataframes()
    assert arcs.index.tolist() == [(0, 1, 0), (0, 1, 1)]
    assert arcs.length.tolist() == [5, 5]
    assert nodes.crs is None
