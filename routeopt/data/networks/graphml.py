"""GraphML (Brandes et al. 2002), as osmnx, NetworkX, igraph and yEd write it.

What attributes mean is told in :mod:`routeopt.data.networks.attributed`. Ports, hyperedges and graphs within nodes
are refused.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from routeopt.data.networks.attributed import Graph, network_of
from routeopt.data.readers.source import Source
from routeopt.problems.network import Network

TYPES: dict[str, Any] = {"int": int, "long": int, "integer": int, "float": float, "double": float}
REFUSED = {
    "hyperedge": "hyperedges join more than two nodes, which a network cannot",
    "port": "ports are not read",
}


def recognises(head: str) -> bool:
    """Return whether a file begins as GraphML does."""
    return "<graphml" in head


def parse(source: Source, *, geographic: bool | None = None) -> Network:
    """Read a file.

    Parameters
    ----------
    source : Source
    geographic : bool, optional
        Whether places are degrees; by default the file tells.
    """
    graph = _Document(source).graph()
    source.finish()
    return network_of(graph, source=source.stem, geographic=geographic)


class _Document:
    """What the parser of XML has met so far."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.keys: dict[str, tuple[str, str, str]] = {}  # id: name, type, what it is for
        self.defaults: dict[str, Any] = {}
        self.directed: bool | None = None
        self.attributes: dict[str, Any] = {}
        self.nodes: dict[str, dict[str, Any]] = {}
        self.edges: list[tuple[str, str, dict[str, Any], int]] = []
        self.owner: list[dict[str, Any]] = []  # whose data are read
        self.key = ""
        self.text: list[str] = []

    def graph(self) -> Graph:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text.append
        try:
            self.parser.Parse(self.source.data, True)
        except LookupError as error:
            self.source.complain(f"{error}; save it as UTF-8", 1)
        except expat.ExpatError as error:
            message = f"this is no complete XML: {expat.ErrorString(error.code)}; check that it was written completely"
            self.source.complain(message, error.lineno)
        if self.directed is None and not self.source.faulty:
            self.source.complain("there is no <graph> in it")
        edges = [(u, v, row) for u, v, row, line in self.edges if self.known(u, line) & self.known(v, line)]
        self.fill_defaults([row for _, _, row in edges], "edge")
        self.fill_defaults(list(self.nodes.values()), "node")
        nodes, edges = _numbered(self.nodes, edges)
        return Graph(bool(self.directed), self.attributes, nodes, edges, textual=True)

    def fill_defaults(self, rows: list[dict[str, Any]], what: str) -> None:
        for key, value in self.defaults.items():
            name, _, scope = self.keys[key]
            if scope in (what, "all"):
                for row in rows:
                    row.setdefault(name, value)

    def known(self, node: str, line: int) -> bool:
        if node not in self.nodes:
            self.source.complain(f"an edge joins node '{node}', which is not in the file", line)
        return node in self.nodes

    def start(self, tag: str, given: dict[str, str]) -> None:
        tag, line = tag.rpartition(":")[2], self.parser.CurrentLineNumber
        self.text.clear()
        if tag == "key":
            self.key = given.get("id", "")
            name = given.get("attr.name", self.key)
            self.keys[self.key] = (name, given.get("attr.type", "string"), given.get("for", "all"))
        elif tag == "graph":
            if self.directed is not None:
                self.source.complain("there is more than one graph in it; keep one", line)
            self.directed = given.get("edgedefault", "directed") == "directed"
            self.owner.append(self.attributes)
        elif tag == "node":
            name = given.get("id", "")
            if name in self.nodes:
                self.source.complain(f"node '{name}' is in the file twice", line)
            self.owner.append(self.nodes.setdefault(name, {}))
        elif tag == "edge":
            row: dict[str, Any] = {}
            self.edges.append((given.get("source", ""), given.get("target", ""), row, line))
            self.owner.append(row)
        elif tag == "data":
            self.key = given.get("key", "")
        elif tag in REFUSED:
            self.source.complain(REFUSED[tag], line)

    def end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag in ("graph", "node", "edge") and self.owner:
            self.owner.pop()
        elif tag == "default":
            self.defaults[self.key] = self.value()
        elif tag == "data" and self.owner:
            name = self.keys.get(self.key, (self.key, "", ""))[0]
            self.owner[-1][name] = self.value()

    def value(self) -> Any:
        text, kind = "".join(self.text).strip(), self.keys.get(self.key, ("", "string", ""))[1]
        if kind == "boolean":
            return text.lower() in ("true", "1")
        if kind in TYPES and text:
            try:
                return TYPES[kind](text)
            except ValueError:
                self.source.complain(
                    f"'{text}' is no {kind}, which its key says it is", self.parser.CurrentLineNumber
                )
        return text


def _numbered(nodes: dict[str, Any], edges: list[Any]) -> tuple[dict[Any, Any], list[Any]]:
    """Return nodes by number where all names are whole numbers, as those of OpenStreetMap are."""
    if not all(name.isascii() and name.isdigit() and str(int(name)) == name for name in nodes):
        return nodes, edges
    return {int(name): row for name, row in nodes.items()}, [(int(u), int(v), row) for u, v, row in edges]
