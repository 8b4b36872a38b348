"""What can be reached within minutes, and what a search looks at, as layers of the map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pydeck

from mapapp.deck import dots, ink, line_layer
from routeopt.plot.style import LINES
from routeopt.problems.network import Network
from routeopt.solvers.paths.front import ShortestPaths

MINUTES = [1, 2, 3, 5, 10, 15, 20]
RINGS = ("#009E73", "#56B4E9", "#E69F00", "#CC79A7")  # from near to far
MOST = 4000  # arcs that are drawn as lines; more become dots


def layers(paths: ShortestPaths, a: int, minutes: Sequence[int]) -> list[pydeck.Layer]:
    """Return what is reached within each limit, the nearer on top."""
    network = paths.network
    found = paths.isochrone(a, [60.0 * limit for limit in sorted(minutes)])
    assert isinstance(found, list)
    seen_arcs, seen_nodes = np.zeros(len(network.head), bool), np.zeros(network.size, bool)
    made = []
    for limit, colour, area in zip(sorted(minutes), RINGS, found, strict=False):
        arcs, nodes = area.arcs[~seen_arcs[area.arcs]], area.nodes[~seen_nodes[area.nodes]]
        seen_arcs[area.arcs] = seen_nodes[area.nodes] = True
        tip = f"within {limit} min"
        name = f"within {limit}"
        if len(network.head) <= MOST:
            rows = [{"path": np.round(network.line(int(arc)), 5).tolist(), "tip": tip} for arc in arcs]
            made.append(line_layer(name, rows, 5, ink(colour, 200)))
        else:
            made.append(dots(name, _rows(network, nodes, tip), ink(colour, 200), 4.0))
    return made[::-1]


def legend(minutes: Sequence[int]) -> str:
    """Return the colours in words."""
    names = ("green", "sky blue", "orange", "pink")
    return " · ".join(f"{name}: {limit} min" for name, limit in zip(names, sorted(minutes), strict=False))


def explored(paths: ShortestPaths, a: int, cost: float) -> pydeck.Layer:
    """Return the crossings that Dijkstra's search settles before it ends: all that are as near."""
    found = paths.isochrone(a, cost)
    assert not isinstance(found, list)
    rows = _rows(paths.network, found.nodes, "settled by Dijkstra's search")
    return dots("explored", rows, ink(LINES[4], 170), 4.0)


def _rows(network: Network, nodes: np.ndarray, tip: str) -> list[dict[str, object]]:
    assert network.places is not None
    return [{"at": at, "tip": tip} for at in np.round(network.places[nodes], 5).tolist()]
