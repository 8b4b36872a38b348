"""Problems with time windows in the manner of Solomon's.

Solomon (1987), "Algorithms for the vehicle routing and scheduling problems with time window constraints": a
square of 100 with stops anywhere (R), in clusters (C) or half of each (RC), a short horizon with small
vehicles or a long one with large vehicles, and windows for some of the stops around a time at which each can
be reached from the depot and left in time for the way back. The samplers take a NumPy generator and a size,
``n`` or ``(batch, n)``.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np

from routeopt.data.generators.options import check, number, one_of
from routeopt.data.generators.shapes import Size, shape
from routeopt.problems.columns import Stops
from routeopt.problems.instance import Floats, Integers
from routeopt.problems.rows import Depot, Vehicle
from routeopt.problems.vrp import VRP

SIDE = 100
CLUSTERS = 10
SPREAD = 4.0  # standard deviation of a cluster, along each axis
FARTHEST = SIDE / sqrt(2)  # from the depot in the middle


class Day(NamedTuple):
    """What Solomon's six classes fix."""

    horizon: int  # when the depot closes
    capacity: int
    service: int


DAYS = {
    ("random", "short"): Day(230, 200, 10),
    ("random", "long"): Day(1000, 1000, 10),
    ("clustered", "short"): Day(1236, 200, 90),
    ("clustered", "long"): Day(3390, 700, 90),
    ("random-clustered", "short"): Day(240, 200, 10),
    ("random-clustered", "long"): Day(960, 1000, 10),
}
CUSTOMERS = ("random", "clustered", "random-clustered")
HORIZONS = ("short", "long")


def vrptw(
    rng: np.random.Generator,
    stops: int,
    *,
    customers: str = "random",
    horizon: str = "short",
    density: float = 1.0,
    width: float | None = None,
    service: float | None = None,
    name: str = "",
) -> VRP:
    """Return a problem with time windows; each stop alone is feasible.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    stops : int
        Number of stops.
    customers : {"random", "clustered", "random-clustered"}
        Anywhere, in ten clusters, or half of each.
    horizon : {"short", "long"}
        Whether routes have few stops or many.
    density : float
        Share of the stops that have a window of their own, 0 to 1.
    width : float, optional
        Mean width of a window, in units of time; by default an eighth of the horizon.
    service : float, optional
        Time spent at each stop; by default Solomon's: 90 in clusters, else 10.
    name : str
        Name of the problem.
    """
    check(one_of("customers", customers, CUSTOMERS), one_of("horizon", horizon, HORIZONS))
    day = DAYS[customers, horizon]
    longest = int(day.horizon - 2 * FARTHEST) - 1  # a service that leaves time for the way there and back
    check(
        number("density", density, 0, 1),
        None if width is None else number("width", width, 1, day.horizon),
        None if service is None else number("service", service, 0, longest),
    )
    spent = float(day.service if service is None else service)
    places = grid_places(rng, stops, customers)
    distance = np.hypot(places[:, 0] - SIDE / 2, places[:, 1] - SIDE / 2)
    mean_width = day.horizon / 8 if width is None else width
    return VRP(
        Stops(
            places[:, 0],
            places[:, 1],
            delivery=grid_demands(rng, stops),
            windows=windows(rng, distance, day.horizon, spent, density, mean_width),
            service=spent,
        ),
        [Vehicle(capacity=float(day.capacity))],
        [Depot(SIDE / 2, SIDE / 2, window=(0.0, float(day.horizon)))],
        name=name,
    )


def grid_places(rng: np.random.Generator, size: Size, customers: str) -> Integers:
    """Return whole-number places ``(*size, 2)`` in the square, of a positioning of CUSTOMERS."""
    *rows, n = shape(size)
    scattered = {"random": n, "clustered": 0, "random-clustered": n // 2}[customers]
    places = rng.uniform(0, SIDE, (*rows, n, 2))
    centres = rng.uniform(2 * SPREAD, SIDE - 2 * SPREAD, (*rows, CLUSTERS, 2))
    chosen = rng.integers(0, CLUSTERS, (*rows, n - scattered, 1))
    places[..., scattered:, :] = rng.normal(np.take_along_axis(centres, chosen, axis=-2), SPREAD)
    return np.asarray(np.rint(places.clip(0, SIDE)).astype(np.int64))


def grid_demands(rng: np.random.Generator, size: Size) -> Integers:
    """Return demands around 15, whole numbers from 1 to 41 as in Solomon's class R."""
    return np.asarray(np.rint(rng.normal(15, 10, size).clip(1, 41)).astype(np.int64))


def windows(
    rng: np.random.Generator, distance: Floats, horizon: float, service: float, density: float, width: float
) -> Floats:
    """Return whole-number windows ``(..., 2)`` for stops this far ``(...,)`` from the depot.

    The middle is uniform between the earliest arrival and the latest start that leaves time for the way back,
    the width normal with this mean. A stop without a window of its own is open from 0 to that latest start.
    """
    latest = np.floor(horizon - service - distance)
    middle = rng.uniform(distance, latest)
    half = rng.normal(width, 0.3 * width, distance.shape).clip(0.1 * width) / 2
    open_all_day = rng.random(distance.shape) >= density
    early = np.where(open_all_day, 0.0, np.floor(middle - half).clip(0))
    late = np.where(open_all_day, latest, np.minimum(np.ceil(middle + half), latest))
    return np.stack([early, late], axis=-1)
