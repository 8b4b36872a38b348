"""Moves: relocations and swaps of one or two stops, exchange of tails, reversal of a stretch.

For stops u and v with successors x and y, the change of leg cost of all moves comes first, in plain
integer arithmetic. Only where it could be outweighed by what the two routes pay in penalties and waiting
is the load looked at, then the time of one route, then that of the other (Vidal et al. 2014).
"""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import inlined, inner
from routeopt.solvers.vrp.hgs.timed_segments import (
    CAPACITY,
    COST,
    DEMAND,
    LOAD,
    NEXT,
    ONWARD,
    PER_LOAD,
    PER_TIME,
    POSITION,
    PREVIOUS,
    TURNED,
    UNTIL,
    WARP,
    begin,
    close,
    entry,
    follow,
    retrace,
    spliced,
    surcharge,
    visit,
)

NONE = 0
RELOCATE, RELOCATE_PAIR, RELOCATE_TURNED = 1, 2, 3  # u, or u and x, or x and u, behind v
SWAP, SWAP_PAIR_STOP, SWAP_PAIRS = 4, 5, 6  # u with v, u and x with v, u and x with v and y
TAILS = 7  # u is followed by y, v by x
TURN = 8  # within a route: u is followed by v, x by y, and what lies between is reversed

FORBIDDEN = 1 << 40
GAIN = -1e-6  # changes of cost above this are no improvement


@inlined
def leg_changes(field, stops, u, v):
    """Return the change of leg cost of each move between the routes of u and v, by move.

    Moves that would take along a depot are forbidden; v itself may be a depot.
    """
    nodes, cost = field.nodes, field.cost
    x, y = entry(nodes, u, NEXT), entry(nodes, v, NEXT)
    p, xx = entry(nodes, u, PREVIOUS), entry(nodes, x, NEXT)
    pu, ux, vy = entry(nodes, p, COST), entry(nodes, u, COST), entry(nodes, v, COST)
    vu, uy, xy, vx = entry(cost, v, u), entry(cost, u, y), entry(cost, x, y), entry(cost, v, x)
    one = entry(cost, p, x) - pu - ux
    two = np.int64(FORBIDDEN)
    turned = two
    if x <= stops:
        two = entry(cost, p, xx) - pu - entry(nodes, x, COST) - vy
        turned = two - ux + vx + entry(cost, x, u) + uy
        two += vu + xy
    swap = np.int64(FORBIDDEN)
    pair_stop = pairs = swap
    if v <= stops:
        q = entry(nodes, v, PREVIOUS)
        qu = entry(cost, q, u) - entry(nodes, q, COST) - pu
        pv = entry(cost, p, v)
        swap = qu + uy - vy + pv + vx - ux
        if x <= stops:
            beyond = entry(nodes, x, COST)
            pair_stop = qu + xy - vy + pv + entry(cost, v, xx) - beyond
            if y <= stops:
                yy = entry(nodes, y, NEXT)
                pairs = qu + entry(cost, x, yy) - entry(nodes, y, COST) + pv + entry(cost, y, xx) - beyond
    return np.int64(0), vu + uy - vy + one, two, turned, swap, pair_stop, pairs, uy + vx - ux - vy


@inner
def best_between(field, u, v, load, load2, saved, changes):
    """Return the best improving move between the routes of u and v, or NONE, and its change of cost.

    The routes carry the loads, and pay `saved` in penalties and waiting.
    """
    nodes, rates = field.nodes, field.rates
    x, y = entry(nodes, u, NEXT), entry(nodes, v, NEXT)
    p, q = entry(nodes, u, PREVIOUS), entry(nodes, v, PREVIOUS)
    xx, yy = entry(nodes, x, NEXT), entry(nodes, y, NEXT)
    of_u, of_x = entry(nodes, u, DEMAND), entry(nodes, x, DEMAND)
    of_v, of_y = entry(nodes, v, DEMAND), entry(nodes, y, DEMAND)
    best, found = GAIN, NONE
    for move in range(RELOCATE, TAILS + 1):
        change = changes[move] - saved
        if change >= best:
            continue
        # the route of u: up to head, first, second, on from tail; likewise that of v
        head, first, second, tail = p, np.int64(-1), np.int64(-1), xx
        head2, first2, second2, tail2 = v, u, x, y
        given = of_u + of_x
        if move == RELOCATE:
            tail, second2, given = x, np.int64(-1), of_u
        elif move == RELOCATE_TURNED:
            first2, second2 = x, u
        elif move == SWAP:
            first, tail, head2, second2, given = v, x, q, np.int64(-1), of_u - of_v
        elif move == SWAP_PAIR_STOP:
            first, head2, given = v, q, given - of_v
        elif move == SWAP_PAIRS:
            first, second, head2, tail2, given = v, y, q, yy, given - of_v - of_y
        elif move == TAILS:
            head, tail, first2, second2, tail2 = u, y, np.int64(-1), np.int64(-1), x
            given = load - entry(nodes, u, LOAD) - load2 + entry(nodes, v, LOAD)
        over = max(load - given - rates[CAPACITY], 0.0) + max(load2 + given - rates[CAPACITY], 0.0)
        late = entry(nodes, head, UNTIL + WARP) + entry(nodes, tail, ONWARD + WARP)
        late += entry(nodes, head2, UNTIL + WARP) + entry(nodes, tail2, ONWARD + WARP)
        if change + rates[PER_LOAD] * over + rates[PER_TIME] * late >= best:
            continue
        change += spliced(field, load - given, head, first, second, tail)
        if change >= best:
            continue
        change += spliced(field, load2 + given, head2, first2, second2, tail2)
        if change < best:
            best, found = change, move
    return found, best


