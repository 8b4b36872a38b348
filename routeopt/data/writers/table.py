"""Stops as a table for spreadsheets, which reads back as a problem.

Depots are the first rows, told by their type; vehicles stand in comment lines above the header, a line for
each type. The rounding of the legs is chosen when the table is read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import numpy as np

from routeopt.data.writers.files import numeral
from routeopt.data.writers.limits import NEVER, refuse
from routeopt.problems.instance import Floats
from routeopt.problems.legs import Euclidean, Haversine
from routeopt.problems.rows import Vehicle
from routeopt.problems.vrp import VRP

SAYS = {
    "capacity", "pickup", "load_dimensions", "time_windows", "several_windows", "service_time", "release",
    "prizes", "groups", "heterogeneous_fleet", "limited_fleet", "fixed_cost", "distance_cost",
    "duration_cost", "overtime", "max_distance", "max_duration", "max_stops", "durations",
}  # fmt: skip
FLEET = {
    "fixed_cost": 0.0,
    "distance_cost": 1.0,
    "duration_cost": 0.0,
    "overtime_after": np.inf,
    "overtime_cost": 0.0,
    "max_distance": np.inf,
    "max_duration": np.inf,
    "max_stops": np.inf,
}  # what a comment states of a vehicle, and its neutral value


def text(problem: VRP) -> str:
    """Return the content of a ``.csv`` file.

    Raises
    ------
    ProblemError
        With a message for each attribute that a table cannot say.
    """
    refuse(problem, SAYS, "CSV", _conflicts(problem))
    columns = _columns(problem)
    lines = StringIO()
    lines.writelines(f"# {line}\n" for line in _fleet(problem))
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(columns)
    table.writerows(zip(*columns.values(), strict=True))
    return lines.getvalue()


def _conflicts(problem: VRP) -> Iterator[str]:
    default: Any = Haversine() if problem.geographic else Euclidean()
    if any(replace(default, rounding=legs.rounding) != legs for legs in problem.legs.values()):
        kind = "great circles at 50 km/h" if problem.geographic else "straight lines at speed 1"
        yield f"legs other than {kind}"
    if (problem.instance().start > 0).any():
        yield "that vehicles start at another depot than the first"


def _fleet(problem: VRP) -> Iterator[str]:
    """Yield a comment for each vehicle type, or none for a fleet that is neutral throughout."""
    if len(problem.vehicles) == 1 and replace(problem.vehicles[0], name="", skills=frozenset()) == Vehicle():
        return
    for vehicle, capacity in zip(problem.vehicles, problem.instance().capacity.tolist(), strict=True):
        stated = {}
        if np.isfinite(capacity).any():
            stated["capacity"] = " ".join(numeral(min(load, NEVER)) for load in capacity)
        if vehicle.count is not None or not stated:  # a line without both would not speak of vehicles
            stated = {"vehicles": str(vehicle.count or len(problem.stops)), **stated}
        for field, neutral in FLEET.items():
            if getattr(vehicle, field) != neutral:
                stated[field] = numeral(getattr(vehicle, field))
        yield ", ".join(f"{key}: {value}" for key, value in stated.items())


def _columns(problem: VRP) -> dict[str, list[str]]:
    """Return the cells of each column by its header; empty ones where a stop has the neutral value."""
    instance, depots = problem.instance(), len(problem.depots)
    axes = ("lon", "lat") if problem.geographic else ("x", "y")
    columns = {
        "type": ["depot"] * depots + ["stop"] * instance.stops,
        "name": problem.names,
        axes[0]: [numeral(x) for x in problem.places[:, 0]],
        axes[1]: [numeral(y) for y in problem.places[:, 1]],
        **_numbered("demand", instance.delivery, 0.0 if instance.delivery.shape[1] == 1 else np.nan),
        **_numbered("pickup", instance.pickup),
    }
    windows = instance.windows / instance.scale
    again = np.zeros(windows.shape[:2], bool)
    again[:, 1:] = (windows[:, 1:] == windows[:, :-1]).all(axis=2)  # padding
    for side, header, neutral in ((0, "open", 0.0), (1, "close", np.inf)):
        columns |= _numbered(header, np.where(again, neutral, windows[..., side]), neutral)
    prize = instance.prize / instance.scale
    prize[:depots] = np.inf
    for header, values, neutral in (
        ("service", instance.service / instance.scale, 0.0),
        ("release", instance.release / instance.scale, 0.0),
        ("prize", prize, np.inf),
        ("group", instance.group.astype(np.float64), -1.0),
    ):
        columns |= _numbered(header, values[:, None], neutral)
    return columns


def _numbered(header: str, values: Floats, neutral: float = 0.0) -> dict[str, list[str]]:
    """Return a column for each of the K columns of `values` (N, K), or none where all of it is neutral."""
    if (values == neutral).all():
        return {}
    headers = [header] if values.shape[1] == 1 else [f"{header}_{k}" for k in range(1, values.shape[1] + 1)]
    return {
        header: ["" if value == neutral else numeral(value) for value in column]
        for header, column in zip(headers, values.T.tolist(), strict=True)
    }
