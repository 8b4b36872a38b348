"""SWAP*: exchange two stops of two routes, each to its best place rather than the other's.

The three cheapest places for a stop in a route are kept until the route changes; at
least one of them is not touched by the removal of the partner. Only stops that have a
neighbour in the other route take part, told by a bit per route: no coordinates needed.
Moving one stop alone to its best place is included.
Source: Vidal, "Hybrid genetic search for the CVRP", C&OR 140 (2022).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inlined, inner
from routeopt.solvers.vrp.hgs.layout import FAR, Ground, Plan, leg, link, note_change, penalised
from routeopt.solvers.vrp.records import Matrix, Record, Records, U

_WORTH = -1e-7  # a move must gain more than rounding noise


@inlined
def reaches(bits: np.uint64, route: int) -> bool:
    """Return whether the bit of a route is set."""
    return (bits >> np.uint64(route & 63)) & np.uint64(1) != 0


@inner
def mark_reach(nodes: Records, routes: Records, near: Matrix, reach: NDArray[np.uint64]) -> None:
    """Note for each stop, and each route, in which routes its neighbours are."""
    for route in range(len(routes)):
        routes[route].reach = np.uint64(0)
    for stop in range(1, len(reach)):
        bits = np.uint64(0)
        for k in range(near.shape[1]):
            bits |= np.uint64(1) << np.uint64(nodes[U(near[U(stop), U(k)])].route & 63)
        reach[U(stop)] = bits
        routes[U(nodes[U(stop)].route)].reach |= bits


@inlined
def swap_routes(ground: Ground, plan: Plan, one: int, other: int) -> bool:
    """Do the best SWAP* move of two routes, if one pays."""
    for _ in range(2):
        find_places(ground, plan, one, other)
        one, other = other, one
    change, u, after_u, v, after_v = best_swap(ground, plan, one, other)
    nodes = plan.nodes
    if change >= _WORTH:
        return False
    if u > 0:
        link(nodes, nodes[U(u)].previous, nodes[U(u)].next)
    if v > 0:
        link(nodes, nodes[U(v)].previous, nodes[U(v)].next)
    if u > 0:
        _insert(nodes, u, after_u)
    if v > 0:
        _insert(nodes, v, after_v)
    note_change(nodes, plan.routes, ground.legs, plan.state[0], one, other)
    return True


@inner
def _insert(nodes: Records, stop: int, after: int) -> None:
    beyond = nodes[U(after)].next
    link(nodes, after, stop)
    link(nodes, stop, beyond)


@inlined
def find_places(ground: Ground, plan: Plan, one: int, other: int) -> None:
    """Find the three cheapest places in route `other` for the stops of route `one` that reach it."""
    nodes, legs, reach, now = plan.nodes, ground.legs, plan.reach, plan.state[0]
    insertions, candidates = plan.insertions, plan.candidates
    way = U(other & (insertions.shape[1] - 1))
    changed = plan.routes[U(other)].changed
    count = 0
    stop = nodes[U(now.stops + 1 + one)].next
    while stop <= now.stops:
        places = insertions[U(stop), way]
        if reaches(reach[U(stop)], other) and (places.changed != changed or places.route != other):
            if count == 0:  # lay the route out, once for all stops
                node = np.int32(now.stops + 1 + other)
                while count == 0 or node <= now.stops:
                    candidates[U(count)].node = node
                    candidates[U(count)].gain = nodes[U(node)].leg
                    node = nodes[U(node)].next
                    count += 1
                candidates[U(count)].node = node
            _three_best(legs, candidates, count, stop, places)
            places.changed, places.route = changed, other
        stop = nodes[U(stop)].next


@inlined
def _three_best(legs: Matrix, route: Records, count: int, stop: int, places: Record) -> None:
    """Fill `places` from a route given as nodes with the length of the leg behind each."""
    first, second, third = FAR, FAR, FAR
    after_first, after_second, after_third = np.int32(0), np.int32(0), np.int32(0)
    to_node = leg(legs, stop, route[U(0)].node)
    for k in range(count):
        to_next = leg(legs, stop, route[U(k + 1)].node)
        extra = to_node + to_next - route[U(k)].gain
        to_node = to_next
        if extra < third:
            node = route[U(k)].node
            if extra < second:
                third, after_third = second, after_second
                if extra < first:
                    second, after_second = first, after_first
                    first, after_first = extra, node
                else:
                    second, after_second = extra, node
            else:
                third, after_third = extra, node
    places.first, places.after = first, after_first
    places.second, places.after_second = second, after_second
    places.third, places.after_third = third, after_third


@inlined
def _place_without(nodes: Records, legs: Matrix, places: Record, stop: int, gone: int) -> tuple[int, int]:
    """Return the extra distance of a stop in a route once `gone` has left it, and the node before it."""
    p, x = nodes[U(gone)].previous, nodes[U(gone)].next
    extra = leg(legs, stop, p) + leg(legs, stop, x) - leg(legs, p, x)
    cheapest, after = places.first, places.after
    if (after == gone) | (after == p):
        cheapest, after = places.second, places.after_second
        if (after == gone) | (after == p):
            cheapest, after = places.third, places.after_third
    if cheapest < extra:
        return cheapest, after
    return extra, p


@inlined
def best_swap(ground: Ground, plan: Plan, one: int, other: int) -> tuple[float, int, int, int, int]:
    """Return the best exchange of two routes whose places have been found.

    Its change of cost, u of route `one` (0: none), the node after which it goes, v of route `other`
    (0: none), the node after which it goes.
    """
    nodes, legs, reach, now = plan.nodes, ground.legs, plan.reach, plan.state[0]
    insertions, candidates = plan.insertions, plan.candidates
    load, other_load = plan.routes[U(one)].load, plan.routes[U(other)].load
    slack = plan.routes[U(one)].penalty + plan.routes[U(other)].penalty
    way, other_way = U(one & (insertions.shape[1] - 1)), U(other & (insertions.shape[1] - 1))
    count = _list_candidates(nodes, legs, reach, candidates, now, other, one)
    best, best_u, after_u, best_v, after_v = _WORTH, np.int32(0), np.int32(0), np.int32(0), np.int32(0)
    for k in range(count):  # v alone
        v, demand = candidates[U(k)].node, candidates[U(k)].demand
        change = penalised(load + demand, now) + penalised(other_load - demand, now) - slack
        change += candidates[U(k)].gain + insertions[U(v), way].first
        if change < best:
            best, best_v, after_v = change, v, insertions[U(v), way].after
    u = nodes[U(now.stops + 1 + one)].next
    while u <= now.stops:
        p, x = nodes[U(u)].previous, nodes[U(u)].next
        if not reaches(reach[U(u)], other):
            u = x
            continue
        gain = leg(legs, p, x) - nodes[U(p)].leg - nodes[U(u)].leg
        places, demand = insertions[U(u), other_way], nodes[U(u)].demand
        change = penalised(load - demand, now) + penalised(other_load + demand, now) - slack  # u alone
        change += gain + places.first
        if change < best:
            best, best_u, after_u, best_v = change, u, places.after, np.int32(0)
        for k in range(count):
            shift = candidates[U(k)].demand - demand
            change = penalised(load + shift, now) + penalised(other_load - shift, now) - slack
            change += gain + candidates[U(k)].gain
            if change < best:  # extra distance is never negative where the triangle inequality holds
                v = candidates[U(k)].node
                extra_u, place_u = _place_without(nodes, legs, places, u, v)
                if change + extra_u < best:
                    extra_v, place_v = _place_without(nodes, legs, insertions[U(v), way], v, u)
                    if change + extra_u + extra_v < best:
                        best = change + extra_u + extra_v
                        best_u, after_u, best_v, after_v = u, place_u, v, place_v
        u = x
    return best, best_u, after_u, best_v, after_v


@inlined
def _list_candidates(
    nodes: Records,
    legs: Matrix,
    reach: NDArray[np.uint64],
    candidates: Records,
    now: Record,
    route: int,
    other: int,
) -> int:
    """List the stops of a route that reach the other, with what their removal changes."""
    count = 0
    stop = nodes[U(now.stops + 1 + route)].next
    while stop <= now.stops:
        p, x = nodes[U(stop)].previous, nodes[U(stop)].next
        if reaches(reach[U(stop)], other):
            candidates[U(count)].node = stop
            candidates[U(count)].gain = leg(legs, p, x) - nodes[U(p)].leg - nodes[U(stop)].leg
            candidates[U(count)].demand = nodes[U(stop)].demand
            count += 1
        stop = x
    return count
