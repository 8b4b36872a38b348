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
from numba import njit

from routeopt.problems import backend, legs
from routeopt.problems.backend import bind
from routeopt.problems.instance import EPS, MIXED, STRICT, Flags, Floats, Instance, Integers
from routeopt.problems.segment import Load, Order, Span, algebra
from routeopt.solvers.compiled import kernel

# columns of a stretch; from LOADS on there are three for each load dimension
DISTANCE, STOPS, DURATION, WARP, EARLY, LATE, RELEASE, LINEHAULS, BACKHAULS, MISORDERED, LOADS = range(11)
# columns of a vehicle type; from CAPACITY on there is one for each load dimension
START, END, PROFILE, COUNT, OPENING, DISTANCE_COST, DURATION_COST, OVERTIME_COST, OVERTIME_AFTER = range(9)
MAX_DISTANCE, MAX_DURATION, MAX_STOPS, LOADING, LEAVE_EARLY, LEAVE_LATE, CAPACITY = range(9, 16)

HOLD = (
    EPS / 2
)  # sums made in another order differ a little: bounds are held more closely than they are checked

#: for functions that only kernels call: without the way in from Python, which is a third of what there is to
#: compile; they are cached inside the kernels that call them
part = njit(nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)
leg = bind(("straight_leg", "leg"), vars(legs), {}, kernel).leg
_rules = algebra(kernel, choose=kernel(backend.choose))
join_span, join_load, join_order = _rules.join_span, _rules.join_load, _rules.join_order


class Task(NamedTuple):
    """An instance as the constructors' kernels see it. N nodes, T vehicle types, P profiles, K load dimensions."""

    x: Floats  # (N,)
    y: Floats  # (N,)
    metric: Integers  # (P,)
    rounding: Integers  # (P,)
    speed: Floats  # (P,)
    distance: Floats  # (P, N, N), or (P, 0, 0)
    duration: Floats  # (P, N, N), or (P, 0, 0)
    vehicles: Floats  # (T, 15 + K) by the columns above
    allowed: Flags  # (T, N)
    windows: Floats  # (N, windows, 2)
    nodes: int
    backhaul: int  # MIXED, STRICT or LINEHAUL_FIRST
    several: bool  # some stop has several windows
    timed: bool  # durations cost something


def prepare(instance: Instance) -> Task:
    """Return the arrays that the kernels work on."""
    i = instance
    vehicles = np.column_stack(
        [
            i.start, i.end, i.profile, i.vehicle_count, i.fixed_cost + i.vehicle_weight, i.distance_cost,
            i.duration_cost, i.overtime_cost, i.overtime_after, i.max_distance, i.max_duration, i.max_stops,
            i.service[i.start], *_opening_hours(i, i.start), i.capacity,
        ]
    ).astype(np.float64)  # fmt: skip
    plain = np.ascontiguousarray
    return Task(
        x=plain(i.x),
        y=plain(i.y),
        metric=plain(i.metric),
        rounding=plain(i.rounding),
        speed=plain(i.speed),
        distance=plain(i.distance),
        duration=plain(i.duration),
        vehicles=plain(vehicles),
        allowed=plain(i.allowed),
        windows=plain(i.windows),
        nodes=int(i.nodes),
        backhaul=int(i.backhaul),
        several=bool((i.windows[:, 0] != i.windows[:, -1]).any()),
        timed=bool((i.duration_cost + i.overtime_cost).any()),
    )


def stretches(instance: Instance) -> Floats:
    """Return the table of all stretches: (3 N + T + 4, W).

    In front each node on its own, then for each node the stretch up to it and that from it on, not yet
    filled; then the arrival at the end depot of each vehicle type, or nothing behind an open end; last the
    stretch of nothing and three rows to work with.
    """
    i = instance
    rows = np.zeros((3 * i.nodes + len(i.end) + 4, LOADS + 3 * i.delivery.shape[1]))
    rows[:, LATE] = np.inf
    visits, ends = rows[: i.nodes], rows[3 * i.nodes :]
    brings, fetches = i.delivery.any(axis=1), (i.pickup > 0).any(axis=1)
    visits[:, STOPS] = 1
    visits[:, DURATION], visits[:, RELEASE] = i.service, i.release
    visits[:, EARLY], visits[:, LATE] = i.windows[:, 0, 0], i.windows[:, -1, 1]
    visits[:, LINEHAULS], visits[:, BACKHAULS] = brings, fetches & ~brings
    visits[:, LOADS::3], visits[:, LOADS + 1 :: 3] = i.delivery, i.pickup
    visits[:, LOADS + 2 :: 3] = np.maximum(np.maximum(i.delivery, i.pickup), 0.0)
    closed = np.flatnonzero(i.end >= 0)
    ends[closed, EARLY], ends[closed, LATE] = _opening_hours(i, i.end)[:, closed]
    return rows


