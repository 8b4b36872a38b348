"""routeopt: vehicle routing, network flows and path search, solved on your own cores.

>>> import routeopt as ro
>>> problem = ro.VRP([ro.Stop(3, 4), ro.Stop(6, 8)], [ro.Vehicle(count=1)], [ro.Depot(0, 0)])
>>> ro.solve(problem, seconds=0).cost
20.0
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routeopt import registry
from routeopt.errors import InfeasibleError, ProblemError, RouteoptError, UnsupportedError

if TYPE_CHECKING:
    from routeopt.data.generators import generate
    from routeopt.data.readers import read, read_solution
    from routeopt.data.writers import write
    from routeopt.problems.columns import Stops
    from routeopt.problems.instance import Instance, Routes
    from routeopt.problems.legs import Euclidean, Haversine, Legs, Matrix
    from routeopt.problems.rows import Depot, Shipment, Stop, Vehicle
    from routeopt.problems.search import Incumbent, MaxIterations, MaxSeconds, NoImprovement, Target
    from routeopt.problems.solution import Solution
    from routeopt.problems.vrp import VRP
    from routeopt.solving import search, solve
    from routeopt.solvers.vrp.hgs import HGS
    from routeopt.solvers.vrp.nearest import Nearest
    from routeopt.solvers.vrp.regret import Regret
    from routeopt.solvers.vrp.savings import Savings
    from routeopt.solvers.vrp.sweep import Sweep

__version__ = "0.1.0"

_PUBLIC = {
    "VRP": "routeopt.problems.vrp:VRP",
    "Stop": "routeopt.problems.rows:Stop",
    "Depot": "routeopt.problems.rows:Depot",
    "Vehicle": "routeopt.problems.rows:Vehicle",
    "Shipment": "routeopt.problems.rows:Shipment",
    "Stops": "routeopt.problems.columns:Stops",
    "Legs": "routeopt.problems.legs:Legs",
    "Euclidean": "routeopt.problems.legs:Euclidean",
    "Haversine": "routeopt.problems.legs:Haversine",
    "Matrix": "routeopt.problems.legs:Matrix",
    "Instance": "routeopt.problems.instance:Instance",
    "Routes": "routeopt.problems.instance:Routes",
    "Solution": "routeopt.problems.solution:Solution",
    "Incumbent": "routeopt.problems.search:Incumbent",
    "MaxSeconds": "routeopt.problems.search:MaxSeconds",
    "MaxIterations": "routeopt.problems.search:MaxIterations",
    "NoImprovement": "routeopt.problems.search:NoImprovement",
    "Target": "routeopt.problems.search:Target",
    "read": "routeopt.data.readers:read",
    "read_solution": "routeopt.data.readers:read_solution",
    "write": "routeopt.data.writers:write",
    "generate": "routeopt.data.generators:generate",
    "solve": "routeopt.solving:solve",
    "search": "routeopt.solving:search",
    "HGS": "routeopt.solvers.vrp.hgs:HGS",
    "Nearest": "routeopt.solvers.vrp.nearest:Nearest",
    "Regret": "routeopt.solvers.vrp.regret:Regret",
    "Savings": "routeopt.solvers.vrp.savings:Savings",
    "Sweep": "routeopt.solvers.vrp.sweep:Sweep",
}

__all__ = [
    *_PUBLIC,
    "InfeasibleError",
    "ProblemError",
    "RouteoptError",
    "UnsupportedError",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'routeopt' has no attribute '{name}'")
    value = registry.load(_PUBLIC[name])
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names before they are imported."""
    return [*globals(), *_PUBLIC]
