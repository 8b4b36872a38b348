"""Cheapest insertion at penalised cost, stop by stop, and what it makes: the first individuals."""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import inner
from routeopt.solvers.vrp.hgs.timed_links import find_empty, link
from routeopt.solvers.vrp.hgs.timed_segments import (
    CAPACITY,
    COST,
    COUNT,
    DEMAND,
    EMPTY,
    FILLED,
    LEGS,
    NEXT,
    PER_LOAD,
    depot_of,
    entry,
    refresh,
    spliced,
)


@inner
def clear_routes(field, plan):
    """Make every route empty."""
    for route in range(len(plan.routes)):
        depot = depot_of(plan, route)
        link(field.nodes, depot, depot)
        refresh(field, plan, route)
    find_empty(plan)


@inner
def insert_all(field, plan, stops, count):
    """Insert the first `count` stops, one after the other, each where it costs least."""
    for i in range(count):
        insert(field, plan, np.int64(stops[i]))


@inner
def insert(field, plan, u):
    """Insert a stop where it costs least, in a route in use or in one empty route."""
    nodes = field.nodes
    best, place, chosen = np.inf, np.int64(-1), 0
    demand = entry(nodes, u, DEMAND)
    for route in range(len(plan.routes)):
        if plan.routes[route, COUNT] == 0 and route != plan.clock[EMPTY]:
            continue
        depot, load = depot_of(plan, route), entry(plan.routes, route, FILLED)
        over = max(load + demand - field.rates[CAPACITY], 0.0) - max(load - field.rates[CAPACITY], 0.0)
        base = field.rates[PER_LOAD] * over - plan.charge[route]
        v = np.int64(depot)
        while True:
            y = entry(nodes, v, NEXT)
            legs = entry(field.cost, v, u) + entry(field.cost, u, y) - entry(nodes, v, COST)
            if legs + base < best:
                change = legs + base + spliced(field, load, v, u, np.int64(-1), y)
                if change < best:
                    best, place, chosen = change, v, route
            v = y
            if v == depot:
                break
    following = entry(nodes, place, NEXT)
    link(nodes, place, u)
    link(nodes, u, following)
    refresh(field, plan, chosen)
    if plan.clock[EMPTY] == chosen:
        find_empty(plan)


@inner
def penalised_cost(plan):
    """Return the cost of the plan with all penalties."""
    total = 0.0
    for route in range(len(plan.routes)):
        total += plan.routes[route, LEGS] + plan.charge[route]
    return total
