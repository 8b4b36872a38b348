"""GeoJSON (RFC 7946): lines as arcs, for maps and geographic information systems.

A line is an arc each way, unless its property ``oneway`` says otherwise, in the words of OpenStreetMap: ``true``,
``yes``, ``1``, or ``-1`` for against its direction. Lines meet where they end at the same coordinates, to 7 decimals.
Where all lines name the nodes they join, these hold instead: by ``from`` and ``to``, as written here, or by ``u`` and
``v`` (osmnx) or ``init_node`` and ``term_node`` (TNTP), whose files have a line for each direction: there each line is
one arc. Other properties become columns, as told in :mod:`routeopt.data.networks.attributed`; of nodes only ``id`` is
kept, and no forbidden turns. Coordinates are degrees, unless the file says otherwise, by ``"planar": true`` or a
``crs``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routeopt.data.networks.attributed import Graph, network_of
from routeopt.data.readers.source import Source
from routeopt.data.writers.files import write_text
from routeopt.errors import ProblemError
from routeopt.problems.instance import Floats
from routeopt.problems.network import Network
from routeopt.problems.pieces import mirrored

PLACES = 7  # decimals of a degree: about a centimetre
ENDS = (("from", "to"), ("u", "v"), ("init_node", "term_node"))
FORWARD, BACKWARD = ("true", "yes", "1", "1.0"), ("-1", "-1.0", "reverse")
DEGREES = ("crs84", "4326", "wgs84")


def recognises(document: Any) -> bool:
    """Return whether a JSON document is a collection of features, or one."""
    return isinstance(document, dict) and document.get("type") in ("FeatureCollection", "Feature")


def read(path: str | Path, **options: Any) -> Network:
    """Read a file; see :func:`parse`."""
    from routeopt.data.readers.source import open_source

    return parse(open_source(path), **options)


def parse(source: Source, *, geographic: bool | None = None) -> Network:
    """Read a file.

    Parameters
    ----------
    source : Source
    geographic : bool, optional
        Whether coordinates are degrees; by default the file tells.
    """
    document = source.json
    features = document.get("features") if document.get("type") == "FeatureCollection" else [document]
    lines = list(_lines(source, features))
    if not lines and not source.faulty:
        source.complain("there are no lines in it; a network is made of LineString features")
    source.finish()
    named = next((ends for ends in ENDS if all(set(ends) <= set(row) for _, row in lines)), None)
    nodes: dict[Hashable, dict[str, float]] = {}
    edges: list[tuple[Hashable, Hashable, dict[str, Any]]] = []
    for line, row in lines:
        begin, end = (
            _node(nodes, line[at], row, name) for at, name in zip((0, -1), named or ("", ""), strict=True)
        )
        way = str(row.pop("oneway", "")).lower()
        single = named in ENDS[1:]  # a line for each direction, whatever oneway says
        if single or way not in BACKWARD:
            edges.append((begin, end, {**row, "geometry": line}))
        if not single and way not in FORWARD and begin != end:
            edges.append((end, begin, {**row, "geometry": line[::-1]}))
    if named is None:  # numbers make better names than coordinates
        number = {name: i for i, name in enumerate(nodes)}
        nodes = {i: nodes[name] for name, i in number.items()}
        edges = [(number[begin], number[end], row) for begin, end, row in edges]
    if geographic is None:
        system = json.dumps(document.get("crs", "crs84")).lower()
        geographic = not document.get("planar", False) and any(name in system for name in DEGREES)
    return network_of(Graph(True, {}, nodes, edges), source=source.stem, geographic=geographic)


def _lines(source: Source, features: Any) -> Iterator[tuple[Floats, dict[str, Any]]]:
    """Yield the points (M, 2) of each line, and its properties."""
    if not isinstance(features, list):
        source.complain("features must be a list")
        return
    for i, feature in enumerate(features):
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        if not isinstance(geometry, dict) or geometry.get("type") not in ("LineString", "MultiLineString"):
            continue
        kind = geometry["type"]
        parts: Any = geometry.get("coordinates")
        properties = feature["properties"] if isinstance(feature.get("properties"), dict) else {}
        for part in [parts] if kind == "LineString" or not isinstance(parts, list) else parts:
            try:
                points = np.array([point[:2] for point in part], np.float64)
                if len(points) < 2 or points.shape[1] != 2 or not np.isfinite(points).all():
                    raise ValueError
            except (TypeError, ValueError, IndexError):
                source.complain(f"features[{i}]: a line needs two or more pairs of numbers")
                continue
            yield points, dict(properties)


def _node(nodes: dict[Hashable, dict[str, float]], point: Floats, row: dict[str, Any], end: str) -> Hashable:
    """Return the name of the node at one end of a line, which is added where it is new."""
    name: Hashable = tuple(np.round(point, PLACES).tolist())
    if end:
        given = row.pop(end)
        name = given if isinstance(given, int) else str(given)
    nodes.setdefault(name, {"x": float(point[0]), "y": float(point[1])})
    return name


def write(network: Network, path: str | Path) -> None:
    """Write the arcs of a network as lines.

    Raises
    ------
    ProblemError
        The network has no places, or the file cannot be written.
    """
    collection = document(network)
    features = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in collection.pop("features"))
    head = json.dumps(collection, ensure_ascii=False)[1:-1]
    write_text(Path(path), f'{{{head}, "features": [\n{features}\n]}}\n')


def document(network: Network) -> dict[str, Any]:
    """Return a FeatureCollection of the arcs.

    An arc and its twin that are alike in every column are one line, with ``oneway`` false.
    """
    if network.places is None:
        raise ProblemError("GeoJSON needs coordinates, which the network lacks; give it places")
    if not np.isfinite(network.places).all():
        raise ProblemError("GeoJSON needs coordinates, which some nodes lack")
    twin = _alike(network)
    chosen = np.flatnonzero((twin < 0) | (np.arange(len(twin)) < twin))
    columns = {name: _values(network, name) for name in network.arcs}
    if network.closed is not None:
        columns["closed"] = network.closed.tolist()
    tails, heads = names(network)[network.tail].tolist(), names(network)[network.head].tolist()
    decimals = PLACES if network.geographic else 15
    features = []
    for arc in chosen.tolist():
        row = {name: values[arc] for name, values in columns.items()}
        row |= {"from": tails[arc], "to": heads[arc], "oneway": bool(twin[arc] < 0)}
        line = np.round(network.line(arc), decimals).tolist()
        geometry = {"type": "LineString", "coordinates": line}
        features.append({"type": "Feature", "geometry": geometry, "properties": row})
    collection: dict[str, Any] = {"type": "FeatureCollection"}
    if not network.geographic:
        collection["planar"] = True
    collection["features"] = features
    return collection


def names(network: Network) -> NDArray[Any]:
    """Return a name for each node: its ``id`` where all differ, else its number."""
    known = network.nodes.get("id")
    if known is not None and len(np.unique(known)) == network.size:
        return np.asarray(known)
    return np.arange(network.size)


def _alike(network: Network) -> NDArray[np.int32]:
    """Return the twin of each arc where its line and all its columns are the same, else -1."""
    twin = mirrored(network).copy()
    columns: Mapping[str, NDArray[Any]] = network.arcs
    if network.closed is not None:
        columns = {**columns, "closed": network.closed}
    arcs = np.flatnonzero(twin >= 0)
    for values in columns.values():
        mine, other = values[arcs], values[twin[arcs]]
        differ = ~((mine == other) | ((mine != mine) & (other != other)))  # nan is like nan
        twin[arcs[differ]] = -1
        twin[(twin >= 0) & (twin[twin] < 0)] = -1
        arcs = np.flatnonzero(twin >= 0)
    return twin


def _values(network: Network, name: str) -> list[Any]:
    """Return the values of a column of arcs as JSON has them: codes as words, None for what is missing."""
    return [_plain(value) for value in decoded(network, name)]


def decoded(network: Network, name: str) -> list[Any]:
    """Return the values of a column of arcs, codes as the words they stand for, or None where there is none."""
    values: list[Any] = network.arcs[name].tolist()
    labels = network.labels.get(name)
    if labels is None:
        return values
    return [labels[code] if 0 <= code < len(labels) else None for code in values]


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, bool | int | float | str | None) else str(value)
