"""What "auto" means: who takes turns on a problem, by rules that docs/engine.md gives the measurements for."""

from __future__ import annotations

from typing import Any

from routeopt import registry
from routeopt.errors import UnsupportedError
from routeopt.problems.instance import Instance

CONSTRUCTORS = ("savings", "regret")  # cheapest first
_IMPROVERS = ("lk", "ils", "hgs", "rich")
_FEWEST, _FEW = (
    170,
    400,
)  # stops up to which a population alone is best, and up to which it opens for annealing
_FEW_TIMED = 250  # stops up to which a population is best where times, limits or directions matter
_MILD = 1.0  # temperature for a plan that is good already, in place of the solver's own


def choose(instance: Instance, features: frozenset[str]) -> list[Any]:
    """Return the improvers for a problem, or the constructors where none takes it, as parts of a chain.

    Raises
    ------
    UnsupportedError
        When nobody takes all its attributes.
    """
    takers = [name for name in _IMPROVERS if features <= registry.solver(name).supports]
    if "lk" in takers and instance.vehicle_count.sum() == 1:
        return ["lk"]
    if "ils" in takers:
        return _plain(instance.stops, "limited_fleet" in features)
    if "hgs" in takers and instance.stops <= _FEW_TIMED:
        return ["hgs"]
    if "rich" in takers:
        return ["rich"]
    return constructors(features) or _nobody(features)


def _plain(stops: int, limited_fleet: bool) -> list[Any]:
    if stops <= _FEWEST:
        return ["hgs"]
    if stops <= _FEW:
        return ["hgs:0.5", registry.solver("ils")(warm=_MILD)]
    if limited_fleet:  # there may be no complete plan for annealing to begin with
        return ["ils:0.8", "hgs"]
    return ["ils"]


def constructors(features: frozenset[str]) -> list[Any]:
    """Return the constructors that take a problem; those behind the first may complete its plan."""
    return [name for name in CONSTRUCTORS if features <= registry.solver(name).supports]


def _nobody(features: frozenset[str]) -> list[Any]:
    names = (*_IMPROVERS, *CONSTRUCTORS)
    closest = min(names, key=lambda name: len(features - registry.solver(name).supports))
    raise UnsupportedError(
        "auto", features - registry.solver(closest).supports, f"the closest is '{closest}'"
    )
