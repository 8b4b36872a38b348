"""Problems made by chance: one seeded NumPy generator for tests, training and benchmarks.

>>> import routeopt as ro
>>> problem = ro.generate("x", stops=200, seed=1, depot="central", demand="unitary")
>>> problem.name, problem.rounding
('x-n200-seed1', 'round')

Each module holds one family: samplers, which return arrays for ``n`` stops or a ``(batch, n)``, and functions
that make a :class:`~routeopt.problems.vrp.VRP` of them. The same kind, stops, seed and options give the same
problem.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from routeopt.data.generators import city, clusters, rounds, routefinder, solomon, uniform, xset
from routeopt.data.generators.options import check, one_of, whole
from routeopt.errors import ProblemError
from routeopt.problems.vrp import VRP


class Kind(NamedTuple):
    """A kind of problem that can be generated."""

    make: Callable[..., VRP]  # of (rng, stops, *, name, **options)
    summary: str

    @property
    def options(self) -> dict[str, Any]:
        """Name and default of each option."""
        parameters = inspect.signature(self.make).parameters.values()
        return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY and p.name != "name"}


KINDS = {
    "tsp": Kind(uniform.tsp, "one vehicle, stops uniform in the unit square"),
    "cvrp": Kind(uniform.cvrp, "capacity, stops uniform in the unit square (Kool et al. 2019, POMO)"),
    "clustered": Kind(clusters.clustered, "capacity, stops in clusters in the unit square"),
    "mixed": Kind(clusters.mixed, "capacity, half of the stops in clusters and half uniform"),
    "x": Kind(xset.x, "capacity, in the manner of the X set (Uchoa et al. 2017)"),
    "vrptw": Kind(solomon.vrptw, "capacity and time windows, in the manner of Solomon (1987)"),
    "routefinder": Kind(routefinder.variant, "one of the 48 variants of RouteFinder, such as ovrpbltw"),
    "city": Kind(
        city.deliveries, "a day of deliveries in a city: lon/lat, clock times, vans or a mixed fleet"
    ),
    "streets": Kind(
        rounds.deliveries, "a day of deliveries on the streets of a network, by default Helsinki's"
    ),
}
KINDS["mtvrp"] = KINDS["routefinder"]


def generate(kind: str, stops: int = 100, *, seed: int = 0, **options: Any) -> VRP:
    """Return a problem made by chance.

    Parameters
    ----------
    kind : str
        A key of KINDS.
    stops : int
        Number of stops; the depots come on top.
    seed : int
        The same seed gives the same problem.
    **options
        What the kind takes; ``KINDS[kind].options`` lists names and defaults.

    Raises
    ------
    ProblemError
        With one message for each option that is not known or not allowed.
    """
    check(one_of("kind", kind, KINDS), whole("stops", stops, 1), whole("seed", seed, 0))
    known = KINDS[kind].options
    unknown = [option for option in options if option not in known]
    if unknown:
        remedy = f"kind '{kind}' takes {', '.join(known) or 'none'}"
        raise ProblemError(f"option '{option}' is not known; {remedy}" for option in unknown)
    rng = np.random.default_rng(seed)
    return KINDS[kind].make(rng, int(stops), name=f"{kind}-n{stops}-seed{seed}", **options)
