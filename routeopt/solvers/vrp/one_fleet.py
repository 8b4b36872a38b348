"""What the plain constructors share: routes of one vehicle type from one depot, priced as whole stretches."""

from __future__ import annotations

import numpy as np

from routeopt.problems.features import FEATURES
from routeopt.problems.instance import Instance, Routes
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.vrp.stretches import END, PROFILE, START, ending, join, leg, nothing, part, price

#: all but a choice of vehicles or stops, several trips, and windows of which a stretch knows only the hull
SUPPORTS = frozenset(FEATURES) - {
    "heterogeneous_fleet", "profiles", "depots", "skills", "prizes", "groups", "shipments", "fixed_edges",
    "reloads", "several_windows",
}  # fmt: skip


def incumbent(instance: Instance, routes: Routes, cost: float, stop: StopSignal, source: str) -> Incumbent:
    """Return a plan of routes that cost this much unopened; an incomplete plan is infinitely dear."""
    complete = len(routes.visits) == instance.stops
    total = cost + (instance.fixed_cost[0] + instance.vehicle_weight) * routes.size
    return Incumbent(
        stop.seconds(), 1, float(total / instance.scale) if complete else np.inf, None, routes, source
    )


@part
def copy(rows, a, out):
    """Write the stretch of row `a` to row `out`; an assignment of rows would need memory of its own."""
    for k in range(rows.shape[1]):
        rows[out, k] = rows[a, k]


@part
def route_price(task, rows, a, first, last):
    """Return the cost of a route along stretch `a`, from stop `first` to stop `last`, without its opening.

    Infinite when it breaks a bound. The first of the working rows is used.
    """
    profile, start, end = (
        int(task.vehicles[0, PROFILE]),
        int(task.vehicles[0, START]),
        int(task.vehicles[0, END]),
    )
    empty, whole = nothing(task), nothing(task) + 1
    distance, duration = leg(task, profile, start, first)
    join(rows, empty, a, distance, duration, whole)
    if end >= 0:
        distance, duration = leg(task, profile, last, end)
        join(rows, whole, ending(task, 0), distance, duration, whole)
    return price(task, 0, rows, whole)
