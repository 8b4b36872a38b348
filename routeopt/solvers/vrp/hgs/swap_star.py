"""SWAP*: exchange two stops of two routes, each to its best place rather than the other's.

The three cheapest places for a stop in a route are kept until the route changes; at
least one of them is not touched by the removal of the partner. Only stops that have a
neighbour in the other route take part, told by a bit per route: no coordinates needed.
Moving one stop alone to its best place is included.
Source: Vidal, "Hybrid genetic search for the CVRP", C&OR 140 (2022).
"""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.hgs.layout import FAR, Ground, Matrix, Plan, Records, U, leg, link, note_change, penalised

_WORTH = -1e-7  # a move must gain more than rounding noise


@kernel
def mark_reach(ground: Ground, plan: Plan) -> None:
    """Note for each stop, and each route, in which routes its neighbours are."""
    nodes, near = plan.nodes, ground.near
    for route in plan.routes:
        route.reach = np.uint64(0)
    for stop in range(1, ground.stops + 1):
        bits = np.uint64(0)
        for k in range(near.shape[1]):
            bits |= np.uint64(1) << np.uint64(nodes[U(near[U(stop), U(k)])].route & 63)
        plan.reach[U(stop)] = bits
        plan.routes[U(nodes[U(stop)].route)].reach |= bits


@kernel
def swap_routes(ground: Ground, plan: Plan, one: int, other: int, penalty: float) -> bool:
    """Do the best SWAP* move of two routes, if one pays."""
    _find_places(ground, plan, one, other)
    _find_places(ground, plan, other, one)
    change, u, after_u, v, after_v = best_swap(ground, plan, one, other, penalty)
    if change >= _WORTH:
        return False
    nodes = plan.nodes
    if u > 0:
        link(nodes, nodes[U(u)].previous, nodes[U(u)].next)
    if v > 0:
        link(nodes, nodes[U(v)].previous, nodes[U(v)].next)
    if u > 0:
        _insert(nodes, u, after_u)
    if v > 0:
        _insert(nodes, v, after_v)
    note_change(ground, plan, one, other, penalty)
    return True


@kernel
def _insert(nodes: Records, stop: int, after: int) -> None:
    beyond = nodes[U(after)].next
    link(nodes, after, stop)
    link(nodes, stop, beyond)


@kernel
def _find_places(ground: Ground, plan: Plan, one: int, other: int) -> None:
    """Find the three cheapest places in route `other` for the stops of route `one` that reach it."""
    nodes, legs, stops, route = plan.nodes, ground.legs, ground.stops, plan.candidates
    bit = np.uint64(1) << np.uint64(other & 63)
    way = U(other & (plan.insertions.shape[1] - 1))
    changed = plan.routes[U(other)].changed
    count = 0
    stop = nodes[U(stops + 1 + one)].next
    while stop <= stops:
        places = plan.insertions[U(stop), way]
        if plan.reach[U(stop)] & bit != 0 and (places.changed != changed or places.route != other):
            if count == 0:
                node = np.int32(stops + 1 + other)
                while count == 0 or node <= stops:
                    route[U(count)].node = node
                    route[U(count)].gain = nodes[U(node)].leg
                    node = nodes[U(node)].next
                    count += 1
                route[U(count)].node = node
            _three_best(legs, route, count, stop, places)
            places.changed, places.route = changed, other
        stop = nodes[U(stop)].next


@kernel
def _three_best(legs: Matrix, route: Records, count: int, stop: int, places: Records) -> None:
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


@kernel
def _place_without(nodes: Records, legs: Matrix, places: Records, stop: int, gone: int) -> tuple[int, int]:
    """Return the extra distance of a stop in a route once `gone` has left it, and the node before it."""
    p, x = nodes[U(gone)].previous, nodes[U(gone)].next
    extra = leg(legs, stop, p) + leg(legs, stop, x) - leg(legs, p, x)
    cheapest, after = places.first, places.after
    if after == gone or after == p:
        cheapest, after = places.second, places.after_second
        if after == gone or after == p:
            cheapest, after = places.third, places.after_third
    if cheapest < extra:
        return cheapest, after
    return extra, p


