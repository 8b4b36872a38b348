"""Local search of the timed family: node moves until none improves, then SWAP*, until neither does.

A stop is tried against its neighbours, and against the depot before a neighbour that comes first in its
route; pairs whose routes have not changed since the stop was last tried are passed over. The best of all
moves of a pair is applied at once. Sources: Vidal, "Hybrid genetic search for the CVRP", C&OR 140
(2022); Vidal et al., "A hybrid genetic algorithm with adaptive diversity management for a large class of
vehicle routing problems with time-windows", C&OR 40 (2013).
"""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import inlined, inner
from routeopt.solvers.random import below, shuffle
from routeopt.solvers.vrp.hgs.timed_links import apply_move, find_empty
from routeopt.solvers.vrp.hgs.timed_moves import GAIN, NONE, best_between, best_within, leg_changes
from routeopt.solvers.vrp.hgs.timed_segments import (
    EMPTY,
    FILLED,
    MODIFIED,
    MOVED,
    MOVES,
    PLACE,
    PREVIOUS,
    ROUND,
    ROUTE,
    SWAPPED,
    SWAPPING,
    TESTED,
    WORK,
    depot_of,
    entry,
    record,
    refresh,
)
from routeopt.solvers.vrp.hgs.timed_swap import exchange_pass

LAST_STAMP = 1 << 30  # stamps are kept as int32


@inner
def begin_descent(field, plan, penalties, factor, state):
    """Start the search of the routes that the links say, with penalties multiplied by a factor."""
    clock = plan.clock
    if clock[MOVES] > LAST_STAMP:
        clock[MOVES] = 0
        plan.slots[:] = -1
    clock[MOVES] += 1
    for kind in range(len(penalties)):
        field.rates[kind] = factor * penalties[kind]
    for route in range(len(plan.routes)):
        refresh(field, plan, route)
        plan.routes[route, SWAPPED] = -1
    find_empty(plan)
    shuffle(plan.order, state)
    shuffle(plan.route_order, state)
    _shuffle_some(plan.near, state)
    clock[ROUND] = clock[MOVED] = clock[SWAPPING] = clock[PLACE] = 0


@inner
def descend(field, plan, flag):
    """Go on with the search; return True at a local optimum, False when out of work or stopped."""
    clock = plan.clock
    while True:
        if clock[SWAPPING] == 0:
            if not node_pass(field, plan, flag):
                return False
            clock[PLACE] = 0
            clock[SWAPPING] = clock[MOVED] == 0 or clock[ROUND] == 0
        if clock[SWAPPING] == 1 and not exchange_pass(field, plan, flag):
            return False
        clock[ROUND] += 1
        if clock[MOVED] == 0 and clock[ROUND] > 1:
            return True
        clock[MOVED] = clock[SWAPPING] = clock[PLACE] = 0


@inner
def _shuffle_some(near, state):
    """Shuffle one in so many lists of neighbours, as many as a list is long."""
    width = near.shape[1]
    for stop in range(1, len(near)):
        if width > 1 and below(state, width) == 0:
            shuffle(near[stop], state)


@inner
def node_pass(field, plan, flag):
    """Try every stop against its neighbours once; return False when interrupted."""
    clock, first_round = plan.clock, plan.clock[ROUND] == 0
    nodes, stops = field.nodes, len(plan.order)
    while clock[PLACE] < stops:
        if clock[WORK] <= 0 or flag[0] != 0:
            return False
        clock[WORK] -= plan.near.shape[1]
        u = np.int64(plan.order[clock[PLACE]])
        clock[PLACE] += 1
        tested = np.int64(-1) if first_round else entry(nodes, u, TESTED)
        record(nodes, u, TESTED, clock[MOVES])
        k, count = 0, plan.near.shape[1]
        while True:
            k, v, move = _next_move(field, plan.near, plan.routes, plan.charge, stops, u, tested, k)
            if k > count:
                break
            apply_move(field, plan, move, u, v)
        # In the first round no route is opened, to keep the fleet small; in the second every stop may open one.
        untried = clock[ROUND] == 1 or plan.routes[entry(nodes, u, ROUTE), MODIFIED] > tested
        if not first_round and clock[EMPTY] >= 0 and untried:
            v = depot_of(plan, clock[EMPTY])
            move, _ = find_move(field, plan.routes, plan.charge, stops, u, v)
            if move != NONE:
                apply_move(field, plan, move, u, v)
    return True


@inner
def _next_move(field, near, routes, charge, stops, u, tested, k):
    """Return the next improving move of u from its k-th neighbour on: the neighbour behind it, v, and the move.

    There is none when the neighbour is beyond all.
    """
    nodes = field.nodes
    changed = entry(routes, entry(nodes, u, ROUTE), MODIFIED)
    while k < near.shape[1]:
        v = entry(near, u, k)
        k += 1
        if max(changed, entry(routes, entry(nodes, v, ROUTE), MODIFIED)) <= tested:
            continue
        move, _ = find_move(field, routes, charge, stops, u, v)
        if move == NONE:
            v = entry(nodes, v, PREVIOUS)
            if v > stops:
                move, _ = find_move(field, routes, charge, stops, u, v)
        if move != NONE:
            return k, v, move
    return k + 1, u, NONE


@inlined
def find_move(field, routes, charge, stops, u, v):
    """Return the best improving move of u and v, or NONE, and its change of cost."""
    nodes = field.nodes
    route, other = entry(nodes, u, ROUTE), entry(nodes, v, ROUTE)
    changes = leg_changes(field, stops, u, v)
    load = entry(routes, route, FILLED)
    if route == other:
        return best_within(field, u, v, load, charge[np.uintp(route)], changes)
    saved = charge[np.uintp(route)] + charge[np.uintp(other)]
    least = min(changes[1], changes[2], changes[3], changes[4], changes[5], changes[6], changes[7])
    if least >= saved:
        return NONE, GAIN
    return best_between(field, u, v, load, entry(routes, other, FILLED), saved, changes)
