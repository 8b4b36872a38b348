"""The fleet as a table: a row for each type of vehicle, a column for each limit in use."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf, isnan
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from mapapp import words
from routeopt.errors import ProblemError
from routeopt.problems.rows import Vehicle
from routeopt.problems.vrp import VRP


class Field(NamedTuple):
    """A column of the table."""

    attribute: str  # of Vehicle
    title: str
    unit: float  # of what the problem counts in one of what is shown, where places are degrees
    planar: str  # the title where they are not
    load: int | None = None  # which of several loads it is about


FIELDS = (
    Field("capacity", "Capacity", 1.0, "Capacity"),
    Field("fixed_cost", "Cost a vehicle", 1.0, "Cost a vehicle"),
    Field("distance_cost", "Cost a km", 1 / 1000, "Cost a unit of distance"),
    Field("duration_cost", "Cost an hour", 1 / 3600, "Cost a unit of time"),
    Field("max_distance", "At most km", 1000.0, "At most distance"),
    Field("max_duration", "At most hours", 3600.0, "At most time"),
    Field("max_stops", "At most stops", 1.0, "At most stops"),
    Field("overtime_after", "Overtime after hours", 3600.0, "Overtime after"),
    Field("overtime_cost", "Overtime cost an hour", 1 / 3600, "Overtime cost"),
)
ALWAYS = ("capacity", "fixed_cost", "distance_cost", "duration_cost")
NEUTRAL = Vehicle()  # what an empty cell means
MOST_LOADS = 4
CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?")


def edit(problem: VRP, key: str) -> tuple[list[Vehicle], int]:
    """Show the fleet; return it as edited, and how many kinds of load there are.

    Raises
    ------
    ProblemError
        With a message for each cell that cannot be understood.
    """
    more = st.toggle("More limits", key="fleet_more", help="Distance, duration, stops, overtime.")
    loads = loads_of(problem)
    if more:
        loads = int(
            st.number_input(
                "Kinds of load",
                loads,
                max(loads, MOST_LOADS),
                key=f"loads {key}",
                help="Such as weight and volume: a capacity of each vehicle, and a demand of each stop, for each.",
            )
        )
    shown = {field.attribute for field in FIELDS} if more else _in_use(problem)
    fields = columns(shown, loads)
    frame = st.data_editor(
        table(problem, fields),
        key=f"fleet {key} {more} {loads}",
        num_rows="dynamic",
        hide_index=True,
        column_config={
            "Number": st.column_config.NumberColumn(min_value=1, step=1, help="Empty: as many as needed")
        },
        placeholder="any",
        alt="Types of vehicles, one a row",
    )
    return vehicles(problem, frame, fields), loads


def loads_of(problem: VRP) -> int:
    """Return how many kinds of load a problem has."""
    sizes = (np.size(vehicle.capacity) for vehicle in problem.vehicles)
    stops = problem.stops
    return max(stops.delivery.shape[1], stops.pickup.shape[1], problem.amounts.shape[1], *sizes)


def columns(attributes: set[str], loads: int) -> list[Field]:
    """Return the columns of some attributes: where there are several loads, a capacity for each."""
    found = []
    for field in FIELDS:
        if field.attribute not in attributes:
            continue
        if field.attribute == "capacity" and loads > 1:
            titles = [f"{field.title} {load}" for load in range(1, loads + 1)]
            found += [field._replace(title=t, planar=t, load=k) for k, t in enumerate(titles)]
        else:
            found.append(field)
    return found


def table(problem: VRP, fields: list[Field]) -> pd.DataFrame:
    """Return the fleet as a frame; cells without a limit are empty."""
    rows = []
    for vehicle, name in zip(problem.vehicles, problem.vehicle_names, strict=True):
        row: dict[str, Any] = {"Vehicle": name, "Number": vehicle.count}
        for field in fields:
            row[_title(problem, field)] = _shown(_limit(vehicle, field), _unit(problem, field))
        row["From"], row["To"] = (_time(problem, time) for time in vehicle.shift)
        rows.append(row)
    frame = pd.DataFrame(rows)
    for field in fields:
        title = _title(problem, field)
        frame[title] = frame[title].astype("float64")
    return frame.astype({"Number": "Int64"})


def vehicles(problem: VRP, frame: pd.DataFrame, fields: list[Field]) -> list[Vehicle]:
    """Return the fleet of a frame; what the frame does not show stays as it was."""
    errors: list[str] = []
    fleet = []
    for place, row in enumerate(frame.to_dict("records")):
        before = problem.vehicles[place] if place < len(problem.vehicles) else Vehicle()
        number = None if pd.isna(row["Number"]) else int(row["Number"])
        changes: dict[str, Any] = {"count": number}
        name = "" if pd.isna(row["Vehicle"]) else str(row["Vehicle"]).strip()
        if place >= len(problem.vehicles) or name != problem.vehicle_names[place]:
            changes["name"] = name
        for field in fields:
            stated, shown = row[_title(problem, field)], _limit(before, field)
            neutral = inf if field.load is not None else getattr(NEUTRAL, field.attribute)
            value = neutral if pd.isna(stated) else float(stated) * _unit(problem, field)
            if _shown(shown, _unit(problem, field)) == (None if pd.isna(stated) else stated):
                value = shown  # not as it was rounded for the table
            if field.load is None:
                changes[field.attribute] = value
            else:
                changes[field.attribute] = (*changes.get(field.attribute, ()), value)
        if changes.get("capacity") == _loads(before, fields):
            changes["capacity"] = before.capacity  # one number for several loads stays one number
        shift = [
            _moment(problem, row[side], shown, f"vehicle {place + 1}, {side.lower()}", errors)
            for side, shown in zip(("From", "To"), before.shift, strict=True)
        ]
        changes["shift"] = (0.0 if isnan(shift[0]) else shift[0], inf if isnan(shift[1]) else shift[1])
        fleet.append(replace(before, **changes))
    if not fleet:
        errors.append("the fleet is empty; add a vehicle")
    if errors:
        raise ProblemError(errors)
    return fleet


def _in_use(problem: VRP) -> set[str]:
    """Return the columns in which some vehicle differs from a plain one."""
    used = {
        field.attribute
        for field in FIELDS
        for vehicle in problem.vehicles
        if getattr(vehicle, field.attribute) != getattr(NEUTRAL, field.attribute)
    }
    return used | set(ALWAYS)


def _title(problem: VRP, field: Field) -> str:
    return field.title if problem.geographic else field.planar


def _unit(problem: VRP, field: Field) -> float:
    return field.unit if problem.geographic else 1.0


def _limit(vehicle: Vehicle, field: Field) -> float:
    """Return a limit of a vehicle; of a load that it states no capacity for, that of one without limits."""
    value = getattr(vehicle, field.attribute)
    if not isinstance(value, tuple):
        return float(value) if not field.load else inf
    return float(value[field.load or 0]) if (field.load or 0) < len(value) else inf


def _loads(vehicle: Vehicle, fields: list[Field]) -> tuple[float, ...]:
    return tuple(_limit(vehicle, field) for field in fields if field.load is not None)


def _shown(value: float, unit: float) -> float | None:
    """Return a limit in the unit of the table, rounded so that it reads well and comes back unchanged."""
    return None if value == inf else round(value / unit, 9)


def _time(problem: VRP, time: float) -> str:
    if time in (0.0, inf):
        return ""
    return words.clock(time) if problem.geographic else f"{time:g}"


def _moment(problem: VRP, stated: Any, before: float, where: str, errors: list[str]) -> float:
    """Return a time of day in the units of the problem; nan where the cell is empty."""
    text = "" if stated is None or pd.isna(stated) else str(stated).strip()
    if text == _time(problem, before):
        return before if text else float("nan")
    if not text:
        return float("nan")
    clock = CLOCK.fullmatch(text)
    if problem.geographic and clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return float(3600 * hours + 60 * minutes + seconds)
    try:
        return float(text)
    except ValueError:
        errors.append(f"{where}: '{text}' is not a time; write 8:30")
        return float("nan")
