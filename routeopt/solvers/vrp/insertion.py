"""Routes that grow stop by stop: where a stop, or a shipment, fits best, decided exactly.

Every stop keeps the stretch of its route up to itself and the stretch from itself on. A place for another
stop is then priced by joining three rows, whatever the length of the route, and no bound is ever broken:
a place where one would be has an infinite price.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.problems.instance import Floats, Integers, Routes
from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.clock import clocked_cost
from routeopt.solvers.vrp.stretches import (
    COUNT,
    DISTANCE,
    DISTANCE_COST,
    DURATION,
    END,
    HOLD,
    PROFILE,
    START,
    WARP,
    Task,
    join,
    leg,
    overloaded,
    price,
)

HEAD, TAIL, KIND = 0, 1, 2  # columns of a route: first and last stop, vehicle type; -1: none
ALONE, GROWN, WHOLE = 0, 1, 2  # working rows


class Plan(NamedTuple):
    """Routes under construction. N nodes, R routes at most, T vehicle types, W columns of a stretch."""

    following: Integers  # (N,) next stop of the route, -1: none
    preceding: Integers  # (N,)
    route_of: Integers  # (N,) -1: not served
    routes: Integers  # (R, 3) by the columns above
    cost: Floats  # (R,) without the opening
    until: Floats  # (N, W) from the leg out of the start to the stop
    onward: Floats  # (N, W) from the stop to the end
    rows: Floats  # (3, W) for joining
    buffer: Integers  # (N,) for driving a route by the clock
    used: Integers  # (T,) vehicles in use


def empty_plan(task: Task) -> Plan:
    """Return a plan without routes."""
    nodes, width = task.visits.shape
    links = [np.full(nodes, -1, np.int64) for _ in range(3)]
    most = min(int(task.vehicles[:, COUNT].sum()), nodes)
    return Plan(
        *links,
        routes=np.full((most, 3), -1, np.int64),
        cost=np.zeros(most),
        until=np.zeros((nodes, width)),
        onward=np.zeros((nodes, width)),
        rows=np.zeros((3, width)),
        buffer=np.zeros(nodes, np.int64),
        used=np.zeros(len(task.vehicles), np.int64),
    )


def routes_of(plan: Plan) -> Routes:
    """Return the answer that a plan stands for."""
    used = np.flatnonzero(plan.routes[:, KIND] >= 0)
    lists: list[list[int]] = []
    for stop in plan.routes[used, HEAD].tolist():
        visits = []
        while stop >= 0:
            visits.append(stop)
            stop = int(plan.following[stop])
        lists.append(visits)
    return Routes.from_lists(lists, plan.routes[used, KIND].tolist())


@kernel
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


@kernel
def stop_price(task, plan, kind, head, stop, after, bound):
    """Return what a route costs with a stop put behind another (-1: behind the start).

    Infinite where a bound of the vehicle breaks, or the cost is not below `bound`. An empty route has head -1.
    """
    if not task.allowed[kind, stop]:
        return np.inf
    vehicle = task.vehicles[kind]
    before = task.nothing if after < 0 else plan.until[after]
    place = np.int64(vehicle[START]) if after < 0 else after
    following = head if after < 0 else plan.following[after]
    there, time_there = leg(task, np.int64(vehicle[PROFILE]), place, stop)
    onward, away, time_away = rest(task, plan, kind, stop, following)
    distance = before[DISTANCE] + there + away + onward[DISTANCE]
    if not task.timed and not vehicle[DISTANCE_COST] * distance < bound:
        return np.inf
    grown, whole = plan.rows[GROWN], plan.rows[WHOLE]
    join(before, task.visits[stop], there, time_there, grown)
    join(grown, onward, away, time_away, whole)
    cost = price(task, kind, whole)
    if task.several and cost < bound:
        cost = _clocked(task, plan, kind, head, distance, stop, after, np.int64(-1), np.int64(-1))
    return cost if cost < bound else np.inf


@kernel
def best_place(task, plan, kind, head, stop, bound):
    """Return the cost of a route with a stop at its best place, and the stop before it; see :func:`stop_price`."""
    best, place = bound, np.int64(-1)
    after = np.int64(-1)
    while True:
        cost = stop_price(task, plan, kind, head, stop, after, best)
        if cost < best:
            best, place = cost, after
        after = head if after < 0 else plan.following[after]
        if after < 0:
            break
    return (best if best < bound else np.inf), place


@kernel
def best_pair(task, plan, kind, head, pickup, delivery, bound):
    """Return the cost of a route with a shipment at its best places, and the stops before its two ends.

    The stop before the delivery may be the pickup. See :func:`stop_price` for costs and bounds.
    """
    best, first, second = bound, np.int64(-1), np.int64(-1)
    if not (task.allowed[kind, pickup] and task.allowed[kind, delivery]):
        return np.inf, first, second
    profile = np.int64(task.vehicles[kind, PROFILE])
    alone = plan.rows[ALONE]
    after = np.int64(-1)
    while True:
        before = task.nothing if after < 0 else plan.until[after]
        place = np.int64(task.vehicles[kind, START]) if after < 0 else after
        distance, duration = leg(task, profile, place, pickup)
        join(before, task.visits[pickup], distance, duration, alone)
        last, following = pickup, (head if after < 0 else plan.following[after])
        while _can_go_on(task, kind, alone):
            cost = _delivery_price(task, plan, kind, head, pickup, after, delivery, last, following, best)
            if cost < best:
                best, first, second = cost, after, last
            if following < 0:
                break
            distance, duration = leg(task, profile, last, following)
            join(alone, task.visits[following], distance, duration, alone)
            last, following = following, plan.following[following]
        after = head if after < 0 else plan.following[after]
        if after < 0:
            break
    return (best if best < bound else np.inf), first, second


@kernel
def _can_go_on(task, kind, row):
    """Return whether what follows can still make a stretch from the start part of a valid route."""
    return row[DISTANCE] + row[DURATION] < np.inf and row[WARP] <= HOLD and not overloaded(task, kind, row)


@kernel
def _delivery_price(task, plan, kind, head, pickup, after, delivery, last, following, bound):
    """Return what a route costs that goes as in row ALONE, then to the delivery, then on as before."""
    vehicle = task.vehicles[kind]
    alone, grown, whole = plan.rows[ALONE], plan.rows[GROWN], plan.rows[WHOLE]
    there, time_there = leg(task, np.int64(vehicle[PROFILE]), last, delivery)
    onward, away, time_away = rest(task, plan, kind, delivery, following)
    distance = alone[DISTANCE] + there + away + onward[DISTANCE]
    if not task.timed and not vehicle[DISTANCE_COST] * distance < bound:
        return np.inf
    join(alone, task.visits[delivery], there, time_there, grown)
    join(grown, onward, away, time_away, whole)
    cost = price(task, kind, whole)
    if task.several and cost < bound:
        cost = _clocked(task, plan, kind, head, distance, pickup, after, delivery, last)
    return cost if cost < bound else np.inf


@kernel
def _clocked(task, plan, kind, head, distance, stop, after, delivery, last):
    """Return the cost by the clock of a route with a stop put behind `after`, and a delivery behind `last`."""
    count, place = 0, np.int64(-1)
    while True:
        if place >= 0:
            plan.buffer[count] = place
            count += 1
        if place == after:
            plan.buffer[count] = stop
            count += 1
        if delivery >= 0 and last == (stop if place == after else place):
            plan.buffer[count] = delivery
            count += 1
        place = head if place < 0 else plan.following[place]
        if place < 0:
            break
    return clocked_cost(task, kind, plan.buffer[:count], distance)


@kernel
def open_route(plan, kind):
    """Return a new empty route of a vehicle type that has a vehicle left."""
    route = 0
    while plan.routes[route, KIND] >= 0:
        route += 1
    plan.routes[route, HEAD], plan.routes[route, TAIL], plan.routes[route, KIND] = -1, -1, kind
    plan.cost[route] = 0.0
    plan.used[kind] += 1
    return route


@kernel
def insert(plan, route, stop, after):
    """Link a stop into a route behind another (-1: behind the start); :func:`measure` has to follow."""
    following = plan.routes[route, HEAD] if after < 0 else plan.following[after]
    plan.preceding[stop], plan.following[stop], plan.route_of[stop] = after, following, route
    if after < 0:
        plan.routes[route, HEAD] = stop
    else:
        plan.following[after] = stop
    if following < 0:
        plan.routes[route, TAIL] = stop
    else:
        plan.preceding[following] = stop


@kernel
def remove(plan, stop):
    """Take a stop out of its route; :func:`measure` has to follow."""
    route, before, following = plan.route_of[stop], plan.preceding[stop], plan.following[stop]
    if before < 0:
        plan.routes[route, HEAD] = following
    else:
        plan.following[before] = following
    if following < 0:
        plan.routes[route, TAIL] = before
    else:
        plan.preceding[following] = before
    plan.route_of[stop] = -1


@kernel
def measure(task, plan, route):
    """Sum up a changed route from its links, and return its cost; an emptied one gives its vehicle back."""
    kind, stop = plan.routes[route, KIND], plan.routes[route, HEAD]
    if stop < 0:
        plan.routes[route, KIND] = -1
        plan.used[kind] -= 1
        plan.cost[route] = 0.0
        return 0.0
    profile = np.int64(task.vehicles[kind, PROFILE])
    before, place = task.nothing, np.int64(task.vehicles[kind, START])
    while stop >= 0:
        distance, duration = leg(task, profile, place, stop)
        join(before, task.visits[stop], distance, duration, plan.until[stop])
        before, place, stop = plan.until[stop], stop, plan.following[stop]
    following = np.int64(-1)
    while place >= 0:
        onward, distance, duration = rest(task, plan, kind, place, following)
        join(task.visits[place], onward, distance, duration, plan.onward[place])
        place, following = plan.preceding[place], place
    tail = plan.routes[route, TAIL]
    onward, distance, duration = rest(task, plan, kind, tail, np.int64(-1))
    whole = plan.rows[WHOLE]
    join(plan.until[tail], onward, distance, duration, whole)
    cost = price(task, kind, whole)
    if task.several and cost < np.inf:
        count, stop = 0, plan.routes[route, HEAD]
        while stop >= 0:
            plan.buffer[count] = stop
            count, stop = count + 1, plan.following[stop]
        cost = clocked_cost(task, kind, plan.buffer[:count], whole[DISTANCE])
    plan.cost[route] = cost
    return cost