@inner
def best_within(field, u, v, load, saved, changes):
    """Return the best improving move of u and v within their route, or NONE, and its change of cost.

    v may be the depot. The route carries the load, and pays `saved` in penalties and waiting.
    """
    nodes = field.nodes
    x, y, p = entry(nodes, u, NEXT), entry(nodes, v, NEXT), entry(nodes, u, PREVIOUS)
    if v == p:
        return NONE, GAIN
    xx = entry(nodes, x, NEXT)
    best, found = GAIN, NONE
    for move in range(RELOCATE, TURN + 1):
        if move == TURN:
            if v == x or entry(nodes, u, POSITION) > entry(nodes, v, POSITION):
                continue
            change = turn_change(field, u, v) - saved
        elif (
            (v == x and move > RELOCATE)
            or (v == xx and move >= SWAP_PAIR_STOP)
            or (move == SWAP_PAIRS and y == p)
            or move == TAILS
        ):
            continue
        else:
            change = changes[move] - saved
        if change < best:
            change += surcharge(field.rates, load, rearranged(field, move, u, v))
            if change < best:
                best, found = change, move
    return found, best


@inlined
def turn_change(field, u, v):
    """Return the change of leg cost when the stretch from behind u up to v is reversed."""
    nodes = field.nodes
    x, y = entry(nodes, u, NEXT), entry(nodes, v, NEXT)
    ends = entry(field.cost, u, v) + entry(field.cost, x, y) - entry(nodes, u, COST) - entry(nodes, v, COST)
    return ends + entry(nodes, v, TURNED) - entry(nodes, x, TURNED)


@inner
def rearranged(field, move, u, v):
    """Return duration, warp, waiting and length of the route of u and v after a move within it."""
    nodes = field.nodes
    x, y = entry(nodes, u, NEXT), entry(nodes, v, NEXT)
    p, q = entry(nodes, u, PREVIOUS), entry(nodes, v, PREVIOUS)
    if move == TURN:
        return close(field, retrace(field, begin(nodes, u), v, x), y)
    first, second, beyond = u, np.int64(-1), x
    if move != RELOCATE and move != SWAP:
        second, beyond = x, entry(nodes, x, NEXT)
    if move == RELOCATE_TURNED:
        first, second = x, u
    forward = entry(nodes, u, POSITION) < entry(nodes, v, POSITION)
    if move < SWAP:
        if forward:
            running = follow(field, begin(nodes, p), beyond, v)
            return close(field, _append(field, running, first, second), y)
        running = _append(field, begin(nodes, v), first, second)
        return close(field, follow(field, running, y, p), beyond)
    third, fourth, beyond2 = v, np.int64(-1), y
    if move == SWAP_PAIRS:
        fourth, beyond2 = y, entry(nodes, y, NEXT)
    if not forward:  # name the stretch that comes first in the route u
        first, second, third, fourth = third, fourth, first, second
        beyond, beyond2 = beyond2, beyond
        p, q = q, p
    running = _append(field, begin(nodes, p), third, fourth)
    if beyond != third:
        running = follow(field, running, beyond, q)
    return close(field, _append(field, running, first, second), beyond2)


@inlined
def _append(field, running, first, second):
    running = visit(field, running, first)
    if second >= 0:
        running = visit(field, running, second)
    return running
