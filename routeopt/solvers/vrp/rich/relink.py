"""Four ways to change the links of routes that undo themselves: each done twice leaves all as it was."""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import borrowed, inlined, inner
from routeopt.solvers.vrp.rich.legs import leg_from
from routeopt.solvers.vrp.rich.links import shelve, take, touch, touch_route


@inner
def chain(field, plan, a, b):
    """Let node b follow node a, which is in the route of both."""
    field, plan = borrowed(field), borrowed(plan)
    nodes = plan.nodes
    touch(plan, a)
    touch(plan, b)
    before, after = nodes[a], nodes[b]
    before.following, after.preceding = b, a
    before.leg = 0.0
    if a != b:
        profile = np.int64(plan.routes[before.route].profile)
        before.leg = leg_from(field, profile, np.int64(before.out), np.int64(after.into))[0]


@inlined
def recount(field, plan, r, stops, load):
    """Add stops and their load to a route, which may end or begin to be empty by that."""
    route = plan.routes[r]
    touch_route(plan, r)
    before = route.count
    route.count += stops
    route.load += load
    if before == 0 and route.count > 0:
        take(field, plan, r)
    elif before > 0 and route.count == 0:
        shelve(field, plan, r)


@inlined
def move_stretch(field, plan, first, last, p):
    """Move a stretch behind node p, which is not in it."""
    nodes = plan.nodes
    before, after = np.int64(nodes[first].preceding), np.int64(nodes[last].following)
    q = np.int64(nodes[p].following)
    r, target = np.int64(nodes[first].route), np.int64(nodes[p].route)
    stops, load, v = 0, 0.0, first
    while True:
        touch(plan, v)
        stops += 1
        load += nodes[v].load
        nodes[v].route = target
        if v == last:
            break
        v = np.int64(nodes[v].following)
    if r != target:
        recount(field, plan, r, -stops, -load)
        recount(field, plan, target, stops, load)
    else:
        touch_route(plan, r)
    chain(field, plan, before, after)
    chain(field, plan, p, first)
    chain(field, plan, last, q)


@inlined
def exchange(field, plan, x, y):
    """Exchange two stops of two routes."""
    nodes = plan.nodes
    px, sx = np.int64(nodes[x].preceding), np.int64(nodes[x].following)
    py, sy = np.int64(nodes[y].preceding), np.int64(nodes[y].following)
    r, r2 = np.int64(nodes[x].route), np.int64(nodes[y].route)
    touch(plan, x)
    touch(plan, y)
    more = nodes[y].load - nodes[x].load
    recount(field, plan, r, 0, more)
    recount(field, plan, r2, 0, -more)
    nodes[x].route, nodes[y].route = r2, r
    chain(field, plan, px, y)
    chain(field, plan, y, sx)
    chain(field, plan, py, x)
    chain(field, plan, x, sy)


@inlined
def exchange_tails(field, plan, x, y):
    """Exchange what follows two nodes of two routes of one vehicle type."""
    nodes, rings = plan.nodes, np.int64(field.task.nodes)
    r, r2 = np.int64(nodes[x].route), np.int64(nodes[y].route)
    ring, ring2 = rings + r, rings + r2
    tail, tail2 = np.int64(nodes[x].following), np.int64(nodes[y].following)
    last, last2 = np.int64(nodes[ring].preceding), np.int64(nodes[ring2].preceding)
    stops, load = move_tail(plan, tail, ring, r2)
    stops2, load2 = move_tail(plan, tail2, ring2, r)
    recount(field, plan, r, stops2 - stops, load2 - load)
    recount(field, plan, r2, stops - stops2, load - load2)
    if tail2 != ring2:
        chain(field, plan, x, tail2)
        chain(field, plan, last2, ring)
    else:
        chain(field, plan, x, ring)
    if tail != ring:
        chain(field, plan, y, tail)
        chain(field, plan, last, ring2)
    else:
        chain(field, plan, y, ring2)


@inlined
def move_tail(plan, tail, ring, r):
    """Give a route the stops from a tail on; return how many they are, and their load."""
    stops, load, v = 0, 0.0, tail
    while v != ring:
        touch(plan, v)
        plan.nodes[v].route = r
        stops += 1
        load += plan.nodes[v].load
        v = np.int64(plan.nodes[v].following)
    return stops, load


@inlined
def turn(field, plan, first, last):
    """Turn a stretch round; it then begins with its last stop."""
    nodes = plan.nodes
    before, after = np.int64(nodes[first].preceding), np.int64(nodes[last].following)
    touch_route(plan, np.int64(nodes[first].route))
    touch(plan, after)
    p, v = before, last
    while True:
        touch(plan, v)
        following = np.int64(nodes[v].preceding)
        chain(field, plan, p, v)
        if v == first:
            break
        p, v = v, following
    chain(field, plan, first, after)
