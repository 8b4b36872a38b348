"""SWAP*: exchange two stops of different routes, each to its best place there, not into the other's.

For every stop and route the three best places are remembered until the route changes. They are priced
with time as if nothing else moved, which picks out the few pairs worth an exact look. Only stops with a
neighbour in the other route take part. Source: Vidal, C&OR 140 (2022), there for the CVRP.
"""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import inlined, inner
from routeopt.solvers.vrp.hgs.timed_links import link, note_change
from routeopt.solvers.vrp.hgs.timed_moves import GAIN
from routeopt.solvers.vrp.hgs.timed_segments import (
    CAPACITY,
    COST,
    COUNT,
    DEMAND,
    FILLED,
    FOUND,
    MODIFIED,
    MOVES,
    NEXT,
    PER_LOAD,
    PLACE,
    POSITION,
    PREVIOUS,
    ROUTE,
    SLOT,
    SWAPPED,
    WORK,
    begin,
    close,
    depot_of,
    entry,
    follow,
    record,
    spliced,
    surcharge,
    visit,
)

HUGE = 1 << 30
NOBODY = np.int64(-1)
_ONE = np.uint64(1)


@inner
def exchange_pass(field, plan, flag):
    """Try SWAP* on every pair of routes that lie near each other; return False when interrupted."""
    routes, reaches, clock = plan.routes, plan.reaches, plan.clock
    fleet = len(routes)
    if clock[PLACE] == 0:
        _find_reaches(field.nodes, plan)
    while clock[PLACE] < fleet:
        if clock[WORK] <= 0 or flag[0] != 0:
            return False
        clock[WORK] -= fleet
        one = np.int64(plan.route_order[clock[PLACE]])
        clock[PLACE] += 1
        if routes[one, COUNT] == 0:
            continue
        tested = routes[one, SWAPPED]
        routes[one, SWAPPED] = clock[MOVES]
        for other in range(one + 1, fleet):
            if (
                routes[other, COUNT] > 0
                and max(routes[one, MODIFIED], routes[other, MODIFIED]) > tested
                and _reaches(reaches, depot_of(plan, one), other)
                and _reaches(reaches, depot_of(plan, other), one)
            ):
                clock[WORK] -= 4 * (routes[one, COUNT] + routes[other, COUNT])
                exchange(field, plan, one, other)
    return True


@inner
def _find_reaches(nodes, plan):
    """Set, for each stop and route, a bit for every route (modulo 64) that a neighbour is in."""
    near, reaches = plan.near, plan.reaches
    reaches[:] = 0
    for stop in range(1, len(near)):
        bits = np.uint64(0)
        for k in range(near.shape[1]):
            bits |= _ONE << np.uint64(entry(nodes, entry(near, stop, k), ROUTE) & 63)
        reaches[stop] = bits
        reaches[depot_of(plan, entry(nodes, stop, ROUTE))] |= bits


@inlined
def _reaches(reaches, node, route):
    return (reaches[np.uintp(node)] >> np.uint64(route & 63)) & _ONE != 0


@inner
def exchange(field, plan, one, other):
    """Apply the best SWAP* or relocation between two routes, if it improves; return the change of cost."""
    for route, target in ((one, other), (other, one)):
        find_slots(
            field, plan.slots, plan.reaches, depot_of(plan, route), target, depot_of(plan, target),
            plan.routes[target, FILLED], plan.charge[target], plan.routes[target, MODIFIED],
        )  # fmt: skip
    u, to_u, v, to_v, change = best_exchange(
        field, plan.slots, plan.reaches, plan.buffer, one, other, depot_of(plan, one), depot_of(plan, other),
        plan.routes[one, FILLED], plan.routes[other, FILLED], plan.charge[one], plan.charge[other],
    )  # fmt: skip
    if u >= 0 or v >= 0:
        _relink(field.nodes, u, to_u, v, to_v)
        note_change(field, plan, one, other)
        return change
    return 0.0


