"""Vehicles of a VRPLIB file: one limit for all of them, or a row each; equal neighbours become one type.

Which vehicle may serve which stop (VEHICLES_ALLOWED_CLIENTS) becomes skills: stops with the same
vehicles ask for one skill that exactly these vehicles have.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from math import inf
from typing import Any

import numpy as np

from routeopt.data.readers.source import Row
from routeopt.data.readers.vrplib.document import Document
from routeopt.data.readers.vrplib.nodes import Nodes
from routeopt.problems.instance import Flags
from routeopt.problems.rows import Vehicle

FIELDS = {
    "VEHICLES_MAX_DISTANCE": "max_distance",
    "VEHICLES_MAX_DURATION": "max_duration",
    "VEHICLES_MAX_RELOADS": "max_reloads",
    "VEHICLES_FIXED_COST": "fixed_cost",
    "VEHICLES_UNIT_DISTANCE_COST": "distance_cost",
}  # one value for all vehicles, or a section
DEPOT, RELOADS, CLIENTS = (
    "VEHICLES_DEPOT_SECTION",
    "VEHICLES_RELOAD_DEPOT_SECTION",
    "VEHICLES_ALLOWED_CLIENTS_SECTION",
)
ARGUMENTS = {
    **{f"{key}_SECTION": argument for key, argument in FIELDS.items()},
    "CAPACITY_SECTION": "capacity",
    DEPOT: "start",
    RELOADS: "reload_depots",
    CLIENTS: "clients",
}


@dataclass
class Fleet:
    """Vehicle types, and the skills (by name, for each stop) that say which of them serve it."""

    vehicles: list[Vehicle]
    skills: dict[str, Flags] = field(default_factory=dict)


def fleet_of(document: Document, nodes: Nodes, *, single: bool, open_end: bool, timed: bool) -> Fleet:
    """Read the vehicles.

    Parameters
    ----------
    single : bool
        The problem is one tour: one vehicle, whatever the file says of their number.
    open_end : bool
        Routes end at their last stop.
    timed : bool
        Stops have a service time, so that DISTANCE limits distance plus service.
    """
    common = _common(document, open_end=open_end, timed=timed)
    own = {key: document.sections[key].rows for key in ARGUMENTS if key in document.sections}
    count = 1 if single else document.count("VEHICLES")
    if not own:
        return Fleet([Vehicle(count=count, **common)])
    count = count or len(next(iter(own.values())))
    for key, rows in own.items():
        numbered = all(cells[0] == str(number) for number, (_, cells) in enumerate(rows, 1))
        if len(rows) != count or not numbered:
            document.source.complain(
                f"{key}: it needs a row for each of {count} vehicles, numbered from 1; it has {len(rows)}",
                document.sections[key].line,
            )
            return Fleet([Vehicle(**common)])
    stated = [_vehicle(document, nodes, {key: rows[v] for key, rows in own.items()}) for v in range(count)]
    types = [
        (len(list(run)), dict(kind)) for kind, run in groupby(tuple(vehicle.items()) for vehicle in stated)
    ]
    clients = [kind.pop("clients", None) for _, kind in types]
    vehicles = [{**common, **kind, "count": number} for number, kind in types]
    return _with_skills(vehicles, clients, nodes)


def _common(document: Document, *, open_end: bool, timed: bool) -> dict[str, Any]:
    """Return what all vehicles share."""
    common: dict[str, Any] = {"capacity": document.number("CAPACITY"), "open_end": open_end or None}
    for key, name in FIELDS.items():
        common[name] = document.number(key)
    limit = document.number("DISTANCE")
    if limit:  # 0 stands for no limit
        common["max_duration" if timed else "max_distance"] = limit
    return {name: value for name, value in common.items() if value is not None}


def _vehicle(document: Document, nodes: Nodes, rows: dict[str, Row]) -> dict[str, Any]:
    """Return the arguments that the rows of one vehicle state, hashable."""
    source = document.source
    vehicle: dict[str, Any] = {}
    for key, (line, cells) in rows.items():
        if key in (DEPOT, RELOADS, CLIENTS):
            found = [nodes.find(cell, key, line) for cell in cells[1:]]
            vehicle[ARGUMENTS[key]] = tuple(node for node in found if node is not None)
            if key != CLIENTS and any(node is not None and node >= nodes.depots for node in found):
                source.complain(f"{key}: a depot must be one of DEPOT_SECTION", line)
        elif len(cells) < 2 or (len(cells) > 2 and key != "CAPACITY_SECTION"):
            source.complain(f"{key}: a row has the vehicle and one value, not {len(cells)} values", line)
        else:
            values = [source.number(cell, key, line) for cell in cells[1:]]
            vehicle[ARGUMENTS[key]] = values[0] if len(values) == 1 else tuple(values)
    if "start" in vehicle:
        vehicle["start"] = next(iter(vehicle["start"]), 0)
    return vehicle


def _with_skills(
    vehicles: list[dict[str, Any]], clients: list[tuple[int, ...] | None], nodes: Nodes
) -> Fleet:
    """Turn lists of allowed stops into skills."""
    if all(allowed is None for allowed in clients):
        return Fleet([Vehicle(**vehicle) for vehicle in vehicles])
    serves = np.zeros((len(vehicles), nodes.count), bool)
    for row, allowed in zip(serves, clients, strict=True):
        row[list(allowed or ())] = True
    kinds, kind_of = np.unique(serves[:, nodes.depots :].T, axis=0, return_inverse=True)
    skills: dict[str, Flags] = {}
    has: list[list[str]] = [[] for _ in vehicles]
    for number, kind in enumerate(kinds):
        if kind.all():
            continue
        name = (
            "vehicle type " + "+".join(str(v + 1) for v in np.flatnonzero(kind))
            if kind.any()
            else "no vehicle"
        )
        skills[name] = kind_of == number
        for v in np.flatnonzero(kind):
            has[v].append(name)
    return Fleet([Vehicle(**v, skills=tuple(names)) for v, names in zip(vehicles, has, strict=True)], skills)


def unlimited(vehicles: list[Vehicle]) -> bool:
    """Return whether no vehicle has a finite capacity."""
    return all(np.min(vehicle.capacity) == inf for vehicle in vehicles)