def _opening_hours(i: Instance, depots: Integers) -> Floats:
    """Return (2, T): when each vehicle type may use its depot."""
    early = np.maximum(i.windows[depots, 0, 0], i.shift[:, 0])
    return np.array([early, np.minimum(i.windows[depots, -1, 1], i.shift[:, 1])])


# Rows are passed as the table and a number: a view of its own for each would cost more than the arithmetic.


@part
def until(task, stop):
    """Return the row of the stretch from the leg out of the start up to a stop."""
    return task.nodes + stop


@part
def onward(task, stop):
    """Return the row of the stretch from a stop to the end."""
    return 2 * task.nodes + stop


@part
def ending(task, kind):
    """Return the row of the end of a vehicle type."""
    return 3 * task.nodes + kind


@part
def nothing(task):
    """Return the row of the stretch of nothing; those to work with are the three behind it."""
    return 3 * task.nodes + len(task.vehicles)


@part
def span_of(rows, a):
    """Return the times of a stretch; how much of its duration is waiting is not kept."""
    return Span(rows[a, DURATION], 0.0, rows[a, WARP], rows[a, EARLY], rows[a, LATE])


@part
def order_of(rows, a):
    """Return the order of a stretch."""
    return Order(rows[a, LINEHAULS], rows[a, BACKHAULS], rows[a, MISORDERED])


@part
def load_of(rows, a, column):
    """Return the loads of a stretch in one dimension."""
    return Load(rows[a, column], rows[a, column + 1], rows[a, column + 2])


@part
def join(rows, a, b, distance, duration, out):
    """Write to row `out`, which may be `a` or `b`, the stretch `a` followed by `b` over a leg."""
    span = join_span(span_of(rows, a), span_of(rows, b), duration)
    order = join_order(order_of(rows, a), order_of(rows, b))
    rows[out, DISTANCE] = rows[a, DISTANCE] + rows[b, DISTANCE] + distance
    rows[out, STOPS] = rows[a, STOPS] + rows[b, STOPS]
    rows[out, RELEASE] = max(rows[a, RELEASE], rows[b, RELEASE])
    rows[out, DURATION], rows[out, WARP] = span.duration, span.warp
    rows[out, EARLY], rows[out, LATE] = span.early, span.late
    rows[out, LINEHAULS], rows[out, BACKHAULS], rows[out, MISORDERED] = order
    for k in range(LOADS, rows.shape[1], 3):
        load = join_load(load_of(rows, a, k), load_of(rows, b, k))
        rows[out, k], rows[out, k + 1], rows[out, k + 2] = load


@part
def overloaded(task, kind, rows, a):
    """Return whether a stretch alone has more on board than the vehicle takes."""
    for k in range((rows.shape[1] - LOADS) // 3):
        if rows[a, LOADS + 3 * k + 2] > task.vehicles[kind, CAPACITY + k] + HOLD:
            return True
    return False


@part
def price(task, kind, rows, a):
    """Return what a whole route costs, its opening aside; infinite when it breaks a bound.

    The stretch reaches from the leg out of the start to the end depot; the start's window and the release
    of the goods are put before it here.
    """
    vehicles = task.vehicles
    distance = rows[a, DISTANCE]
    if not distance + rows[a, DURATION] < np.inf:  # an unreachable leg
        return np.inf
    if distance > vehicles[kind, MAX_DISTANCE] + HOLD or rows[a, STOPS] > vehicles[kind, MAX_STOPS] + HOLD:
        return np.inf
    if (task.backhaul != MIXED and rows[a, MISORDERED] > 0) or overloaded(task, kind, rows, a):
        return np.inf
    if task.backhaul == STRICT and rows[a, BACKHAULS] > 0 and rows[a, LINEHAULS] == 0:
        return np.inf
    start = Span(vehicles[kind, LOADING], 0.0, 0.0, vehicles[kind, LEAVE_EARLY], vehicles[kind, LEAVE_LATE])
    gate = Span(0.0, 0.0, 0.0, rows[a, RELEASE], np.inf)
    span = join_span(join_span(start, gate, 0.0), span_of(rows, a), 0.0)
    if span.warp > HOLD or span.duration > vehicles[kind, MAX_DURATION] + HOLD:
        return np.inf
    return cost_of(task, kind, distance, span.duration)


@part
def cost_of(task, kind, distance, duration):
    """Return the cost of a route of this distance and duration, its opening aside."""
    over = max(duration - task.vehicles[kind, OVERTIME_AFTER], 0.0)
    return (
        task.vehicles[kind, DISTANCE_COST] * distance
        + task.vehicles[kind, DURATION_COST] * duration
        + task.vehicles[kind, OVERTIME_COST] * over
    )
