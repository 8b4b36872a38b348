"""SWAP*: exchange two stops of different routes, each to its best place there, not into the other's.

For every stop and route the three best places are remembered until the route changes. They are priced
with time as if nothing else moved, which picks out the few pairs worth an exact look. Only stops with a
neighbour in the other route take part. Source: Vidal, C&OR 140 (2022), there for the CVRP.
"""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.hgs.timed_links import link, note_change
from routeopt.solvers.vrp.hgs.timed_moves import GAIN
from routeopt.solvers.vrp.hgs.timed_segments import (
    COST,
    COUNT,
    DEMAND,
    FILLED,
    FOUND,
    MODIFIED,
    MOVES,
    PLACE,
    WORK,
    NEXT,
    POSITION,
    PREVIOUS,
    ROUTE,
    SWAPPED,
    begin,
    close,
    entry,
    follow,
    splice,
    surcharge,
    visit,
)


HUGE = 1 << 30
_ONE = np.uint64(1)


@kernel
def exchange_pass(plan, flag):
    """Try SWAP* on every pair of routes that lie near each other; return False when interrupted."""
    routes, reaches, clock = plan.routes, plan.reaches, plan.clock
    if clock[PLACE] == 0:
        _find_reaches(plan)
    while clock[PLACE] < len(plan.routes):
        if clock[WORK] <= 0 or flag[0] != 0:
            return False
        clock[WORK] -= len(plan.routes)
        one = np.int64(plan.route_order[clock[PLACE]])
        clock[PLACE] += 1
        if routes[one, COUNT] == 0:
            continue
        tested = routes[one, SWAPPED]
        routes[one, SWAPPED] = clock[MOVES]
        for other in range(one + 1, len(plan.routes)):
            if (
                routes[other, COUNT] > 0
                and max(routes[one, MODIFIED], routes[other, MODIFIED]) > tested
                and _reaches(reaches, depot_of(plan, one), other)
                and _reaches(reaches, depot_of(plan, other), one)
            ):
                clock[WORK] -= 4 * (routes[one, COUNT] + routes[other, COUNT])
                exchange(plan, one, other)
    return True


@kernel
def _find_reaches(plan):
    """Set, for each stop and route, a bit for every route (modulo 64) that a neighbour is in."""
    plan.reaches[:] = 0
    for stop in range(1, len(plan.near)):
        bits = np.uint64(0)
        for k in range(plan.near.shape[1]):
            bits |= _ONE << np.uint64(entry(nodes, plan.near[stop, k], ROUTE) & 63)
        plan.reaches[stop] = bits
        plan.reaches[depot_of(plan, entry(nodes, stop, ROUTE))] |= bits


@kernel
def _reaches(reaches, node, route):
    return (reaches[node] >> np.uint64(route & 63)) & _ONE != 0


@kernel
def find_slots(plan, route, target):
    """Find the three best places in `target` for the stops of `route`, where they are not known."""
    nodes, slots, weights = nodes, plan.slots, plan.weights
    depot, depot2 = depot_of(plan, route), depot_of(plan, target)
    base, changed = plan.charge[target], plan.routes[target, MODIFIED]
    load = entry(plan.routes, target, FILLED)
    u = entry(nodes, depot, NEXT)
    while u != depot:
        slot = slots[u, target]
        if slot[FOUND] != changed and _reaches(plan.reaches, u, target):
            slot[0] = slot[2] = slot[4] = HUGE
            slot[1] = slot[3] = slot[5] = 0
            v = depot2
            while True:
                y = entry(nodes, v, NEXT)
                change = np.float64(entry(field.cost, v, u) + entry(field.cost, u, y) - entry(nodes, v, COST))
                if change - base < slot[4]:  # time can only be saved as far as there is some to pay for
                    sums = splice(field, v, u, np.int64(-1), y)
                    # loads are counted when the pair is known
                    change += surcharge(model, weights, load, sums) - base
                    _rank_slot(slot, np.int64(np.floor(min(change, HUGE))), v)
                v = y
                if v == depot2:
                    break
            slot[FOUND] = changed
        u = entry(nodes, u, NEXT)


