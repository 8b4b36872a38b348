"""What is out of the plan is put back, one request after the other, where it costs least."""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import borrowed, inlined, inner
from routeopt.solvers.random import below, uniform
from routeopt.solvers.vrp.rich.layout import (
    REQUESTS,
    TO_INSERT,
)
from routeopt.solvers.vrp.rich.links import link
from routeopt.solvers.vrp.rich.places import best_place

# orders of insertion, as often as they are named
RANDOM, LOAD, FAR, CLOSE, NARROW, EARLY, LATE = range(7)
ORDERS = (0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6)
UNTIMED = 11  # of these, where there are no windows


@inner
def recreate(field, plan, state):
    """Insert the requests; those that fit nowhere, or are not worth it, stay out."""
    field, plan = borrowed(field), borrowed(plan)
    put_in_order(field, plan, state)
    for k in range(plan.counts[REQUESTS]):
        leader = np.int64(plan.lists[TO_INSERT, k])
        member, stop, place, least = leader, np.int64(-1), np.int64(-1), plan.nodes[leader].price
        while True:
            extra = plan.nodes[member].extra
            cost, p = best_place(field, plan, member, least - extra, state)
            if p >= 0:
                least, stop, place = cost + extra, member, p
            member = np.int64(plan.nodes[member].other)
            if member == leader:
                break
        if stop >= 0:
            link(field, plan, stop, place)


@inlined
def put_in_order(field, plan, state):
    """Sort the requests by an order drawn by lot."""
    requests, nodes = plan.lists[TO_INSERT], plan.nodes
    order = ORDERS[below(state, len(ORDERS) if field.windowed else UNTIMED)]
    for i in range(plan.counts[REQUESTS]):
        leader = np.int64(requests[i])
        node = nodes[leader]
        if order == RANDOM:
            key = uniform(state)
        elif order == LOAD:
            key = -node.load
        elif order == FAR:
            key = -node.remoteness
        elif order == CLOSE:
            key = node.remoteness
        elif order == NARROW:
            key = node.late - node.early
        elif order == EARLY:
            key = node.early
        else:
            key = -node.late
        node.key = key
        j = i
        while j > 0 and nodes[requests[j - 1]].key > key:
            requests[j] = requests[j - 1]
            j -= 1
        requests[j] = leader
