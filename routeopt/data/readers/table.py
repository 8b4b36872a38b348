"""Stops from a table – CSV, Excel or a data frame – with the headers that people use.

Columns are known by many names (:data:`HEADERS`) and in any order. Places are degrees where the headers
say so (lat, lon), else planar. Times are seconds, minutes or hours where the header says so ("service_min",
"open (h)"), or clock times such as 8:30 or 08:30:15. Loads and windows may be numbered: demand_1, demand_2.

The depot is each row whose type is "depot", else the one named "depot", else the first row. Vehicles are
given as an argument, or in comment lines: ``# vehicles: 3, capacity: 100``.
"""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from math import inf, nan
from typing import Any

import numpy as np

from routeopt.data.readers.sheets import (
    NAMES,
    Column,
    Table,
    delimiter_of,
    find_columns,
    from_bytes,
    from_object,
    is_empty,
    meaning_of,
)
from routeopt.data.readers.source import NEGATIVE, REVERSED, Reader, Source, prefixed
from routeopt.errors import ProblemError
from routeopt.problems.columns import Stops
from routeopt.problems.instance import Flags, Floats
from routeopt.problems.rows import Depot, Vehicle
from routeopt.problems.vrp import VRP

VEHICLE_KEYS = (
    "fixed_cost",
    "distance_cost",
    "duration_cost",
    "overtime_after",
    "overtime_cost",
    "max_distance",
    "max_duration",
    "max_stops",
)  # that a comment may state besides vehicles and capacity
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?")
_DOTTED = re.compile(r"([01]?\d|2[0-4])\.([0-5]\d)")

Convert = Callable[[Any, Column, int], float]  # (cell, column, line) -> number


def recognises(head: str, suffix: str) -> bool:
    """Return whether the file is an Excel workbook, or its first line names coordinates."""
    if head.startswith("PK\x03\x04"):
        return "[Content_Types].xml" in head or "xl/" in head
    first = next((line for line in head.splitlines() if line.strip() and not line.startswith("#")), "")
    meanings = {meaning_of(cell)[0] for cell in next(csv.reader([first], delimiter=delimiter_of(first)), [])}
    return suffix in {".csv", ".tsv"} or bool(meanings & {"x", "lon", "lat"})


def parse(source: Source, rounding: str | None = None) -> VRP:
    """Read a file."""
    problem = _problem(from_bytes(source), None, None, {"name": source.stem})
    return problem if rounding is None else problem.rounded(rounding)


def from_table(
    table: Any, vehicles: Sequence[Vehicle] | None = None, depots: Sequence[Depot] | None = None, **rest: Any
) -> VRP:
    """Return a problem whose stops are the rows of a table.

    Parameters
    ----------
    table : DataFrame, mapping of columns, sequence of mappings, or path
        The stops, and the depot unless `depots` is given.
    vehicles : sequence of Vehicle, optional
        The fleet; by default any number of vehicles without limits.
    depots : sequence of Depot, optional
        Where vehicles start; then every row is a stop.
    **rest
        Further arguments of :class:`~routeopt.problems.vrp.VRP`.

    Raises
    ------
    ProblemError
        With a message for each cell that cannot be understood: its row and its column.
    """
    return _problem(from_object(table), vehicles, depots, rest)


