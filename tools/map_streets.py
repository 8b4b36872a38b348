"""Write what the map app serves as its base map: the streets of the bundled networks, and styles for MapLibre.

``python tools/map_streets.py [FOLDER]`` writes to ``app/static`` unless told otherwise. The files name no address
outside the server, so that the map needs no internet. The streets are © OpenStreetMap contributors, under the ODbL.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from routeopt.data.bundled import load_network, networks
from routeopt.problems.network import Network

FOLDER = Path(__file__).parents[1] / "app" / "static"
DECIMALS = 5  # of a degree: about a metre
#: rank of a street: how wide it is drawn
RANKS = {
    "motorway": 3,
    "trunk": 3,
    "primary": 3,
    "primary_link": 2,
    "secondary": 2,
    "tertiary": 1,
    "tertiary_link": 1,
}
COLOURS = {  # land, casing, street, large street
    "light": ("#EFECE5", "#C9C2B3", "#FFFFFF", "#FFEFC2"),
    "dark": ("#16191D", "#0C0E11", "#3C434C", "#565D67"),
}


def streets(network: Network) -> dict[str, Any]:
    """Return a FeatureCollection with one MultiLineString for each rank of street, each street once."""
    parts: dict[int, dict[tuple[tuple[float, float], ...], None]] = {}
    words = network.labels["highway"]
    for arc in range(len(network.head)):
        line = tuple(map(tuple, np.round(network.line(arc), DECIMALS).tolist()))
        rank = RANKS.get(words[int(network.arcs["highway"][arc])], 0)
        parts.setdefault(rank, {})[min(line, line[::-1])] = None
    features = [
        {
            "type": "Feature",
            "properties": {"rank": rank},
            "geometry": {"type": "MultiLineString", "coordinates": list(lines)},
        }
        for rank, lines in sorted(parts.items())
    ]
    return {"type": "FeatureCollection", "attribution": network.source, "features": features}


def style(city: str, theme: str) -> dict[str, Any]:
    """Return a MapLibre style: the streets of a city, or plain paper where `city` is empty."""
    land, casing, street, large = COLOURS[theme]
    layers: list[dict[str, Any]] = [{"id": "land", "type": "background", "paint": {"background-color": land}}]
    sources: dict[str, Any] = {}
    if city:
        sources["streets"] = {"type": "geojson", "data": f"/app/static/{city}.json"}
        colour = ["step", ["get", "rank"], street, 2, large]
        layers += [_lines("casing", casing, 1.4), _lines("street", colour, 1.0)]
    return {"version": 8, "name": city or "plain", "sources": sources, "layers": layers}


def _lines(name: str, colour: Any, widening: float) -> dict[str, Any]:
    """Return a layer of lines that widen with the rank of the street and the zoom."""
    widths = [
        ["*", widening, ["+", a, ["*", b, ["get", "rank"]]]] for a, b in ((0.5, 0.5), (2.6, 1.2), (9.0, 3.0))
    ]
    width = ["interpolate", ["linear"], ["zoom"], 11, widths[0], 14, widths[1], 17, widths[2]]
    return {
        "id": name,
        "type": "line",
        "source": "streets",
        "layout": {"line-cap": "round", "line-join": "round"},
        "paint": {"line-color": colour, "line-width": width},
    }


def files() -> dict[str, str]:
    """Return the content of each file by its name."""
    documents = {f"{city}.json": streets(load_network(city)) for city in networks()}
    documents |= {
        f"{city or 'plain'}-{theme}.json": style(city, theme)
        for city in ("", *networks())
        for theme in COLOURS
    }
    return {
        name: json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
        for name, document in documents.items()
    }


def main(folder: Path = FOLDER) -> None:
    """Write the files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
