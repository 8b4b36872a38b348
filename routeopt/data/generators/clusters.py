"""Clustered problems in the unit square: stops scattered around a few centres.

As in Li, Yan and Wu (2021), "Learning to delegate for large-scale vehicle routing": normal clouds of standard
deviation 0.07 around centres in the middle of the square; "mixed" problems have half of their stops anywhere.
Depot, demands and capacity are those of the uniform problems.
"""

from __future__ import annotations

import numpy as np

from routeopt.data.generators.options import check, whole
from routeopt.data.generators.shapes import Size, shape
from routeopt.data.generators.uniform import uniform_places, with_demands
from routeopt.problems.instance import Floats
from routeopt.problems.vrp import VRP

SPREAD = 0.07  # standard deviation of a cluster, along each axis
CENTRES = (0.2, 0.8)  # where along each axis the centres are


def clustered_places(rng: np.random.Generator, size: Size, clusters: int) -> Floats:
    """Return places ``(*size, 2)`` in the unit square, each near one of the centres of its row."""
    *rows, n = shape(size)
    centres = rng.uniform(*CENTRES, (*rows, clusters, 2))
    chosen = rng.integers(0, clusters, (*rows, n, 1))
    middle = np.take_along_axis(centres, chosen, axis=-2)
    places: Floats = rng.normal(middle, SPREAD)
    outside = ((places < 0) | (places > 1)).any(axis=-1)
    while outside.any():
        places[outside] = rng.normal(middle[outside], SPREAD)
        outside = ((places < 0) | (places > 1)).any(axis=-1)
    return places


def mixed_places(rng: np.random.Generator, size: Size, clusters: int) -> Floats:
    """Return places ``(*size, 2)``: the first half uniform, the second half clustered."""
    *rows, n = shape(size)
    uniform = uniform_places(rng, (*rows, n // 2))
    return np.concatenate([uniform, clustered_places(rng, (*rows, n - n // 2), clusters)], axis=-2)


def clustered(rng: np.random.Generator, stops: int, *, clusters: int = 5, name: str = "") -> VRP:
    """Return a capacitated problem whose stops lie in this many clusters."""
    check(whole("clusters", clusters, 1))
    depot = uniform_places(rng, 1)[0]
    return with_demands(rng, depot, clustered_places(rng, stops, clusters), name=name)


def mixed(rng: np.random.Generator, stops: int, *, clusters: int = 5, name: str = "") -> VRP:
    """Return a capacitated problem, half of whose stops lie in this many clusters."""
    check(whole("clusters", clusters, 1))
    depot = uniform_places(rng, 1)[0]
    return with_demands(rng, depot, mixed_places(rng, stops, clusters), name=name)
