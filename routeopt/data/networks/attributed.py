"""Graphs of named nodes and edges with attributes, as GraphML, GML, JSON and NetworkX have them, made networks.

Attributes that mean something here, whatever the format:

- ``x`` and ``y`` of a node are its place; they are degrees where the ``crs`` of the graph is WGS 84. ``lon`` and
  ``lat``, or ``Longitude`` and ``Latitude``, are degrees.
- ``geometry`` of an edge is its line, in shapely, WKT or pairs; it is turned round if it begins at the other end.
- ``length`` is in metres. Where it is missing and places are known, it is measured along the line.
- ``travel_time`` is in seconds and becomes ``time``; where it is missing, ``speed_kph`` tells it.
- ``closed`` flags say which arcs nothing may use at present.
- ``osmid`` becomes ``way``, the first of several; so does the first ``highway``.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.data.networks.columns import column, first, gather, words
from routeopt.errors import ProblemError
from routeopt.problems.instance import Floats
from routeopt.problems.network import Network, Shapes
from routeopt.problems.pieces import ground

PLACES = (("x", "y"), ("lon", "lat"), ("Longitude", "Latitude"), ("longitude", "latitude"))
DEGREES = ("4326", "crs84", "wgs84", "wgs 84")  # what the name of a system in degrees contains
ALIKE = {"osmid": "way", "travel_time": "time"}
SHOWN = 5  # edges named in a message
SAME = 1e-9  # what is no further apart is one place
KPH = 3.6  # km/h in a m/s


class Graph(NamedTuple):
    """Nodes by their names, and edges between names."""

    directed: bool
    attributes: Mapping[str, Any]
    nodes: Mapping[Hashable, Mapping[str, Any]]
    edges: Sequence[tuple[Hashable, Hashable, Mapping[str, Any]]]
    textual: bool = False  # whether attributes are read from a format that knows only text


def network_of(graph: Graph, *, source: str = "", geographic: bool | None = None) -> Network:
    """Return the network of a graph; each edge of an undirected one becomes an arc each way.

    Parameters
    ----------
    graph : Graph
        Its edges join nodes that it has.
    source : str
        Where it comes from, for people.
    geographic : bool, optional
        Whether places are degrees; by default the graph tells.

    Raises
    ------
    ProblemError
        Lengths or times that are no numbers, or negative; each is named.
    """
    number = {name: i for i, name in enumerate(graph.nodes)}
    nodes = gather(list(graph.nodes.values()), textual=graph.textual)
    places, known = _places(nodes)
    if geographic is None:
        geographic = known or _in_degrees(graph.attributes)
    tail = np.array([number[u] for u, _, _ in graph.edges], np.int64)
    head = np.array([number[v] for _, v, _ in graph.edges], np.int64)
    edges = gather([row for _, _, row in graph.edges], textual=graph.textual)
    lines = _lines(edges.pop("geometry", None), places, tail, head)
    arcs, labels = _arcs(edges)
    closed = arcs.pop("closed") if "closed" in arcs and arcs["closed"].dtype == bool else None
    names = [(u, v) for u, v, _ in graph.edges]
    errors = _endless(places, number)
    _complete(arcs, None if errors else places, lines, (tail, head), geographic, names, errors)
    if errors:
        raise ProblemError(errors)
    order, back = np.arange(len(tail)), np.zeros(len(tail), bool)
    if not graph.directed:
        again = np.flatnonzero(tail != head)
        order, back = np.append(order, again), np.append(back, np.ones(len(again), bool))
    return Network.from_arcs(
        np.where(back, head[order], tail[order]),
        np.where(back, tail[order], head[order]),
        size=len(number),
        arcs={name: values[order] for name, values in arcs.items()},
        nodes={"id": identifiers(list(number)), **{name: words(values) for name, values in nodes.items()}},
        places=places,
        geographic=geographic and places is not None,
        labels=labels,
        closed=None if closed is None else closed[order],
        shapes=_shapes(lines, order, back),
        source=source,
    )


def identifiers(names: Sequence[Hashable]) -> NDArray[Any]:
    """Return the names of nodes as a column: int64 where all are such numbers, else words."""
    if all(isinstance(name, int | np.integer) and not isinstance(name, bool) for name in names):
        whole = [int(name) for name in names]  # type: ignore[call-overload]
        if all(-(2**63) <= value < 2**63 for value in whole):
            return np.array(whole, np.int64)
    return np.array([str(name) for name in names])


def _endless(places: Floats | None, number: Mapping[Hashable, int]) -> list[str]:
    """Return a complaint for each node at an infinite place; nan is none."""
    if places is None:
        return []
    wrong = set(np.flatnonzero(np.isinf(places).any(axis=1)).tolist())
    return [
        f"node {name}: its coordinates must be finite numbers" for name, i in number.items() if i in wrong
    ]


def _in_degrees(attributes: Mapping[str, Any]) -> bool:
    system = str(attributes.get("crs", "")).lower()
    return any(name in system for name in DEGREES)


def _places(nodes: dict[str, list[Any]]) -> tuple[Floats | None, bool]:
    """Take the coordinates out of the attributes of nodes; also tell whether they are surely degrees."""
    if "pos" in nodes and all(np.shape(pair) == (2,) for pair in nodes["pos"]):
        return np.array(nodes.pop("pos"), np.float64), False
    for x, y in PLACES:
        if x in nodes and y in nodes:
            east, north = column(nodes[x]), column(nodes[y])
            if not east[1] and not north[1]:  # numbers, that is
                del nodes[x], nodes[y]
                return np.stack([east[0], north[0]], axis=1).astype(np.float64), x != "x"
    return None, False


def _arcs(edges: dict[str, list[Any]]) -> tuple[dict[str, NDArray[Any]], dict[str, tuple[str, ...]]]:
    arcs: dict[str, NDArray[Any]] = {}
    labels: dict[str, tuple[str, ...]] = {}
    for name, values in edges.items():
        known = ALIKE.get(name, name)
        if known in ("way", "highway"):
            values = [first(value) for value in values]
        if known != name and known in edges:
            known = name  # the graph has both
        arcs[known], its_words = column(values)
        if its_words:
            labels[known] = its_words
    return arcs, labels


def _complete(
    arcs: dict[str, NDArray[Any]],
    places: Floats | None,
    lines: list[Floats] | None,
    ends: tuple[NDArray[np.int64], NDArray[np.int64]],
    geographic: bool,
    names: list[tuple[Hashable, Hashable]],
    errors: list[str],
) -> None:
    """Fill in lengths and times where they are missing, and note those that are wrong."""
    count = len(names)
    length = _numbers(arcs, "length", count)
    if length is not None and places is not None and np.isnan(length).any():
        length = np.where(np.isnan(length), _measured(places, lines, *ends, geographic=geographic), length)
    if length is not None and not ("length" not in arcs and np.isnan(length).any()):
        arcs["length"] = length
    speed = _numbers(arcs, "speed_kph", count)
    time = _numbers(arcs, "time", count)
    if time is not None and speed is not None and length is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            # A negative length is complained of as a length alone.
            time = np.where(np.isnan(time), np.abs(length) / speed * KPH, time)
    if time is not None and ("time" in arcs or not np.isnan(time).any()):
        arcs["time"] = time
    for name in ("length", "time"):
        if name in arcs:
            values = _numbers(arcs, name, count)
            wrong = np.ones(count, bool) if values is None else ~(values >= 0)
            _name_edges(name, wrong, values, names, errors)


def _numbers(arcs: Mapping[str, NDArray[Any]], name: str, count: int) -> Floats | None:
    """Return a column as floats, nan where there is none; None: it holds words."""
    values = arcs.get(name)
    if values is None:
        return np.full(count, np.nan)
    return None if values.dtype == np.int32 else values.astype(np.float64)


def _name_edges(
    name: str, wrong: NDArray[np.bool_], values: Floats | None, names: list[tuple[Hashable, Hashable]],
    errors: list[str],
) -> None:  # fmt: skip
    rows = np.flatnonzero(wrong).tolist()
    for row in rows[:SHOWN]:
        has = "words" if values is None else "none" if np.isnan(values[row]) else f"{values[row]:g}"
        errors.append(
            f"edge {names[row][0]} – {names[row][1]}: {name} must be a number, 0 or more; it has {has}"
        )
    if len(rows) > SHOWN:
        errors.append(f"{name}: so for {len(rows) - SHOWN} more edges")


def _measured(
    places: Floats, lines: list[Floats] | None, tail: NDArray[Any], head: NDArray[Any], *, geographic: bool
) -> Floats:
    if lines is None:
        return ground(places[tail], places[head], geographic=geographic)
    whole = [
        np.concatenate([places[[a]], line, places[[b]]]) for a, b, line in zip(tail, head, lines, strict=True)
    ]
    points = np.concatenate(whole)
    owner = np.repeat(np.arange(len(whole)), [len(line) for line in whole])
    within = owner[1:] == owner[:-1]
    step = ground(points[:-1][within], points[1:][within], geographic=geographic)
    return np.bincount(owner[1:][within], step, minlength=len(whole)).astype(np.float64)


def _lines(
    values: list[Any] | None, places: Floats | None, tail: NDArray[Any], head: NDArray[Any]
) -> list[Floats] | None:
    """Return the points of each edge between its ends, in its direction."""
    if values is None or places is None:
        return None
    lines = [_points(value) for value in values]
    some = np.flatnonzero([len(line) > 0 for line in lines])
    if not len(some):
        return lines
    ends = np.array([(lines[i][0], lines[i][-1]) for i in some])
    begin, end = places[tail[some]], places[head[some]]
    turned = _apart(ends[:, 0], end) + _apart(ends[:, 1], begin) < _apart(ends[:, 0], begin) + _apart(
        ends[:, 1], end
    )
    ends[turned] = ends[turned, ::-1]
    at_begin, at_end = _apart(ends[:, 0], begin) <= SAME, _apart(ends[:, 1], end) <= SAME
    for i, turn, first_too, last_too in zip(some, turned, at_begin, at_end, strict=True):
        line = lines[i][::-1] if turn else lines[i]
        lines[i] = line[int(first_too) : max(len(line) - int(last_too), int(first_too))]
    return lines


def _apart(one: Floats, other: Floats) -> Floats:
    return np.asarray(np.abs(one - other).sum(axis=1))


def _points(value: Any) -> Floats:
    """Return the points of a line in shapely, WKT or pairs; none where it is none of these."""
    if isinstance(value, str):
        kind, _, text = value.partition("(")
        value = (
            [pair.split() for pair in text.rstrip(") ").split(",")] if "LINESTRING" in kind.upper() else []
        )
    try:
        points = np.array(getattr(value, "coords", [] if value is None else value), np.float64)
    except (TypeError, ValueError):
        return np.zeros((0, 2))
    usable = points.ndim == 2 and points.shape[1] >= 2 and np.isfinite(points).all()
    return points[:, :2] if usable else np.zeros((0, 2))


def _shapes(lines: list[Floats] | None, order: NDArray[np.int64], back: NDArray[np.bool_]) -> Shapes | None:
    if lines is None or not any(len(line) for line in lines):
        return None
    turned = [lines[i][::-1] if turn else lines[i] for i, turn in zip(order, back, strict=True)]
    first_row = np.concatenate([[0], np.cumsum([len(line) for line in turned])]).astype(np.int64)
    return Shapes(first_row, np.concatenate(turned))