def _problem(
    table: Table, vehicles: Sequence[Vehicle] | None, depots: Sequence[Depot] | None, rest: Mapping[str, Any]
) -> VRP:
    """Build the problem."""
    source = table.source
    find_columns(table)
    kinds = (("lon", "lat"), ("x", "y"))
    axes = next((axes for axes in kinds if all(axis in table.columns for axis in axes)), None)
    if axes is None:
        found = ", ".join(f"'{header}'" for header in table.header)
        source.complain(
            f"there are no coordinates; name two columns lat and lon, or x and y (found: {found})"
        )
        source.finish()
        raise AssertionError  # a complaint always ends here
    columns, skills = _columns(table, axes), _skills(table)
    lines = [line for line, _ in table.rows]
    loads = np.hstack([columns["delivery"], columns["pickup"], columns["service"][:, None]])
    source.refuse(lines, (loads < 0).any(axis=1), NEGATIVE)
    source.refuse(lines, (columns["windows"][..., 1] < columns["windows"][..., 0]).any(axis=1), REVERSED)
    home = np.zeros(len(table.rows), bool) if depots is not None else _depot_rows(table, columns["name"])
    if vehicles is None:
        vehicles = _fleet(table)
    loaded = columns["delivery"].any(axis=1) | columns["pickup"].any(axis=1)
    for row in np.flatnonzero(home & loaded):
        source.complain("the depot has a demand; give the depot's row the type 'depot'", table.rows[row][0])
    source.finish()
    geographic = axes[0] == "lon"
    if depots is None:
        depots = [_depot(columns, row, geographic=geographic) for row in np.flatnonzero(home).tolist()]
    stops = {key: values[~home] for key, values in columns.items()}
    stops["name"] = stops["name"].tolist()
    skills = {skill: asked[~home] for skill, asked in skills.items()}
    try:
        return VRP(Stops(**stops, skills=skills, geographic=geographic), vehicles, depots, **rest)
    except ProblemError as error:
        raise ProblemError(prefixed(source.name, error.messages)) from None


def _columns(table: Table, axes: tuple[str, str]) -> dict[str, Any]:
    """Return the arguments of Stops for all rows, the depots' included."""
    number, time = _numbers(table), _times(table)
    return {
        "x": _required(table, axes[0], number),
        "y": _required(table, axes[1], number),
        "name": _names(table),
        "delivery": _loads(table, "delivery", number),
        "pickup": _loads(table, "pickup", number),
        "windows": _windows(table, dotted=axes[0] == "lon"),
        "service": _single(table, "service", 0.0, time),
        "release": _single(table, "release", 0.0, time),
        "prize": _single(table, "prize", inf, number),
        "group": _groups(table),
    }


def _numbers(table: Table) -> Convert:
    """Return a converter of cells into numbers; nan after a complaint."""

    def convert(cell: Any, column: Column, line: int) -> float:
        text = str(cell).strip()
        if table.decimal_comma and re.fullmatch(r"[-+]?\d*,\d+", text):
            text = text.replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            table.source.complain(f"column '{column.header}': '{cell}' is not a number", line)
            return nan
        return value * column.unit

    return convert


def _times(table: Table, *, dotted: bool = False) -> Convert:
    """Return a converter of cells into seconds: numbers in the unit of the column, or clock times."""
    number = _numbers(table)

    def convert(cell: Any, column: Column, line: int) -> float:
        if isinstance(cell, datetime.timedelta):
            return cell.total_seconds()
        if isinstance(cell, datetime.datetime | datetime.time):
            return float(cell.hour * 3600 + cell.minute * 60 + cell.second)
        text = str(cell).strip()
        clock = _CLOCK.fullmatch(text) or (
            _DOTTED.fullmatch(text) if dotted and isinstance(cell, str) else None
        )
        if clock:
            hours, minutes, seconds = (int(part or 0) for part in (*clock.groups(), 0)[:3])
            return float(hours * 3600 + minutes * 60 + seconds)
        if ":" in text:
            table.source.complain(
                f"column '{column.header}': '{cell}' is not a time; write 8:30, 08:30:15 or seconds", line
            )
            return nan
        return number(cell, column, line)

    return convert


def _single(table: Table, key: str, neutral: float, convert: Convert) -> Floats:
    """Return a column (n,), neutral where the table is silent."""
    columns = table.columns.get(key, [])
    return _cells(table, columns[0], neutral, convert) if columns else np.full(len(table.rows), neutral)


def _cells(table: Table, column: Column, neutral: float, convert: Convert) -> Floats:
    return np.array([
        neutral if is_empty(cells[column.place]) else convert(cells[column.place], column, line)
        for line, cells in table.rows
    ])  # fmt: skip


def _required(table: Table, key: str, convert: Convert) -> Floats:
    column = table.columns[key][0]
    for line, cells in table.rows:
        if is_empty(cells[column.place]):
            table.source.complain(
                f"column '{column.header}': the cell is empty; every row needs its place", line
            )
    return _cells(table, column, nan, convert)


