"""How moves change the links between stops; prices and sums are refreshed afterwards."""

from __future__ import annotations

from routeopt.solvers.compiled import inlined, inner
from routeopt.solvers.vrp.hgs.timed_moves import (
    RELOCATE,
    RELOCATE_PAIR,
    RELOCATE_TURNED,
    SWAP,
    SWAP_PAIR_STOP,
    SWAP_PAIRS,
    TAILS,
)
from routeopt.solvers.vrp.hgs.timed_segments import (
    COUNT,
    EMPTY,
    MOVED,
    MOVES,
    NEXT,
    PREVIOUS,
    ROUTE,
    WORK,
    entry,
    record,
    refresh,
)


@inner
def apply_move(field, plan, move, u, v):
    """Carry out a move, and refresh the one or two routes it changes."""
    nodes = field.nodes
    route, other = entry(nodes, u, ROUTE), entry(nodes, v, ROUTE)
    relink(nodes, len(plan.order), move, u, v)
    note_change(field, plan, route, other)


@inner
def relink(nodes, stops, move, u, v):
    """Change the links as the move demands."""
    x, y = entry(nodes, u, NEXT), entry(nodes, v, NEXT)
    p, q = entry(nodes, u, PREVIOUS), entry(nodes, v, PREVIOUS)
    xx, yy = entry(nodes, x, NEXT), entry(nodes, y, NEXT)
    if move == RELOCATE:
        link(nodes, p, x)
        link(nodes, v, u)
        link(nodes, u, y)
    elif move == RELOCATE_PAIR:
        link(nodes, p, xx)
        link(nodes, v, u)
        link(nodes, x, y)
    elif move == RELOCATE_TURNED:
        link(nodes, p, xx)
        link(nodes, v, x)
        link(nodes, x, u)
        link(nodes, u, y)
    elif move == SWAP:
        link(nodes, p, v)
        link(nodes, v, x)
        link(nodes, q, u)
        link(nodes, u, y)
    elif move == SWAP_PAIR_STOP:
        link(nodes, p, v)
        link(nodes, v, xx)
        link(nodes, q, u)
        link(nodes, x, y)
    elif move == SWAP_PAIRS:
        link(nodes, p, v)
        link(nodes, y, xx)
        link(nodes, q, u)
        link(nodes, x, yy)
    elif move == TAILS:
        _exchange_tails(nodes, stops, u, v)
    else:
        _reverse(nodes, x, v)
        link(nodes, u, v)
        link(nodes, x, y)


@inlined
def link(nodes, first, second):
    """Let the second node follow the first."""
    record(nodes, first, NEXT, second)
    record(nodes, second, PREVIOUS, first)


@inner
def _reverse(nodes, first, last):
    """Turn round the links of a stretch."""
    node = first
    while True:
        following = entry(nodes, node, NEXT)
        record(nodes, node, NEXT, entry(nodes, node, PREVIOUS))
        record(nodes, node, PREVIOUS, following)
        if node == last:
            break
        node = following


@inner
def _exchange_tails(nodes, stops, u, v):
    """Let u be followed by the rest of v's route, and v by the rest of u's."""
    x, y = entry(nodes, u, NEXT), entry(nodes, v, NEXT)
    depot, depot2 = stops + 1 + entry(nodes, u, ROUTE), stops + 1 + entry(nodes, v, ROUTE)
    last, last2 = entry(nodes, depot, PREVIOUS), entry(nodes, depot2, PREVIOUS)
    link(nodes, u, depot if y == depot2 else y)
    if y != depot2:
        link(nodes, last2, depot)
    link(nodes, v, depot2 if x == depot else x)
    if x != depot:
        link(nodes, last, depot2)


@inner
def note_change(field, plan, route, other):
    """Count a move, and refresh the one or two routes it changed."""
    clock, routes = plan.clock, plan.routes
    clock[MOVES] += 1
    clock[MOVED] += 1
    clock[WORK] -= routes[route, COUNT] + routes[other, COUNT]
    refresh(field, plan, route)
    if other != route:
        refresh(field, plan, other)
        known = clock[EMPTY]
        if known in (route, other) or routes[route, COUNT] == 0 or routes[other, COUNT] == 0:
            find_empty(plan)


@inner
def find_empty(plan):
    """Note the first empty route, or -1."""
    plan.clock[EMPTY] = -1
    for route in range(len(plan.routes)):
        if plan.routes[route, COUNT] == 0:
            plan.clock[EMPTY] = route
            break
