"""From an Instance to the integers of the timed search.

Legs, times and loads become int32. Whole numbers stay as they are; others are multiplied by a power of
ten and rounded so that a plan within the bounds inside is within the bounds outside: legs, service and
the opening of windows upwards, closings and limits downwards. Costs are rounded to nearest; the
answer is priced anew by whoever reports it. Time counts from when the depot opens.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.problems.instance import Floats, Instance
from routeopt.solvers.vrp.guided import led
from routeopt.solvers.vrp.hgs.timed_segments import (
    CLOSE,
    DEMAND,
    EMPTY,
    LATEST,
    ONWARD,
    OPEN,
    ROUTE,
    SERVICE,
    SLOT,
    WIDTH,
    Field,
    Int32,
    TimedPlan,
)

_LARGEST = 1 << 29  # sums along a route stay below, so that sums of two are int32
_NEVER = 1 << 30  # a closing time that does not bind
_DETOUR = 20.0  # an unreachable leg counts as so many of the longest
_NOISE = 1e-6  # of float64 sums, not rounded up
_GUIDED_AMONG = 60  # closest stops among which a guide chooses
_PER_WAIT, _PER_WARP = 0.2, 1.0  # proximity of two stops (Vidal et al. 2013)


class TimedGrid(NamedTuple):
    """An instance in whole numbers; node 0 is the depot. `unit` times a cost outside is a cost inside."""

    cost: Int32  # (n + 1, n + 1)
    travel: Int32  # (n + 1, n + 1)
    length: Int32  # (n + 1, n + 1), or (1, 1) where routes may be of any length
    demand: Int32  # (n + 1,)
    service: Int32  # (n + 1,)
    opens: Int32  # (n + 1,)
    closes: Int32  # (n + 1,)
    near: Int32  # (n + 1, K) closest stops by distance, waiting and time warp
    capacity: int
    max_duration: int
    max_length: int
    wait_cost: float  # per unit of time inside
    warp_cost: float  # a unit of time as a leg of typical speed costs it
    unit: float


def new_grid(instance: Instance, neighbours: int, likely: Int32 | None = None) -> TimedGrid:
    """Return the integers of an instance with one depot, one vehicle type and one kind of load.

    Where a guide says which stops are `likely` next to each other, (n, k), they are chosen among the closest.
    """
    n = instance.stops
    travel, length = _reachable(instance.duration[0]), _reachable(instance.distance[0])
    cost = instance.distance_cost[0] * length + instance.duration_cost[0] * travel
    service, opens, closes = _times(instance)
    fixed = instance.fixed_cost[0] + instance.vehicle_weight + instance.duration_cost[0] * service[0]
    limit, reach = instance.max_duration[0], instance.max_distance[0]
    unit = _factor((n + 1) * cost.max() + fixed, cost, fixed)
    per_time = _factor(
        (n + 1) * (travel.max() + service.max()) + opens.max(), travel, service, opens, closes, limit
    )
    per_length = _factor((n + 1) * length.max(), length, reach)
    per_load = _factor(instance.delivery.sum(), instance.delivery, instance.capacity)
    rate = cost.mean() / travel.mean() if travel.any() else 1.0
    among = neighbours if likely is None else max(neighbours, _GUIDED_AMONG)
    near = near_stops(cost, travel, service, opens, closes, rate, among)
    if likely is not None:
        near[1:] = led(near[1:], likely, neighbours)
        near = near[:, :neighbours].copy()
    cost = np.rint(unit * cost).astype(np.int32)
    cost[0, 1:] += int(np.rint(unit * fixed))
    return TimedGrid(
        cost=cost,
        travel=_up(per_time * travel),
        length=_up(per_length * length) if np.isfinite(reach) else np.zeros((1, 1), np.int32),
        demand=_up(per_load * instance.delivery[:, 0]),
        service=_up(per_time * service),
        opens=_up(per_time * opens),
        closes=_down(per_time * closes),
        near=near,
        capacity=int(_down(per_load * instance.capacity[0, 0])),
        max_duration=int(_down(per_time * limit)),
        max_length=int(_down(per_length * reach)),
        wait_cost=float(instance.duration_cost[0] * unit / per_time),
        warp_cost=float(rate * unit / per_time),
        unit=unit,
    )


def _reachable(legs: Floats) -> Floats:
    """Return legs in which unreachable ones are very long."""
    finite = np.isfinite(legs)
    longest = legs.max(where=finite, initial=0.0)
    legs = np.where(finite, legs, _DETOUR * max(longest, 1.0))
    np.fill_diagonal(legs, 0.0)
    return legs


def _times(instance: Instance) -> tuple[Floats, Floats, Floats]:
    """Return service, opening and closing per node, from when the depot opens; the shift is the depot's."""
    opens, closes = instance.windows[:, 0, 0].copy(), instance.windows[:, 0, 1].copy()
    opens[0], closes[0] = max(opens[0], instance.shift[0, 0]), min(closes[0], instance.shift[0, 1])
    origin = opens[0]
    return instance.service, np.maximum(opens - origin, 0.0), np.maximum(closes - origin, -1.0)


