"""A problem as one JSON document: what people would write by hand, with everything neutral left out.

Nothing is lost: reading the document gives the same arrays. Places are ``x, y`` or ``lon, lat``; infinity,
which JSON does not have, is the string "inf"; whole numbers are written without a point.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from math import inf, isnan
from typing import Any

import numpy as np

from routeopt.problems.columns import Stops
from routeopt.problems.instance import Floats
from routeopt.problems.legs import Euclidean, Haversine, Legs
from routeopt.problems.rows import Depot, Vehicle
from routeopt.problems.vrp import VRP

ANYWHERE = (0.0, inf)  # a window that is none


def problem_document(problem: VRP) -> dict[str, Any]:
    """Return a problem as plain dicts, lists, strings and numbers.

    Keys
    ----
    name, best_known, objective, backhaul
        As in :class:`~routeopt.problems.vrp.VRP`, where they are not the default.
    depots, vehicles, stops
        A dict each, with the fields of the row classes that are not the default; ``windows`` of a stop is a
        list of [start, end], ``group`` a number.
    shipments
        Each with the names of its pickup and its delivery, and its amount.
    fixed_edges
        Pairs of names.
    legs
        ``kind`` ("euclidean", "haversine" or "matrix"), rounding, speed or the matrices; or ``profiles``, one
        such for each. Left out where they are straight lines, or great circles, at the default speed.
    """
    names = problem.names
    document = {
        "name": problem.name,
        "best_known": _number(problem.best_known) if problem.best_known is not None else None,
        "objective": problem.objective if problem.objective != "cost" else None,
        "backhaul": problem.backhaul if problem.backhaul != "mixed" else None,
        "depots": [{**_place(depot), **_row(depot)} for depot in problem.depots],
        "vehicles": [_row(vehicle) for vehicle in problem.vehicles],
        "stops": _stops(problem.stops),
        "shipments": [
            {"pickup": s.pickup, "delivery": s.delivery, "amount": _plain(s.amount)}
            for s in problem.stated_shipments()
        ],
        "fixed_edges": [[names[a], names[b]] for a, b in problem.fixed_edges],
        "legs": _all_legs(problem),
    }
    needed = ("depots", "vehicles", "stops")
    return {key: value for key, value in document.items() if value or key in needed}


def text(problem: VRP) -> str:
    """Return the document as text, one depot, vehicle or stop a line."""
    lines = []
    for key, value in problem_document(problem).items():
        if isinstance(value, list) and value:
            rows = ",\n".join(f"    {_dump(row)}" for row in value)
            lines.append(f"  {_dump(key)}: [\n{rows}\n  ]")
        else:
            lines.append(f"  {_dump(key)}: {_dump(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _place(place: Depot) -> dict[str, Any]:
    return _coordinates(place.x, place.y, geographic=place.geographic)


def _coordinates(x: float, y: float, *, geographic: bool) -> dict[str, Any]:
    """Return the coordinates that are known."""
    named = {"lon": x, "lat": y} if geographic else {"x": x, "y": y}
    return {axis: _number(value) for axis, value in named.items() if not isnan(value)}


def _row(row: Depot | Vehicle) -> dict[str, Any]:
    """Return the fields of a row that are not the default, without its place."""
    stated = {}
    for field in fields(row):
        value, default = getattr(row, field.name), field.default
        if field.name == "skills":
            value, default = sorted(value), []
        if field.name not in ("x", "y", "lon", "lat") and value != default:
            stated[field.name] = _plain(value)
    return stated


def _stops(stops: Stops) -> list[dict[str, Any]]:
    rows = [
        _coordinates(x, y, geographic=stops.geographic)
        for x, y in zip(stops.x.tolist(), stops.y.tolist(), strict=True)
    ]
    for row, name in zip(rows, stops.names or [], strict=False):
        if name:
            row["name"] = name
    several = stops.delivery.shape[1] > 1
    for key, table, always in (("delivery", stops.delivery, several), ("pickup", stops.pickup, False)):
        for row, load in zip(rows, table.tolist(), strict=True):
            if always or any(load):
                row[key] = _plain(load) if several else _number(load[0])
    for row, windows in zip(rows, stops.windows.tolist(), strict=True):
        own = [tuple(window) for k, window in enumerate(windows) if k == 0 or window != windows[k - 1]]
        if own != [ANYWHERE]:
            row["windows"] = _plain(own)
    neutral: dict[str, tuple[Any, float]] = {
        "service": (stops.service, 0.0),
        "release": (stops.release, 0.0),
        "prize": (stops.prize, inf),
        "group": (stops.group, -1),
    }
    for key, (column, default) in neutral.items():
        for row, value in zip(rows, column.tolist(), strict=True):
            if value != default:
                row[key] = _number(value)
    for place in np.flatnonzero(np.any([*stops.skills.values(), np.zeros(len(stops), bool)], axis=0)):
        rows[place]["skills"] = sorted(skill for skill, asked in stops.skills.items() if asked[place])
    return rows


def _all_legs(problem: VRP) -> dict[str, Any] | None:
    """Return the legs of every profile, or nothing where they are the ones a problem has by default."""
    stated = {profile: _legs(legs, problem.places) for profile, legs in problem.legs.items()}
    default = _legs(Haversine() if problem.geographic else Euclidean(), problem.places)
    if all(legs == default for legs in stated.values()):
        return None
    return stated[""] if list(stated) == [""] else {"profiles": stated}


def _legs(legs: Legs, places: Floats) -> dict[str, Any]:
    if isinstance(legs, Euclidean | Haversine):
        kind = "euclidean" if isinstance(legs, Euclidean) else "haversine"
        return {"kind": kind, "rounding": legs.rounding, "speed": _number(legs.speed)}
    distance, duration = legs.matrix(places)
    matrices = {"distance": _plain(distance)}
    if not np.array_equal(distance, duration):
        matrices["duration"] = _plain(duration)
    return {"kind": "matrix", "rounding": legs.rounding, **matrices}


def _number(value: float) -> float | str:
    """Return a number as JSON has it."""
    if value == inf:
        return "inf"
    return int(value) if abs(value) < 1e15 and float(value).is_integer() else float(value)


def _plain(value: Any) -> Any:
    """Return lists, strings and numbers only."""
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | bool | None) else _number(value)
