"""Second thoughts: each request is taken out once more and put where it costs least now.

What was inserted early was placed when the routes were still bare. The same pass leaves out optional stops
that do not pay, changes to a better alternative of a group, and serves what found no place before; another
gives a route a cheaper vehicle.
"""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.candidates import (
    BEHIND,
    DELIVERY,
    FIRST,
    NEW,
    OPENER,
    OUTSIDE,
    VEHICLE,
    look_for_vehicle,
    offer,
)
from routeopt.solvers.vrp.insertion import (
    FOLLOWING,
    HEAD,
    KIND,
    PRECEDING,
    ROUTE,
    measure,
    open_route,
    put,
    remove,
)
from routeopt.solvers.vrp.stretches import COUNT, OPENING, part

STAYS, LEFT_OUT, OPENS = -1, -2, -3  # where a request goes, if not into an open route


@kernel
def settle(task, plan, waiting, begin, end, flag):
    """Reconsider the requests `begin` to `end - 1`, and return how much cheaper the plan has become.

    To miss a mandatory request costs MISSING. Ends at once when the flag is set.
    """
    gained = 0.0
    for request in range(begin, min(end, len(waiting.queue))):
        if flag[0]:
            break
        gained += reconsider(task, plan, waiting, request)
    return gained


@part
def reconsider(task, plan, waiting, request):
    """Move a request to where it costs least, and return by how much less than before."""
    delivery, present = waiting.bounds[request, DELIVERY], waiting.value[request, OUTSIDE]
    stop, route, kind, after, second = served_as(plan, waiting, request)
    if stop >= 0:
        present = plan.cost[route] + (
            task.vehicles[kind, OPENING] if alone(plan, route, stop, delivery) else 0.0
        )
        if delivery >= 0:
            remove(plan, delivery)
        remove(plan, stop)
        present -= measure(task, plan, route) + waiting.worth[stop]
    target, best, chosen, place, last = cheapest(task, plan, waiting, request, present)
    if target == STAYS:
        if stop < 0:
            return 0.0
        if plan.routes[route, KIND] < 0:
            route = open_route(plan, kind)
        put(task, plan, route, stop, after, delivery, second)
        return 0.0
    if target == OPENS:
        route = open_route(plan, waiting.marks[request, VEHICLE])
        chosen = waiting.marks[request, OPENER]
        put(task, plan, route, chosen, np.int64(-1), delivery, chosen)
    elif target >= 0:
        put(task, plan, target, chosen, place, delivery, last)
    return present - best


@part
def served_as(plan, waiting, request):
    """Return the stop that serves a request or -1, its route, the vehicle type, and the stops before its ends."""
    delivery = waiting.bounds[request, DELIVERY]
    for m in range(waiting.bounds[request, FIRST], waiting.bounds[request, BEHIND]):
        stop = waiting.stops[m]
        route = plan.links[stop, ROUTE]
        if route >= 0:
            second = plan.links[delivery, PRECEDING] if delivery >= 0 else np.int64(-1)
            return stop, route, plan.routes[route, KIND], plan.links[stop, PRECEDING], second
    return np.int64(-1), np.int64(-1), np.int64(-1), np.int64(-1), np.int64(-1)


@part
def alone(plan, route, stop, delivery):
    """Return whether a route serves nothing but this."""
    following = plan.links[stop, FOLLOWING]
    if delivery >= 0 and following == delivery:
        following = plan.links[delivery, FOLLOWING]
    return plan.routes[route, HEAD] == stop and following < 0


@part
def cheapest(task, plan, waiting, request, present):
    """Return where a request that is in no route should go, and what that costs; it stays where nothing is better.

    Beside the route these are the stop that serves it, and the stops before its ends.
    """
    target, best, chosen, place, last = np.int64(STAYS), present, np.int64(-1), np.int64(-1), np.int64(-1)
    bound = present - 1e-9 * (1.0 + abs(present))
    if not bound > -np.inf:  # its route breaks a bound without it
        return target, best, chosen, place, last
    if waiting.value[request, OUTSIDE] < bound:
        target, best = np.int64(LEFT_OUT), waiting.value[request, OUTSIDE]
        bound = best
    for route in range(len(plan.routes)):
        kind = plan.routes[route, KIND]
        if kind >= 0:
            head, base = plan.routes[route, HEAD], plan.cost[route]
            extra, stop, after, second = offer(task, plan, waiting, request, kind, head, base, bound)
            if extra < bound:
                target, best, bound, chosen, place, last = np.int64(route), extra, extra, stop, after, second
    look_for_vehicle(task, plan, waiting, request)
    if waiting.value[request, NEW] < bound:
        target, best = np.int64(OPENS), waiting.value[request, NEW]
    return target, best, chosen, place, last


@kernel
def retype(task, plan):
    """Give each route the vehicle type that drives it at least cost, of those left; return what that saves."""
    gained = 0.0
    for route in range(len(plan.routes)):
        own = plan.routes[route, KIND]
        if own < 0:
            continue
        best, kept = plan.cost[route] + task.vehicles[own, OPENING], own
        for kind in range(len(task.vehicles)):
            if plan.used[kind] < task.vehicles[kind, COUNT] and may_drive(task, plan, route, kind):
                plan.routes[route, KIND] = kind
                cost = measure(task, plan, route) + task.vehicles[kind, OPENING]
                if cost < best:
                    gained += best - cost
                    best, kept = cost, kind
        plan.used[own] -= 1
        plan.used[kept] += 1
        plan.routes[route, KIND] = kept
        measure(task, plan, route)
    return gained


@part
def may_drive(task, plan, route, kind):
    """Return whether a vehicle type may serve all stops of a route."""
    stop = plan.routes[route, HEAD]
    while stop >= 0:
        if not task.allowed[kind, stop]:
            return False
        stop = plan.links[stop, FOLLOWING]
    return True


@kernel
def abandon(task, plan, waiting):
    """Dissolve the routes of optional requests that cost more than all of them are worth; return what that saves."""
    worth = np.zeros(len(plan.routes))
    for request in range(len(waiting.queue)):
        stop, route, _, _, _ = served_as(plan, waiting, request)
        if stop >= 0:
            worth[route] += np.inf if waiting.value[request, OUTSIDE] > 0 else waiting.worth[stop]
    gained = 0.0
    for route in range(len(plan.routes)):
        kind = plan.routes[route, KIND]
        if kind < 0 or not plan.cost[route] + task.vehicles[kind, OPENING] > worth[route]:
            continue
        gained += plan.cost[route] + task.vehicles[kind, OPENING] - worth[route]
        while plan.routes[route, HEAD] >= 0:
            remove(plan, plan.routes[route, HEAD])
        measure(task, plan, route)
    return gained
