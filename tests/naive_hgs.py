"""Slow and obvious twins of the plain family's kernels: routes as lists, every cost summed from scratch."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np


def route_length(legs, route):
    """Return the length of a route from depot to depot."""
    nodes = [0, *route, 0]
    return int(sum(legs[a, b] for a, b in pairwise(nodes)))


def penalised_cost(legs, demand, capacity, penalty, routes):
    """Return distance and penalties for load above the capacity."""
    total = 0.0
    for route in routes:
        total += route_length(legs, route) + penalty * max(sum(int(demand[i]) for i in route) - capacity, 0)
    return total


def split_costs(tour, legs, demand, capacity, penalty):
    """Return the least penalised cost of cutting a tour into exactly 0, 1, .. n routes."""
    n = len(tour)
    best = np.full((n + 1, n + 1), np.inf)  # routes, stops served
    best[0, 0] = 0.0
    for routes in range(1, n + 1):
        for end in range(1, n + 1):
            for begin in range(end):
                cost = penalised_cost(legs, demand, capacity, penalty, [tour[begin:end]])
                best[routes, end] = min(best[routes, end], best[routes - 1, begin] + cost)
    return best[:, n]


def broken_pairs(routes, others, directed):
    """Return the share of stops whose link to the next stop, or from the depot, the other plan lacks."""
    stops = [stop for route in routes for stop in route]
    after = {a: b for route in others for a, b in zip(route, [*route[1:], 0], strict=True)}
    before = {b: a for route in others for a, b in zip([0, *route[:-1]], route, strict=True)}
    broken = 0
    for route in routes:
        for stop, follower in zip(route, [*route[1:], 0], strict=True):
            neighbours = {after[stop]} if directed else {after[stop], before[stop]}
            broken += follower not in neighbours
        first = {before[route[0]]} if directed else {before[route[0]], after[route[0]]}
        broken += 0 not in first
    return broken / len(stops)


def best_swap(legs, demand, capacity, penalty, one, other):
    """Return the least change of cost by exchanging two stops of two routes, or moving one, each anywhere."""

    def cost(*routes):
        return penalised_cost(legs, demand, capacity, penalty, routes)

    def inserted(route, stop):
        return min(([*route[:i], stop, *route[i:]] for i in range(len(route) + 1)), key=cost)

    changes = []
    for u in [*one, None]:
        for v in [*other, None]:
            left, right = [i for i in one if i != u], [i for i in other if i != v]
            left = left if v is None else inserted(left, v)
            right = right if u is None else inserted(right, u)
            changes.append(cost(left, right) - cost(one, other))
    return min(changes)


def optimum(legs, demand, capacity, vehicles, fixed=0.0):
    """Return the least cost of serving all stops 1 .. n by at most so many vehicles; inf if none can."""
    stops = range(1, len(legs))
    best = {}
    for mask in range(1, 1 << len(stops)):
        chosen = [i for i in stops if mask >> (i - 1) & 1]
        if sum(demand[i] for i in chosen) <= capacity:
            best[mask] = fixed + min(
                legs[0, order[0]] + sum(legs[a, b] for a, b in pairwise(order)) + legs[order[-1], 0]
                for order in permutations(chosen)
            )
    everyone = (1 << len(stops)) - 1
    served = {0: 0.0}
    for _ in range(vehicles):
        further = dict(served)
        for mask, cost in served.items():
            for route, price in best.items():
                if not mask & route and cost + price < further.get(mask | route, np.inf):
                    further[mask | route] = cost + price
        served = further
    return served.get(everyone, np.inf)
