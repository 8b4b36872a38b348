"""Local search from the stops that an iteration has touched: what it did not touch is not looked at."""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import inner
from routeopt.solvers.vrp.ils.layout import Desk, Ground, Plan
from routeopt.solvers.vrp.ils.moves import NONE, around, find_move, make_move
from routeopt.solvers.vrp.records import U

_RESERVE = 8  # places left in the queue for the stops around the last move


@inner
def descend(ground: Ground, plan: Plan, desk: Desk, neighbours: int) -> int:
    """Improve the plan around the touched stops until no move helps; return what it costs less."""
    nodes, routes, queue, move, now = plan.nodes, plan.routes, desk.queue, desk.move[0], desk.now[0]
    head, tail, gain = 0, _touched(ground, plan, desk), np.int64(0)
    while head < tail:
        stop = queue[U(head)]
        head += 1
        nodes[U(stop)].queued = 0
        u = around(plan, ground, stop)
        k = 0
        while k < neighbours:
            between = np.int64(ground.near_legs[U(stop), U(k)])
            if between >= u.arrival and between >= u.departure:
                break
            v = np.int64(ground.near[U(stop), U(k)])
            k += 1
            route = nodes[U(v)].route
            if route < 0 or routes[U(route)].part != now.part:  # another thread's, perhaps on the way
                continue
            find_move(ground, plan, move, u, v, between)
            if move.kind == NONE:
                continue
            ends = (v, u.before, u.after, np.int64(nodes[U(v)].previous), np.int64(nodes[U(v)].next))
            make_move(ground, plan, desk, stop, v)
            gain += move.gain
            if tail >= len(queue) - _RESERVE:
                break
            for node in ends:
                if node <= ground.stops and node != stop and nodes[U(node)].queued == 0:
                    nodes[U(node)].queued = 1
                    queue[U(tail)] = node
                    tail += 1
            u = around(plan, ground, stop)
            k = 0
    return gain


@inner
def _touched(ground: Ground, plan: Plan, desk: Desk) -> int:
    """Queue the stops whose neighbours have changed in this iteration, and return their number."""
    count = 0
    for i in range(desk.now[0].logged):
        stop = desk.log[i]
        node = plan.nodes[U(stop)]
        if stop <= ground.stops and (node.next != node.old_next or node.previous != node.old_previous):
            node.queued = 1
            desk.queue[U(count)] = stop
            count += 1
    return count