def _factor(largest: float, *values: Floats | float) -> float:
    """Return the power of ten that makes the values whole, or else as fine as `largest` allows."""
    known = np.concatenate([np.ravel(value) for value in values])
    known = known[np.isfinite(known)]
    factor = 1.0
    while factor * largest > _LARGEST:
        factor /= 10.0
    while (
        10.0 * factor * largest <= _LARGEST
        and factor < 1e6
        and (factor * known != np.rint(factor * known)).any()
    ):
        factor *= 10.0
    return factor


def _up(values: Floats) -> Int32:
    return np.ceil(values - _NOISE).astype(np.int32)


def _down(values: Floats) -> Int32:
    return np.floor(np.minimum(values, _NEVER) + _NOISE).astype(np.int32)


def near_stops(
    cost: Floats, travel: Floats, service: Floats, opens: Floats, closes: Floats, rate: float, count: int
) -> Int32:
    """Return the closest stops of each stop, (n + 1, count), in either direction; row 0 is empty.

    A leg is as long as its cost and what waiting and time warp it cannot but bring.
    """
    offset = service[:, None] + travel
    with np.errstate(invalid="ignore"):  # a window that never closes is never waited for
        wait = np.maximum(opens - offset - closes[:, None], 0.0)
    warp = np.maximum(opens[:, None] + offset - closes, 0.0)
    apart = cost + rate * (_PER_WAIT * wait + _PER_WARP * warp)
    apart = np.minimum(apart, apart.T)[1:, 1:]
    np.fill_diagonal(apart, np.inf)
    stops = len(apart)
    count = min(count, stops - 1)
    near = np.zeros((stops + 1, count), np.int32)
    near[1:] = np.argsort(apart, axis=1, kind="stable")[:, :count] + 1
    return near


def _padded(legs: Int32, fleet: int) -> Int32:
    """Return legs with a row and a column for the depot of each route."""
    nodes = np.concatenate([np.arange(len(legs)), np.zeros(fleet, np.int64)])
    return np.ascontiguousarray(legs[np.ix_(nodes, nodes)])


def new_field(grid: TimedGrid, fleet: int) -> Field:
    """Return what prices moves between so many routes."""
    n = len(grid.demand) - 1
    source = np.concatenate([np.arange(n + 1), np.zeros(fleet, np.int64)])
    nodes = np.zeros((n + 1 + fleet, WIDTH), np.int32)
    nodes[:, DEMAND], nodes[:, SERVICE] = grid.demand[source], grid.service[source]
    nodes[:, OPEN], nodes[:, CLOSE] = grid.opens[source], grid.closes[source]
    nodes[n + 1 :, ROUTE] = np.arange(fleet)
    nodes[n + 1 :, ONWARD + LATEST] = grid.closes[0]  # the way into the depot: nothing but its window
    rates = np.array([0.0, 0.0, 0.0, grid.wait_cost, grid.capacity, grid.max_duration, grid.max_length])
    cost = _padded(grid.cost, fleet)
    travel = (
        cost if np.array_equal(grid.cost, grid.travel) else _padded(grid.travel, fleet)
    )  # one fits a cache
    length = _padded(grid.length, fleet) if len(grid.length) > 1 else grid.length
    return Field(nodes, cost, travel, length, rates)


def new_plan(grid: TimedGrid, fleet: int) -> TimedPlan:
    """Return a plan without routes."""
    n = len(grid.demand) - 1
    clock = np.zeros(7, np.int64)
    clock[EMPTY] = -1
    return TimedPlan(
        near=grid.near.copy(),
        routes=np.zeros((fleet, 9), np.int64),
        charge=np.zeros(fleet),
        clock=clock,
        order=np.arange(1, n + 1, dtype=np.int32),
        route_order=np.arange(fleet, dtype=np.int32),
        slots=np.full((n + 1, SLOT * fleet), -1, np.int32),
        reaches=np.zeros(n + 1 + fleet, np.uint64),
        buffer=np.zeros((n, 4)),
    )
