"""Between plans as lists of stops and plans as linked records, and other work done once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inner, kernel
from routeopt.solvers.vrp.ils.layout import Plan, leg, refresh
from routeopt.solvers.vrp.records import Matrix, Records, U


@kernel
def link_tour(plan: Plan, legs: Matrix | Records, tour: NDArray[np.int32], offsets: NDArray[np.int64]) -> int:
    """Link the stops as the routes say, further routes empty; return the cost of the plan."""
    nodes, routes = plan.nodes, plan.routes
    stops, cost = len(nodes) - len(routes) - 1, 0
    for route in range(len(routes)):
        depot = np.int32(stops + 1 + route)
        before, load, size = depot, np.int64(0), 0
        if route < len(offsets) - 1:
            size = offsets[route + 1] - offsets[route]
            for i in range(offsets[route], offsets[route + 1]):
                stop = tour[i]
                cost += _link(nodes, legs, before, stop)
                nodes[U(stop)].route = route
                load += nodes[U(stop)].demand
                before = stop
        cost += _link(nodes, legs, before, depot)
        nodes[U(depot)].route = route
        routes[U(route)].load, routes[U(route)].stops = load, size
        refresh(nodes, routes, stops, route)
    return cost


@inner
def _link(nodes: Records, legs: Matrix | Records, a: int, b: int) -> int:
    """Let b follow a; return the length of the leg."""
    length = leg(legs, a, b)
    nodes[U(a)].next, nodes[U(a)].departure = b, length
    nodes[U(b)].previous, nodes[U(b)].arrival = a, length
    return length


@kernel
def list_stops(
    links: NDArray[np.int32], stops: int, visits: NDArray[np.int32], offsets: NDArray[np.int64]
) -> None:
    """Write the stops of all routes one after the other, and where each route begins."""
    position = 0
    for route in range(len(offsets) - 1):
        offsets[route] = position
        node = links[U(stops + 1 + route)]
        while node <= stops:
            visits[position] = node
            position += 1
            node = links[U(node)]
    offsets[-1] = position


@kernel
def measure_near(legs: Matrix | Records, near: Matrix, lengths: Matrix) -> None:
    """Fill in the leg from each stop to the first of its neighbours."""
    for stop in range(1, len(near)):
        for k in range(lengths.shape[1]):
            lengths[stop, k] = leg(legs, stop, near[stop, k])
