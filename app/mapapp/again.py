"""A plan carried over to a problem that was edited meanwhile, so that a search begins where the last one ended."""

from __future__ import annotations

from routeopt.data.writers import solution_json
from routeopt.problems.instance import Routes
from routeopt.problems.solution import Solution
from routeopt.problems.vrp import VRP


def carried(solution: Solution, problem: VRP) -> Routes:
    """Return the routes by name; stops, vehicles and depots that are gone are left out."""
    depots = set(problem.names[: len(problem.depots)])
    kept = []
    for route in solution_json.routes(solution):
        stops = [name for name in route["stops"] if name in problem.index]
        if route["vehicle"] in problem.vehicle_names and not depots.issuperset(stops):
            kept.append({"vehicle": route["vehicle"], "stops": stops})
    return solution_json.routes_of({"routes": kept}, problem)
