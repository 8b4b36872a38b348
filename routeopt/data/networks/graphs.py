"""Networks from graphs of NetworkX and osmnx, and back; and as tables of geopandas."""

from __future__ import annotations

from collections import Counter
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routeopt.data.networks.attributed import ALIKE, Graph, network_of
from routeopt.data.networks.geojson import decoded, names
from routeopt.errors import ProblemError, RouteoptError
from routeopt.problems.network import Network, Shapes

CRS = "epsg:4326"
NAMED = {ours: theirs for theirs, ours in ALIKE.items()}  # way: osmid, time: travel_time


def from_networkx(graph: Any, *, geographic: bool | None = None) -> Network:
    """Return the network of a graph of NetworkX or osmnx.

    Parameters
    ----------
    graph : networkx Graph, DiGraph, MultiGraph or MultiDiGraph
        Nodes may have any names; column ``id`` keeps them, as words where some are no whole numbers. Edges of an
        undirected graph become an arc each way. What attributes mean is told in
        :mod:`routeopt.data.networks.attributed`; all others become columns too.
    geographic : bool, optional
        Whether ``x`` and ``y`` are degrees; by default they are where the ``crs`` of the graph is WGS 84.

    Raises
    ------
    ProblemError
        Lengths or times that are negative or no numbers.
    """
    nodes = {name: {str(key): value for key, value in row.items()} for name, row in graph.nodes(data=True)}
    edges = [(u, v, {str(key): value for key, value in row.items()}) for u, v, row in graph.edges(data=True)]
    return network_of(
        Graph(graph.is_directed(), graph.graph, nodes, edges),
        source=str(graph.graph.get("name", "")),
        geographic=geographic,
    )


def to_networkx(network: Network) -> Any:
    """Return a ``networkx.MultiDiGraph`` with the attributes that osmnx expects.

    Nodes go by their ``id`` where all differ, and have ``x`` and ``y``; the graph has ``crs`` where these are degrees.
    Edges have ``osmid`` (our ``way``), ``travel_time`` (our ``time``), the words of coded columns, ``oneway``,
    ``closed`` where the arc is, and a shapely ``geometry`` where they bend.
    """
    _require("networkx")
    import networkx

    graph = networkx.MultiDiGraph()
    graph.graph["created_with"] = "routeopt"
    if network.source:
        graph.graph["name"] = network.source
    if network.geographic:
        graph.graph["crs"] = CRS
    name = names(network).tolist()
    rows: list[dict[str, Any]] = [{} for _ in name]
    for key, values in _node_columns(network).items():
        for row, value in zip(rows, values.tolist(), strict=True):
            row[key] = value
    graph.add_nodes_from(zip(name, rows, strict=True))
    columns = _arc_columns(network)
    bent = _bent(network)
    for arc, (u, v) in enumerate(zip(network.tail.tolist(), network.head.tolist(), strict=True)):
        row = {key: values[arc] for key, values in columns.items() if values[arc] is not None}
        if bent[arc]:
            row["geometry"] = _line(network.line(arc))
        graph.add_edge(name[u], name[v], **row)
    return graph


def to_geodataframes(network: Network) -> tuple[Any, Any]:
    """Return the nodes and the arcs as two ``geopandas.GeoDataFrame``, in the form of ``osmnx.graph_to_gdfs``.

    Nodes are indexed by ``osmid``, arcs by ``u``, ``v`` and ``key``.

    Raises
    ------
    ProblemError
        The network has no places.
    """
    if network.places is None:
        raise ProblemError("GeoDataFrames need coordinates, which the network lacks; give it places")
    _require("geopandas")
    import geopandas
    import pandas
    import shapely

    system = CRS if network.geographic else None
    name = names(network)
    index = pandas.Index(name, name="osmid")
    points = shapely.points(network.places)
    nodes = geopandas.GeoDataFrame(_node_columns(network), geometry=points, crs=system, index=index)
    between = (
        np.zeros(len(network.head), np.int64) if network.shapes is None else np.diff(network.shapes.first)
    )
    lines = [network.line(arc) for arc in range(len(between))]
    flat = np.concatenate([np.zeros((0, 2)), *lines])
    geometry = shapely.linestrings(flat, indices=np.repeat(np.arange(len(between)), between + 2))
    seen: Counter[tuple[int, int]] = Counter()
    keys = []
    for ends in zip(network.tail.tolist(), network.head.tolist(), strict=True):
        keys.append(seen[ends])
        seen[ends] += 1
    joined = [name[network.tail], name[network.head], np.array(keys, np.int64)]
    arcs = pandas.MultiIndex.from_arrays(joined, names=["u", "v", "key"])
    return nodes, geopandas.GeoDataFrame(_arc_columns(network), geometry=geometry, crs=system, index=arcs)


def _require(package: str) -> None:
    if find_spec(package) is None:
        raise RouteoptError(f"this needs {package}; install it with: pip install 'routeopt[osm]'")


def _node_columns(network: Network) -> dict[str, NDArray[Any]]:
    columns = {name: values for name, values in network.nodes.items() if name != "id"}
    if network.places is not None:
        columns |= {"x": network.places[:, 0], "y": network.places[:, 1]}
    return columns


def _arc_columns(network: Network) -> dict[str, list[Any]]:
    columns = {NAMED.get(name, name): decoded(network, name) for name in network.arcs}
    columns.setdefault("oneway", (network.twin < 0).tolist())
    if network.closed is not None:
        columns["closed"] = network.closed.tolist()
    return columns


def _bent(network: Network) -> NDArray[np.bool_]:
    shapes: Shapes | None = network.shapes
    return np.zeros(len(network.head), bool) if shapes is None else np.diff(shapes.first) > 0


def _line(points: NDArray[np.float64]) -> Any:
    try:
        from shapely import LineString
    except ImportError:  # the bare NetworkX: from_networkx reads pairs too
        return points.tolist()
    return LineString(points)
