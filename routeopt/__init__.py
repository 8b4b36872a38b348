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
    from routeopt.data.bundled import load_network as load_network
    from routeopt.data.flows import read_flows as read_flows, write_flows as write_flows
    from routeopt.data.generators import generate as generate
    from routeopt.data.generators.flows import generate_flows as generate_flows
    from routeopt.data.readers import read as read, read_solution as read_solution
    from routeopt.data.writers import write as write
    from routeopt.problems.admission import Admission as Admission
    from routeopt.problems.columns import Stops as Stops
    from routeopt.problems.flow_instance import FlowPaths as FlowPaths
    from routeopt.problems.flows import Flow as Flow, FlowAdmission as FlowAdmission
    from routeopt.problems.instance import Instance as Instance, Routes as Routes
    from routeopt.problems.legs import (
        Euclidean as Euclidean,
        Haversine as Haversine,
        Legs as Legs,
        Matrix as Matrix,
    )
    from routeopt.problems.network import Network as Network
    from routeopt.problems.rows import Depot as Depot, Shipment as Shipment, Stop as Stop, Vehicle as Vehicle
    from routeopt.problems.search import (
        Incumbent as Incumbent,
        MaxIterations as MaxIterations,
        MaxSeconds as MaxSeconds,
        NoImprovement as NoImprovement,
        Target as Target,
    )
    from routeopt.problems.solution import Solution as Solution
    from routeopt.problems.vrp import VRP as VRP
    from routeopt.solvers.flows.classical import (
        max_flow as max_flow,
        min_congestion as min_congestion,
        min_cost_flow as min_cost_flow,
    )
    from routeopt.solvers.flows.failures import reroute_flows as reroute_flows
    from routeopt.solvers.flows.online import OnlineRouting as OnlineRouting
    from routeopt.solvers.paths.bellman_ford import bellman_ford as bellman_ford
    from routeopt.solvers.paths.front import ShortestPaths as ShortestPaths
    from routeopt.solvers.paths.legs import StreetLegs as StreetLegs
    from routeopt.solvers.paths.pareto import constrained as constrained, pareto as pareto
    from routeopt.solvers.paths.preferences import RoutePreferences as RoutePreferences
    from routeopt.solvers.paths.reroute import reroute as reroute
    from routeopt.solvers.vrp.hgs import HGS as HGS
    from routeopt.solvers.vrp.ils import ILS as ILS
    from routeopt.solvers.vrp.nearest import Nearest as Nearest
    from routeopt.solvers.vrp.neural.constructor import Neural as Neural
    from routeopt.solvers.vrp.ortools import ORTools as ORTools
    from routeopt.solvers.vrp.regret import Regret as Regret
    from routeopt.solvers.vrp.rich import RichILS as RichILS
    from routeopt.solvers.vrp.savings import Savings as Savings
    from routeopt.solvers.vrp.set_partition import SetPartition as SetPartition
    from routeopt.solvers.vrp.sweep import Sweep as Sweep
    from routeopt.solvers.vrp.tour import LinKernighan as LinKernighan
    from routeopt.solving import search as search, solve as solve

__version__ = "0.1.0"

_PUBLIC = {
    "VRP": "routeopt.problems.vrp:VRP",
    "Network": "routeopt.problems.network:Network",
    "StreetLegs": "routeopt.solvers.paths.legs:StreetLegs",
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
    "Flow": "routeopt.problems.flows:Flow",
    "FlowAdmission": "routeopt.problems.flows:FlowAdmission",
    "FlowPaths": "routeopt.problems.flow_instance:FlowPaths",
    "Admission": "routeopt.problems.admission:Admission",
    "Incumbent": "routeopt.problems.search:Incumbent",
    "MaxSeconds": "routeopt.problems.search:MaxSeconds",
    "MaxIterations": "routeopt.problems.search:MaxIterations",
    "NoImprovement": "routeopt.problems.search:NoImprovement",
    "Target": "routeopt.problems.search:Target",
    "read": "routeopt.data.readers:read",
    "read_solution": "routeopt.data.readers:read_solution",
    "write": "routeopt.data.writers:write",
    "load_network": "routeopt.data.bundled:load_network",
    "generate": "routeopt.data.generators:generate",
    "read_flows": "routeopt.data.flows:read_flows",
    "write_flows": "routeopt.data.flows:write_flows",
    "generate_flows": "routeopt.data.generators.flows:generate_flows",
    "solve": "routeopt.solving:solve",
    "search": "routeopt.solving:search",
    "max_flow": "routeopt.solvers.flows.classical:max_flow",
    "min_cost_flow": "routeopt.solvers.flows.classical:min_cost_flow",
    "min_congestion": "routeopt.solvers.flows.classical:min_congestion",
    "OnlineRouting": "routeopt.solvers.flows.online:OnlineRouting",
    "reroute_flows": "routeopt.solvers.flows.failures:reroute_flows",
    "ShortestPaths": "routeopt.solvers.paths.front:ShortestPaths",
    "RoutePreferences": "routeopt.solvers.paths.preferences:RoutePreferences",
    "pareto": "routeopt.solvers.paths.pareto:pareto",
    "constrained": "routeopt.solvers.paths.pareto:constrained",
    "reroute": "routeopt.solvers.paths.reroute:reroute",
    "bellman_ford": "routeopt.solvers.paths.bellman_ford:bellman_ford",
    "HGS": "routeopt.solvers.vrp.hgs:HGS",
    "ILS": "routeopt.solvers.vrp.ils:ILS",
    "LinKernighan": "routeopt.solvers.vrp.tour:LinKernighan",
    "Nearest": "routeopt.solvers.vrp.nearest:Nearest",
    "Neural": "routeopt.solvers.vrp.neural.constructor:Neural",
    "ORTools": "routeopt.solvers.vrp.ortools:ORTools",
    "Regret": "routeopt.solvers.vrp.regret:Regret",
    "RichILS": "routeopt.solvers.vrp.rich:RichILS",
    "Savings": "routeopt.solvers.vrp.savings:Savings",
    "SetPartition": "routeopt.solvers.vrp.set_partition:SetPartition",
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