def _loads(table: Table, key: str, convert: Convert) -> Floats:
    """Return a load (n, dimensions)."""
    columns = sorted(table.columns.get(key, []), key=lambda column: column.number)
    return np.stack(
        [_cells(table, column, 0.0, convert) for column in columns] or [np.zeros(len(table.rows))], axis=1
    )


def _windows(table: Table, *, dotted: bool) -> Floats:
    """Return windows (n, W, 2). A row with fewer windows than others repeats its last one."""
    stated = [column for key in ("opens", "closes") for column in table.columns.get(key, [])]
    cells = [
        row[column.place] for column in stated for _, row in table.rows if not is_empty(row[column.place])
    ]
    # 8.30 is half past eight where every time reads so and places are on the globe, so that times are seconds
    convert = _times(table, dotted=dotted and all(_DOTTED.fullmatch(str(cell).strip()) for cell in cells))
    numbers = sorted({column.number for column in stated}) or [0]
    windows: Floats = np.tile([0.0, inf], (len(table.rows), len(numbers), 1))
    for side, key in enumerate(("opens", "closes")):
        for column in table.columns.get(key, []):
            windows[:, numbers.index(column.number), side] = _cells(table, column, (0.0, inf)[side], convert)
    for place in range(1, len(numbers)):
        silent = (windows[:, place] == (0.0, inf)).all(axis=1)
        windows[silent, place] = windows[silent, place - 1]
    return windows


def _texts(table: Table, key: str) -> list[str]:
    """Return a column as text; spreadsheets turn the number 7 into 7.0."""
    columns = table.columns.get(key, [])
    cells = [row[columns[0].place] if columns else "" for _, row in table.rows]
    whole = [int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in cells]
    return ["" if is_empty(cell) else str(cell).strip() for cell in whole]


def _names(table: Table) -> Any:
    key = next((key for key in NAMES if key in table.columns), "name")
    return np.array(_texts(table, key), object)


def _groups(table: Table) -> Any:
    stated = _texts(table, "group")
    numbers = {name: number for number, name in enumerate(dict.fromkeys(name for name in stated if name))}
    return np.array([numbers.get(name, -1) for name in stated])


def _skills(table: Table) -> dict[str, Flags]:
    stated = [set(re.split(r"\s*[;,|]\s*", text)) - {""} for text in _texts(table, "skills")]
    return {skill: np.array([skill in own for own in stated]) for skill in sorted(set().union(*stated))}


def _depot_rows(table: Table, names: Sequence[str]) -> Flags:
    """Return which rows (n,) are depots."""
    by_kind = np.array([kind.lower() == "depot" for kind in _texts(table, "kind")])
    by_name = np.array([name.lower() == "depot" for name in names])
    return by_kind if by_kind.any() else by_name if by_name.any() else np.arange(len(names)) == 0


def _depot(columns: Mapping[str, Any], row: int, *, geographic: bool) -> Depot:
    x, y = float(columns["x"][row]), float(columns["y"][row])
    (opens, closes), service = columns["windows"][row][0].tolist(), float(columns["service"][row])
    place = {"lon": x, "lat": y} if geographic else {"x": x, "y": y}
    return Depot(**place, name=columns["name"][row], window=(opens, closes), service=service)


def _fleet(table: Table) -> list[Vehicle]:
    """Return the vehicles that the comments state, a type for each line; unlimited ones if none does."""
    vehicles = []
    for line, comment in table.comments:
        stated = dict(re.findall(r"(\w+)\s*[:=]\s*([^,;]+)", comment.lower()))
        if not stated.keys() & {"vehicles", "capacity"}:
            continue
        arguments: dict[str, Any] = {}
        for key, text in stated.items():
            values = [table.source.number(part, key, line) for part in text.split()]
            if key == "vehicles":
                arguments["count"] = int(values[0]) if values[0].is_integer() else values[0]
            elif key == "capacity":
                arguments["capacity"] = values[0] if len(values) == 1 else tuple(values)
            elif key in VEHICLE_KEYS:
                arguments[key] = values[0]
            else:
                known = ", ".join(VEHICLE_KEYS)
                table.source.complain(f"'{key}' is not known; state vehicles, capacity, {known}", line)
        vehicles.append(Vehicle(**arguments))
    return vehicles or [Vehicle()]


READER = Reader("CSV or Excel", recognises, parse)
