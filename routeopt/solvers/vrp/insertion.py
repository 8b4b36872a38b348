"""Routes that grow stop by stop: where a stop, or a shipment, fits best, decided exactly.

Every stop keeps the stretch of its route up to itself and the stretch from itself on. A place for another
stop is then priced by joining three rows, whatever the length of the route, and no bound is ever broken:
a place where one would be has an infinite price.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.problems.instance import Floats, Instance, Integers, Routes
from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.clock import clocked_cost
from routeopt.solvers.vrp.stretches import (
    CAPACITY,
    COUNT,
    DISTANCE,
    DISTANCE_COST,
    DURATION,
    END,
    HOLD,
    LOADS,
    MAX_STOPS,
    PROFILE,
    START,
    STOPS,
    WARP,
    ending,
    join,
    leg,
    nothing,
    onward,
    overloaded,
    part,
    price,
    stretches,
    until,
)

FOLLOWING, PRECEDING, ROUTE = (
    0,
    1,
    2,
)  # columns of a stop: the next and the one before, -1: none; -1: not served
HEAD, TAIL, KIND = 0, 1, 2  # columns of a route: first and last stop; vehicle type, -1: not in use
PARTIAL, GROWN, WHOLE = 1, 2, 3  # rows to work with, behind that of nothing


class Plan(NamedTuple):
    """Routes under construction. N nodes, R routes at most, T vehicle types, W columns of a stretch."""

    links: Integers  # (N, 3) by the columns above
    routes: Integers  # (R, 3) by the columns above
    cost: Floats  # (R,) without the opening
    rows: Floats  # (3 N + T + 4, W) the table of stretches
    buffer: Integers  # (N,) for driving a route by the clock
    used: Integers  # (T,) vehicles in use


def empty_plan(instance: Instance) -> Plan:
    """Return a plan without routes."""
    most = min(int(instance.vehicle_count.sum()), instance.stops)
    return Plan(
        links=np.full((instance.nodes, 3), -1, np.int64),
        routes=np.full((most, 3), -1, np.int64),
        cost=np.zeros(most),
        rows=stretches(instance),
        buffer=np.zeros(instance.nodes, np.int64),
        used=np.zeros(len(instance.vehicle_count), np.int64),
    )


def routes_of(plan: Plan) -> Routes:
    """Return the answer that a plan stands for."""
    used = np.flatnonzero(plan.routes[:, KIND] >= 0)
    lists: list[list[int]] = []
    for stop in plan.routes[used, HEAD].tolist():
        visits = []
        while stop >= 0:
            visits.append(stop)
            stop = int(plan.links[stop, FOLLOWING])
        lists.append(visits)
    return Routes.from_lists(lists, plan.routes[used, KIND].tolist())


@part
def rest(task, plan, kind, stop, following):
    """Return the stretch from `following` (-1: the end of the vehicle) on, and the leg into it from a stop."""
    vehicle = task.vehicles[kind]
    profile, end = np.int64(vehicle[PROFILE]), np.int64(vehicle[END])
    if following >= 0:
        distance, duration = leg(task, profile, stop, following)
        return plan.onward[following], distance, duration
    if end >= 0:
        distance, duration = leg(task, profile, stop, end)
        return task.ends[kind], distance, duration
    return task.ends[kind], 0.0, 0.0


@part
def full(task, plan, kind, head, stop):
    """Return whether a stop cannot be added anywhere in a route, whatever its place.

    All deliveries are on board at the start, and all pickups at the end.
    """
    if head < 0:
        return False
    rows, route = plan.rows, onward(task, head)
    for k in range((rows.shape[1] - LOADS) // 3):
        column, most = LOADS + 3 * k, task.vehicles[kind, CAPACITY + k] + HOLD
        if rows[route, column] + rows[stop, column] > most:
            return True
        if rows[route, column + 1] + rows[stop, column + 1] > most:
            return True
    return rows[route, STOPS] + 1 > task.vehicles[kind, MAX_STOPS] + HOLD


@part
def next_in(plan, head, after):
    """Return the stop behind another, or behind the start (-1) of the route with this head; -1 at its end."""
    return head if after < 0 else plan.links[after, FOLLOWING]


@part
def way_in(task, kind, after, stop):
    """Return the row up to `after` (-1: the start), and the leg from there to a stop."""
    profile = np.int64(task.vehicles[kind, PROFILE])
    if after < 0:
        distance, duration = leg(task, profile, np.int64(task.vehicles[kind, START]), stop)
        return nothing(task), distance, duration
    distance, duration = leg(task, profile, after, stop)
    return until(task, after), distance, duration


@part
def way_on(task, kind, stop, following):
    """Return the row from `following` (-1: the end) on, and the leg to there from a stop."""
    profile, end = np.int64(task.vehicles[kind, PROFILE]), np.int64(task.vehicles[kind, END])
    if following >= 0:
        distance, duration = leg(task, profile, stop, following)
        return onward(task, following), distance, duration
    if end >= 0:
        distance, duration = leg(task, profile, stop, end)
        return ending(task, kind), distance, duration
    return ending(task, kind), 0.0, 0.0


@part
def stop_price(task, plan, kind, head, stop, after, bound):
    """Return what a route costs with a stop put behind another (-1: behind the start).

    Infinite where a bound of the vehicle breaks, or the cost is not below `bound`. An empty route has head -1.
    """
    if not task.allowed[kind, stop]:
        return np.inf
    rows, none = plan.rows, np.int64(-1)
    before, there, time_there = way_in(task, kind, after, stop)
    rest, away, time_away = way_on(task, kind, stop, next_in(plan, head, after))
    distance = rows[before, DISTANCE] + there + away + rows[rest, DISTANCE]
    if not task.timed and not task.vehicles[kind, DISTANCE_COST] * distance < bound:
        return np.inf
    join(rows, before, stop, there, time_there, nothing(task) + GROWN)
    join(rows, nothing(task) + GROWN, rest, away, time_away, nothing(task) + WHOLE)
    return _whole_price(task, plan, kind, head, stop, after, none, none, bound)


@part
def _whole_price(task, plan, kind, head, stop, after, delivery, last, bound):
    """Return what the route in row WHOLE costs, or infinity; its new stops stand behind `after` and `last`."""
    whole = nothing(task) + WHOLE
    cost = price(task, kind, plan.rows, whole)
    if task.several and cost < bound:
        count = _sequence(plan, head, stop, after, delivery, last)
        cost = clocked_cost(task, kind, plan.rows, plan.buffer, count, plan.rows[whole, DISTANCE])
    return cost if cost < bound else np.inf


@part
def _sequence(plan, head, stop, after, delivery, last):
    """Write the stops of a route into the buffer, with a stop (or -1) and a delivery put in; return how many."""
    count, place = 0, np.int64(-1)
    while True:
        if place >= 0:
            plan.buffer[count] = place
            count += 1
        if stop >= 0 and place == after:
            plan.buffer[count] = stop
            count += 1
        if delivery >= 0 and last == (stop if place == after else place):
            plan.buffer[count] = delivery
            count += 1
        place = next_in(plan, head, place)
        if place < 0:
            return count


@part
def best_place(task, plan, kind, head, stop, bound):
    """Return the cost of a route with a stop at its best place, and the stop before it; see :func:`stop_price`."""
    best, place, after = bound, np.int64(-1), np.int64(-1)
    if full(task, plan, kind, head, stop):
        return np.inf, place
    while True:
        cost = stop_price(task, plan, kind, head, stop, after, best)
        if cost < best:
            best, place = cost, after
        after = next_in(plan, head, after)
        if after < 0:
            return (best if best < bound else np.inf), place


@part
def best_pair(task, plan, kind, head, pickup, delivery, bound):
    """Return the cost of a route with a shipment at its best places, and the stops before its two ends.

    The stop before the delivery may be the pickup. See :func:`stop_price` for costs and bounds.
    """
    best, first, second, after = bound, np.int64(-1), np.int64(-1), np.int64(-1)
    if not (task.allowed[kind, pickup] and task.allowed[kind, delivery]):
        return np.inf, first, second
    rows, profile, partial = plan.rows, np.int64(task.vehicles[kind, PROFILE]), nothing(task) + PARTIAL
    while True:
        before, distance, duration = way_in(task, kind, after, pickup)
        join(rows, before, pickup, distance, duration, partial)
        last, following = pickup, next_in(plan, head, after)
        while _can_go_on(task, kind, rows, partial):
            cost = _delivery_price(task, plan, kind, head, pickup, after, delivery, last, following, best)
            if cost < best:
                best, first, second = cost, after, last
            if following < 0:
                break
            distance, duration = leg(task, profile, last, following)
            join(rows, partial, following, distance, duration, partial)
            last, following = following, plan.links[following, FOLLOWING]
        after = next_in(plan, head, after)
        if after < 0:
            return (best if best < bound else np.inf), first, second


@part
def _delivery_price(task, plan, kind, head, pickup, after, delivery, last, following, bound):
    """Return what a route costs that goes as in row PARTIAL, then to the delivery, then on as it did."""
    rows, partial = plan.rows, nothing(task) + PARTIAL
    there, time_there = leg(task, np.int64(task.vehicles[kind, PROFILE]), last, delivery)
    rest, away, time_away = way_on(task, kind, delivery, following)
    distance = rows[partial, DISTANCE] + there + away + rows[rest, DISTANCE]
    if not task.timed and not task.vehicles[kind, DISTANCE_COST] * distance < bound:
        return np.inf
    join(rows, partial, delivery, there, time_there, nothing(task) + GROWN)
    join(rows, nothing(task) + GROWN, rest, away, time_away, nothing(task) + WHOLE)
    return _whole_price(task, plan, kind, head, pickup, after, delivery, last, bound)


@part
def _can_go_on(task, kind, rows, a):
    """Return whether a route that begins with this stretch can still be valid."""
    if not rows[a, DISTANCE] + rows[a, DURATION] < np.inf or rows[a, WARP] > HOLD:
        return False
    return not overloaded(task, kind, rows, a)


@kernel
def load(task, plan, visits, offsets, vehicle):
    """Take over the routes of an answer that break no bound of their own; other stops stay unserved."""
    for r in range(len(vehicle)):
        kind, valid = vehicle[r], offsets[r] < offsets[r + 1]
        valid &= plan.used[kind] < task.vehicles[kind, COUNT]
        for stop in visits[offsets[r] : offsets[r + 1]]:
            valid &= task.allowed[kind, stop] and plan.links[stop, ROUTE] < 0
        if not valid:
            continue
        route = open_route(plan, kind)
        for stop in visits[offsets[r] : offsets[r + 1]]:
            insert(plan, route, stop, np.int64(plan.routes[route, TAIL]))
        if measure(task, plan, route) == np.inf:
            for stop in visits[offsets[r] : offsets[r + 1]]:
                remove(plan, stop)
            measure(task, plan, route)


@part
def open_route(plan, kind):
    """Return a new empty route of a vehicle type that has a vehicle left."""
    route = 0
    while plan.routes[route, KIND] >= 0:
        route += 1
    plan.routes[route, HEAD], plan.routes[route, TAIL], plan.routes[route, KIND] = -1, -1, kind
    plan.cost[route] = 0.0
    plan.used[kind] += 1
    return route


@part
def insert(plan, route, stop, after):
    """Link a stop into a route behind another (-1: behind the start); :func:`measure` has to follow."""
    following = plan.routes[route, HEAD] if after < 0 else plan.links[after, FOLLOWING]
    plan.links[stop, PRECEDING], plan.links[stop, FOLLOWING], plan.links[stop, ROUTE] = (
        after,
        following,
        route,
    )
    if after < 0:
        plan.routes[route, HEAD] = stop
    else:
        plan.links[after, FOLLOWING] = stop
    if following < 0:
        plan.routes[route, TAIL] = stop
    else:
        plan.links[following, PRECEDING] = stop


@part
def put(task, plan, route, stop, after, delivery, second):
    """Put a stop behind another, a shipment's delivery (or -1) behind `second`, and sum up the route."""
    insert(plan, route, stop, after)
    if delivery >= 0:
        insert(plan, route, delivery, second)
    measure(task, plan, route)


