"""Strings of neighbouring stops are taken out of routes that lie next to each other.

Source: Christiaens & Vanden Berghe, "Slack induction by string removals for vehicle routing problems",
Transportation Science 54 (2020).
"""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import borrowed, inlined, inner
from routeopt.solvers.random import below, uniform
from routeopt.solvers.vrp.rich.layout import (
    BANK,
    BANKED,
    ITERATION,
    OWN,
    OWNED,
    REQUESTS,
    ROUTES_USED,
    TO_INSERT,
)
from routeopt.solvers.vrp.rich.links import unlink

LONGEST = 10.0  # stops in a string
SPLIT = 0.5  # share of strings that keep some stops in their midst
DEEPER = 0.01  # chance of each further stop that is kept
WAITING_NEAR = 8  # requests left out so far that are tried again: close to the seed
WAITING_FAR = 12  # and anywhere


@inner
def ruin(field, plan, removed, state):
    """Take out about so many stops on average, and note all that are to be inserted."""
    field, plan = borrowed(field), borrowed(plan)
    nodes, routes, counts = plan.nodes, plan.routes, plan.counts
    counts[REQUESTS] = 0
    seed = np.int64(plan.lists[OWN, below(state, counts[OWNED])])
    served = counts[OWNED] - counts[BANKED]
    longest = min(LONGEST, served / max(counts[ROUTES_USED], 1))
    strings = int(uniform(state) * (4.0 * removed / (1.0 + longest) - 1.0) + 1.0)
    k, taken = -1, 0
    while taken < strings and k < field.around.shape[1]:
        v = seed if k < 0 else np.int64(field.around[seed, k])
        k += 1
        r = np.int64(nodes[v].route)
        if r < 0:
            continue
        if routes[r].ruined == counts[ITERATION]:
            continue
        routes[r].ruined = counts[ITERATION]
        taken += 1
        count = np.int64(routes[r].count)
        length = min(int(uniform(state) * min(longest, float(count)) + 1.0), count)
        take_string(field, plan, v, length, count, state)
    call_waiting(field, plan, seed, state)


@inlined
def take_string(field, plan, v, length, count, state):
    """Take out a string of this length around a stop, perhaps in two parts."""
    nodes, rings = plan.nodes, field.task.nodes
    kept = 0
    if 1 < length < count and uniform(state) < SPLIT:
        kept = 1
        while length + kept < count and uniform(state) < DEEPER:
            kept += 1
    whole = length + kept
    begin, reach, back = v, 1, below(state, whole)
    while reach <= back and nodes[begin].preceding < rings:
        begin = np.int64(nodes[begin].preceding)
        reach += 1
    end = v
    while reach < whole and nodes[end].following < rings:
        end = np.int64(nodes[end].following)
        reach += 1
    while reach < whole:
        begin = np.int64(nodes[begin].preceding)
        reach += 1
    gap = whole if kept == 0 else 1 + below(state, length - 1)
    for i in range(whole):
        following = np.int64(nodes[begin].following)
        if i < gap or i >= gap + kept:
            unlink(field, plan, begin)
            request(plan, begin)
        begin = following


@inlined
def request(plan, u):
    """Note that the group of a stop is to be inserted."""
    leader = plan.nodes[u].leader
    node, counts = plan.nodes[leader], plan.counts
    if node.queued != counts[ITERATION]:
        node.queued = counts[ITERATION]
        plan.lists[TO_INSERT, counts[REQUESTS]] = leader
        counts[REQUESTS] += 1


@inlined
def call_waiting(field, plan, seed, state):
    """Note some of the requests that have been left out so far."""
    counts = plan.counts
    banked = counts[BANKED]
    if banked == 0:
        return
    called = 0
    for k in range(field.around.shape[1]):
        if called == WAITING_NEAR:
            break
        u = np.int64(field.around[seed, k])
        if plan.nodes[plan.nodes[u].leader].shelf >= 0:
            request(plan, u)
            called += 1
    begin = below(state, banked)
    for k in range(min(banked, WAITING_FAR)):
        request(plan, np.int64(plan.lists[BANK, (begin + k) % banked]))
