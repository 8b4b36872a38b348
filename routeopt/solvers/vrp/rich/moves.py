"""Moves that let one stop follow another: the best is found by distance, and must then keep the windows.

Where routes are limited in other ways, or durations cost something, a move is only a promise here.
"""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import inlined
from routeopt.solvers.vrp.rich.legs import leg_from, leg_to
from routeopt.solvers.vrp.rich.measure import measure
from routeopt.solvers.vrp.stretches import HOLD

NONE, TAILS, STRETCH, SWAP, TURN = range(5)
STRETCHES = 3  # stops moved together at most
LEAST = 1e-7  # gain of a move, relative to the leg that it makes


@inlined
def best_move(field, plan, a, b):
    """Return the best move that makes the leg from stop a to stop b: which, and up to three nodes."""
    nodes, rings = plan.nodes, np.int64(field.task.nodes)
    na, nb = nodes[a], nodes[b]
    ra, rb = np.int64(na.route), np.int64(nb.route)
    pb, sa = np.int64(nb.preceding), np.int64(na.following)
    move, x, y, z = NONE, np.int64(-1), np.int64(-1), np.int64(-1)
    here, there = plan.routes[ra], plan.routes[rb]
    profile, profile2 = np.int64(here.profile), np.int64(there.profile)
    length = leg_from(field, profile, a, b)[0]
    if sa == b:
        return move, x, y, z
    if here.measured == 0:
        measure(field, plan, ra)
    if there.measured == 0:
        measure(field, plan, rb)
    best = -LEAST * (1.0 + length)
    before, after = nodes[pb], nodes[sa]
    if ra != rb and here.kind == there.kind:
        gain = length + leg_from(field, profile, np.int64(before.out), np.int64(after.into))[0]
        gain = here.rate * (gain - na.leg - before.leg)
        if gain < best and tails_fit(field, plan, a, b):
            best, move, x, y = gain, TAILS, a, pb
    if ra == rb and na.place < nb.place and field.symmetric:
        sb = np.int64(nb.following)
        gain = length + leg_from(field, profile, sa, np.int64(nodes[sb].into))[0] - na.leg - nb.leg
        gain *= here.rate
        if gain < best and turn_fits(field, plan, a, b):
            best, move, x, y = gain, TURN, sa, b
    last = b
    for _ in range(STRETCHES):  # from b on, behind a
        if last >= rings or last == a:
            break
        s = np.int64(nodes[last].following)
        gain = there.rate * (
            leg_from(field, profile2, np.int64(before.out), np.int64(nodes[s].into))[0]
            - before.leg
            - nodes[last].leg
        )
        gain += here.rate * (length + leg_from(field, profile, last, np.int64(after.into))[0] - na.leg)
        if gain < best and stretch_fits(field, plan, b, last, a):
            best, move, x, y, z = gain, STRETCH, b, last, a
        last = s
    first = a
    for _ in range(STRETCHES):  # up to a, before b
        if first >= rings or first == b:
            break
        p = np.int64(nodes[first].preceding)
        gain = here.rate * (
            leg_from(field, profile, np.int64(nodes[p].out), np.int64(after.into))[0] - nodes[p].leg - na.leg
        )
        gain += there.rate * (leg_to(field, profile2, first, np.int64(before.out))[0] + length - before.leg)
        if gain < best and stretch_fits(field, plan, first, a, pb):
            best, move, x, y, z = gain, STRETCH, first, a, pb
        first = p
    if ra != rb:
        for k in range(2):
            u, v = (sa, b) if k == 0 else (a, pb)
            if u < rings and v < rings:
                gain = swap_gain(field, plan, u, v)
                if gain < best and swap_fits(field, plan, u, v):
                    best, move, x, y = gain, SWAP, u, v
    return move, x, y, z


@inlined
def tails_fit(field, plan, a, b):
    """Return whether the stops from b on may follow a, and what follows a the stop before b."""
    nodes, na, nb = plan.nodes, plan.nodes[a], plan.nodes[b]
    before, after = nodes[nb.preceding], nodes[na.following]
    here, there = plan.routes[na.route], plan.routes[nb.route]
    carried = before.carried if nb.preceding < field.task.nodes else 0.0
    profile = np.int64(here.profile)
    if na.carried + there.load - carried > here.capacity + HOLD:
        return False
    if carried + here.load - na.carried > there.capacity + HOLD:
        return False
    if na.ready + leg_from(field, profile, a, b)[1] > nb.latest + HOLD:
        return False
    time = leg_from(field, profile, np.int64(before.out), np.int64(after.into))[1]
    return before.ready + time <= after.latest + HOLD


