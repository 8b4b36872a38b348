"""CVRPLIB solution files: a line ``Route #k:`` with nodes for each route, then the cost.

Nodes are numbered with depots first, so a stop of a problem with one depot has the number that CVRPLIB gives
it, and a reload is the number of its depot. Where vehicles differ, line k belongs to the k-th vehicle of the
fleet, and unused vehicles keep an empty line.
"""

from __future__ import annotations

from routeopt.data.writers.files import numeral
from routeopt.errors import ProblemError
from routeopt.problems.instance import Routes
from routeopt.problems.solution import Solution
from routeopt.problems.vrp import VRP

DIGITS = 6  # of the cost behind the point; the rest is noise of the addition


def text(solution: Solution) -> str:
    """Return the content of a ``.sol`` file; the cost is in the user's units.

    Raises
    ------
    ProblemError
        When vehicles differ and the plan uses more of a type than there are: then no line is left for them.
    """
    lines = _lines_of_vehicles(solution.problem, solution.routes)
    routes = [f"Route #{k}: {' '.join(map(str, line))}".rstrip() for k, line in enumerate(lines, 1)]
    return "\n".join([*routes, f"Cost: {numeral(round(solution.cost, DIGITS))}", ""])


def fleet(problem: VRP) -> list[int]:
    """Return the type of each vehicle in the order of the lines; of an unlimited type one per stop."""
    numbers = (vehicle.count or len(problem.stops) for vehicle in problem.vehicles)
    return [kind for kind, number in enumerate(numbers) for _ in range(number)]


def _lines_of_vehicles(problem: VRP, routes: Routes) -> list[list[int]]:
    """Return the nodes of each line."""
    visits = routes.lists()
    if len(problem.vehicles) == 1:
        return visits
    waiting: dict[int, list[list[int]]] = {kind: [] for kind in range(len(problem.vehicles))}
    for kind, nodes in zip(routes.vehicle.tolist(), visits, strict=True):
        waiting[kind].append(nodes)
    lines: list[list[int]] = [waiting[kind].pop(0) if waiting[kind] else [] for kind in fleet(problem)]
    errors = [
        f"vehicle '{problem.vehicle_names[kind]}': the plan uses {len(left)} more than there are, "
        "and a .sol file has no line for them; write .json instead"
        for kind, left in waiting.items()
        if left
    ]
    if errors:
        raise ProblemError(errors)
    return lines
