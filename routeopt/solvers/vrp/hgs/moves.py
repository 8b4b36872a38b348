"""The nine moves of the plain family: what each changes, and how it is done.

A move concerns a stop u and a node v near it. Around them the routes read
``.. p u x xx ..`` and ``.. q v y yy ..``; v may be the depot copy that opens a route, for the
moves that put something behind it. Distances come first: a move whose legs alone cost more
than all present penalties of its routes can never pay, and most end there.
Source: Vidal, "Hybrid genetic search for the CVRP", C&OR 140 (2022).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.solvers.compiled import inlined, inner
from routeopt.solvers.vrp.hgs.layout import leg, link, penalised
from routeopt.solvers.vrp.records import Matrix, Record, Records, U

NONE = 0
RELOCATE = 1  #: u behind v
RELOCATE_PAIR = 2  #: u x behind v
RELOCATE_PAIR_TURNED = 3  #: x u behind v
SWAP = 4  #: u with v
SWAP_PAIR = 5  #: u x with v
SWAP_PAIRS = 6  #: u x with v y
HEADS = 7  #: two routes: head of u to head of v, tail to tail (2-opt* with reversal)
TAILS = 8  #: two routes: each head gets the other's tail (2-opt*)
TURN = 9  #: one route: what lies between u and y, or v and x, backwards (2-opt)

_BETWEEN = 8  # moves 1 .. 8 concern two routes; `leg_changes` lists them in this order
_NEVER = np.int64(1 << 60)  # distance of a move that cannot be done: beyond any penalty it could save
_WORTH = -1e-7  # a move must gain more than rounding noise


class Around(NamedTuple):
    """What moves need to know about u, computed once for all v."""

    p: int
    x: int
    xx: int
    leg_x: int  # u to x
    cut: int  # change of distance when the legs on both sides of u go
    leave: int  # when u goes and its neighbours are joined
    pair_cut: int  # likewise for the pair u x; prohibitive when x is a depot
    pair_leave: int


@inlined
def around(nodes: Records, legs: Matrix, stops: int, u: int) -> Around:
    """Look at the neighbourhood of u."""
    p, x = nodes[U(u)].previous, nodes[U(u)].next
    xx = nodes[U(x)].next
    leg_p, leg_x = nodes[U(p)].leg, nodes[U(u)].leg
    cut = -leg_p - leg_x
    pair_cut = (_NEVER if x > stops else 0) - leg_p - nodes[U(x)].leg
    return Around(p, x, xx, leg_x, cut, cut + leg(legs, p, x), pair_cut, pair_cut + leg(legs, p, xx))


@inlined
def leg_changes(
    nodes: Records, legs: Matrix, stops: int, u: int, v: int, at_u: Around
) -> tuple[int, int, int, int, int, int, int, int]:
    """Return what moves 1 .. 8 would change in distance; prohibitive where one cannot be done."""
    p, x, xx, leg_x, cut, leave, pair_cut, pair_leave = at_u
    q, y = nodes[U(v)].previous, nodes[U(v)].next
    leg_v = nodes[U(v)].leg
    uv, uy, vx, xy = leg(legs, u, v), leg(legs, u, y), leg(legs, v, x), leg(legs, x, y)
    into_v = leg(legs, p, v) + leg(legs, q, u) - nodes[U(q)].leg + (_NEVER if v > stops else 0)
    pairs = pair_cut + (_NEVER if y > stops else 0) - nodes[U(y)].leg
    return (
        uv + uy - leg_v + leave,
        uv + xy - leg_v + pair_leave,
        vx + uy - leg_v + pair_leave,
        into_v + vx + uy - leg_v + cut,
        into_v + leg(legs, v, xx) + xy - leg_v + pair_cut,
        into_v + leg(legs, y, xx) + leg(legs, x, nodes[U(y)].next) + pairs,
        uv + xy - leg_x - leg_v,
        uy + vx - leg_x - leg_v,
    )


@inlined
def best_move(
    nodes: Records, routes: Records, legs: Matrix, now: Record, u: int, v: int, at_u: Around
) -> tuple[int, float]:
    """Return the move of u and v that lowers the penalised cost most and what it changes, or NONE."""
    changes = leg_changes(nodes, legs, now.stops, u, v, at_u)
    route_u, route_v = nodes[U(u)].route, nodes[U(v)].route
    if route_u == route_v:
        return _best_within(nodes, v, at_u, changes)
    slack = routes[U(route_u)].penalty + routes[U(route_v)].penalty
    a, b, c, d, e, f, g, h = changes
    if min(min(min(a, b), min(c, d)), min(min(e, f), min(g, h))) >= slack:
        return NONE, 0.0
    return _best_between(nodes, routes, now, u, v, changes)


@inlined
def _best_between(
    nodes: Records,
    routes: Records,
    now: Record,
    u: int,
    v: int,
    changes: tuple[int, int, int, int, int, int, int, int],
) -> tuple[int, float]:
    route_u, route_v = routes[U(nodes[U(u)].route)], routes[U(nodes[U(v)].route)]
    slack = route_u.penalty + route_v.penalty
    x, y = nodes[U(u)].next, nodes[U(v)].next
    one, other = np.int64(nodes[U(u)].demand), nodes[U(v)].demand
    pair = one + nodes[U(x)].demand
    head, other_head = nodes[U(u)].load, nodes[U(v)].load
    shifts = (  # of load from the route of u to the route of v
        one,
        pair,
        pair,
        one - other,
        pair - other,
        pair - other - nodes[U(y)].demand,
        route_u.load - head - other_head,
        route_u.load - head - route_v.load + other_head,
    )
    move, best = NONE, _WORTH
    for i in range(_BETWEEN):
        if changes[i] < slack:
            total = (
                changes[i]
                - slack
                + penalised(route_u.load - shifts[i], now)
                + penalised(route_v.load + shifts[i], now)
            )
            if total < best:
                move, best = i + 1, total
    return move, best


@inlined
def _best_within(
    nodes: Records, v: int, at_u: Around, changes: tuple[int, int, int, int, int, int, int, int]
) -> tuple[int, float]:
    p, x, xx = at_u.p, at_u.x, at_u.xx
    relocate, pair, turned, swap, swap_pair, swap_pairs, turn, _ = changes
    move, best = NONE, 0
    if turn < best:
        move, best = TURN, turn
    if v != p:
        if relocate < best:
            move, best = RELOCATE, relocate
        if v != x:
            if pair < best:
                move, best = RELOCATE_PAIR, pair
            if turned < best:
                move, best = RELOCATE_PAIR_TURNED, turned
            if swap < best:
                move, best = SWAP, swap
            if v != xx:
                if swap_pair < best:
                    move, best = SWAP_PAIR, swap_pair
                if swap_pairs < best and nodes[U(v)].next != p:
                    move, best = SWAP_PAIRS, swap_pairs
    return move, np.float64(best)


@inner
def reverse(nodes: Records, first: int, last: int) -> None:
    """Swap the links of each node from `first` to `last`."""
    node = first
    while True:
        after = nodes[U(node)].next
        nodes[U(node)].next = nodes[U(node)].previous
        nodes[U(node)].previous = after
        if node == last:
            break
        node = after


@inner
def apply_move(nodes: Records, stops: int, move: int, u: int, v: int) -> None:
    """Relink the nodes as a move says; the records of the routes are left to the caller."""
    p, x = nodes[U(u)].previous, nodes[U(u)].next
    q, y = nodes[U(v)].previous, nodes[U(v)].next
    if move == TURN:
        if nodes[U(u)].place < nodes[U(v)].place:
            _turn(nodes, u, x, v, y)
        else:
            _turn(nodes, v, y, u, x)
    elif move >= HEADS:
        _exchange_ends(nodes, stops, move, u, x, v, y)
    else:
        last = u if (move == RELOCATE) | (move == SWAP) else x  # of what leaves u's place
        beyond = nodes[U(last)].next
        if move <= RELOCATE_PAIR_TURNED:
            link(nodes, p, beyond)
        else:
            tail = y if move == SWAP_PAIRS else v
            end = nodes[U(tail)].next
            link(nodes, p, v)
            link(nodes, tail, beyond)
            v, y = q, end
        if move == RELOCATE_PAIR_TURNED:
            link(nodes, v, x)
            link(nodes, x, u)
            link(nodes, u, y)
        else:
            link(nodes, v, u)
            link(nodes, last, y)


@inner
def _turn(nodes: Records, u: int, x: int, v: int, y: int) -> None:
    reverse(nodes, x, v)
    link(nodes, u, v)
    link(nodes, x, y)


@inner
def _exchange_ends(nodes: Records, stops: int, move: int, u: int, x: int, v: int, y: int) -> None:
    """Join the heads and tails of two routes anew; x or y may be, and v may be, a depot copy."""
    depot_u, depot_v = np.int32(stops + 1 + nodes[U(u)].route), np.int32(stops + 1 + nodes[U(v)].route)
    last_u, last_v = nodes[U(depot_u)].previous, nodes[U(depot_v)].previous
    first_v = nodes[U(depot_v)].next
    if move == TAILS:
        link(nodes, u, y if y != depot_v else depot_u)
        if y != depot_v:
            link(nodes, last_v, depot_u)
        link(nodes, v, x if x != depot_u else depot_v)
        if x != depot_u:
            link(nodes, last_u, depot_v)
        return
    if v != depot_v:
        reverse(nodes, first_v, v)
        link(nodes, u, v)
        link(nodes, first_v, depot_u)
    else:
        link(nodes, u, depot_u)
    if x != depot_u:
        reverse(nodes, x, last_u)
        link(nodes, depot_v, last_u)
        link(nodes, x, y)
    else:
        link(nodes, depot_v, y)
