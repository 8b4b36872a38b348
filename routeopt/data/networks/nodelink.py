"""Graphs in JSON as NetworkX's ``node_link_data`` writes them, and topohub's topologies.

What attributes mean is told in :mod:`routeopt.data.networks.attributed`. A topology of topohub has the place of a node
in ``pos``, and the kilometres of a link in ``dist``: where these agree with longitude and latitude, that is what they
are, and ``length`` is in metres.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from routeopt.data.networks.attributed import Graph, network_of
from routeopt.data.readers.source import Source
from routeopt.errors import ProblemError
from routeopt.problems.network import Network
from routeopt.problems.pieces import ground

AGREE = (
    0.05  # share by which kilometres may differ from those between two places, and share of links that may
)


def recognises(document: Any) -> bool:
    """Return whether a JSON document holds nodes and links."""
    return isinstance(document, dict) and "nodes" in document and ("links" in document or "edges" in document)


def parse(source: Source, *, geographic: bool | None = None) -> Network:
    """Read a file.

    Parameters
    ----------
    source : Source
    geographic : bool, optional
        Whether places are degrees; by default the file tells.
    """
    document = source.json
    nodes: dict[Any, dict[str, Any]] = {}
    links = document.get("links", document.get("edges"))
    if not isinstance(document["nodes"], list) or not isinstance(links, list):
        raise ProblemError("nodes and links must be lists")
    for i, row in enumerate(document["nodes"]):
        name = row.pop("id", None) if isinstance(row, dict) else None
        if not isinstance(name, int | str):
            source.complain(f"nodes[{i}]: a node needs an id, a number or a word")
        elif name in nodes:
            source.complain(f"nodes[{i}]: node '{name}' is in the file twice")
        else:
            nodes[name] = row
    edges: list[tuple[Any, Any, dict[str, Any]]] = []
    for i, row in enumerate(links):
        if not isinstance(row, dict):
            source.complain(f"links[{i}]: a link needs a source and a target")
            continue
        edges.append((row.pop("source", None), row.pop("target", None), row))
        row.pop("key", None)
        for end in edges[-1][:2]:
            if not isinstance(end, int | str) or end not in nodes:
                source.complain(f"links[{i}]: it joins node '{end}', which is not in the file")
    source.finish()
    if _in_kilometres(nodes, edges):
        geographic = True if geographic is None else geographic
        for _, _, row in edges:
            row.setdefault("length", row["dist"] * 1_000)
    attributes = document.get("graph", {})
    graph = Graph(
        bool(document.get("directed")), attributes if isinstance(attributes, dict) else {}, nodes, edges
    )
    return network_of(graph, source=source.stem, geographic=geographic)


def _in_kilometres(nodes: dict[Any, dict[str, Any]], edges: list[tuple[Any, Any, dict[str, Any]]]) -> bool:
    """Return whether nearly every ``dist`` is the kilometres between two longitudes and latitudes."""
    try:
        far = np.array([row["dist"] for _, _, row in edges], np.float64)
        begin = np.array([nodes[u]["pos"] for u, _, _ in edges], np.float64).reshape(-1, 2)
        end = np.array([nodes[v]["pos"] for _, v, _ in edges], np.float64).reshape(-1, 2)
    except (KeyError, TypeError, ValueError):
        return False
    globe = far.ndim == 1 and len(far) > 0 and (np.abs(np.concatenate([begin, end])) <= (180, 90)).all()
    if not globe:
        return False
    alike = np.isclose(ground(begin, end, geographic=True) / 1_000, far, rtol=AGREE, atol=1.0)
    return bool(alike.mean() >= 1 - AGREE)
