"""Where a stop fits best: the exact change of cost of each place, distance first."""

from __future__ import annotations

import numpy as np

from routeopt.problems.instance import STRICT
from routeopt.solvers.compiled import inlined
from routeopt.solvers.random import below, uniform
from routeopt.solvers.vrp.rich.layout import (
    BLINK,
    EMPTIES,
    SEARCHES,
)
from routeopt.solvers.vrp.rich.legs import leg_from, leg_to
from routeopt.solvers.vrp.rich.measure import driven_cost, joined, measure, timely_cost
from routeopt.solvers.vrp.stretches import CAPACITY, HOLD

BLINKS = 0.01  # share of places that are passed over
NEAR, AROUND, EVERYWHERE, NEW = range(4)  # where places are tried, in this order
FEW = (1 << 31) - 1  # numbers of searches, kept as int32
COMMON = 2_000  # stops up to which all routes are searched whenever need be
OPENED = 10  # one in so many searches tries a vehicle more although the stop fits elsewhere


@inlined
def price(field, plan, u, p, bound):
    """Return by how much a stop behind a node raises the cost; inf where it does not fit, or from the bound on."""
    nodes = plan.nodes
    node, before = nodes[u], nodes[p]
    r = np.int64(before.route)
    route = plan.routes[r]
    if route.load + node.load > route.capacity + HOLD:
        return np.inf
    after = nodes[before.following]
    profile = np.int64(route.profile)
    length, time = leg_to(field, profile, u, np.int64(before.out))
    length2, time2 = leg_from(field, profile, u, np.int64(after.into))
    longer = length + length2 - before.leg
    cost = route.rate * longer
    if route.count == 0:
        cost += route.opening
    if not cost < bound:
        return np.inf
    if route.measured == 0:
        measure(field, plan, r)
    begin = max(before.ready + time, node.early)
    if begin > node.late + HOLD or begin + node.service + time2 > after.latest + HOLD:
        return np.inf
    if route.distance + longer > route.most_distance + HOLD or route.count + 1 > route.most_stops:
        return np.inf
    if route.cost == np.inf and not field.ordered:  # a route of pickups only waits for a delivery
        return np.inf
    if field.choosy and not field.task.allowed[route.kind, u]:
        return np.inf
    if field.mixed and not loads_fit(field, plan, u, p):
        return np.inf
    if field.ordered and not order_fits(field, plan, u, p):
        return np.inf
    if field.lasting:
        duration, early, late = joined(
            before.until, before.until_early, before.until_late, node.service, node.early, node.late, time
        )
        onward, onward_early = after.onward, after.onward_early
        duration, _, _ = joined(duration, early, late, onward, onward_early, after.latest, time2)
        if duration > route.most_duration + HOLD:
            return np.inf
        cost += timely_cost(field, np.int64(route.kind), duration) - route.timely
    if field.exact and cost < bound:
        driven = driven_cost(field, plan, r, u, p)
        if driven == np.inf:
            return np.inf
        if route.cost < np.inf:
            cost = driven - route.cost
            if route.count == 0:
                cost += route.opening
    return cost


@inlined
def loads_fit(field, plan, u, p):
    """Return whether the vehicle can carry what is on board, with a stop behind a node."""
    loads, nodes = field.loads, plan.nodes
    ring = np.int64(field.task.nodes + nodes[p].route)
    s = np.int64(nodes[p].following)
    kind = plan.routes[nodes[p].route].kind
    for k in range(loads.shape[1]):
        pickup, peak = 0.0, 0.0
        if p != ring:
            pickup, peak = plan.until[p, k, 1], plan.until[p, k, 2]
        peak = max(peak + loads[u, k, 0], pickup + loads[u, k, 2])
        pickup += loads[u, k, 1]
        if s != ring:
            peak = max(peak + plan.onward[s, k, 0], pickup + plan.onward[s, k, 2])
        if peak > field.task.vehicles[kind, CAPACITY + k] + HOLD:
            return False
    return True


