"""The map: routes along their streets, numbered stops, depots, and what is left out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pydeck

from mapapp import basemap
from mapapp.basemap import Ground
from mapapp.shown import FINE, Rows, Shown
from routeopt.plot.style import INK, LATE, PAPER
from routeopt.problems.vrp import VRP

NUMBERED = 400  # stops, up to which each shows its number
FADED = 45  # of 255: routes other than the one that is looked at
HEIGHT = 450  # pixels: all of it above the fold of a small desk
WIDE = ([20, 200, 1000], [5.0, 3.5, 2.5])  # pixels of a route's line by the number of stops
DOTS = ([20, 200, 1000], [10.0, 8.0, 4.5])  # pixels of a stop's radius


class Compact(pydeck.Deck):
    """A deck without the blanks that pydeck writes, which would be most of what is sent."""

    def to_json(self) -> str:
        """Return the deck as the browser reads it."""
        return json.dumps(json.loads(super().to_json()), ensure_ascii=False, separators=(",", ":"))


def ink(colour: str, strength: int = 255) -> list[int]:
    """Return a colour as deck.gl wants it."""
    return [*(int(colour[place : place + 2], 16) for place in (1, 3, 5)), strength]


def of_plan(
    shown: Shown,
    *,
    route: int | None = None,
    below: Sequence[pydeck.Layer] = (),
    above: Sequence[pydeck.Layer] = (),
) -> pydeck.Deck:
    """Return the map of a plan, with more layers below and above it; one route may be looked at alone."""
    layers = [*below, *_routes(shown, route), *_stops(shown, route), *_marks(shown), *above]
    return deck(layers, shown.ground, _city(shown.problem))


def of_problem(problem: VRP) -> pydeck.Deck:
    """Return the map of a problem that has no plan yet."""
    ground, depots = Ground(problem.places, problem.geographic), len(problem.depots)
    rows = [
        {"at": at, "tip": name}
        for at, name in zip(ground.degrees(problem.places), problem.names, strict=True)
    ]
    radius = float(np.interp(len(problem.stops), *DOTS)) * 0.7
    layers = [dots("stops", rows[depots:], ink("#6B6B6B"), radius), *_depots(rows[:depots])]
    return deck(layers, ground, _city(problem))


def deck(layers: list[pydeck.Layer], ground: Ground, city: str | None) -> pydeck.Deck:
    """Return layers on their ground. Tips are plain text: names come from files of strangers."""
    return Compact(
        layers=layers,
        initial_view_state=pydeck.ViewState(**ground.view(), pitch=0, bearing=0),
        map_style=basemap.style_of(city, geographic=ground.geographic),
        map_provider=None,
        tooltip={"text": "{tip}"},
    )


def _city(problem: VRP) -> str | None:
    return basemap.city_of(problem) if problem.geographic else None


def _routes(shown: Shown, chosen: int | None) -> list[pydeck.Layer]:
    wide = float(np.interp(len(shown.problem.stops), *WIDE))
    rows = [
        {"path": line, "ink": ink(colour, _strength(route, chosen)), "tip": f"route {label}"}
        for route, (line, colour, label) in enumerate(
            zip(shown.lines, shown.colours, shown.labels, strict=True)
        )
    ]
    routes = line_layer("routes", rows, wide, "ink")
    if len(shown.problem.stops) > FINE:
        return [routes]
    casing = [row for route, row in enumerate(rows) if chosen in (None, route)]
    return [
        line_layer("casing", casing, wide + 2.5, ink(PAPER, 200), pickable=False),
        routes,
    ]


def line_layer(name: str, rows: Rows, wide: float, colour: Any, *, pickable: bool = True) -> pydeck.Layer:
    """Return lines that keep their width in pixels."""
    return pydeck.Layer(
        "PathLayer",
        rows,
        id=name,
        get_path="path",
        get_color=colour,
        get_width=wide,
        width_units="'pixels'",
        cap_rounded=True,
        joint_rounded=True,
        pickable=pickable,
    )


def _stops(shown: Shown, chosen: int | None) -> list[pydeck.Layer]:
    radius = float(np.interp(len(shown.problem.stops), *DOTS))
    rows = [
        {"at": row["at"], "tip": row["tip"], "number": row["number"],
         "ink": ink(shown.colours[row["route"]], _strength(row["route"], chosen))}
        for row in shown.stops
    ]  # fmt: skip
    layers = [dots("stops", rows, "ink", radius)]
    told = [row for row in rows if row["ink"][3] == 255]
    if len(told) <= NUMBERED:
        layers.append(texts("numbers", told, "number", ink(PAPER), 11))
    return layers


def _marks(shown: Shown) -> list[pydeck.Layer]:
    layers = _depots(shown.depots)
    if shown.unserved:
        layers.append(dots("unserved", shown.unserved, ink(PAPER), 8.0, edge=ink(LATE)))
        rows = [{**row, "sign": "x"} for row in shown.unserved]
        layers.append(texts("unserved-signs", rows, "sign", ink(LATE), 14))
    return layers


def _depots(rows: Rows) -> list[pydeck.Layer]:
    signs = [{**row, "sign": "D"} for row in rows]
    return [dots("depots", rows, ink(INK), 12.0), texts("depot-signs", signs, "sign", ink(PAPER), 13)]


def dots(name: str, rows: Rows, colour: Any, radius: float, *, edge: Any = None) -> pydeck.Layer:
    """Return dots that keep their size in pixels."""
    return pydeck.Layer(
        "ScatterplotLayer",
        rows,
        id=name,
        get_position="at",
        get_fill_color=colour,
        get_line_color=edge or ink(PAPER),
        get_radius=radius,
        radius_units="'pixels'",
        stroked=True,
        get_line_width=2 if edge else 1.2,
        line_width_units="'pixels'",
        pickable=True,
        auto_highlight=True,
    )


def texts(name: str, rows: Rows, column: str, colour: Any, size: int) -> pydeck.Layer:
    """Return short texts, of which nothing can be pointed at."""
    return pydeck.Layer(
        "TextLayer",
        rows,
        id=name,
        get_position="at",
        get_text=column,
        get_color=colour,
        get_size=size,
        font_weight="'bold'",
        pickable=False,
    )


def _strength(route: int, chosen: int | None) -> int:
    return 255 if chosen in (None, route) else FADED