@kernel
def _rank_slot(slot, change, place):
    if change < slot[0]:
        slot[5], slot[4] = slot[3], slot[2]
        slot[3], slot[2] = slot[1], slot[0]
        slot[1], slot[0] = place, change
    elif change < slot[2]:
        slot[5], slot[4] = slot[3], slot[2]
        slot[3], slot[2] = place, change
    elif change < slot[4]:
        slot[5], slot[4] = place, change


@kernel
def exchange(plan, one, other):
    """Apply the best SWAP* or relocation between two routes, if it improves."""
    nodes, slots, weights, gone = nodes, plan.slots, plan.weights, plan.buffer
    find_slots(plan, one, other)
    find_slots(plan, other, one)
    candidates = _price_removals(plan, other, one)
    load, load2 = plan.routes[one, FILLED], plan.routes[other, FILLED]
    over = max(load - capacity, 0) + max(load2 - capacity, 0)
    best, best_u, best_v = GAIN, np.int64(-1), np.int64(-1)
    to_u = to_v = np.int64(-1)
    depot = depot_of(plan, one)
    u = entry(nodes, depot, NEXT)
    while u != depot:
        if _reaches(plan.reaches, u, other):
            of_u = entry(nodes, u, DEMAND)
            without, left = _removal(plan, u, one)
            shifted = max(load - of_u - capacity, 0) + max(load2 + of_u - capacity, 0) - over
            change = without + weights[0] * shifted + slots[u, other, 0]
            if change < best:
                best, best_u, best_v, to_u = change, u, np.int64(-1), np.int64(slots[u, other, 1])
            for k in range(0, 4 * candidates, 4):
                given = of_u - np.int64(gone[k + 1])
                shifted = max(load - given - capacity, 0) + max(load2 + given - capacity, 0) - over
                change = without + gone[k + 2] + weights[0] * shifted
                if change >= best:
                    continue
                v = np.int64(gone[k])
                gain_u, place_u = _cheapest_without(plan, u, v, other, gone[k + 3])
                if change + gain_u >= best:
                    continue
                gain_v, place_v = _cheapest_without(plan, v, u, one, left)
                if change + gain_u + gain_v >= best:
                    continue
                change = _exact_change(plan, u, place_u, v, place_v, load - given, load2 + given)
                if change < best:
                    best, best_u, best_v, to_u, to_v = change, u, v, place_u, place_v
        u = entry(nodes, u, NEXT)
    for k in range(0, 4 * candidates, 4):
        v, of_v = np.int64(gone[k]), np.int64(gone[k + 1])
        shifted = max(load + of_v - capacity, 0) + max(load2 - of_v - capacity, 0) - over
        change = gone[k + 2] + weights[0] * shifted + slots[v, one, 0]
        if change < best:
            best, best_u, best_v, to_v = change, np.int64(-1), v, np.int64(slots[v, one, 1])
    if best_u < 0 and best_v < 0:
        return
    _exchange(nodes, best_u, to_u, best_v, to_v)
    note_change(plan, one, other)


@kernel
def _exchange(nodes, u, to_u, v, to_v):
    """Take out u and v, then put each behind its place; either may be -1."""
    if u >= 0:
        link(nodes, entry(nodes, u, PREVIOUS), entry(nodes, u, NEXT))
    if v >= 0:
        link(nodes, entry(nodes, v, PREVIOUS), entry(nodes, v, NEXT))
    if u >= 0:
        following = entry(nodes, to_u, NEXT)
        link(nodes, to_u, u)
        link(nodes, u, following)
    if v >= 0:
        following = entry(nodes, to_v, NEXT)
        link(nodes, to_v, v)
        link(nodes, v, following)


