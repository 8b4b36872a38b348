"""GML, the Graph Modelling Language (Himsolt 1996), in which the Internet Topology Zoo comes.

What attributes mean is told in :mod:`routeopt.data.networks.attributed`. Nodes go by their ``id``; labels are a
column, since the Zoo has several nodes of one label. Places are also read from ``graphics [ x … y … ]``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from routeopt.data.networks.attributed import Graph, network_of
from routeopt.data.readers.source import Source
from routeopt.problems.network import Network

TOKEN = re.compile(r'#[^\n]*|"(?P<text>[^"]*)"|(?P<bracket>[\[\]])|(?P<word>[^\s\[\]"]+)|(?P<open>")|\n')
HEAD = re.compile(r"^\s*(?:#[^\n]*\s+|\w+\s+(?:\"[^\"]*\"|[^\s\[\]]+)\s+)*graph\s*\[", re.IGNORECASE)
LINE = "\0line"  # the key under which a list remembers where it began; no word of a file is like it

Pairs = dict[str, Any]


def recognises(head: str) -> bool:
    """Return whether a file begins with a graph in brackets."""
    return HEAD.match(head) is not None


def parse(source: Source, *, geographic: bool | None = None) -> Network:
    """Read a file.

    Parameters
    ----------
    source : Source
    geographic : bool, optional
        Whether places are degrees; by default they are where they are called Longitude and Latitude.
    """
    document = _pairs(source)
    graphs = _every(document, "graph")
    if len(graphs) != 1 and not source.faulty:
        source.complain(f"there are {len(graphs)} graphs in it; keep one")
    source.finish()
    graph = _graph(source, graphs[0])
    source.finish()
    return network_of(graph, source=source.stem, geographic=geographic)


def _graph(source: Source, pairs: Pairs) -> Graph:
    nodes: dict[Any, Pairs] = {}
    for node in _every(pairs, "node"):
        name, line = node.pop("id", None), node.pop(LINE)
        if not isinstance(name, int):
            source.complain("a node needs a whole number as its id", line)
        elif name in nodes:
            source.complain(f"node {name} is in the file twice", line)
        graphics = node.pop("graphics", None)
        if isinstance(graphics, dict):
            node |= {axis: graphics[axis] for axis in ("x", "y") if axis in graphics}
        nodes[name] = _plain(node)
    edges = []
    for edge in _every(pairs, "edge"):
        line, u, v = edge.pop(LINE), edge.pop("source", None), edge.pop("target", None)
        for name in (u, v):
            if not isinstance(name, int) or name not in nodes:
                source.complain(f"an edge joins node {name}, which is not in the file", line)
        edges.append((u, v, _plain(edge)))
    rest = {name: value for name, value in pairs.items() if name not in ("node", "edge", LINE)}
    return Graph(pairs.get("directed") == 1, rest, nodes, edges)


def _every(pairs: Pairs, name: str) -> list[Pairs]:
    """Return the lists of this name; one alone stands for itself."""
    found = pairs.get(name, [])
    return [item for item in (found if isinstance(found, list) else [found]) if isinstance(item, dict)]


def _plain(pairs: Pairs) -> Pairs:
    """Return the pairs whose values are not lists in brackets."""
    return {name: value for name, value in pairs.items() if not isinstance(value, dict)}


def _pairs(source: Source) -> Pairs:
    """Return the pairs of a whole file; a key that comes several times has the list of its values."""
    whole: Pairs = {}
    inside, key = [whole], ""
    for kind, value, line in _tokens(source):
        if kind == "bracket" and value == "]":
            if len(inside) == 1 or key:
                source.complain("a ']' that nothing opened, or a key without a value before it", line)
                return whole
            inside.pop()
        elif not key:
            if kind != "word":
                source.complain(f"a key is expected, not '{value}'", line)
                return whole
            key = value
        else:
            content: Any = {LINE: line} if kind == "bracket" else _value(kind, value)
            _add(inside[-1], key, content)
            if kind == "bracket":
                inside.append(content)
            key = ""
    if len(inside) > 1 or key:
        source.complain(
            "the file ends within a list; check that it was written completely", len(source.lines)
        )
    return whole


def _add(pairs: Pairs, key: str, content: Any) -> None:
    if key not in pairs:
        pairs[key] = content
    elif isinstance(pairs[key], list):
        pairs[key].append(content)
    else:
        pairs[key] = [pairs[key], content]


def _tokens(source: Source) -> Iterator[tuple[str, str, int]]:
    line = 1
    for match in TOKEN.finditer(source.text):
        kind = match.lastgroup
        if kind == "open":
            source.complain(
                "a text in quotation marks does not end; check that it was written completely", line
            )
            return
        if kind is not None:
            yield kind, match[kind], line
        line += match[0].count("\n")


def _value(kind: str, value: str) -> Any:
    if kind == "text":
        return html.unescape(value)
    try:
        return int(value)
    except ValueError:
        pass
    try:
        return float(value)
    except ValueError:
        return value
