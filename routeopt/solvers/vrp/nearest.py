"""Nearest neighbour: always go on to the nearest stop that the vehicle can still take, and then home.

The oldest of constructors and a yardstick for the others; see Rosenkrantz, Stearns & Lewis (1977).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from routeopt.problems.instance import Instance, Routes
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.one_fleet import SUPPORTS, copy, incumbent, route_price
from routeopt.solvers.vrp.stretches import PROFILE, START, join, leg, nothing, part, prepare, stretches


@dataclass(frozen=True)
class Nearest:
    """Nearest neighbour, one route after the other."""

    supports: ClassVar[frozenset[str]] = SUPPORTS
    constructs: ClassVar[bool] = True

    def __call__(
        self,
        instance: Instance,
        start: Routes | None,  # noqa: ARG002
        *,
        stop: StopSignal,
        rng: np.random.Generator,  # noqa: ARG002
        threads: int,  # noqa: ARG002
    ) -> Iterator[Incumbent]:
        """Yield the one plan there is; its objective is infinite when it is incomplete."""
        most = int(instance.vehicle_count[0])
        order, offsets, cost, used = _build(prepare(instance), stretches(instance), instance.depots, most)
        routes = Routes(order[: offsets[used]], offsets[: used + 1], np.zeros(used, np.int64))
        yield incumbent(instance, routes, cost, stop, "nearest")


@kernel
def _build(task, rows, depots, most):
    """Return the stops in the order of their visits, the offsets of the routes, their cost and number."""
    waiting = np.arange(depots, task.nodes)
    order, offsets = np.empty(task.nodes, np.int64), np.zeros(most + 1, np.int64)
    left, done, used, total = len(waiting), 0, 0, 0.0
    while left and used < most:
        begin, cost = done, 0.0
        place = _nearest(task, rows, waiting[:left], order[begin:done])
        while place >= 0:
            order[done] = waiting[place]
            done, left = done + 1, left - 1
            waiting[place] = waiting[left]
            _go_on(task, rows, order[begin:done])
            cost = route_price(task, rows, nothing(task) + 2, order[begin], order[done - 1])
            place = _nearest(task, rows, waiting[:left], order[begin:done])
        if done == begin:
            break
        used += 1
        offsets[used] = done
        total += cost
    return order, offsets, total, used


@part
def _go_on(task, rows, route):
    """Make the stretch of the route, in the second working row, reach to its last stop."""
    stretch, last = nothing(task) + 2, route[len(route) - 1]
    if len(route) == 1:
        copy(rows, last, stretch)
        return
    distance, duration = leg(task, int(task.vehicles[0, PROFILE]), route[len(route) - 2], last)
    join(rows, stretch, last, distance, duration, stretch)


@part
def _nearest(task, rows, waiting, route):
    """Return the place of the nearest stop that the route can go on to, or -1."""
    stretch, tried = nothing(task) + 2, nothing(task) + 3
    profile, size = int(task.vehicles[0, PROFILE]), len(route)
    here = route[size - 1] if size else int(task.vehicles[0, START])
    near, place = np.inf, -1
    for k in range(len(waiting)):
        stop = waiting[k]
        distance, duration = leg(task, profile, here, stop)
        if distance < near:
            if size:
                join(rows, stretch, stop, distance, duration, tried)
            else:
                copy(rows, stop, tried)
            if route_price(task, rows, tried, route[0] if size else stop, stop) < np.inf:
                near, place = distance, k
    return place