@inner
def find_slots(field, slots, reaches, depot, target, depot2, load, charge, changed):
    """Find the three best places in `target` for the stops of a route, where they are not known.

    Prices are rounded down. Loads are left out: they are counted when the pair is known.
    """
    nodes, column = field.nodes, target * SLOT
    u = entry(nodes, depot, NEXT)
    while u != depot:
        if entry(slots, u, column + FOUND) != changed and _reaches(reaches, u, target):
            for k in range(0, FOUND, 2):
                record(slots, u, column + k, HUGE)
                record(slots, u, column + k + 1, 0)
            v = depot2
            while True:
                y = entry(nodes, v, NEXT)
                change = entry(field.cost, v, u) + entry(field.cost, u, y) - entry(nodes, v, COST) - charge
                if change < entry(slots, u, column + 4):  # what is charged already may be saved, but no more
                    change += spliced(field, load, v, u, NOBODY, y)
                    _rank_slot(slots, u, column, np.int64(np.floor(min(change, HUGE))), v)
                v = y
                if v == depot2:
                    break
            record(slots, u, column + FOUND, changed)
        u = entry(nodes, u, NEXT)


@inlined
def _rank_slot(slots, u, column, change, place):
    """Keep a place if it is among the best three."""
    k = 6
    while k > 0 and change < entry(slots, u, column + k - 2):
        if k < 6:
            record(slots, u, column + k, entry(slots, u, column + k - 2))
            record(slots, u, column + k + 1, entry(slots, u, column + k - 1))
        k -= 2
    if k < 6:
        record(slots, u, column + k, change)
        record(slots, u, column + k + 1, place)


@inner
def best_exchange(field, slots, reaches, gone, one, other, depot, depot2, load, load2, charge, charge2):
    """Return stop and new place from each route for the best exchange or relocation, and its change of cost.

    -1 is no stop.
    """
    nodes, rates = field.nodes, field.rates
    over = max(load - rates[CAPACITY], 0.0) + max(load2 - rates[CAPACITY], 0.0)
    candidates = _price_removals(field, reaches, gone, depot2, one, load2, charge2)
    best, best_u, best_v, to_u, to_v = GAIN, NOBODY, NOBODY, NOBODY, NOBODY
    u = entry(nodes, depot, NEXT)
    while u != depot:
        if _reaches(reaches, u, other):
            of_u = entry(nodes, u, DEMAND)
            without, left = _removal(field, u, load, charge)
            shifted = without + _shifted(rates, load, load2, of_u, over)
            if shifted + entry(slots, u, other * SLOT) < best:
                place_u = entry(slots, u, other * SLOT + 1)
                change = shifted + _joined(field, u, place_u, load2) - charge2
                if change < best:
                    best, best_u, best_v, to_u = change, u, NOBODY, place_u
            for k in range(candidates):
                given = of_u - entry(gone, k, 1)
                change = without + gone[np.uintp(k), 2] + _shifted(rates, load, load2, given, over)
                if change >= best:
                    continue
                v = entry(gone, k, 0)
                gain_u, place_u = _place_without(
                    field, slots, u, v, other * SLOT, load2, gone[np.uintp(k), 3]
                )
                if change + gain_u >= best:
                    continue
                gain_v, place_v = _place_without(field, slots, v, u, one * SLOT, load, left)
                if change + gain_u + gain_v >= best:
                    continue
                change = (
                    _exact_change(field, u, place_u, v, place_v, load - given, load2 + given)
                    - charge
                    - charge2
                )
                if change < best:
                    best, best_u, best_v, to_u, to_v = change, u, v, place_u, place_v
        u = entry(nodes, u, NEXT)
    for k in range(candidates):
        v, of_v = entry(gone, k, 0), entry(gone, k, 1)
        shifted = gone[k, 2] + _shifted(rates, load, load2, -of_v, over)
        if shifted + entry(slots, v, one * SLOT) < best:
            place_v = entry(slots, v, one * SLOT + 1)
            change = shifted + _joined(field, v, place_v, load) - charge
            if change < best:
                best, best_u, best_v, to_v = change, NOBODY, v, place_v
    return best_u, to_u, best_v, to_v, best


