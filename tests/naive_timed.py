"""Slow and obvious twins of the timed kernels: routes as lists, time warp by walking the clock."""

from __future__ import annotations

import itertools

import numpy as np


def drive(grid, route, departure):
    """Return end of the route, time warp and waiting when leaving at `departure`, warping back to be in time."""
    clock, warp, waiting, last = departure, 0, 0, 0
    stations = [(0, 0), *((int(stop), int(grid.service[stop])) for stop in route), (0, 0)]
    for place, (stop, service) in enumerate(stations):
        if place == 0:
            service = int(grid.service[0])
        else:
            clock += int(grid.travel[last, stop])
        opens, closes = int(grid.opens[stop]), int(grid.closes[stop])
        if clock < opens:
            waiting += opens - clock
            clock = opens
        if clock > closes:
            warp += clock - closes
            clock = closes
        clock += service
        last = stop
    return clock, warp, waiting


def timing(grid, route):
    """Return duration, warp and waiting of the departure with least warp, then least duration."""
    if len(route) == 0:
        return int(grid.service[0]), 0, 0
    fixed = int(grid.service[0]) + sum(int(grid.service[stop]) for stop in route)
    ends = [0, *route, 0]
    fixed += sum(int(grid.travel[a, b]) for a, b in itertools.pairwise(ends))
    latest = max(int(grid.opens[0]), min(int(grid.closes[0]), int(max(grid.opens)) + 1))
    tries = (drive(grid, route, departure)[1:] for departure in range(int(grid.opens[0]), latest + 1))
    warp, waiting = min(tries)
    return fixed + waiting, warp, waiting


def legs_cost(grid, route):
    """Return the cost of the legs of a route; an empty one costs nothing."""
    ends = [0, *route, 0]
    return sum(int(grid.cost[a, b]) for a, b in itertools.pairwise(ends)) if len(route) else 0


def excesses(grid, route):
    """Return the excess load, time and length of a route."""
    if len(route) == 0:
        return 0, 0, 0
    load = sum(int(grid.demand[stop]) for stop in route)
    duration, warp, _ = timing(grid, route)
    length = 0
    if len(grid.length) > 1:
        ends = [0, *route, 0]
        length = sum(int(grid.length[a, b]) for a, b in itertools.pairwise(ends))
    late = warp + max(duration - warp - grid.max_duration, 0)
    return max(load - grid.capacity, 0), late, max(length - grid.max_length, 0)


def penalised(grid, routes, weights):
    """Return the cost of routes with waiting and all penalties."""
    total = 0.0
    for route in routes:
        total += legs_cost(grid, route) + float(np.dot(excesses(grid, route), weights))
        total += grid.wait_cost * timing(grid, route)[2]
    return total
