"""Who goes where next: the best routes for each request, kept up to date while routes grow.

A request is a stop, a shipment, or a group of alternatives. It keeps its cheapest routes in a small table.
When a stop enters a route, only the entries of that route change, and for most of them it is enough to look
at the two places beside the new stop: the others cost what they did, and have become no easier. Served next
is the request that would cost most if it had to wait: its regret (Potvin & Rousseau 1993), and the way to it
on its own less what it costs now (Solomon 1987).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.problems.instance import Floats, Instance, Integers
from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.insertion import (
    HEAD,
    KIND,
    best_pair,
    best_place,
    full,
    open_route,
    put,
    stop_price,
)
from routeopt.solvers.vrp.stretches import CAPACITY, COUNT, LOADS, OPENING, part

KEPT = 12  # routes remembered for a request
MISSING = 1e15  # stands for an option that a mandatory request does not have: who has few of them comes first
DISTANT = 0.4  # how much being far from the start counts

FIRST, BEHIND, DELIVERY = 0, 1, 2  # columns of `bounds`
ROUTE, STOP, AFTER, SECOND = (
    0,
    1,
    2,
    3,
)  # columns of an entry; SECOND is the stop before a shipment's delivery
SIZE, DROPPED, VEHICLE, OPENER = 0, 1, 2, 3  # columns of `marks`
NEW, ALONE, OUTSIDE, SCORE, PRIORITY = 0, 1, 2, 3, 4  # columns of `value`


class Waiting(NamedTuple):
    """The requests that wait for a place, and their best options. Q requests, M stops, C options, N nodes."""

    bounds: (
        Integers  # (Q, 3) its stops are FIRST to BEHIND - 1 in `stops`; the delivery of a shipment, else -1
    )
    stops: Integers  # (M,) alternatives, or the pickup of a shipment
    worth: (
        Floats  # (N,) forfeited while the stop is left out, at a shipment's pickup for both; 0 if mandatory
    )
    cost: Floats  # (Q, C) extra cost of the options, ascending
    entry: Integers  # (Q, C, 4)
    marks: Integers  # (Q, 4) options, -1: not looked for; whether worse ones are known; vehicle type to open with
    value: Floats  # (Q, 5) cost with a new vehicle, the same at first; cost of leaving it out; what decides who is next
    queue: Integers  # (Q,) requests that wait, in front
    count: Integers  # type: ignore[assignment]  # (1,) how many


def requests(instance: Instance) -> Waiting:
    """Return all requests of an instance, waiting."""
    i = instance
    alone = (i.group < 0) & (np.arange(i.nodes) >= i.depots)
    alone[i.shipments.ravel()] = False
    members = [
        *np.flatnonzero(alone)[:, None],
        *(np.flatnonzero(i.group == group) for group in np.unique(i.group[i.group >= 0])),
        *i.shipments[:, :1],
    ]
    behind = np.cumsum([len(stops) for stops in members])
    bounds = np.column_stack([behind - [len(stops) for stops in members], behind, np.full(len(behind), -1)])
    bounds[len(bounds) - len(i.shipments) :, DELIVERY] = i.shipments[:, 1]
    worth = i.prize.copy()
    worth[i.shipments[:, 0]] += i.prize[i.shipments[:, 1]]
    optional = np.isfinite(worth)
    value = np.zeros((len(bounds), 5))
    first = np.array([stops[0] for stops in members])
    value[:, OUTSIDE] = np.where(optional[first], 0.0, MISSING)
    value[:, PRIORITY] = ~optional[first]
    marks = np.zeros((len(bounds), 4), np.int64)
    marks[:, SIZE] = -1
    return Waiting(
        bounds.astype(np.int64),
        np.concatenate(members).astype(np.int64),
        np.where(optional, worth, 0.0),
        np.zeros((len(bounds), KEPT)),
        np.zeros((len(bounds), KEPT, 4), np.int64),
        marks,
        value,
        np.arange(len(bounds)),
        np.full(1, len(bounds)),
    )


@part
def offer(task, plan, waiting, request, kind, head, base, bound):
    """Return the least extra cost of serving a request in a route, the stop chosen, and the stops before its ends.

    `base` is what the route costs without it. Infinite where it does not fit or costs no less than `bound`.
    """
    best, stop, after, second = bound, np.int64(-1), np.int64(-1), np.int64(-1)
    delivery = waiting.bounds[request, DELIVERY]
    for m in range(waiting.bounds[request, FIRST], waiting.bounds[request, BEHIND]):
        tried, last = waiting.stops[m], np.int64(-1)
        known = base + waiting.worth[tried]
        if delivery < 0:
            cost, place = best_place(task, plan, kind, head, tried, best + known)
        else:
            cost, place, last = best_pair(task, plan, kind, head, tried, delivery, best + known)
        if cost - known < best:
            best, stop, after, second = cost - known, tried, place, last
    return (best if stop >= 0 else np.inf), stop, after, second


@part
def move_entry(waiting, request, source, target):
    """Copy an entry to another slot."""
    waiting.cost[request, target] = waiting.cost[request, source]
    for column in range(4):
        waiting.entry[request, target, column] = waiting.entry[request, source, column]


@part
def take_entry(waiting, request, route):
    """Remove the entry of a route, and return the stop before its place; -2 where there is none."""
    size = waiting.marks[request, SIZE]
    for slot in range(size):
        if waiting.entry[request, slot, ROUTE] == route:
            place = waiting.entry[request, slot, AFTER]
            for k in range(slot, size - 1):
                move_entry(waiting, request, k + 1, k)
            waiting.marks[request, SIZE] = size - 1
            return place
    return np.int64(-2)


@part
def remember(waiting, request, extra, route, stop, after, second):
    """Enter a route of finite extra cost among those of a request, unless all that are kept are better."""
    slot = waiting.marks[request, SIZE]
    if slot == waiting.cost.shape[1]:
        waiting.marks[request, DROPPED] = 1
        slot -= 1
        if extra >= waiting.cost[request, slot]:
            return
    else:
        waiting.marks[request, SIZE] = slot + 1
    while slot > 0 and waiting.cost[request, slot - 1] > extra:
        move_entry(waiting, request, slot - 1, slot)
        slot -= 1
    waiting.cost[request, slot] = extra
    waiting.entry[request, slot, ROUTE], waiting.entry[request, slot, STOP] = route, stop
    waiting.entry[request, slot, AFTER], waiting.entry[request, slot, SECOND] = after, second


@part
def look(task, plan, waiting, request, route, added, before):
    """Enter a route anew after a stop `added` behind `before`; -1 and -2 where all of it is new."""
    kind, head, base = plan.routes[route, KIND], plan.routes[route, HEAD], plan.cost[route]
    stop = waiting.stops[waiting.bounds[request, FIRST]]
    place = take_entry(waiting, request, route) if added >= 0 else np.int64(-2)
    single = waiting.bounds[request, DELIVERY] < 0
    single &= waiting.bounds[request, FIRST] + 1 == waiting.bounds[request, BEHIND]
    if single and full(task, plan, kind, head, stop):
        return
    if added >= 0 and single and not task.timed and place != before:
        best = np.inf
        if place > -2:
            best = stop_price(task, plan, kind, head, stop, place, np.inf)
        if place == -2 or best < np.inf:
            for tried in (before, added):
                cost = stop_price(task, plan, kind, head, stop, tried, best)
                if cost < best:
                    best, place = cost, tried
            if best < np.inf:
                remember(
                    waiting, request, best - base - waiting.worth[stop], route, stop, place, np.int64(-1)
                )
            return
    extra, stop, after, second = offer(task, plan, waiting, request, kind, head, base, np.inf)
    if extra < np.inf:
        remember(waiting, request, extra, route, stop, after, second)


@part
def look_for_vehicle(task, plan, waiting, request):
    """Find the vehicle type to open a route with for a request: the one that could serve more like it at least cost.

    That is the cost for each part of the capacity that the request takes up.
    """
    lowest = np.inf
    waiting.value[request, NEW] = np.inf
    for kind in range(len(task.vehicles)):
        if plan.used[kind] < task.vehicles[kind, COUNT]:
            base = -task.vehicles[kind, OPENING]
            extra, stop, _, _ = offer(task, plan, waiting, request, kind, np.int64(-1), base, np.inf)
            rated = (extra + waiting.worth[stop]) * share(task, plan, kind, stop)
            if extra < np.inf and rated < lowest:
                lowest = rated
                waiting.value[request, NEW] = extra
                waiting.marks[request, VEHICLE], waiting.marks[request, OPENER] = kind, stop


@part
def share(task, plan, kind, stop):
    """Return which part of a vehicle a stop takes up."""
    part_taken = 1e-6
    for k in range((plan.rows.shape[1] - LOADS) // 3):
        part_taken = max(part_taken, plan.rows[stop, LOADS + 3 * k + 2] / task.vehicles[kind, CAPACITY + k])
    return part_taken


@part
def rate(waiting, request, depth):
    """Set the score of a request: what it would cost to serve it later."""
    alone, size = waiting.value[request, ALONE], waiting.marks[request, SIZE]
    spare = min(waiting.value[request, NEW], waiting.value[request, OUTSIDE])
    if size == 0:  # open routes are filled first
        waiting.value[request, SCORE] = alone - 2 * MISSING * depth
        return
    best, regret, slot = min(waiting.cost[request, 0], spare), 0.0, 0
    for _ in range(depth):
        option = spare
        if slot < size and waiting.cost[request, slot] < spare:
            option = waiting.cost[request, slot]
            slot += 1
        regret += option - best
    waiting.value[request, SCORE] = DISTANT * alone - best + regret


@part
def scan(task, plan, waiting, request, depth):
    """Look at all routes for a request."""
    waiting.marks[request, SIZE] = 0
    waiting.marks[request, DROPPED] = 0
    for route in range(len(plan.routes)):
        if plan.routes[route, KIND] >= 0:
            look(task, plan, waiting, request, route, np.int64(-1), np.int64(-2))
    look_for_vehicle(task, plan, waiting, request)
    rate(waiting, request, depth)


@part
def choose(plan, waiting, seeds):
    """Return the position in the queue of the request to serve next, and whether it opens a route as a seed."""
    seeding = plan.used.sum() < seeds
    chosen, highest, first = 0, -np.inf, -np.inf
    for k in range(waiting.count[0]):
        request = waiting.queue[k]
        score, priority = waiting.value[request, SCORE], waiting.value[request, PRIORITY]
        if seeding:  # the one that is worst off, if it can open a route
            new, size = waiting.value[request, NEW], waiting.marks[request, SIZE]
            score = new if size == 0 else min(new, waiting.cost[request, 0])
            score = score if new < np.inf else -np.inf
        if priority > first or (priority == first and score > highest):
            chosen, highest, first = k, score, priority
    return chosen, seeding and waiting.value[waiting.queue[chosen], NEW] < np.inf


@part
def serve(task, plan, waiting, request, opens):
    """Put a request where it costs least; return its route, the stop linked in and the stop before that."""
    route, stop = waiting.entry[request, 0, ROUTE], waiting.entry[request, 0, STOP]
    after, second = waiting.entry[request, 0, AFTER], waiting.entry[request, 0, SECOND]
    if opens:
        route = open_route(plan, waiting.marks[request, VEHICLE])
        stop, after, second = waiting.marks[request, OPENER], np.int64(-1), waiting.marks[request, OPENER]
    put(task, plan, route, stop, after, waiting.bounds[request, DELIVERY], second)
    return route, stop, after


@kernel
def advance(task, plan, waiting, depth, seeds, steps, flag):
    """Serve up to `steps` requests; return how many wait still. Ends at once when the flag is set.

    A request that no vehicle can take ceases to wait.

    Parameters
    ----------
    depth : int
        Options beyond the best that count for the regret; -1: serve one after the other without looking ahead.
    seeds : int
        Routes to open first, each with the request that is worst off so far.
    """
    for k in range(waiting.count[0]):
        if waiting.marks[waiting.queue[k], SIZE] < 0:
            scan(task, plan, waiting, waiting.queue[k], depth)
    for _ in range(steps):
        if flag[0] or waiting.count[0] == 0:
            break
        chosen, opens = choose(plan, waiting, seeds)
        request = waiting.queue[chosen]
        stuck = waiting.marks[request, SIZE] == 0 and waiting.value[request, NEW] == np.inf
        if depth < 0 or (stuck and waiting.marks[request, DROPPED] == 1):
            scan(task, plan, waiting, request, depth)
        waiting.count[0] -= 1
        waiting.queue[chosen] = waiting.queue[waiting.count[0]]
        size, new = waiting.marks[request, SIZE], waiting.value[request, NEW]
        if size == 0 and new == np.inf:
            continue
        opens |= size == 0 or new < waiting.cost[request, 0]
        route, added, before = serve(task, plan, waiting, request, opens)
        if depth >= 0:
            bring_up_to_date(task, plan, waiting, depth, route, added, before)
    return waiting.count[0]


@part
def bring_up_to_date(task, plan, waiting, depth, route, added, before):
    """Look again, for all requests that wait, at a route that has grown."""
    kind = plan.routes[route, KIND]
    taken = plan.used[kind] >= task.vehicles[kind, COUNT]
    for k in range(waiting.count[0]):
        request = waiting.queue[k]
        look(task, plan, waiting, request, route, added, before)
        if taken and waiting.value[request, NEW] < np.inf and waiting.marks[request, VEHICLE] == kind:
            look_for_vehicle(task, plan, waiting, request)
        rate(waiting, request, depth)
