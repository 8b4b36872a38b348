"""Local search of the timed family: node moves until none improves, then SWAP*, until neither does.

A stop is tried against its neighbours, and against the depot before a neighbour that comes first in its
route; pairs whose routes have not changed since the stop was last tried are passed over. The best of all
moves of a pair is applied at once. Sources: Vidal, "Hybrid genetic search for the CVRP", C&OR 140
(2022); Vidal et al., "A hybrid genetic algorithm with adaptive diversity management for a large class of
vehicle routing problems with time-windows", C&OR 40 (2013).
"""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.hgs.timed_links import apply_move, find_empty
from routeopt.solvers.vrp.hgs.timed_moves import NONE, best_between, best_within, leg_changes
from routeopt.solvers.vrp.hgs.timed_segments import (
    EMPTY,
    FOUND,
    MODIFIED,
    MOVES,
    NEXT,
    PREVIOUS,
    ROUTE,
    MOVED,
    PLACE,
    ROUND,
    SWAPPED,
    SWAPPING,
    TESTED,
    WORK,
    entry,
    record,
    refresh,
)
from routeopt.solvers.vrp.hgs.timed_swap import exchange_pass
from routeopt.solvers.vrp.random import below, shuffle

LAST_STAMP = 1 << 30  # stamps are kept as int32


@kernel
def begin_descent(model, plan, penalties, factor, state):
    """Start the search of the routes that the links say, with penalties multiplied by a factor."""
    clock = plan.clock
    if clock[MOVES] > LAST_STAMP:
        clock[MOVES] = 0
        plan.slots[:, :, FOUND] = -1
    clock[MOVES] += 1
    for kind in range(len(penalties)):
        plan.weights[kind] = factor * penalties[kind]
    for route in range(model.fleet):
        refresh(model, plan, route)
        plan.routes[route, SWAPPED] = -1
    find_empty(plan)
    shuffle(plan.order, state)
    shuffle(plan.route_order, state)
    _shuffle_some(model.near, state)
    clock[ROUND] = clock[MOVED] = clock[SWAPPING] = clock[PLACE] = 0


@kernel
def descend(model, plan, flag):
    """Go on with the search; return True at a local optimum, False when out of work or stopped."""
    clock = plan.clock
    while True:
        if clock[SWAPPING] == 0:
            if not node_pass(model, plan, flag):
                return False
            clock[PLACE] = 0
            clock[SWAPPING] = clock[MOVED] == 0 or clock[ROUND] == 0
        if clock[SWAPPING] == 1 and not exchange_pass(model, plan, flag):
            return False
        clock[ROUND] += 1
        if clock[MOVED] == 0 and clock[ROUND] > 1:
            return True
        clock[MOVED] = clock[SWAPPING] = clock[PLACE] = 0


@kernel
def _shuffle_some(near, state):
    """Shuffle one in so many lists of neighbours, as many as a list is long."""
    width = near.shape[1]
    for stop in range(1, len(near)):
        if width > 1 and below(state, width) == 0:
            shuffle(near[stop], state)


@kernel
def node_pass(model, plan, flag):
    """Try every stop against its neighbours once; return False when interrupted."""
    clock, first_round = plan.clock, plan.clock[ROUND] == 0
    while clock[PLACE] < model.stops:
        if clock[WORK] <= 0 or flag[0] != 0:
            return False
        clock[WORK] -= model.near.shape[1]
        u = np.int64(plan.order[clock[PLACE]])
        clock[PLACE] += 1
        tested = np.int64(-1) if first_round else entry(plan.nodes, u, TESTED)
        record(plan.nodes, u, TESTED, clock[MOVES])
        _try_stop(model, plan, u, tested)
        if not first_round and clock[EMPTY] >= 0:  # at first no route is opened, to keep the fleet small
            if plan.routes[entry(plan.nodes, u, ROUTE), MODIFIED] > tested:
                try_pair(model, plan, u, model.stops + 1 + clock[EMPTY])
    return True


@kernel
def _try_stop(model, plan, u, tested):
    nodes, routes = plan.nodes, plan.routes
    changed = entry(routes, entry(nodes, u, ROUTE), MODIFIED)
    for k in range(model.near.shape[1]):
        v = np.int64(model.near[u, k])
        if max(changed, entry(routes, entry(nodes, v, ROUTE), MODIFIED)) <= tested:
            continue
        improved = try_pair(model, plan, u, v)
        if not improved:
            depot = entry(nodes, v, PREVIOUS)
            improved = depot > model.stops and try_pair(model, plan, u, depot)
        if improved:
            changed = entry(routes, entry(nodes, u, ROUTE), MODIFIED)


@kernel
def try_pair(model, plan, u, v):
    """Apply the best improving move of u and v, if there is one."""
    nodes = plan.nodes
    route, other = entry(nodes, u, ROUTE), entry(nodes, v, ROUTE)
    changes = leg_changes(model, nodes, u, v)
    if route != other:
        least = min(changes[1], changes[2], changes[3], changes[4], changes[5], changes[6], changes[7])
        if least >= plan.charge[route] + plan.charge[other]:
            return False
        move, _ = best_between(model, plan, u, v, route, other, changes)
    else:
        move, _ = best_within(model, plan, u, v, route, changes)
    if move == NONE:
        return False
    apply_move(model, plan, move, u, v)
    return True