@inlined
def _shifted(rates, load, load2, given, over):
    """Return the change of load penalties when the first route gives so much to the second."""
    after = max(load - given - rates[CAPACITY], 0.0) + max(load2 + given - rates[CAPACITY], 0.0)
    return rates[PER_LOAD] * (after - over)


@inner
def _removal(field, u, load, charge):
    """Return the change of cost when u leaves its route, and the charge then; the load is left as it is."""
    nodes = field.nodes
    p, x = entry(nodes, u, PREVIOUS), entry(nodes, u, NEXT)
    left = spliced(field, load, p, NOBODY, NOBODY, x)
    return entry(field.cost, p, x) - entry(nodes, p, COST) - entry(nodes, u, COST) + left - charge, left


@inner
def _joined(field, u, place, load):
    """Return the change of leg cost when u joins a route behind `place`, and the charge then."""
    y = entry(field.nodes, place, NEXT)
    legs = entry(field.cost, place, u) + entry(field.cost, u, y) - entry(field.nodes, place, COST)
    return legs + spliced(field, load, place, u, NOBODY, y)


@inner
def _price_removals(field, reaches, gone, depot, target, load, charge):
    """Note stop, demand, change and charge for the stops of a route that have a neighbour in `target`."""
    nodes, count = field.nodes, 0
    v = entry(nodes, depot, NEXT)
    while v != depot:
        if _reaches(reaches, v, target):
            gone[count, 0], gone[count, 1] = v, entry(nodes, v, DEMAND)
            gone[count, 2], gone[count, 3] = _removal(field, v, load, charge)
            count += 1
        v = entry(nodes, v, NEXT)
    return count


@inner
def _place_without(field, slots, u, v, column, load, left):
    """Return the least change of cost for u to join the route of v once v has left, and the place.

    `left` is the charge of that route without v. A place beside v is v's own.
    """
    nodes = field.nodes
    q, y = entry(nodes, v, PREVIOUS), entry(nodes, v, NEXT)
    best, place = np.float64(HUGE), q
    for k in range(column, column + FOUND, 2):
        slot = entry(slots, u, k + 1)
        if slot != v and slot != q:
            best, place = np.float64(entry(slots, u, k)), slot
            break
    own = entry(field.cost, q, u) + entry(field.cost, u, y) - entry(field.cost, q, y) - left
    if own < best:
        own += spliced(field, load, q, u, NOBODY, y)
        if own < best:
            best, place = own, q
    return best, place


@inner
def _exact_change(field, u, place_u, v, place_v, load, load2):
    """Return the cost of an exchange less what is charged already; the loads are those after it."""
    legs = _replaced_legs(field, u, v, place_u) + _replaced_legs(field, v, u, place_v)
    charge = surcharge(field.rates, load2, replaced(field, u, v, place_u))
    return legs + charge + surcharge(field.rates, load, replaced(field, v, u, place_v))


@inner
def _replaced_legs(field, u, v, place):
    """Return the change of leg cost of a route that v leaves and u joins behind `place`."""
    nodes, cost = field.nodes, field.cost
    q, y = entry(nodes, v, PREVIOUS), entry(nodes, v, NEXT)
    change = -entry(nodes, q, COST) - entry(nodes, v, COST)
    if place == q:
        return change + entry(cost, q, u) + entry(cost, u, y)
    change += entry(cost, q, y) - entry(nodes, place, COST)
    return change + entry(cost, place, u) + entry(cost, u, entry(nodes, place, NEXT))


@inner
def replaced(field, u, v, place):
    """Return duration, warp, waiting and length of the route of v once v has left and u follows `place`."""
    nodes = field.nodes
    q, y, following = entry(nodes, v, PREVIOUS), entry(nodes, v, NEXT), entry(nodes, place, NEXT)
    if place == q:
        return close(field, visit(field, begin(nodes, q), u), y)
    if entry(nodes, place, POSITION) < entry(nodes, v, POSITION):
        running = visit(field, begin(nodes, place), u)
        return close(field, follow(field, running, following, q), y)
    running = follow(field, begin(nodes, q), y, place)
    return close(field, visit(field, running, u), following)


@inner
def _relink(nodes, u, to_u, v, to_v):
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
