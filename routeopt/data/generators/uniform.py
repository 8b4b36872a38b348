"""Uniform problems in the unit square, as neural solvers are trained on.

Kool, van Hoof and Welling (2019), "Attention, learn to solve routing problems!", and POMO (Kwon et al. 2020):
depot and stops uniform, demands whole numbers from 1 to 9, and a capacity that grows with the number of
stops. The samplers take a NumPy generator and a size, ``n`` or ``(batch, n)``, and serve training as well.
"""

from __future__ import annotations

import numpy as np

from routeopt.data.generators.options import check, whole
from routeopt.data.generators.shapes import Size, shape
from routeopt.problems.columns import Stops
from routeopt.problems.instance import Floats, Integers
from routeopt.problems.rows import Depot, Vehicle
from routeopt.problems.vrp import VRP

# stops: capacity; the papers state 10 to 100, later work on larger problems the rest
CAPACITIES = {10: 20, 20: 30, 50: 40, 100: 50, 200: 70, 500: 100, 1000: 150}


def uniform_places(rng: np.random.Generator, size: Size) -> Floats:
    """Return places ``(*size, 2)``, uniform in the unit square."""
    return rng.random((*shape(size), 2))


def uniform_demands(rng: np.random.Generator, size: Size) -> Integers:
    """Return demands, whole numbers from 1 to 9 with equal chances."""
    return rng.integers(1, 10, size)


def uniform_capacity(stops: int) -> int:
    """Return the capacity for a number of stops: the published ones, and straight lines in between."""
    return int(np.interp(stops, list(CAPACITIES), list(CAPACITIES.values())))


def tsp(rng: np.random.Generator, stops: int, *, name: str = "") -> VRP:
    """Return a travelling salesman problem: one vehicle, which starts and ends at the depot."""
    places = uniform_places(rng, stops + 1)
    return VRP(
        Stops(places[1:, 0], places[1:, 1]), [Vehicle(count=1)], [Depot(*places[0].tolist())], name=name
    )


def cvrp(rng: np.random.Generator, stops: int, *, capacity: int | None = None, name: str = "") -> VRP:
    """Return a capacitated problem.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    stops : int
        Number of stops.
    capacity : int, optional
        Capacity of a vehicle, 9 or more; by default that of the papers.
    name : str
        Name of the problem.
    """
    places = uniform_places(rng, stops + 1)
    return with_demands(rng, places[0], places[1:], capacity, name)


def with_demands(
    rng: np.random.Generator, depot: Floats, places: Floats, capacity: int | None = None, name: str = ""
) -> VRP:
    """Return the capacitated problem with the papers' demands at these places ``(n, 2)``."""
    check(None if capacity is None else whole("capacity", capacity, 9))
    vehicle = Vehicle(capacity=float(capacity or uniform_capacity(len(places))))
    stops = Stops(places[:, 0], places[:, 1], delivery=uniform_demands(rng, len(places)))
    return VRP(stops, [vehicle], [Depot(*depot.tolist())], name=name)
