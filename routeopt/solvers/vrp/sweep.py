"""Sweep: turn a hand around the depot and give the stops it passes to one vehicle after the other.

Gillett & Miller (1974). A vehicle takes the next stop at the cheapest place in its route, as long as there is
one; then the next vehicle begins. Several starting angles are tried, and the best plan counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from routeopt.errors import ProblemError
from routeopt.problems.instance import Instance, Integers, Routes
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.one_fleet import SUPPORTS, copy, incumbent, route_price
from routeopt.solvers.vrp.stretches import (
    PROFILE,
    join,
    leg,
    nothing,
    onward,
    part,
    prepare,
    stretches,
    until,
)


@dataclass(frozen=True)
class Sweep:
    """The sweep around the depot.

    Parameters
    ----------
    angles : int
        How many starting angles are tried.
    """

    angles: int = 8
    supports: ClassVar[frozenset[str]] = SUPPORTS
    constructs: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.angles < 1:
            raise ValueError(f"angles must be 1 or more, not {self.angles}")

    def __call__(
        self,
        instance: Instance,
        start: Routes | None,  # noqa: ARG002
        *,
        stop: StopSignal,
        rng: np.random.Generator,  # noqa: ARG002
        threads: int,  # noqa: ARG002
    ) -> Iterator[Incumbent]:
        """Yield the best plan so far after each starting angle.

        Raises
        ------
        ProblemError
            When places have no coordinates.
        """
        order = _by_angle(instance)
        task, rows, most = prepare(instance), stretches(instance), int(instance.vehicle_count[0])
        best, missing = None, 0
        for turn in np.unique(np.linspace(0, len(order), self.angles, endpoint=False).astype(int)):
            visits, offsets, cost, used = _sweep(task, rows, np.roll(order, -turn), most)
            routes = Routes(visits[: offsets[used]], offsets[: used + 1], np.zeros(used, np.int64))
            found = incumbent(instance, routes, cost, stop, "sweep")
            left = instance.stops - len(routes.visits)
            if best is None or (left, found.objective) < (missing, best.objective):
                best, missing = found, left
            yield best._replace(seconds=stop.seconds())
            if stop.flag[0]:
                return


def _by_angle(instance: Instance) -> Integers:
    """Return the stops in the order of their angle around the depot, those at one angle by distance."""
    depot = int(instance.start[0])
    x, y = instance.x - instance.x[depot], instance.y - instance.y[depot]
    if not np.isfinite(x + y).all():
        raise ProblemError(
            "solver 'sweep' needs coordinates, and this problem has none; use savings or regret"
        )
    stops = np.arange(instance.depots, instance.nodes)
    return stops[np.lexsort((np.hypot(x, y)[stops], np.arctan2(y, x)[stops]))]


@kernel
def _sweep(task, rows, order, most):
    """Return the stops in the order of their visits, the offsets of the routes, their cost and number."""
    visits, offsets = np.empty(len(order), np.int64), np.zeros(most + 1, np.int64)
    waiting = np.ones(len(order), np.bool_)
    used, begin, total = 0, 0, 0.0
    while used < most:
        size, cost = 0, 0.0
        for k in range(len(order)):
            if not waiting[k]:
                continue
            place, dearer = _cheapest(task, rows, visits[begin : begin + size], order[k])
            if place >= 0:
                visits[begin + place + 1 : begin + size + 1] = visits[begin + place : begin + size].copy()
                visits[begin + place] = order[k]
                waiting[k] = False
                size, cost = size + 1, dearer
                _fold(task, rows, visits[begin : begin + size])
            elif size:
                break  # the next vehicle begins here
        if size == 0:
            break
        begin, used, total = begin + size, used + 1, total + cost
        offsets[used] = begin
    return visits, offsets, total, used


@part
def _fold(task, rows, route):
    """Fill the stretches from the first stop up to each, and from each to the last."""
    profile, last = int(task.vehicles[0, PROFILE]), len(route) - 1
    copy(rows, route[0], until(task, route[0]))
    copy(rows, route[last], onward(task, route[last]))
    for k in range(1, last + 1):
        distance, duration = leg(task, profile, route[k - 1], route[k])
        join(rows, until(task, route[k - 1]), route[k], distance, duration, until(task, route[k]))
        b = last - k
        distance, duration = leg(task, profile, route[b], route[b + 1])
        join(rows, route[b], onward(task, route[b + 1]), distance, duration, onward(task, route[b]))


@part
def _cheapest(task, rows, route, stop):
    """Return the place in a route where a stop makes it cheapest, or -1, and what it costs then."""
    profile, size, tried = int(task.vehicles[0, PROFILE]), len(route), nothing(task) + 2
    place, least = -1, np.inf
    for k in range(size + 1):
        copy(rows, stop, tried)
        if k > 0:
            distance, duration = leg(task, profile, route[k - 1], stop)
            join(rows, until(task, route[k - 1]), tried, distance, duration, tried)
        if k < size:
            distance, duration = leg(task, profile, stop, route[k])
            join(rows, tried, onward(task, route[k]), distance, duration, tried)
        first, last = route[0] if k > 0 else stop, route[size - 1] if k < size else stop
        cost = route_price(task, rows, tried, first, last)
        if cost < least:
            place, least = k, cost
    return place, least
