"""The map of the page Paths: the path, its ends, and crossings to click on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pydeck

from mapapp import deck as maps
from mapapp.basemap import Ground
from mapapp.deck import dots, ink, line_layer, texts
from routeopt.plot.style import INK, LINES, PAPER
from routeopt.problems.instance import Floats
from routeopt.problems.network import Network
from routeopt.problems.paths import Path
from routeopt.solvers.paths.selection import Alternative

KEY, CROSSINGS, HEIGHT = "paths map", "crossings", 520
INKS, COLOURS = LINES[1:5], ("vermilion", "green", "purple", "orange")  # of alternatives


def layers(network: Network, path: Path, ends: tuple[int, int]) -> list[pydeck.Layer]:
    """Return the crossings, the closed streets, the path and its ends."""
    assert network.places is not None
    places = np.round(network.places, 5).tolist()
    crossings = [{"at": at, "node": node, "tip": f"crossing {node}"} for node, at in enumerate(places)]
    made = [dots(CROSSINGS, crossings, ink("#6B6B6B", 90), 4.0, edge=ink(PAPER, 0))]
    if network.closed is not None and network.closed.any():
        made.append(line_layer("closed", _closed(network), 5, ink("#C8102E", 220)))
    if path.found and len(path.arcs):
        line = np.round(path.line, 5).tolist()
        tip = f"{path.length:,.0f} m, {path.duration / 60:.1f} min"
        made.append(line_layer("path casing", [{"path": line}], 9, ink(PAPER, 220), pickable=False))
        made.append(line_layer("path", [{"path": line, "tip": tip}], 6, ink(LINES[0])))
    marks = [
        {"at": places[node], "sign": sign, "tip": f"{word}, crossing {node}"}
        for node, sign, word in zip(ends, "AB", ("from", "to"), strict=True)
    ]
    return [*made, dots("ends", marks, ink(INK), 12.0), texts("end signs", marks, "sign", ink(PAPER), 13)]


def alternatives(found: Sequence[Alternative]) -> list[pydeck.Layer]:
    """Return a line for each path beside the best one."""
    return [
        line_layer(
            f"alternative {place + 1}",
            [
                {
                    "path": np.round(other.path.line, 5).tolist(),
                    "tip": f"{other.path.length:,.0f} m, {other.path.duration / 60:.1f} min",
                }
            ],
            6,
            ink(INKS[place % len(INKS)]),
        )
        for place, other in enumerate(found)
    ]


def deck(layers: list[pydeck.Layer], places: Floats, city: str) -> pydeck.Deck:
    """Return the layers on the streets of a city."""
    return maps.deck(layers, Ground(places, True), city)


def _closed(network: Network) -> list[dict[str, object]]:
    arcs = np.flatnonzero(network.closed)
    return [{"path": np.round(network.line(int(arc)), 5).tolist(), "tip": "closed"} for arc in arcs]
