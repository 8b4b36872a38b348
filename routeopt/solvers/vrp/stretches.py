"""Stretches of route as rows of numbers: what the constructors join, compare and price.

A row holds the trip of :mod:`routeopt.problems.segment` – time, loads, order, release – as plain columns, so
that a kernel keeps one for every stop and joins them without building objects. The arithmetic is that of the
algebra itself, compiled; here is only where its numbers lie. :func:`price` puts a stretch between the two
ends of a vehicle and says what the route costs, or that it breaks a bound. Of several time windows a row
knows the hull, a lower bound; :mod:`routeopt.solvers.vrp.clock` decides then.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.problems import backend, legs
from routeopt.problems.backend import bind
from routeopt.problems.instance import EPS, MIXED, STRICT, Flags, Floats, Instance, Integers
from routeopt.problems.segment import Load, Order, Span, algebra
from routeopt.solvers.compiled import kernel

# columns of a stretch; from LOADS on there are three for each load dimension
DISTANCE, STOPS, DURATION, WARP, EARLY, LATE, RELEASE, LINEHAULS, BACKHAULS, MISORDERED, LOADS = range(11)
# columns of a vehicle type
START, END, PROFILE, OPENING, DISTANCE_COST, DURATION_COST, OVERTIME_COST, OVERTIME_AFTER = range(8)
MAX_DISTANCE, MAX_DURATION, MAX_STOPS, LOADING, LEAVE_EARLY, LEAVE_LATE, COUNT = range(8, 15)

HOLD = EPS / 2  # a sum made in another order differs a little, so bounds are held more closely than they are checked

leg = bind(("straight_leg", "leg"), vars(legs), {}, kernel).leg
_rules = algebra(kernel, choose=kernel(backend.choose))
join_span, join_load, join_order = _rules.join_span, _rules.join_load, _rules.join_order


class Task(NamedTuple):
    """An instance as the constructors' kernels see it. N nodes, T vehicle types, W columns of a stretch."""

    x: Floats  # (N,)
    y: Floats  # (N,)
    metric: Integers  # (P,)
    rounding: Integers  # (P,)
    speed: Floats  # (P,)
    distance: Floats  # (P, N, N), or (P, 0, 0)
    duration: Floats  # (P, N, N), or (P, 0, 0)
    visits: Floats  # (N, W) each stop on its own
    nothing: Floats  # (W,) the stretch without a stop
    ends: Floats  # (T, W) the arrival at the end depot, or nothing behind an open end
    vehicles: Floats  # (T, 15) by the columns above
    capacity: Floats  # (T, K)
    allowed: Flags  # (T, N)
    windows: Floats  # (N, windows, 2)
    backhaul: int  # MIXED, STRICT or LINEHAUL_FIRST
    several: bool  # some stop has several windows
    timed: bool  # costs depend on durations


def prepare(instance: Instance) -> Task:
    """Return the arrays that the kernels work on."""
    i = instance
    width = LOADS + 3 * i.delivery.shape[1]
    visits = np.zeros((i.nodes, width))
    brings, fetches = i.delivery.any(axis=1), (i.pickup > 0).any(axis=1)
    visits[:, STOPS] = 1
    visits[:, DURATION] = i.service
    visits[:, EARLY], visits[:, LATE] = i.windows[:, 0, 0], i.windows[:, -1, 1]
    visits[:, RELEASE] = i.release
    visits[:, LINEHAULS], visits[:, BACKHAULS] = brings, fetches & ~brings
    visits[:, LOADS::3], visits[:, LOADS + 1 :: 3] = i.delivery, i.pickup
    visits[:, LOADS + 2 :: 3] = np.maximum(np.maximum(i.delivery, i.pickup), 0.0)
    nothing = np.zeros(width)
    nothing[LATE] = np.inf
    ends = np.tile(nothing, (len(i.end), 1))
    closed = i.end >= 0
    ends[closed, EARLY] = np.maximum(i.windows[i.end, 0, 0], i.shift[:, 0])[closed]
    ends[closed, LATE] = np.minimum(i.windows[i.end, -1, 1], i.shift[:, 1])[closed]
    vehicles = np.column_stack(
        [
            i.start, i.end, i.profile, i.fixed_cost + i.vehicle_weight, i.distance_cost, i.duration_cost,
            i.overtime_cost, i.overtime_after, i.max_distance, i.max_duration, i.max_stops, i.service[i.start],
            np.maximum(i.windows[i.start, 0, 0], i.shift[:, 0]),
            np.minimum(i.windows[i.start, -1, 1], i.shift[:, 1]), i.vehicle_count,
        ]
    ).astype(np.float64)  # fmt: skip
    several = bool((i.windows[:, 0] != i.windows[:, -1]).any())
    timed = bool((i.duration_cost + i.overtime_cost).any())
    shared = (i.x, i.y, i.metric, i.rounding, i.speed, i.distance, i.duration, visits, nothing, ends, vehicles)
    more = (i.capacity, i.allowed, i.windows)
    arrays = [np.ascontiguousarray(array) for array in (*shared, *more)]
    return Task(*arrays, int(i.backhaul), several, timed)


