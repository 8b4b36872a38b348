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

CROSSINGS, HEIGHT = "crossings", 530
INKS, COLOURS = LINES[1:5], ("vermilion", "green", "purple", "orange")  # of alternatives


def layers(
    network: Network, legs: Sequence[Path], ends: tuple[int, int], plain: Path | None = None
) -> list[pydeck.Layer]:
    """Return the crossings, the closed streets, the way and its ends; below it the one without preferences."""
    assert network.places is not None
    places = np.round(network.places, 5).tolist()
    crossings = [{"at": at, "node": node, "tip": f"crossing {node}"} for node, at in enumerate(places)]
    made = [dots(CROSSINGS, crossings, ink("#6B6B6B", 90), 4.0, edge=ink(PAPER, 0))]
    if network.closed is not None and network.closed.any():
        made.append(line_layer("closed", _closed(network), 5, ink("#C8102E", 220)))
    if plain is not None and plain.found and len(plain.arcs):
        made.append(line_layer("plain", [_row(plain, "without preferences: ")], 6, ink("#6B6B6B", 200)))
    rows = [_row(leg) for leg in legs if leg.found and len(leg.arcs)]
    if all(legs) and rows:
        made.append(line_layer("path casing", rows, 9, ink(PAPER, 220), pickable=False))
        made.append(line_layer("path", rows, 6, ink(LINES[0])))
    between = [int(leg.nodes[-1]) for leg in legs[:-1] if leg.found]
    signs = [(ends[0], "A", "from"), *((node, str(k), "by") for k, node in enumerate(between, 1))]
    marks = [
        {"at": places[node], "sign": sign, "tip": f"{word}, crossing {node}"}
        for node, sign, word in [*signs, (ends[1], "B", "to")]
    ]
    return [*made, dots("ends", marks, ink(INK), 12.0), texts("end signs", marks, "sign", ink(PAPER), 13)]


def alternatives(found: Sequence[Alternative]) -> list[pydeck.Layer]:
    """Return a line for each path beside the best one."""
    return [
        line_layer(
            f"alternative {place + 1}",
            [_row(other.path)],
            6,
            ink(INKS[place % len(INKS)]),
        )
        for place, other in enumerate(found)
    ]


def deck(layers: list[pydeck.Layer], places: Floats, city: str) -> pydeck.Deck:
    """Return the layers on the streets of a city."""
    return maps.deck(layers, Ground(places, True), city)


def _row(path: Path, before: str = "") -> dict[str, object]:
    """Return a path as a line that tells how long it is."""
    line = np.round(path.line, 5).tolist()
    return {"path": line, "tip": f"{before}{path.length:,.0f} m, {path.duration / 60:.1f} min"}


def _closed(network: Network) -> list[dict[str, object]]:
    arcs = np.flatnonzero(network.closed)
    return [{"path": np.round(network.line(int(arc)), 5).tolist(), "tip": "closed"} for arc in arcs]
