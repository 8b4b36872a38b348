"""The one bridge upward: built-in parts named as ``"module:attribute"``, and third parties' entry points.

Imports point down the layers; whatever must reach up goes through :func:`load`, and nothing is
imported before it is asked for.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from routeopt.errors import ProblemError

SOLVERS = {
    "nearest": "routeopt.solvers.vrp.nearest:Nearest",
    "savings": "routeopt.solvers.vrp.savings:Savings",
    "sweep": "routeopt.solvers.vrp.sweep:Sweep",
    "regret": "routeopt.solvers.vrp.regret:Regret",
    "neural": "routeopt.solvers.vrp.neural.constructor:Neural",
    "ils": "routeopt.solvers.vrp.ils:ILS",
    "hgs": "routeopt.solvers.vrp.hgs:HGS",
    "lk": "routeopt.solvers.vrp.tour:LinKernighan",
    "ortools": "routeopt.solvers.vrp.ortools:ORTools",
    "set_partition": "routeopt.solvers.vrp.set_partition:SetPartition",
    "rich": "routeopt.solvers.vrp.rich:RichILS",
}

FLOW_SOLVERS = {
    "greedy": "routeopt.solvers.flows.greedy:Greedy",
    "bound": "routeopt.solvers.flows.bound:Bound",
    "dive": "routeopt.solvers.flows.dive:Dive",
    "ruin": "routeopt.solvers.flows.annealing:Ruin",
    "lns": "routeopt.solvers.flows.neighbourhood:LNS",
    "exact": "routeopt.solvers.flows.exact:Exact",
    "genetic": "routeopt.solvers.flows.genetic:Genetic",
}

# In the order in which a file is offered to them: the last ones take almost anything.
READERS = {
    "json": "routeopt.data.readers.json:READER",
    "vrplib": "routeopt.data.readers.vrplib:READER",
    "solomon": "routeopt.data.readers.solomon:READER",
    "fleetmix": "routeopt.data.readers.fleetmix:READER",
    "lilim": "routeopt.data.readers.lilim:READER",
    "cordeau": "routeopt.data.readers.cordeau:READER",
    "routefinder": "routeopt.data.readers.routefinder:READER",
    "table": "routeopt.data.readers.table:READER",
}

# What is trained: each names its recipe (routeopt/policies/recipe.py).
POLICIES = {
    "attention": "routeopt.policies.attention.recipe:RECIPE",
    "arcs": "routeopt.policies.arcs.recipe:RECIPE",
    "edges": "routeopt.policies.edges.recipe:RECIPE",
}


def load(target: str) -> Any:
    """Import ``"module:attribute"`` and return the attribute."""
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)


@cache
def _registered(group: str) -> dict[str, str]:
    """Return the targets that installed packages register in a group; asking takes a while."""
    from importlib.metadata import entry_points

    return {point.name: point.value for point in entry_points(group=group)}


def solvers() -> dict[str, str]:
    """Return the target of each solver by name: built in, then registered under ``routeopt.solvers``."""
    return {**SOLVERS, **_registered("routeopt.solvers")}


def readers() -> dict[str, str]:
    """Return the target of each reader by name: registered under ``routeopt.readers``, then built in."""
    return {**_registered("routeopt.readers"), **READERS}


def solver(name: str) -> Any:
    """Return the solver class of this name."""
    if name in SOLVERS:
        return load(SOLVERS[name])
    known = solvers()
    if name not in known:
        raise ProblemError(f"solver '{name}' is not known; use one of {', '.join(sorted(known))}")
    return load(known[name])


def flow_solvers() -> dict[str, str]:
    """Return the target of each solver of flows by name: built in, then registered under ``routeopt.flow_solvers``."""
    return {**FLOW_SOLVERS, **_registered("routeopt.flow_solvers")}


def flow_solver(name: str) -> Any:
    """Return the class of the solver of flows of this name."""
    known = flow_solvers()
    if name not in known:
        raise ProblemError(f"solver '{name}' is not known for flows; use one of {', '.join(sorted(known))}")
    return load(known[name])


def policies() -> dict[str, str]:
    """Return the target of each policy's recipe by name: built in, then registered under ``routeopt.policies``."""
    return {**POLICIES, **_registered("routeopt.policies")}


def policy(name: str) -> Any:
    """Return the recipe of the policy of this name."""
    known = policies()
    if name not in known:
        raise ProblemError(f"policy '{name}' is not known; use one of {', '.join(sorted(known))}")
    return load(known[name])