@kernel
def best_swap(
    ground: Ground, plan: Plan, one: int, other: int, penalty: float
) -> tuple[float, int, int, int, int]:
    """Return the best exchange: its change of cost, then u of route `one` (0: none) and the node
    after which it goes, then v of route `other` (0: none) and the node after which it goes."""
    nodes, legs, stops, capacity = plan.nodes, ground.legs, ground.stops, ground.capacity
    load, other_load = plan.routes[U(one)].load, plan.routes[U(other)].load
    now = plan.routes[U(one)].penalty + plan.routes[U(other)].penalty
    way, other_way = U(one & (plan.insertions.shape[1] - 1)), U(other & (plan.insertions.shape[1] - 1))
    count = _list_candidates(ground, plan, other, one)
    best, best_u, after_u, best_v, after_v = _WORTH, np.int32(0), np.int32(0), np.int32(0), np.int32(0)
    for k in range(count):  # v alone
        v, demand = plan.candidates[U(k)].node, plan.candidates[U(k)].demand
        places = plan.insertions[U(v), way]
        change = plan.candidates[U(k)].gain + places.first - now
        change += penalised(load + demand, capacity, penalty) + penalised(other_load - demand, capacity, penalty)
        if change < best:
            best, best_v, after_v = change, v, places.after
    bit = np.uint64(1) << np.uint64(other & 63)
    u = nodes[U(stops + 1 + one)].next
    while u <= stops:
        if plan.reach[U(u)] & bit == 0:
            u = nodes[U(u)].next
            continue
        p = nodes[U(u)].previous
        gain = leg(legs, p, nodes[U(u)].next) - nodes[U(p)].leg - nodes[U(u)].leg
        places, demand = plan.insertions[U(u), other_way], nodes[U(u)].demand
        change = gain + places.first - now  # u alone
        change += penalised(load - demand, capacity, penalty) + penalised(other_load + demand, capacity, penalty)
        if change < best:
            best, best_u, after_u, best_v = change, u, places.after, np.int32(0)
        for k in range(count):
            shift = plan.candidates[U(k)].demand - demand
            change = penalised(load + shift, capacity, penalty) + penalised(other_load - shift, capacity, penalty)
            change += gain + plan.candidates[U(k)].gain - now
            if change < best:  # extra distance is never negative where the triangle inequality holds
                v = plan.candidates[U(k)].node
                extra_u, place_u = _place_without(nodes, legs, places, u, v)
                if change + extra_u < best:
                    extra_v, place_v = _place_without(nodes, legs, plan.insertions[U(v), way], v, u)
                    if change + extra_u + extra_v < best:
                        best = change + extra_u + extra_v
                        best_u, after_u, best_v, after_v = u, place_u, v, place_v
        u = nodes[U(u)].next
    return best, best_u, after_u, best_v, after_v


@kernel
def _list_candidates(ground: Ground, plan: Plan, route: int, other: int) -> int:
    """List the stops of a route that reach the other, with what their removal changes."""
    nodes, candidates = plan.nodes, plan.candidates
    bit = np.uint64(1) << np.uint64(other & 63)
    count = 0
    stop = nodes[U(ground.stops + 1 + route)].next
    while stop <= ground.stops:
        p, x = nodes[U(stop)].previous, nodes[U(stop)].next
        if plan.reach[U(stop)] & bit != 0:
            candidate = candidates[U(count)]
            candidate.node = stop
            candidate.gain = leg(ground.legs, p, x) - nodes[U(p)].leg - nodes[U(stop)].leg
            candidate.demand = nodes[U(stop)].demand
            count += 1
        stop = x
    return count
