"""Moves that exchange or turn whole stretches: the routes are written anew, only real changes are logged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inner
from routeopt.solvers.vrp.ils.layout import Desk, Ground, Plan, leg, touch, touch_route
from routeopt.solvers.vrp.records import Records, U

_TAILS, _REVERSE = 1, 3  # kinds of moves, as in `moves`


@inner
def rewrite(ground: Ground, plan: Plan, desk: Desk, kind: int, one: int, a: int, other: int, b: int) -> None:
    """Write two routes A and B, or one, anew.

    TAILS: A[:a] + B[b:] and B[:b] + A[a:]. HEADS: A[:a] + B[:b] turned round and A[a:] turned round + B[b:].
    REVERSE: A with A[a:b] turned round.
    """
    first, second, out, out_other = desk.rows[0], desk.rows[1], desk.rows[2], desk.rows[3]
    size = _read(plan.nodes, ground.stops, one, first)
    for k in range(a):
        out[U(k)] = first[U(k)]
    end = a
    if kind == _REVERSE:
        for k in range(b - 1, a - 1, -1):
            out[U(end)] = first[U(k)]
            end += 1
        _write(ground, plan, desk, one, out, a, end, size - end, first)
        return
    size_other = _read(plan.nodes, ground.stops, other, second)
    end_other = 0
    if kind == _TAILS:
        for k in range(b, size_other):
            out[U(end)] = second[U(k)]
            end += 1
        for k in range(b):
            out_other[U(end_other)] = second[U(k)]
            end_other += 1
        for k in range(a, size):
            out_other[U(end_other)] = first[U(k)]
            end_other += 1
    else:
        for k in range(b - 1, -1, -1):
            out[U(end)] = second[U(k)]
            end += 1
        for k in range(size - 1, a - 1, -1):
            out_other[U(end_other)] = first[U(k)]
            end_other += 1
        for k in range(b, size_other):
            out_other[U(end_other)] = second[U(k)]
            end_other += 1
    _write(ground, plan, desk, one, out, a, end, 0, first)
    _write(ground, plan, desk, other, out_other, b if kind == _TAILS else 0, end_other, 0, first)


@inner
def _read(nodes: Records, stops: int, route: int, row: NDArray[np.int32]) -> int:
    """Write the stops of a route into a row, and return their number."""
    node, size = nodes[U(stops + 1 + route)].next, 0
    while node <= stops:
        row[U(size)] = node
        size += 1
        node = nodes[U(node)].next
    return size


@inner
def _write(
    ground: Ground,
    plan: Plan,
    desk: Desk,
    route: int,
    row: NDArray[np.int32],
    begin: int,
    end: int,
    rest: int,
    old: NDArray[np.int32],
) -> None:
    """Let the route visit the first `end` stops of a row, of which those up to `begin` are as they were.

    Behind them `rest` stops stay as they are.
    """
    nodes, now = plan.nodes, desk.now[0]
    depot = ground.stops + 1 + route
    touch_route(plan.routes, desk.route_log, now, route)
    load = 0
    for k in range(begin):
        load += nodes[U(row[U(k)])].demand
    before = row[U(begin - 1)] if begin > 0 else depot
    for k in range(begin, end + 1):
        node = depot
        if k < end:
            node = row[U(k)]
        elif rest > 0:
            node = old[U(end)]
        ahead, behind = nodes[U(before)], nodes[U(node)]
        if ahead.next != node or behind.previous != before:
            touch(nodes, desk.log, now, before)
            touch(nodes, desk.log, now, node)
            length = leg(ground.legs, before, node)
            ahead.next, ahead.departure = node, length
            behind.previous, behind.arrival = before, length
        if behind.route != route:
            touch(nodes, desk.log, now, node)
            behind.route = route
        if k < end:
            load += nodes[U(node)].demand
        before = node
    for k in range(end, end + rest):
        load += nodes[U(old[U(k)])].demand
    plan.routes[U(route)].load = load
    plan.routes[U(route)].stops = end + rest