@kernel
def span_of(row):
    """Return the times of a stretch; how much of its duration is waiting is not kept."""
    return Span(row[DURATION], 0.0, row[WARP], row[EARLY], row[LATE])


@kernel
def join(a, b, distance, duration, out):
    """Write to `out`, which may be `a` or `b`, the stretch `a` followed by `b` over a leg."""
    span = join_span(span_of(a), span_of(b), duration)
    out[DISTANCE] = a[DISTANCE] + b[DISTANCE] + distance
    out[STOPS] = a[STOPS] + b[STOPS]
    out[DURATION], out[WARP], out[EARLY], out[LATE] = span.duration, span.warp, span.early, span.late
    out[RELEASE] = max(a[RELEASE], b[RELEASE])
    order = join_order(
        Order(a[LINEHAULS], a[BACKHAULS], a[MISORDERED]), Order(b[LINEHAULS], b[BACKHAULS], b[MISORDERED])
    )
    out[LINEHAULS], out[BACKHAULS], out[MISORDERED] = order
    for k in range(LOADS, len(a), 3):
        load = join_load(Load(a[k], a[k + 1], a[k + 2]), Load(b[k], b[k + 1], b[k + 2]))
        out[k], out[k + 1], out[k + 2] = load


@kernel
def overloaded(task, kind, row):
    """Return whether a stretch alone has more on board than the vehicle takes."""
    for k in range(task.capacity.shape[1]):
        if row[LOADS + 3 * k + 2] > task.capacity[kind, k] + HOLD:
            return True
    return False


@kernel
def price(task, kind, row):
    """Return what a whole route costs, its opening aside; infinite when it breaks a bound.

    The row reaches from the leg out of the start to the end depot; the start's window and the release of
    the goods are put before it here.
    """
    vehicle = task.vehicles[kind]
    if row[DISTANCE] > vehicle[MAX_DISTANCE] + HOLD or row[STOPS] > vehicle[MAX_STOPS] + HOLD:
        return np.inf
    if not row[DISTANCE] + row[DURATION] < np.inf:  # an unreachable leg
        return np.inf
    if (task.backhaul != MIXED and row[MISORDERED] > 0) or overloaded(task, kind, row):
        return np.inf
    if task.backhaul == STRICT and row[BACKHAULS] > 0 and row[LINEHAULS] == 0:
        return np.inf
    start = Span(vehicle[LOADING], 0.0, 0.0, vehicle[LEAVE_EARLY], vehicle[LEAVE_LATE])
    gate = Span(0.0, 0.0, 0.0, row[RELEASE], np.inf)
    span = join_span(join_span(start, gate, 0.0), span_of(row), 0.0)
    if span.warp > HOLD or span.duration > vehicle[MAX_DURATION] + HOLD:
        return np.inf
    return cost_of(vehicle, row[DISTANCE], span.duration)


@kernel
def cost_of(vehicle, distance, duration):
    """Return the cost of a route of this distance and duration, its opening aside."""
    over = max(duration - vehicle[OVERTIME_AFTER], 0.0)
    return (
        vehicle[DISTANCE_COST] * distance
        + vehicle[DURATION_COST] * duration
        + vehicle[OVERTIME_COST] * over
    )
