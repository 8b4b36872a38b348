"""Cheapest insertion at penalised cost, stop by stop, and what it makes: the first individuals."""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.hgs.timed_links import find_empty, link
from routeopt.solvers.vrp.hgs.timed_segments import (
    COST,
    COUNT,
    DEMAND,
    EMPTY,
    FILLED,
    LEGS,
    NEXT,
    entry,
    refresh,
    splice,
    surcharge,
)


@kernel
def clear_routes(model, plan):
    """Make every route empty."""
    for route in range(model.fleet):
        depot = model.stops + 1 + route
        link(plan.nodes, depot, depot)
        refresh(model, plan, route)
    find_empty(plan)


@kernel
def insert_all(model, plan, stops, count):
    """Insert the first `count` stops, one after the other, each where it costs least."""
    for i in range(count):
        insert(model, plan, np.int64(stops[i]))


@kernel
def insert(model, plan, u):
    """Insert a stop where it costs least, in a route in use or in one empty route."""
    nodes = plan.nodes
    best, place, chosen = np.inf, np.int64(-1), 0
    demand = entry(nodes, u, DEMAND)
    for route in range(model.fleet):
        if plan.routes[route, COUNT] == 0 and route != plan.clock[EMPTY]:
            continue
        depot, load = model.stops + 1 + route, entry(plan.routes, route, FILLED)
        over = max(load + demand - model.capacity, 0) - max(load - model.capacity, 0)
        base = plan.weights[0] * over - plan.charge[route]
        v = np.int64(depot)
        while True:
            y = entry(nodes, v, NEXT)
            legs = entry(model.cost, v, u) + entry(model.cost, u, y) - entry(nodes, v, COST)
            if legs + base < best:
                change = legs + base + surcharge(model, plan.weights, load, splice(model, nodes, v, u, np.int64(-1), y))
                if change < best:
                    best, place, chosen = change, v, route
            v = y
            if v == depot:
                break
    following = entry(nodes, place, NEXT)
    link(nodes, place, u)
    link(nodes, u, following)
    refresh(model, plan, chosen)
    if plan.clock[EMPTY] == chosen:
        find_empty(plan)


@kernel
def penalised_cost(model, plan):
    """Return the cost of the plan with all penalties."""
    total = 0.0
    for route in range(model.fleet):
        total += plan.routes[route, LEGS] + plan.charge[route]
    return total
