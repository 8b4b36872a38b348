"""What a route costs, and the sums that its nodes keep of the stretches up to them and from them on."""

from __future__ import annotations

import numpy as np

from routeopt.problems.instance import STRICT
from routeopt.solvers.compiled import borrowed, inlined, inner
from routeopt.solvers.vrp.clock import clocked_cost
from routeopt.solvers.vrp.rich.legs import leg_from
from routeopt.solvers.vrp.stretches import (
    CAPACITY,
    DURATION_COST,
    HOLD,
    OVERTIME_AFTER,
    OVERTIME_COST,
)


@inlined
def timely_cost(field, kind, duration):
    """Return what the duration of a route costs."""
    vehicles = field.task.vehicles
    over = max(duration - vehicles[kind, OVERTIME_AFTER], 0.0)
    return vehicles[kind, DURATION_COST] * duration + vehicles[kind, OVERTIME_COST] * over


@inlined
def joined(duration, early, late, duration2, early2, late2, leg):
    """Return duration, earliest and latest beginning of two stretches; the duration is inf if the second is late."""
    shift = duration + leg
    waiting = max(early2 - shift - late, 0.0)
    total = shift + duration2 + waiting
    if early + shift > late2 + HOLD:
        total = np.inf
    return total, max(early2 - shift, early) - waiting, min(late2 - shift, late)


@inner
def measure(field, plan, r):
    """Sum up a route from its links; its cost is inf where it breaks a bound."""
    field, plan = borrowed(field), borrowed(plan)
    nodes, route = plan.nodes, plan.routes[r]
    ring = np.int64(field.task.nodes + r)
    profile, kind = np.int64(route.profile), np.int64(route.kind)
    route.measured = 1
    if route.count == 0:
        route.cost, route.distance, route.duration, route.timely = 0.0, 0.0, 0.0, 0.0
        return
    feasible = route.count <= route.most_stops
    before, v = nodes[ring], np.int64(nodes[ring].following)
    distance, place, backhauls, linehauls, carried = 0.0, 0, 0, 0, 0.0
    while True:
        node = nodes[v]
        place += 1
        length, time = leg_from(field, profile, np.int64(before.out), np.int64(node.into))
        distance += length
        before.leg = length
        if v == ring:
            feasible &= before.ready + time <= node.late + HOLD
            break
        node.place = place
        node.distance = distance
        carried += node.load
        node.carried = carried
        begin = max(before.ready + time, node.early)
        feasible &= begin <= node.late + HOLD
        node.ready = begin + node.service
        if field.lasting:
            node.until, node.until_early, node.until_late = joined(
                before.until, before.until_early, before.until_late, node.service, node.early, node.late, time
            )
        if field.ordered:
            feasible &= node.linehauls == 0 or backhauls == 0
            backhauls += node.backhauls
            linehauls += node.linehauls
            node.backhauls_until = backhauls
        before, v = node, np.int64(node.following)
    route.distance = distance
    feasible &= distance <= route.most_distance + HOLD
    if field.ordered and field.task.backhaul == STRICT and backhauls > 0 and linehauls == 0:
        feasible = False
    # backwards
    after, v = nodes[ring], np.int64(nodes[ring].preceding)
    after_latest, linehauls = after.late, 0
    after_onward, after_early = 0.0, after.early
    while v != ring:
        node = nodes[v]
        _, time = leg_from(field, profile, np.int64(node.out), np.int64(after.into))
        node.latest = min(node.late, after_latest - time - node.service)
        if field.lasting:
            node.onward, node.onward_early, _ = joined(
                node.service, node.early, node.late, after_onward, after_early, after_latest, time
            )
            after_onward, after_early = node.onward, node.onward_early
        if field.ordered:
            linehauls += node.linehauls
            node.linehauls_on = linehauls
        after_latest = node.latest
        after, v = node, np.int64(node.preceding)
    if field.lasting:
        start = nodes[ring]
        _, time = leg_from(field, profile, np.int64(start.out), np.int64(after.into))
        route.duration, _, _ = joined(
            start.until, start.until_early, start.until_late, after_onward, after_early, after_latest, time
        )
        feasible &= route.duration <= route.most_duration + HOLD
        route.timely = timely_cost(field, kind, route.duration)
    if field.mixed:
        feasible &= measure_loads(field, plan, r)
    else:
        feasible &= route.load <= route.capacity + HOLD
    if feasible and field.choosy:
        feasible = may_drive(field, plan, r, kind)
    route.cost = route.rate * distance + route.timely if feasible and distance < np.inf else np.inf
    if field.exact and route.cost < np.inf:
        route.cost = driven_cost(field, plan, r, np.int64(-1), ring)
        route.timely = route.cost - route.rate * distance


@inner
def measure_loads(field, plan, r):
    """Sum up the loads of a route up to each node and from it on; return whether they fit."""
    field, plan = borrowed(field), borrowed(plan)
    nodes, until, onward, loads = plan.nodes, plan.until, plan.onward, field.loads
    ring = np.int64(field.task.nodes + r)
    fits = True
    for k in range(loads.shape[1]):
        delivery, pickup, peak = 0.0, 0.0, 0.0
        v = np.int64(nodes[ring].following)
        while v != ring:
            peak = max(peak + loads[v, k, 0], pickup + loads[v, k, 2])
            delivery += loads[v, k, 0]
            pickup += loads[v, k, 1]
            until[v, k, 0], until[v, k, 1], until[v, k, 2] = delivery, pickup, peak
            v = np.int64(nodes[v].following)
        fits &= peak <= field.task.vehicles[plan.routes[r].kind, CAPACITY + k] + HOLD
        delivery, pickup, peak = 0.0, 0.0, 0.0
        v = np.int64(nodes[ring].preceding)
        while v != ring:
            peak = max(loads[v, k, 2] + delivery, loads[v, k, 1] + peak)
            delivery += loads[v, k, 0]
            pickup += loads[v, k, 1]
            onward[v, k, 0], onward[v, k, 1], onward[v, k, 2] = delivery, pickup, peak
            v = np.int64(nodes[v].preceding)
    return fits


@inner
def may_drive(field, plan, r, kind):
    """Return whether a vehicle type may serve all stops of a route."""
    field, plan = borrowed(field), borrowed(plan)
    ring = np.int64(field.task.nodes + r)
    v = np.int64(plan.nodes[ring].following)
    while v != ring:
        if not field.task.allowed[kind, v]:
            return False
        v = np.int64(plan.nodes[v].following)
    return True


@inner
def driven_cost(field, plan, r, stop, place):
    """Return the cost of a route by the clock, with a stop (or -1) behind a place; without the opening."""
    field, plan = borrowed(field), borrowed(plan)
    nodes, sequence, ring = plan.nodes, plan.sequence, np.int64(field.task.nodes + r)
    kind, profile = np.int64(plan.routes[r].kind), np.int64(plan.routes[r].profile)
    count, v = 0, ring
    distance, before = 0.0, ring
    while True:
        if v != ring or (stop >= 0 and place == ring):
            if v != ring:
                sequence[count] = v
                count += 1
            if v == place and stop >= 0:
                sequence[count] = stop
                count += 1
        v = np.int64(nodes[v].following)
        if v == ring:
            break
    for k in range(count):
        v = sequence[k]
        distance += leg_from(field, profile, np.int64(nodes[before].out), v)[0]
        before = v
    distance += leg_from(field, profile, np.int64(nodes[before].out), np.int64(nodes[ring].into))[0]
    return clocked_cost(field.task, kind, field.stretches, sequence, count, distance)
