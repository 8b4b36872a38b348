"""A problem from our own JSON document, the one that ``write(problem, "problem.json")`` makes.

Written by hand it may be as short as ``{"stops": [{"x": 1, "y": 2}]}``: every key has a neutral default.
Mistakes are named by their place in the document, as in ``stops[3].service``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from math import inf, nan
from typing import Any

import numpy as np

from routeopt.data.readers.source import Reader, Source
from routeopt.errors import ProblemError
from routeopt.problems.columns import Stops, load_row
from routeopt.problems.legs import Euclidean, Haversine, Legs, Matrix
from routeopt.problems.rows import Depot, Shipment, Stop, Vehicle
from routeopt.problems.vrp import VRP

KEYS = (
    "name",
    "best_known",
    "objective",
    "backhaul",
    "depots",
    "vehicles",
    "stops",
    "shipments",
    "fixed_edges",
    "legs",
)
KINDS = {
    "euclidean": ("rounding", "speed"),
    "haversine": ("rounding", "speed"),
    "matrix": ("rounding", "distance", "duration"),
}


def recognises(head: str, suffix: str) -> bool:  # noqa: ARG001
    """Return whether the file begins as a JSON object does."""
    return head.lstrip().startswith("{")


def parse(source: Source, rounding: str | None = None) -> VRP:
    """Read a document."""
    try:
        document = json.loads(source.text)
    except json.JSONDecodeError as error:
        raise ProblemError(
            f"{source.name}:{error.lineno}: this is not JSON ({error.msg}); is it cut off here?"
        ) from None
    if not isinstance(document.get("stops"), list):
        told = (
            "a solution; read it with read_solution" if "routes" in document else "not a problem of routeopt"
        )
        raise ProblemError(f"{source.name}: there is no list 'stops'; this is {told}")
    checked = _Checked(source)
    checked.keys(document, KEYS, "")
    arguments: dict[str, Any] = {
        "stops": _stops(checked, document["stops"]),
        "depots": [_depot(checked, row, at) for at, row in checked.rows(document, "depots")]
        or [Depot(0.0, 0.0)],
        "vehicles": [_vehicle(checked, row, at) for at, row in checked.rows(document, "vehicles")]
        or [Vehicle()],
        "shipments": [_shipment(checked, row, at) for at, row in checked.rows(document, "shipments")],
        "legs": _all_legs(checked, document["legs"]) if "legs" in document else None,
        "fixed_edges": _fixed_edges(checked, document.get("fixed_edges", [])),
    }
    for key, default in (("name", source.stem), ("objective", "cost"), ("backhaul", "mixed")):
        arguments[key] = checked.value(document.get(key, default), str, key)
    if "best_known" in document:
        arguments["best_known"] = checked.number(document["best_known"], "best_known")
    source.finish()
    problem = VRP(**arguments)
    return problem if rounding is None else problem.rounded(rounding)


class _Checked:
    """Values of the expected kind; a complaint and a neutral value instead of others."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def complain(self, at: str, message: str) -> None:
        self.source.complain(f"{at}: {message}")

    def keys(self, stated: Mapping[str, Any], known: Sequence[str], at: str) -> None:
        for key in stated:
            if key not in known:
                place = f"{at}.{key}" if at else key
                self.complain(place, f"this key is not known; use one of {', '.join(known)}")

    def rows(self, document: Mapping[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
        """Return the objects of a list, each with its place."""
        stated = self.value(document.get(key, []), list, key)
        rows = [(f"{key}[{number}]", row) for number, row in enumerate(stated)]
        return [(at, self.value(row, dict, at)) for at, row in rows]

    def value(self, stated: Any, kind: type, at: str) -> Any:
        if isinstance(stated, kind):
            return stated
        names = {str: "text", list: "a list", dict: "an object", bool: "true or false"}
        self.complain(at, f"it must be {names[kind]}, not {stated!r}")
        return kind()

    def number(self, stated: Any, at: str) -> float:
        """Return a number; infinity is written as the string "inf"."""
        if stated == "inf":
            return inf
        if isinstance(stated, int | float) and not isinstance(stated, bool) and stated == stated:
            return float(stated)
        self.complain(at, f'it must be a number or "inf", not {stated!r}')
        return nan

    def numbers(self, stated: Any, at: str) -> list[float]:
        """Return a list of numbers; a single one counts as a list."""
        values = stated if isinstance(stated, list) else [stated]
        return [self.number(value, at) for value in values]

    def pair(self, stated: Any, at: str) -> tuple[float, float]:
        values = self.numbers(stated, at)
        if len(values) != 2:
            self.complain(at, f"a window is two numbers [start, end], not {stated!r}")
            return (0.0, inf)
        return values[0], values[1]

    def load(self, stated: Any, at: str) -> float | tuple[float, ...]:
        values = self.numbers(stated, at)
        return values[0] if len(values) == 1 else tuple(values)

    def strings(self, stated: Any, at: str) -> tuple[str, ...]:
        return tuple(self.value(item, str, at) for item in self.value(stated, list, at))

    def depot(self, stated: Any, at: str) -> int | str:
        if isinstance(stated, str) or (isinstance(stated, int) and not isinstance(stated, bool)):
            return stated
        self.complain(at, f"a depot is a number from 0 or a name, not {stated!r}")
        return 0


def _stops(checked: _Checked, stated: list[Any]) -> Stops:
    known = tuple(field.name for field in fields(Stop))
    rows = [checked.value(row, dict, f"stops[{number}]") for number, row in enumerate(stated)]
    for number, row in enumerate(rows):
        checked.keys(row, known, f"stops[{number}]")
    geographic = any("lon" in row or "lat" in row for row in rows)

    def column(key: str, default: float) -> list[float]:
        return [
            checked.number(row[key], f"stops[{k}].{key}") if key in row else default
            for k, row in enumerate(rows)
        ]

    def table(key: str) -> list[list[float]]:
        return [
            checked.numbers(row[key], f"stops[{k}].{key}") if key in row else [0.0]
            for k, row in enumerate(rows)
        ]

    loads = {key: table(key) for key in ("delivery", "pickup")}
    dimensions = max((len(load) for column in loads.values() for load in column), default=1)
    windows = [
        _windows(checked, row.get("windows", [[0, "inf"]]), f"stops[{k}].windows")
        for k, row in enumerate(rows)
    ]
    widest = max((len(own) for own in windows), default=1)
    skills = [checked.strings(row.get("skills", []), f"stops[{k}].skills") for k, row in enumerate(rows)]
    return Stops(
        column("lon" if geographic else "x", nan),
        column("lat" if geographic else "y", nan),
        name=[str(row.get("name", "")) for row in rows] if any("name" in row for row in rows) else None,
        **{
            key: np.array([load_row(tuple(load), dimensions) for load in loads[key]]).reshape(-1, dimensions)
            for key in loads
        },
        windows=np.array([own + own[-1:] * (widest - len(own)) for own in windows]).reshape(-1, widest, 2),
        service=column("service", 0.0),
        release=column("release", 0.0),
        prize=column("prize", inf),
        group=_groups(checked, rows),
        skills={
            skill: [skill in own for own in skills]
            for skill in sorted({skill for own in skills for skill in own})
        },
        geographic=geographic,
    )


def _windows(checked: _Checked, stated: Any, at: str) -> list[tuple[float, float]]:
    """Return one window or a list of them as a list."""
    single = (
        isinstance(stated, list) and len(stated) == 2 and not any(isinstance(item, list) for item in stated)
    )
    return [checked.pair(item, at) for item in ([stated] if single else checked.value(stated, list, at))] or [
        (0.0, inf)
    ]


def _groups(checked: _Checked, rows: list[dict[str, Any]]) -> list[int]:
    """Return the number of each stop's group; groups that have names are numbered behind the others."""
    stated = [row.get("group") for row in rows]
    for place, group in enumerate(stated):
        if not isinstance(group, int | str | None):
            checked.complain(f"stops[{place}].group", f"it must be a number or a name, not {group!r}")
            stated[place] = None
    numbers: dict[int | str, int] = {group: group for group in stated if isinstance(group, int)}
    for group in stated:
        if isinstance(group, str) and group not in numbers:
            numbers[group] = max([-1, *numbers.values()]) + 1
    return [-1 if group is None else numbers[group] for group in stated]


def _depot(checked: _Checked, row: dict[str, Any], at: str) -> Depot:
    types: dict[str, Callable[[Any, str], Any]] = {
        **dict.fromkeys(("x", "y", "lon", "lat", "service"), checked.number),
        "window": checked.pair,
        "name": lambda value, at: checked.value(value, str, at),
    }
    return Depot(**_fields(checked, row, types, at))


def _vehicle(checked: _Checked, row: dict[str, Any], at: str) -> Vehicle:
    types: dict[str, Callable[[Any, str], Any]] = {
        **{field.name: checked.number for field in fields(Vehicle)},
        **dict.fromkeys(("name", "profile"), lambda value, at: checked.value(value, str, at)),
        **dict.fromkeys(("start", "end"), checked.depot),
        "count": lambda value, at: _count(checked, value, at),
        "capacity": checked.load,
        "shift": checked.pair,
        "open_end": lambda value, at: checked.value(value, bool, at),
        "reload_depots": lambda value, at: tuple(
            checked.depot(item, at) for item in checked.value(value, list, at)
        ),
        "skills": checked.strings,
    }
    return Vehicle(**_fields(checked, row, types, at))


def _count(checked: _Checked, stated: Any, at: str) -> Any:
    value = checked.number(stated, at)
    return int(value) if value.is_integer() else value


def _shipment(checked: _Checked, row: dict[str, Any], at: str) -> Shipment:
    ends = ("pickup", "delivery")
    types = {**dict.fromkeys(ends, lambda value, _: str(value)), "amount": checked.load}
    arguments = _fields(checked, row, types, at)
    for key in ends:
        if key not in arguments:
            checked.complain(f"{at}.{key}", "it is missing; name the stop")
            arguments[key] = ""
    return Shipment(**arguments)


def _fields(
    checked: _Checked, row: dict[str, Any], types: Mapping[str, Callable[[Any, str], Any]], at: str
) -> dict[str, Any]:
    checked.keys(row, tuple(types), at)
    return {key: types[key](value, f"{at}.{key}") for key, value in row.items() if key in types}


def _fixed_edges(checked: _Checked, stated: Any) -> list[tuple[str, str]]:
    edges = checked.value(stated, list, "fixed_edges")
    for number, edge in enumerate(edges):
        if not isinstance(edge, list) or len(edge) != 2:
            checked.complain(f"fixed_edges[{number}]", f"an edge is two names, not {edge!r}")
    return [(str(edge[0]), str(edge[1])) for edge in edges if isinstance(edge, list) and len(edge) == 2]


def _all_legs(checked: _Checked, stated: Any) -> Legs | dict[str, Legs]:
    legs = checked.value(stated, dict, "legs")
    if "profiles" in legs:
        checked.keys(legs, ("profiles",), "legs")
        profiles = checked.value(legs["profiles"], dict, "legs.profiles")
        return {profile: _legs(checked, one, f"legs.profiles.{profile}") for profile, one in profiles.items()}
    return _legs(checked, legs, "legs")


def _legs(checked: _Checked, stated: Any, at: str) -> Legs:
    legs = checked.value(stated, dict, at)
    kind = legs.get("kind")
    if kind not in KINDS:
        checked.complain(f"{at}.kind", f"it must be one of {', '.join(KINDS)}, not {kind!r}")
        return Euclidean()
    checked.keys(legs, ("kind", *KINDS[kind]), at)
    rounding = checked.value(legs.get("rounding", "exact"), str, f"{at}.rounding")
    if kind == "matrix" and "distance" not in legs:
        checked.complain(f"{at}.distance", "it is missing; add a list of rows")
        return Euclidean()
    try:
        if kind == "matrix":
            distance = _matrix(checked, legs["distance"], f"{at}.distance")
            duration = _matrix(checked, legs["duration"], f"{at}.duration") if "duration" in legs else None
            return Matrix(distance, duration, rounding)
        speed = {"speed": checked.number(legs["speed"], f"{at}.speed")} if "speed" in legs else {}
        return (Euclidean if kind == "euclidean" else Haversine)(rounding, **speed)
    except ProblemError as error:
        checked.complain(at, str(error))
        return Euclidean()


def _matrix(checked: _Checked, stated: Any, at: str) -> Any:
    rows = checked.value(stated, list, at)
    if not all(isinstance(row, list) and len(row) == len(rows) for row in rows):
        checked.complain(at, f"its {len(rows)} rows must be lists of {len(rows)} numbers each")
        return np.zeros((0, 0))
    try:
        return np.array(rows, np.float64)  # the string "inf" is a number to NumPy
    except (TypeError, ValueError) as error:
        checked.complain(at, f'{error}; use numbers or "inf"')
        return np.zeros((0, 0))


READER = Reader("routeopt JSON", recognises, parse)
