"""Local search of the plain family: down to an answer that no move improves.

Stops are tried in random order against their neighbours; the first pair of stops with an
improving move gets its best one at once. A pair is skipped while both its routes are as
they were when the stop was last tried. When the moves are exhausted, SWAP* goes through
the pairs of routes that lie close. The search can be interrupted after any stop and
goes on as if it had not been, so that control returns within milliseconds at any size.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inlined, inner
from routeopt.solvers.random import State, below, shuffle
from routeopt.solvers.vrp.hgs.layout import Ground, Plan, find_empty, note_change, refresh
from routeopt.solvers.vrp.hgs.moves import NONE, apply_move, around, best_move
from routeopt.solvers.vrp.hgs.swap_star import mark_reach, reaches, swap_routes
from routeopt.solvers.vrp.records import Matrix, Record, Records, U

_LATEST = 1 << 30  # moves after which the stamps start again


@inner
def begin_descent(ground: Ground, plan: Plan, penalty: float, state: State) -> None:
    """Prepare the search of the routes that the `next` links describe."""
    now, routes, insertions = plan.state[0], plan.routes, plan.insertions
    if now.moves > _LATEST:
        now.moves = 0
        for stop in range(len(insertions)):
            for way in range(insertions.shape[1]):
                insertions[stop, way].route = -1
    now.moves += 1
    now.penalty = penalty
    for route in range(ground.routes):
        refresh(plan.nodes, routes, ground.legs, now, np.int32(route))
        routes[route].tested = -1
    find_empty(routes, now)
    shuffle(plan.stop_order, state)
    shuffle(plan.route_order, state)
    close = ground.near.shape[1]
    for stop in range(1, ground.stops + 1 if close > 1 else 1):
        if below(state, close) == 0:  # one list in K each time, so that shuffling costs O(n)
            shuffle(ground.near[stop], state)
    now.passes, now.found, now.swapping, now.position = 0, 0, 0, 0


@inner
def descend(ground: Ground, plan: Plan, flag: NDArray[np.uint8]) -> bool:
    """Go on with the search; return True at a local optimum, False when out of work or stopped."""
    now = plan.state[0]
    while True:
        if now.swapping == 0:
            if not _pass_stops(ground, plan, flag):
                return False
            if now.found == 0 or now.passes == 0:
                mark_reach(plan.nodes, plan.routes, ground.near, plan.reach)
                now.swapping, now.position = 1, 0
        if now.swapping == 1 and not _pass_routes(ground, plan, flag):
            return False
        if now.found == 0 and now.passes > 0:
            return True
        now.passes += 1
        now.found, now.swapping, now.position = 0, 0, 0


@inner
def _pass_stops(ground: Ground, plan: Plan, flag: NDArray[np.uint8]) -> bool:
    """Try the stops from `position` on; return whether all have been."""
    nodes, routes, legs, near, order = plan.nodes, plan.routes, ground.legs, ground.near, plan.stop_order
    now = plan.state[0]
    for i in range(now.position, len(order)):
        if now.work <= 0 or flag[0] != 0:
            now.position = i
            return False
        now.work -= near.shape[1]
        _try_stop(nodes, routes, legs, near, now, order[i])
    return True


@inlined
def _try_stop(nodes: Records, routes: Records, legs: Matrix, near: Matrix, now: Record, u: int) -> None:
    """Try u against its neighbours, the depot before those that open a route, and an empty route."""
    stops, close = now.stops, near.shape[1]
    tested = -1 if now.passes == 0 else nodes[U(u)].tested
    nodes[U(u)].tested = now.moves
    at_u = around(nodes, legs, stops, u)
    route = nodes[U(u)].route
    k, v = 0, np.int32(0)
    while k <= close:
        if v == 0:  # take the next neighbour
            if k < close:
                v = near[U(u), U(k)]
            elif now.passes == 0 or now.empty < 0:  # not in the first round: that keeps the fleet small
                break
            else:
                v = np.int32(stops + 1 + now.empty)
        other = nodes[U(v)].route
        changed = routes[U(route)].changed
        if k < close:
            changed = max(changed, routes[U(other)].changed)
        elif now.passes == 1:
            changed = tested + 1  # the empty route has not been tried yet
        if changed <= tested:
            v, k = np.int32(0), k + 1
            continue
        move, _ = best_move(nodes, routes, legs, now, u, v, at_u)
        if move == NONE and v <= stops and nodes[U(v)].previous > stops:
            v = nodes[U(v)].previous
            continue
        if move != NONE:
            apply_move(nodes, stops, move, u, v)
            note_change(nodes, routes, legs, now, route, other)
            now.found += 1
            now.work -= routes[U(route)].stops + routes[U(other)].stops
            at_u = around(nodes, legs, stops, u)
            route = nodes[U(u)].route
        v, k = np.int32(0), k + 1


@inner
def _pass_routes(ground: Ground, plan: Plan, flag: NDArray[np.uint8]) -> bool:
    """Try SWAP* on the pairs of routes from `position` on; return whether all have been."""
    routes, order, now = plan.routes, plan.route_order, plan.state[0]
    for i in range(now.position, len(order)):
        if now.work <= 0 or flag[0] != 0:
            now.position = i
            return False
        one = order[i]
        tested = routes[U(one)].tested
        routes[U(one)].tested = now.moves
        now.work -= len(order)
        for j in range(len(order)):
            other = order[j]
            if (
                one < other
                and max(routes[U(one)].changed, routes[U(other)].changed) > tested
                and reaches(routes[U(one)].reach, other)
                and reaches(routes[U(other)].reach, one)
            ):
                now.work -= routes[U(one)].stops + routes[U(other)].stops
                if swap_routes(ground, plan, one, other):
                    now.found += 1
    return True
