"""Small towns as OpenStreetMap XML, written by hand in tests.

Nodes are letters on a map of text; their identifiers are 1 for A, 2 for B and so on. A cell is a
thousandth of a degree near the equator: 111 metres.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from routeopt.problems.network import Network

CELL = 1e-3
Tags = Mapping[str, str]
Way = tuple[str, Tags]
Relation = tuple[Sequence[tuple[str, int, str]], Tags]


def osm_xml(
    plan: str,
    ways: Mapping[int, Way],
    relations: Sequence[Relation] = (),
    node_tags: Mapping[str, Tags] = {},
) -> str:
    """Return the XML of a town.

    Parameters
    ----------
    plan : str
        Lines of letters, north at the top.
    ways : mapping of int to (str, mapping)
        Identifier to the letters a way runs along, and its tags.
    relations : sequence of (members, tags)
        Members are (``"node"`` or ``"way"``, identifier, role).
    """
    rows = [line for line in plan.splitlines() if line.strip()]
    nodes = {
        letter: (-y * CELL, x * CELL)
        for y, line in enumerate(rows)
        for x, letter in enumerate(line)
        if letter.isalpha()
    }
    text = [
        f'<node id="{identifier(letter)}" version="1" lat="{lat:.7f}" lon="{lon:.7f}">'
        f"{_tags(node_tags.get(letter, {}))}</node>"
        for letter, (lat, lon) in sorted(nodes.items())
    ]
    for number, (letters, tags) in ways.items():
        refs = "".join(f'<nd ref="{identifier(letter)}"/>' for letter in letters)
        text.append(f'<way id="{number}" version="1">{refs}{_tags(tags)}</way>')
    for number, (members, tags) in enumerate(relations, 1):
        inside = "".join(f'<member type="{k}" ref="{ref}" role="{role}"/>' for k, ref, role in members)
        text.append(f'<relation id="{number}" version="1">{inside}{_tags(tags)}</relation>')
    body = "\n".join(text)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" generator="tests">\n{body}\n</osm>\n'


def identifier(letter: str) -> int:
    """Return the identifier of a node: capitals count from 1, small letters from 33."""
    return ord(letter) - 64


def written(folder: Path, text: str) -> Path:
    """Write a town and return the path."""
    path = folder / "town.osm"
    path.write_text(text, encoding="utf-8")
    return path


def letters(network: Network) -> list[str]:
    """Return the letter of each node."""
    return [chr(64 + int(number)) for number in network.nodes["id"]]


def arcs(network: Network) -> str:
    """Return the arcs as pairs of letters, sorted."""
    name = letters(network)
    return " ".join(sorted(name[t] + name[h] for t, h in zip(network.tail, network.head, strict=True)))


def turns(network: Network) -> list[str]:
    """Return the forbidden sequences as the letters they pass, sorted."""
    name = letters(network)
    return sorted(
        name[network.tail[r[0]]] + "".join(name[network.head[a]] for a in r) for r in network.restrictions
    )


def column(network: Network, name: str) -> dict[str, float]:
    """Return a column by pairs of letters."""
    node = letters(network)
    ends = [node[t] + node[h] for t, h in zip(network.tail, network.head, strict=True)]
    return dict(zip(ends, np.asarray(network.arcs[name]).tolist(), strict=True))


def _tags(tags: Tags) -> str:
    return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
