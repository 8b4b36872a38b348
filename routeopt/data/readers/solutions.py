"""Plans from files: ``.sol`` of CVRPLIB and the JSON document that ``Solution.write`` makes.

In a ``.sol`` file a number counts nodes: depots first, then stops; anything else is a name. "Route #k"
is driven by the k-th vehicle, types laid out by their counts (one per stop where a
type is unlimited). A depot between stops is a reload.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, TextIO

from routeopt.data.readers.source import Source, open_source, prefixed
from routeopt.data.writers.solution_json import routes_of
from routeopt.errors import ProblemError
from routeopt.problems.instance import Routes
from routeopt.problems.vrp import VRP

_ROUTE = re.compile(r"^route\s*#?\s*(\d+)\s*:(.*)$", re.IGNORECASE)
_COST = re.compile(r"^cost\s*[:=]?\s*([-+]?[\d.]+(?:e[-+]?\d+)?)$", re.IGNORECASE)


def read_solution(source: str | Path | TextIO, problem: VRP) -> Routes:
    """Read the routes of a plan for a problem.

    Parameters
    ----------
    source : str, Path or stream
        A ``.sol`` or JSON file, ``"-"`` for standard input, or an open stream.
    problem : VRP
        The problem it is a plan for.

    Returns
    -------
    Routes
        What the file states, whether or not it keeps the rules.

    Raises
    ------
    ProblemError
        With a message for each thing that the problem does not know.
    """
    opened = open_source(source)
    if _is_json(opened):
        try:
            return routes_of(_document(opened), problem)
        except ProblemError as error:
            raise ProblemError(prefixed(opened.name, error.messages)) from None
    routes = _from_sol(opened, problem)
    opened.finish()
    return Routes.from_lists([nodes for nodes, _ in routes], [vehicle for _, vehicle in routes])


def stated_cost(source: str | Path | TextIO | Source) -> float | None:
    """Return the cost that a plan's file states, in whatever units it uses; None where it does not."""
    opened = open_source(source)
    if _is_json(opened):
        cost = _document(opened).get("cost")
        return float(cost) if isinstance(cost, int | float) else None
    found = (_COST.match(line.strip()) for line in opened.lines)
    return next((float(match[1]) for match in found if match), None)


def _is_json(source: Source) -> bool:
    return source.text.lstrip().startswith("{")


def _document(source: Source) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(source.text)
    except json.JSONDecodeError as error:
        source.complain(f"this is not JSON ({error.msg}); the file may be cut off", error.lineno)
        source.finish()
    return document


def _from_sol(source: Source, problem: VRP) -> list[tuple[list[int], int]]:
    routes: list[tuple[list[int], int]] = []
    stated: dict[int, int] = {}  # line of each route
    for line, text in enumerate(source.lines, 1):
        match = _ROUTE.match(text.strip())
        if match is None:
            if re.match(r"\s*[-+\d]", text):
                source.complain("numbers outside of a route; begin the line with 'Route #1:'", line)
            continue
        number = int(match[1])
        if stated.setdefault(number, line) != line:
            source.complain(
                f"route {number} stands already in line {stated[number]}; number each route once", line
            )
        nodes = _nodes(source, problem, match[2].split(), line)
        if nodes:
            vehicle = _kth_vehicle(source, problem, number, line)
            routes.append((_inner(source, problem, nodes, vehicle, line), vehicle))
    if not stated and stated_cost(source) is None:  # with a cost it is the plan of no routes
        source.complain("there is no route; a plan has lines such as 'Route #1: 4 2 7'")
    return routes


def _nodes(source: Source, problem: VRP, cells: list[str], line: int) -> list[int]:
    """Return the nodes of numbers and names, without those that the problem does not know."""
    nodes, last = [], len(problem.names) - 1
    for cell in cells:
        node = int(cell) if cell.isdigit() else problem.index.get(cell, -1)
        if 0 <= node <= last:
            nodes.append(node)
        else:
            whose = problem.name or "the problem"
            source.complain(f"there is no stop '{cell}'; the nodes of {whose} are numbered 0 to {last}", line)
    return nodes


def _inner(source: Source, problem: VRP, nodes: list[int], vehicle: int, line: int) -> list[int]:
    """Drop the vehicle's own start and end where a file spells them out."""
    instance = problem.instance()
    inner = nodes[1:] if nodes[:1] == [instance.start[vehicle]] else nodes
    inner = inner[:-1] if inner[-1:] == [instance.end[vehicle]] else inner
    for node in inner[:1] + inner[-1:]:
        if node < instance.depots:
            source.complain(
                f"a route of '{problem.vehicle_names[vehicle]}' cannot begin or end at "
                f"'{problem.names[node]}'; only between stops is a depot a reload",
                line,
            )
    return inner


def _kth_vehicle(source: Source, problem: VRP, number: int, line: int) -> int:
    """Return the type of the k-th vehicle; where all are alike, their number does not matter."""
    if len(problem.vehicles) == 1:
        return 0
    before = 0
    for kind, vehicle in enumerate(problem.vehicles):
        before += vehicle.count or len(problem.stops)
        if number <= before:
            return kind
    source.complain(
        f"route {number}: the fleet has {before} vehicles; which of them drives it is not stated", line
    )
    return 0
