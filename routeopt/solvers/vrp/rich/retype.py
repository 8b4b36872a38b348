"""Routes that have changed get the vehicle type that drives them at least cost.

A vehicle is begun without knowing what it will carry, so its type is a guess that is put right here.
"""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import borrowed, inlined, inner
from routeopt.solvers.vrp.rich.layout import CHANGED_ROUTES, EMPTIES, TOUCHED_ROUTES
from routeopt.solvers.vrp.rich.measure import measure
from routeopt.solvers.vrp.rich.moves import LEAST
from routeopt.solvers.vrp.rich.polish import worth
from routeopt.solvers.vrp.rich.relink import move_stretch
from routeopt.solvers.vrp.stretches import CAPACITY, DISTANCE_COST, HOLD, OPENING


@inner
def retype(field, plan):
    """Try every vehicle type that has a vehicle left for each route that an iteration has changed."""
    field, plan = borrowed(field), borrowed(plan)
    for k in range(plan.counts[TOUCHED_ROUTES]):
        r = np.int64(plan.lists[CHANGED_ROUTES, k])
        if plan.routes[r].count == 0:
            continue
        if plan.routes[r].measured == 0:
            measure(field, plan, r)
        for kind in range(len(plan.heights)):
            if may_pay(field, plan, r, kind):
                r = moved_to(field, plan, r, kind)


@inlined
def may_pay(field, plan, r, kind):
    """Return whether another vehicle type has a vehicle left that may be cheaper for a route."""
    route, vehicles = plan.routes[r], field.task.vehicles
    if kind == route.kind or plan.heights[kind] == 0:
        return False
    if not field.mixed and vehicles[kind, CAPACITY] + HOLD < route.load:
        return False
    spare = np.int64(plan.lists[EMPTIES, field.first[kind]])
    own, other = plan.nodes[field.task.nodes + r], plan.nodes[field.task.nodes + spare]
    same = own.out == other.out and own.into == other.into and route.profile == plan.routes[spare].profile
    least = vehicles[kind, OPENING] + vehicles[kind, DISTANCE_COST] * route.distance
    return not same or least < worth(plan.routes, r)


@inlined
def moved_to(field, plan, r, kind):
    """Give the stops of a route to a vehicle of another type if that is cheaper; return the route they are in."""
    rings = np.int64(field.task.nodes)
    other = np.int64(plan.lists[EMPTIES, field.first[kind] + plan.heights[kind] - 1])
    cost = worth(plan.routes, r)
    first, last = np.int64(plan.nodes[rings + r].following), np.int64(plan.nodes[rings + r].preceding)
    source, target = r, other
    for _ in range(2):
        move_stretch(field, plan, first, last, rings + target)
        measure(field, plan, target)
        measure(field, plan, source)
        if target == r or worth(plan.routes, other) < cost - LEAST:
            return target
        source, target = target, source
    return r