@part
def remove(plan, stop):
    """Take a stop out of its route; :func:`measure` has to follow."""
    route, before, following = (
        plan.links[stop, ROUTE],
        plan.links[stop, PRECEDING],
        plan.links[stop, FOLLOWING],
    )
    if before < 0:
        plan.routes[route, HEAD] = following
    else:
        plan.links[before, FOLLOWING] = following
    if following < 0:
        plan.routes[route, TAIL] = before
    else:
        plan.links[following, PRECEDING] = before
    plan.links[stop, ROUTE] = -1


@part
def measure(task, plan, route):
    """Sum up a changed route from its links, and return its cost; an emptied one gives its vehicle back."""
    kind, stop = plan.routes[route, KIND], plan.routes[route, HEAD]
    if stop < 0:
        plan.routes[route, KIND] = -1
        plan.used[kind] -= 1
        plan.cost[route] = 0.0
        return 0.0
    rows, after = plan.rows, np.int64(-1)
    while stop >= 0:
        before, distance, duration = way_in(task, kind, after, stop)
        join(rows, before, stop, distance, duration, until(task, stop))
        after, stop = stop, plan.links[stop, FOLLOWING]
    tail, whole = after, nothing(task) + WHOLE
    stop, following = tail, np.int64(-1)
    while stop >= 0:
        rest, distance, duration = way_on(task, kind, stop, following)
        join(rows, stop, rest, distance, duration, onward(task, stop))
        following, stop = stop, plan.links[stop, PRECEDING]
    rest, distance, duration = way_on(task, kind, tail, np.int64(-1))
    join(rows, until(task, tail), rest, distance, duration, whole)
    cost = price(task, kind, rows, whole)
    if task.several and cost < np.inf:
        none = np.int64(-1)
        count = _sequence(plan, plan.routes[route, HEAD], none, none, none, none)
        cost = clocked_cost(task, kind, rows, plan.buffer, count, rows[whole, DISTANCE])
    plan.cost[route] = cost
    return cost
