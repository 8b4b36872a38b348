"""Who goes where next: the best routes for each request, kept up to date while routes grow.

A request is a stop, a shipment, or a group of alternatives. It keeps its cheapest routes in a small table.
When a stop enters a route, only the entries of that route change, and for most of them it is enough to look
at the two places beside the new stop: the others cost what they did, and have become no easier.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.problems.instance import Flags, Floats, Instance, Integers
from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.insertion import HEAD, KIND, Plan, best_pair, best_place, insert, measure, open_route, stop_price
from routeopt.solvers.vrp.stretches import COUNT, OPENING, LOADS, Task

KEPT = 12  # routes remembered for a request
ROUTE, STOP, AFTER, SECOND = 0, 1, 2, 3  # columns of an entry: where the stop goes; SECOND is for a shipment's delivery
TIE=0.0
SHORT=True
MISSING = 1e15  # stands for an option that a request does not have: who has few of them comes first


class Requests(NamedTuple):
    """What is to be inserted. Q requests of M stops together."""

    offsets: Integers  # (Q + 1,) into the stops
    stops: Integers  # (M,) alternatives; the pickup of a shipment
    delivery: Integers  # (Q,) of a shipment, else -1
    worth: Floats  # (M,) what is forfeited while the stop is left out; 0 for mandatory requests
    optional: Flags  # (Q,)
    priority: Floats  # (Q,) the highest come first, whatever else counts


class Table(NamedTuple):
    """The best options of each request that waits. Q requests, C options each."""

    cost: Floats  # (Q, C) ascending is not kept
    entry: Integers  # (Q, C, 4) by the columns above
    size: Integers  # (Q,) entries in use
    dropped: Flags  # (Q,) worse routes than those kept are known to exist
    opening: Floats  # (Q,) least cost with a vehicle of its own
    opening_kind: Integers  # (Q,)
    opening_stop: Integers  # (Q,)
    score: Floats  # (Q,)
    waiting: Integers  # (Q,) requests that wait, in front
    count: Integers  # (1,) how many


@kernel
def offer(task, plan, requests, request, kind, head, base, bound):
    """Return the least extra cost of serving a request in a route, the stop chosen, and the stops before its ends.

    `base` is what the route costs without it. Infinite where it does not fit or costs no less than `bound`.
    """
    best, stop, after, second = bound, np.int64(-1), np.int64(-1), np.int64(-1)
    delivery = requests.delivery[request]
    for m in range(requests.offsets[request], requests.offsets[request + 1]):
        tried, last = requests.stops[m], np.int64(-1)
        ceiling = best + base + requests.worth[m]
        if delivery < 0:
            cost, place = best_place(task, plan, kind, head, tried, ceiling)
        else:
            cost, place, last = best_pair(task, plan, kind, head, tried, delivery, ceiling)
        if cost - base - requests.worth[m] < best:
            best = cost - base - requests.worth[m]
            stop, after, second = tried, place, last
    return (best if stop >= 0 else np.inf), stop, after, second


@kernel
def find(table, request, route):
    """Return where the entry of a route stands among those of a request, or -1."""
    for slot in range(table.size[request]):
        if table.entry[request, slot, ROUTE] == route:
            return slot
    return -1


@kernel
def forget(table, request, slot):
    """Drop an entry; the others stay in order."""
    table.size[request] -= 1
    for k in range(slot, table.size[request]):
        table.cost[request, k] = table.cost[request, k + 1]
        table.entry[request, k] = table.entry[request, k + 1]


@kernel
def remember(table, request, cost, route, stop, after, second):
    """Enter a route of finite extra cost among those of a request, unless all that are kept are better."""
    slot = table.size[request]
    if slot == table.cost.shape[1]:
        table.dropped[request] = True
        slot -= 1
        if cost >= table.cost[request, slot]:
            return
    else:
        table.size[request] += 1
    while slot > 0 and table.cost[request, slot - 1] > cost:
        table.cost[request, slot] = table.cost[request, slot - 1]
        table.entry[request, slot] = table.entry[request, slot - 1]
        slot -= 1
    table.cost[request, slot] = cost
    entry = table.entry[request, slot]
    entry[ROUTE], entry[STOP], entry[AFTER], entry[SECOND] = route, stop, after, second


@kernel
def look(task, plan, requests, table, request, route):
    """Look at all places of a route for a request that has no entry for it."""
    kind, head = plan.routes[route, KIND], plan.routes[route, HEAD]
    cost, stop, after, second = offer(task, plan, requests, request, kind, head, plan.cost[route], np.inf)
    if cost < np.inf:
        remember(table, request, cost, route, stop, after, second)


@kernel
def look_beside(task, plan, requests, table, request, route, added, before):
    """Bring the entry of a route up to date after a stop `added` behind `before`, without looking everywhere."""
    slot = find(table, request, route)
    kind, head, base = plan.routes[route, KIND], plan.routes[route, HEAD], plan.cost[route]
    stop, worth = requests.stops[requests.offsets[request]], requests.worth[requests.offsets[request]]
    best, place = np.inf, np.int64(-1)
    if slot >= 0:
        place = table.entry[request, slot, AFTER]
        forget(table, request, slot)
        if place != before:
            best = stop_price(task, plan, kind, head, stop, place, np.inf)
        if best == np.inf:  # its place is gone
            look(task, plan, requests, table, request, route)
            return
    for tried in (before, added):
        cost = stop_price(task, plan, kind, head, stop, tried, best)
        if cost < best:
            best, place = cost, tried
    if best < np.inf:
        remember(table, request, best - base - worth, route, stop, place, np.int64(-1))


@kernel
def look_for_vehicle(task, plan, requests, table, request):
    """Find the vehicle type to open a route with for a request."""
    table.opening[request], table.opening_kind[request] = np.inf, -1
    lowest = np.inf
    for kind in range(len(task.vehicles)):
        if plan.used[kind] >= task.vehicles[kind, COUNT]:
            continue
        base = -task.vehicles[kind, OPENING]
        cost, stop, _, _ = offer(task, plan, requests, request, kind, np.int64(-1), base, np.inf)
        rated = cost
        if rated < lowest:
            lowest = rated
            table.opening[request], table.opening_kind[request], table.opening_stop[request] = cost, kind, stop


@kernel
def rate(requests, table, request, depth):
    """Set how much it would cost to serve a request later: the regret (Potvin & Rousseau 1993)."""
    opening, outside = table.opening[request], (0.0 if requests.optional[request] else MISSING)
    spare = min(opening, outside)
    best, total, slot, taken = spare, 0.0, 0, False
    for rank in range(depth):
        option = spare
        if slot < table.size[request] and table.cost[request, slot] < opening:
            option = table.cost[request, slot]
            slot += 1
        if rank == 0:
            best = option
        total += option - best
    table.score[request] = total + requests.priority[request] * MISSING * 10 +best*TIE


@kernel
def scan(task, plan, requests, table, request, depth):
    """Look at all routes for a request."""
    table.size[request], table.dropped[request] = 0, False
    for route in range(len(plan.routes)):
        if plan.routes[route, KIND] >= 0:
            look(task, plan, requests, table, request, route)
    look_for_vehicle(task, plan, requests, table, request)
    rate(requests, table, request, depth)


@kernel
def fill(task, plan, requests, table, depth):
    """Look at all routes for all requests that wait."""
    for k in range(table.count[0]):
        scan(task, plan, requests, table, table.waiting[k], depth)


@kernel
def serve(task, plan, requests, table, request):
    """Put a request where it costs least, and return its route, the last stop linked in and the one before that."""
    if table.size[request] > 0 and table.cost[request, 0] <= table.opening[request]:
        entry = table.entry[request, 0]
        route, stop, after, second = entry[ROUTE], entry[STOP], entry[AFTER], entry[SECOND]
    else:
        route = open_route(plan, table.opening_kind[request])
        stop, after = table.opening_stop[request], np.int64(-1)
        second = stop
    insert(plan, route, stop, after)
    delivery = requests.delivery[request]
    if delivery >= 0:
        insert(plan, route, delivery, second)
    measure(task, plan, route)
    return route, stop, after


@kernel
def advance(task, plan, requests, table, depth, steps, flag):
    """Serve up to `steps` requests, the highest score first; return how many wait still.

    A request that no vehicle can take ceases to wait. Ends at once when the flag is set.
    """
    for _ in range(steps):
        if flag[0] or table.count[0] == 0:
            break
        chosen = 0
        for k in range(1, table.count[0]):
            if table.score[table.waiting[k]] > table.score[table.waiting[chosen]]:
                chosen = k
        request = table.waiting[chosen]
        if table.size[request] == 0 and table.opening[request] == np.inf and table.dropped[request]:
            scan(task, plan, requests, table, request, depth)
        table.count[0] -= 1
        table.waiting[chosen] = table.waiting[table.count[0]]
        if table.size[request] == 0 and table.opening[request] == np.inf:
            continue
        route, stop, after = serve(task, plan, requests, table, request)
        bring_up_to_date(task, plan, requests, table, depth, route, stop, after)
    return table.count[0]


@kernel
def bring_up_to_date(task, plan, requests, table, depth, route, added, before):
    """Look again at a route that a stop `added` has entered, for all requests that wait."""
    kind = plan.routes[route, KIND]
    taken = plan.used[kind] >= task.vehicles[kind, COUNT]
    for k in range(table.count[0]):
        request = table.waiting[k]
        single = requests.delivery[request] < 0 and requests.offsets[request + 1] == requests.offsets[request] + 1
        if single and SHORT:
            look_beside(task, plan, requests, table, request, route, added, before)
        else:
            slot = find(table, request, route)
            if slot >= 0:
                forget(table, request, slot)
            look(task, plan, requests, table, request, route)
        if taken and table.opening_kind[request] == kind:
            look_for_vehicle(task, plan, requests, table, request)
        rate(requests, table, request, depth)