@inlined
def order_fits(field, plan, u, p):
    """Return whether deliveries stay before pickups, with a stop behind a node."""
    nodes = plan.nodes
    ring = np.int64(field.task.nodes + nodes[p].route)
    s = np.int64(nodes[p].following)
    brings, fetches = nodes[u].linehauls > 0, nodes[u].backhauls > 0
    if brings and p != ring and nodes[p].backhauls_until > 0:
        return False
    if fetches and s != ring and nodes[s].linehauls_on > 0:
        return False
    # a route of pickups only cannot be begun; one that deliveries have left has to get some again
    return not (field.task.backhaul == STRICT and fetches and plan.routes[nodes[p].route].count == 0)


@inlined
def searched(plan, v):
    """Return whether a stop is in no route, or in one that this search has been through."""
    r = plan.nodes[v].route
    return r < 0 or plan.routes[r].searched == plan.counts[SEARCHES]


@inlined
def best_place(field, plan, u, bound, state):
    """Return the least change of cost below the bound, and the node that the stop then follows, or -1.

    Where the stop fits nowhere near, whole routes around it are searched, and then all, though of many stops only
    for some. A vehicle more is the last resort: a route that is opened for the cost of its legs alone is one too
    many later on. Of several types either the cheapest is taken or any, for what the vehicle will carry is not
    known yet; at times they are tried in any case.
    """
    nodes, near, around, counts = plan.nodes, field.near, field.around, plan.counts
    width, rings = near.shape[1], np.int64(field.task.nodes)
    kinds = len(plan.heights)
    shift = below(state, kinds) if kinds > 1 else 0
    cheapest = kinds > 1 and below(state, 2) == 0
    settled = kinds == 1 or below(state, OPENED) > 0
    best, place = bound, np.int64(-1)
    counts[SEARCHES] = (counts[SEARCHES] + 1) & FEW
    stage, k, r, p, everywhere = NEAR, 0, np.int64(0), np.int64(-1), False
    while True:
        if stage == NEAR:
            if k == width:
                stage, k, p = AROUND if place < 0 and bound == np.inf else NEW, 0, np.int64(-1)
                continue
            v = np.int64(near[u, k])
            k += 1
            if v >= 0:
                if nodes[v].route < 0:
                    continue
                p = v
            else:
                v = ~v
                if nodes[v].route < 0:
                    continue
                p = np.int64(nodes[v].preceding)
            if nodes[p].tried == counts[SEARCHES]:
                continue
            nodes[p].tried = counts[SEARCHES]
            counts[BLINK] -= 1
            if counts[BLINK] <= 0:
                counts[BLINK] = 1 + int(np.log(1.0 - uniform(state)) / np.log(1.0 - BLINKS))
                continue
        elif stage == AROUND:
            p = np.int64(nodes[p].following) if p >= 0 else rings
            if p >= rings:
                while k < around.shape[1] and searched(plan, around[u, k]):
                    k += 1
                if k == around.shape[1]:
                    everywhere = place < 0 and below(state, rings) < COMMON
                    stage, k, r, p = EVERYWHERE if everywhere else NEW, 0, np.int64(0), np.int64(-1)
                    continue
                r = np.int64(nodes[around[u, k]].route)
                plan.routes[r].searched = counts[SEARCHES]
                p = rings + r
        elif stage == EVERYWHERE:
            p = np.int64(nodes[p].following) if p >= 0 else rings
            if p >= rings:
                while r < len(plan.routes) and plan.routes[r].count == 0:
                    r += 1
                if r == len(plan.routes):
                    if k > 0:  # no vehicle is left
                        return best, place
                    stage = NEW
                    continue
                p = rings + r
                r += 1
        else:
            if place >= 0 and k == 0 and settled:
                return best, place
            if k == kinds and place < 0 and bound == np.inf and not everywhere:
                stage, r, p = EVERYWHERE, np.int64(0), np.int64(-1)
                continue
            if k == kinds or (place >= rings and k > 0 and not cheapest):
                return best, place
            kind = (k + shift) % kinds
            k += 1
            if plan.heights[kind] == 0:
                continue
            p = np.int64(rings + plan.lists[EMPTIES, field.first[kind] + plan.heights[kind] - 1])
        cost = price(field, plan, u, p, best)
        if cost < best:
            best, place = cost, p
