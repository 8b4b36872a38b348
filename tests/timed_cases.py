"""Small random instances of the timed family, and kernels to call its inner functions from tests."""

from __future__ import annotations

import itertools

import numpy as np

from routeopt.problems.instance import Instance
from routeopt.problems.legs import Euclidean, Matrix
from routeopt.problems.rows import Depot, Stop, Vehicle
from routeopt.problems.vrp import VRP
from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.hgs.timed_insertion import penalised_cost
from routeopt.solvers.vrp.hgs.timed_links import apply_move, link
from routeopt.solvers.vrp.hgs.timed_model import new_field, new_grid, new_plan
from routeopt.solvers.vrp.hgs.timed_search import begin_descent, descend
from routeopt.solvers.vrp.hgs.timed_segments import NEXT, WORK, depot_of, refresh


def random_instance(
    rng, stops, *, windows=True, asymmetric=False, limits=False, paid=False, count=None
) -> Instance:
    """Return an instance with whole numbers."""
    n = stops + 1
    place = rng.integers(0, 50, (n, 2)).astype(float)
    distance = np.rint(np.hypot(*(place[:, None] - place).T.reshape(2, n, n)))
    duration = distance
    if asymmetric:
        distance = distance + rng.integers(0, 15, (n, n))
        duration = distance + rng.integers(0, 20, (n, n))
    opens = rng.integers(0, 150, n)
    rows = [
        Stop(
            *place[i],
            delivery=float(rng.integers(0, 5)),
            service=float(rng.integers(0, 8)),
            windows=(float(opens[i]), float(opens[i] + rng.integers(10, 120))) if windows else (0.0, np.inf),
        )
        for i in range(1, n)
    ]
    vehicle = Vehicle(
        capacity=12.0,
        count=count or stops,
        fixed_cost=float(rng.integers(0, 30)) if paid else 0.0,
        duration_cost=2.0 if paid else 0.0,
        max_duration=160.0 if limits else np.inf,
        max_distance=140.0 if limits else np.inf,
    )
    depot = Depot(*place[0], window=(5.0, 260.0) if windows else (0.0, np.inf), service=3.0)
    legs = Matrix(distance, duration) if asymmetric else Euclidean("round")
    return VRP(rows, [vehicle], [depot], legs=legs).instance()


def random_routes(rng, stops, fleet):
    """Return stops 1 .. n in at most so many routes, some of them empty."""
    cuts = np.sort(rng.integers(0, stops + 1, fleet - 1))
    return [list(map(int, part)) for part in np.split(rng.permutation(stops) + 1, cuts)]


class Bench:
    """A field and a plan with given routes and weights."""

    def __init__(self, instance, routes, weights, neighbours=6):
        self.grid = new_grid(instance, neighbours)
        self.weights = np.array(weights, float)
        self.field, self.plan = new_field(self.grid, len(routes)), new_plan(self.grid, len(routes))
        set_routes(self.field, self.plan, *packed(routes), self.weights)

    def routes(self):
        """Return the routes as lists, empty ones included."""
        tour, offsets = (
            np.zeros(len(self.plan.order), np.int32),
            np.zeros(len(self.plan.routes) + 1, np.int32),
        )
        get_routes(self.field, self.plan, tour, offsets)
        return [tour[a:b].tolist() for a, b in itertools.pairwise(offsets)]


def packed(routes):
    """Return all stops in one array, and where each route begins."""
    offsets = np.cumsum([0, *map(len, routes)]).astype(np.int32)
    return np.array([stop for route in routes for stop in route], np.int32), offsets


@kernel
def set_routes(field, plan, tour, offsets, weights):
    field.rates[: len(weights)] = weights
    plan.clock[0] += 1
    for route in range(len(plan.routes)):
        depot = depot_of(plan, route)
        node = depot
        for i in range(offsets[route], offsets[route + 1]):
            link(field.nodes, node, np.int64(tour[i]))
            node = np.int64(tour[i])
        link(field.nodes, node, depot)
        refresh(field, plan, route)


@kernel
def get_routes(field, plan, tour, offsets):
    position = 0
    for route in range(len(plan.routes)):
        offsets[route] = position
        depot = depot_of(plan, route)
        node = np.int64(field.nodes[depot, NEXT])
        while node != depot:
            tour[position] = node
            position += 1
            node = np.int64(field.nodes[node, NEXT])
    offsets[len(plan.routes)] = position


@kernel
def cost_of(field, plan):
    return penalised_cost(plan)


@kernel
def carry_out(field, plan, move, u, v):
    apply_move(field, plan, move, u, v)


@kernel
def search(field, plan, weights, state, flag):
    begin_descent(field, plan, weights, 1.0, state)
    plan.clock[WORK] = 1 << 60
    return descend(field, plan, flag)
