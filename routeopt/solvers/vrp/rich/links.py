"""Stops leave routes and join them; a log of what was touched undoes an iteration or makes it the best."""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import inlined
from routeopt.solvers.vrp.rich.layout import (
    ABSENCE,
    ABSENCE_NOW,
    BANK,
    BANKED,
    CHANGED_ROUTES,
    DIFFERING,
    DIRTY,
    EMPTIES,
    ITERATION,
    MISSING,
    OUTSIDE,
    REQUESTS,
    ROUTES_USED,
    TO_INSERT,
    TOUCHED,
    TOUCHED_NODES,
    TOUCHED_ROUTES,
)
from routeopt.solvers.vrp.rich.legs import leg_from, leg_to


@inlined
def touch(plan, v):
    """Note the links of a node before they change."""
    node, counts = plan.nodes[v], plan.counts
    if node.stamp != counts[ITERATION]:
        node.stamp = counts[ITERATION]
        plan.lists[TOUCHED_NODES, counts[TOUCHED]] = v
        counts[TOUCHED] += 1
        node.old_following, node.old_preceding = node.following, node.preceding
        node.old_route = node.route


@inlined
def touch_route(plan, r):
    """Note what a route is before it changes."""
    route, counts = plan.routes[r], plan.counts
    route.measured = 0
    if route.stamp != counts[ITERATION]:
        route.stamp = counts[ITERATION]
        plan.lists[CHANGED_ROUTES, counts[TOUCHED_ROUTES]] = r
        counts[TOUCHED_ROUTES] += 1
        route.old_count, route.old_load, route.old_cost = route.count, route.load, route.cost


@inlined
def shelve(field, plan, r):
    """Put an empty route on the stack of its vehicle type."""
    route = plan.routes[r]
    kind = np.int64(route.kind)
    route.spot = plan.heights[kind]
    plan.lists[EMPTIES, field.first[kind] + plan.heights[kind]] = r
    plan.heights[kind] += 1


@inlined
def take(field, plan, r):
    """Take an empty route from the stack of its vehicle type."""
    route = plan.routes[r]
    kind, spot = np.int64(route.kind), np.int64(route.spot)
    plan.heights[kind] -= 1
    last = plan.lists[EMPTIES, field.first[kind] + plan.heights[kind]]
    plan.lists[EMPTIES, field.first[kind] + spot] = last
    plan.routes[last].spot = spot
    route.spot = -1


@inlined
def unlink(field, plan, u):
    """Take a stop out of its route."""
    nodes = plan.nodes
    node = nodes[u]
    r, p, s = np.int64(node.route), np.int64(node.preceding), np.int64(node.following)
    touch(plan, p)
    touch(plan, u)
    touch(plan, s)
    touch_route(plan, r)
    before, after, route = nodes[p], nodes[s], plan.routes[r]
    before.following, after.preceding = s, p
    node.route = node.following = node.preceding = -1
    route.count -= 1
    route.load -= node.load
    if route.count == 0:
        before.leg = 0.0
        shelve(field, plan, r)
    else:
        before.leg = leg_from(field, np.int64(route.profile), np.int64(before.out), np.int64(after.into))[0]
    count_out(plan, u, 1.0)


@inlined
def link(field, plan, u, p):
    """Put a stop behind a node."""
    nodes = plan.nodes
    before = nodes[p]
    r, s = np.int64(before.route), np.int64(before.following)
    touch(plan, p)
    touch(plan, u)
    touch(plan, s)
    touch_route(plan, r)
    node, after, route = nodes[u], nodes[s], plan.routes[r]
    profile = np.int64(route.profile)
    if route.count == 0:
        take(field, plan, r)
    before.following, after.preceding = u, u
    node.preceding, node.following, node.route = p, s, r
    before.leg = leg_to(field, profile, u, np.int64(before.out))[0]
    node.leg = leg_from(field, profile, u, np.int64(after.into))[0]
    route.count += 1
    route.load += node.load
    count_out(plan, u, -1.0)


@inlined
def count_out(plan, u, sign):
    """Count a stop out of the plan, or (-1) in."""
    leader = plan.nodes[u].leader
    plan.sums[OUTSIDE] -= sign * plan.nodes[u].extra
    if plan.nodes[leader].price < np.inf:
        plan.sums[OUTSIDE] += sign * plan.nodes[leader].price
    else:
        plan.counts[MISSING] += int(sign)
        plan.sums[ABSENCE_NOW] += sign * plan.nodes[leader].absences


@inlined
def undo(field, plan):
    """Restore the plan as it was before the iteration."""
    nodes, counts = plan.nodes, plan.counts
    for k in range(counts[TOUCHED]):
        node = nodes[plan.lists[TOUCHED_NODES, k]]
        node.following, node.preceding = node.old_following, node.old_preceding
        node.route = node.old_route
    for k in range(counts[TOUCHED_ROUTES]):
        r = plan.lists[CHANGED_ROUTES, k]
        route = plan.routes[r]
        if route.old_count == 0 and route.count > 0:
            shelve(field, plan, r)
        elif route.old_count > 0 and route.count == 0:
            take(field, plan, r)
        route.count, route.load, route.cost = route.old_count, route.old_load, route.old_cost
        route.measured = 0
    for k in range(counts[TOUCHED]):
        v = np.int64(plan.lists[TOUCHED_NODES, k])
        node = nodes[v]
        if node.route >= 0:
            route = plan.routes[node.route]
            node.leg = 0.0
            if route.count > 0:
                into = np.int64(nodes[node.following].into)
                node.leg = leg_from(field, np.int64(route.profile), np.int64(node.out), into)[0]


@inlined
def keep(plan):
    """Make the iteration part of the plan: bank, number of routes, and what differs from the best."""
    counts = plan.counts
    for k in range(counts[TOUCHED_ROUTES]):
        route = plan.routes[plan.lists[CHANGED_ROUTES, k]]
        counts[ROUTES_USED] += np.int64(route.count > 0) - np.int64(route.old_count > 0)
    for k in range(counts[TOUCHED]):
        v = plan.lists[TOUCHED_NODES, k]
        node = plan.nodes[v]
        if node.dirty == 0:
            node.dirty = 1
            plan.lists[DIFFERING, counts[DIRTY]] = v
            counts[DIRTY] += 1
    for k in range(counts[REQUESTS]):
        leader = np.int64(plan.lists[TO_INSERT, k])
        if served_as(plan, leader) < 0:
            if plan.nodes[leader].shelf < 0:
                plan.nodes[leader].shelf = counts[BANKED]
                plan.lists[BANK, counts[BANKED]] = leader
                counts[BANKED] += 1
        elif plan.nodes[leader].shelf >= 0:
            counts[BANKED] -= 1
            last = plan.lists[BANK, counts[BANKED]]
            plan.lists[BANK, plan.nodes[leader].shelf] = last
            plan.nodes[last].shelf = plan.nodes[leader].shelf
            plan.nodes[leader].shelf = -1
    plan.sums[ABSENCE] = plan.sums[ABSENCE_NOW]


@inlined
def served_as(plan, leader):
    """Return the stop that serves a group, or -1."""
    stop = np.int64(leader)
    while plan.nodes[stop].route < 0:
        stop = np.int64(plan.nodes[stop].other)
        if stop == leader:
            return np.int64(-1)
    return stop


@inlined
def record_best(plan):
    """Make the plan the best one."""
    counts = plan.counts
    for k in range(counts[DIRTY]):
        v = plan.lists[DIFFERING, k]
        plan.nodes[v].dirty = 0
        plan.nodes[v].best = plan.nodes[v].following
    counts[DIRTY] = 0