@kernel
def _removal(plan, u, route):
    """Return the change of cost when u leaves its route, and the charge then; the load is left as it is."""
    nodes = nodes
    p, x = entry(nodes, u, PREVIOUS), entry(nodes, u, NEXT)
    sums = splice(field, p, np.int64(-1), np.int64(-1), x)
    charge = surcharge(model, plan.weights, entry(plan.routes, route, FILLED), sums)
    legs = entry(field.cost, p, x) - entry(nodes, p, COST) - entry(nodes, u, COST)
    return legs + charge - plan.charge[route], charge


@kernel
def _price_removals(plan, route, target):
    """Fill the buffer with stop, demand, change and charge for each stop of `route` with a neighbour in `target`."""
    nodes, gone = nodes, plan.buffer
    depot = depot_of(plan, route)
    count = 0
    v = entry(nodes, depot, NEXT)
    while v != depot:
        if _reaches(plan.reaches, v, target):
            gone[4 * count], gone[4 * count + 1] = v, entry(nodes, v, DEMAND)
            gone[4 * count + 2], gone[4 * count + 3] = _removal(plan, v, route)
            count += 1
        v = entry(nodes, v, NEXT)
    return count


@kernel
def _cheapest_without(plan, u, v, target, left):
    """Return the least change of cost for u to join the route of v once v has left, and the place.

    `left` is the charge of that route without v. A place beside v is v's own.
    """
    nodes, slot = nodes, plan.slots[u, target]
    q, y = entry(nodes, v, PREVIOUS), entry(nodes, v, NEXT)
    best, place = np.float64(HUGE), q
    for k in range(0, FOUND, 2):
        if slot[k + 1] != v and slot[k + 1] != q:
            best, place = np.float64(slot[k]), np.int64(slot[k + 1])
            break
    legs = entry(field.cost, q, u) + entry(field.cost, u, y) - entry(field.cost, q, y)
    if legs - left < best:
        sums = splice(field, q, u, np.int64(-1), y)
        own = legs - left + surcharge(model, plan.weights, entry(plan.routes, target, FILLED), sums)
        if own < best:
            best, place = own, q
    return best, place


@kernel
def _exact_change(plan, u, place_u, v, place_v, load, load2):
    """Return the change of cost of an exchange; the loads are those after it."""
    nodes, weights = nodes, plan.weights
    one, other = entry(nodes, u, ROUTE), entry(nodes, v, ROUTE)
    change = np.float64(_replaced_legs(field, u, v, place_u) + _replaced_legs(field, v, u, place_v))
    change += surcharge(model, weights, load2, replaced(field, u, v, place_u))
    change += surcharge(model, weights, load, replaced(field, v, u, place_v))
    return change - plan.charge[one] - plan.charge[other]


@kernel
def _replaced_legs(field, u, v, place):
    """Return the change of leg cost of a route that v leaves and u joins behind `place`."""
    q, y = entry(nodes, v, PREVIOUS), entry(nodes, v, NEXT)
    change = -entry(nodes, q, COST) - entry(nodes, v, COST)
    if place == q:
        return change + entry(field.cost, q, u) + entry(field.cost, u, y)
    change += entry(field.cost, q, y) - entry(nodes, place, COST)
    return change + entry(field.cost, place, u) + entry(field.cost, u, entry(nodes, place, NEXT))


@kernel
def replaced(field, u, v, place):
    """Return duration, warp, waiting and length of the route of v once v has left and u follows `place`."""
    q, y, following = entry(nodes, v, PREVIOUS), entry(nodes, v, NEXT), entry(nodes, place, NEXT)
    if place == q:
        return splice(field, q, u, np.int64(-1), y)
    if entry(nodes, place, POSITION) < entry(nodes, v, POSITION):
        running = visit(field, begin(nodes, place), u)
        return close(field, follow(field, running, following, q), y)
    running = follow(field, begin(nodes, q), y, place)
    return close(field, visit(field, running, u), following)
