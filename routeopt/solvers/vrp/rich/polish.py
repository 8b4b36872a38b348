"""Local search around what an iteration has changed.

A stop is tried next to the stops that may well follow it or come before it. What a move promises is kept
if the routes, measured anew, cost less; else the links are put back.
"""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import borrowed, inlined, inner
from routeopt.solvers.vrp.rich.layout import (
    QUEUE,
    TOUCHED,
    TOUCHED_NODES,
)
from routeopt.solvers.vrp.rich.legs import leg_from, leg_to
from routeopt.solvers.vrp.rich.measure import measure
from routeopt.solvers.vrp.rich.moves import LEAST, NONE, STRETCH, SWAP, TAILS, best_move
from routeopt.solvers.vrp.rich.relink import (
    exchange,
    exchange_tails,
    move_stretch,
    turn,
)

WIDTH = 40  # places at most that a stop is tried at


@inner
def polish(field, plan):
    """Improve the plan until no stop that has changed neighbours finds a better place."""
    field, plan = borrowed(field), borrowed(plan)
    nodes, rings = plan.nodes, np.int64(field.task.nodes)
    width, head, tail = min(field.near.shape[1], WIDTH), 0, 0
    for k in range(plan.counts[TOUCHED]):
        v = np.int64(plan.lists[TOUCHED_NODES, k])
        node = nodes[v]
        if v < rings and (node.following != node.old_following or node.preceding != node.old_preceding):
            tail = enlist(plan, rings, v, tail)
    while head < tail:
        u = np.int64(plan.lists[QUEUE, head % rings])
        head += 1
        nodes[u].listed = 0
        profile = np.int64(plan.routes[nodes[u].route].profile)
        entering = nodes[nodes[u].preceding].leg
        k = 0
        while k < width:
            a, b = np.int64(field.near[u, k]), u
            k += 1
            if a < 0:
                a, b = u, ~a
                if nodes[b].route < 0 or leg_from(field, profile, u, b)[0] >= nodes[u].leg:
                    continue
            elif nodes[a].route < 0 or leg_to(field, profile, u, a)[0] >= entering:
                continue
            move, x, y, z = best_move(field, plan, a, b)
            if move != NONE and carry_out(field, plan, move, x, y, z):
                profile = np.int64(plan.routes[nodes[u].route].profile)
                entering = nodes[nodes[u].preceding].leg
                for v in (a, b, x, y, z):
                    if v >= 0:
                        tail = enlist(plan, rings, v, tail)
                        tail = enlist(plan, rings, np.int64(nodes[v].preceding), tail)
                        tail = enlist(plan, rings, np.int64(nodes[v].following), tail)


@inlined
def enlist(plan, rings, v, tail):
    """Put a stop into the queue, unless it is there; return the end of the queue."""
    if v < rings:
        node = plan.nodes[v]
        if node.route >= 0 and node.listed == 0:
            node.listed = 1
            plan.lists[QUEUE, tail % rings] = v
            return tail + 1
    return tail


@inlined
def carry_out(field, plan, move, x, y, z):
    """Do a move, and undo it where the routes have not become cheaper; return whether it is done."""
    nodes, routes = plan.nodes, plan.routes
    back = np.int64(nodes[x].preceding)
    r = np.int64(nodes[x].route)
    r2 = np.int64(nodes[z].route) if move == STRETCH else np.int64(nodes[y].route)
    cost = worth(routes, r) + (worth(routes, r2) if r2 != r else 0.0)
    for attempt in range(2):
        if move == TAILS:
            exchange_tails(field, plan, x, y)
        elif move == STRETCH:
            move_stretch(field, plan, x, y, z if attempt == 0 else back)
        elif move == SWAP:
            exchange(field, plan, x, y)
        elif attempt == 0:
            turn(field, plan, x, y)
        else:
            turn(field, plan, y, x)
        measure(field, plan, r)
        if r2 != r:
            measure(field, plan, r2)
        if attempt == 0:
            now = worth(routes, r) + (worth(routes, r2) if r2 != r else 0.0)
            if now < cost - LEAST:
                return True
    return False


@inlined
def worth(routes, r):
    """Return what a route costs, its opening included."""
    return routes[r].cost + (routes[r].opening if routes[r].count > 0 else 0.0)