@inlined
def swap_gain(field, plan, u, v):
    """Return the change of cost by distance when two stops of two routes are exchanged."""
    nodes = plan.nodes
    total = 0.0
    for k in range(2):
        old, new = (u, v) if k == 0 else (v, u)
        before, after = nodes[nodes[old].preceding], nodes[nodes[old].following]
        route = plan.routes[nodes[old].route]
        profile = np.int64(route.profile)
        longer = leg_to(field, profile, new, np.int64(before.out))[0] - before.leg - nodes[old].leg
        total += route.rate * (longer + leg_from(field, profile, new, np.int64(after.into))[0])
    return total


@inlined
def swap_fits(field, plan, u, v):
    """Return whether two stops of two routes can be exchanged."""
    nodes = plan.nodes
    for k in range(2):
        old, new = (u, v) if k == 0 else (v, u)
        node, other = nodes[old], nodes[new]
        route = plan.routes[node.route]
        if route.load - node.load + other.load > route.capacity + HOLD:
            return False
        p, s, profile = np.int64(node.preceding), np.int64(node.following), np.int64(route.profile)
        time = pass_stretch(field, plan, profile, nodes[p].ready, p, new, new, False)
        if time + leg_from(field, profile, new, np.int64(nodes[s].into))[1] > nodes[s].latest + HOLD:
            return False
    return True


@inlined
def stretch_fits(field, plan, first, last, p):
    """Return whether a stretch can be moved behind node p."""
    nodes = plan.nodes
    r = np.int64(nodes[p].route)
    route = plan.routes[r]
    profile = np.int64(route.profile)
    q = np.int64(nodes[p].following)
    if nodes[first].route != r:
        load, v = route.load, first
        while True:
            load += nodes[v].load
            if v == last:
                break
            v = np.int64(nodes[v].following)
        if load > route.capacity + HOLD:
            return False
        time = pass_stretch(field, plan, profile, nodes[p].ready, p, first, last, False)
        return time + leg_from(field, profile, last, np.int64(nodes[q].into))[1] <= nodes[q].latest + HOLD
    before, after = np.int64(nodes[first].preceding), np.int64(nodes[last].following)
    if p in (before, last):
        return False
    if p >= field.task.nodes or nodes[p].place < nodes[first].place:
        time = pass_stretch(field, plan, profile, nodes[p].ready, p, first, last, False)
        time = pass_stretch(field, plan, profile, time, last, q, before, False)
        end, arrival = before, after
    else:
        time = pass_stretch(field, plan, profile, nodes[before].ready, before, after, p, False)
        time = pass_stretch(field, plan, profile, time, p, first, last, False)
        end, arrival = last, q
    return (
        time + leg_from(field, profile, end, np.int64(nodes[arrival].into))[1] <= nodes[arrival].latest + HOLD
    )


@inlined
def turn_fits(field, plan, a, b):
    """Return whether the stops behind a up to b can be turned round."""
    nodes = plan.nodes
    profile = np.int64(plan.routes[nodes[a].route].profile)
    first, after = np.int64(nodes[a].following), np.int64(nodes[b].following)
    time = pass_stretch(field, plan, profile, nodes[a].ready, a, b, first, True)
    return (
        time + leg_from(field, profile, first, np.int64(nodes[after].into))[1] <= nodes[after].latest + HOLD
    )


@inlined
def pass_stretch(field, plan, profile, time, at, first, last, backwards):
    """Return the departure from the last stop of a stretch that is entered from a node; inf where it is late."""
    nodes = plan.nodes
    v = first
    while time < np.inf:
        node = nodes[v]
        arrival = time + leg_from(field, profile, np.int64(nodes[at].out), np.int64(node.into))[1]
        time = max(arrival, node.early)
        time = np.inf if time > node.late + HOLD else time + node.service
        if v == last:
            break
        at = v
        v = np.int64(node.preceding) if backwards else np.int64(node.following)
    return time
