"""Recombining routes: the choice equals trying every choice, and it never makes a plan worse."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, permutations
from math import inf

import numpy as np
import pytest

import routeopt as ro
from routeopt.problems.evaluation import Evaluator
from routeopt.problems.features import FEATURES
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.vrp.route_pool import RoutePool

pytest.importorskip("ortools")


def town(vehicles=(), **attributes):
    x, y = np.random.default_rng(4).integers(0, 100, (2, 6)).astype(float)
    vehicles = list(vehicles) or [ro.Vehicle(capacity=3)]
    return ro.VRP(ro.Stops(x, y, **{"delivery": 1.0, **attributes}), vehicles, [ro.Depot(50.0, 50.0)])


VARIANTS = {
    "identical vehicles": town(),
    "few vehicles": town([ro.Vehicle(capacity=3, count=3)]),
    "two types": town(
        [ro.Vehicle(capacity=3, count=1, fixed_cost=90.0), ro.Vehicle(capacity=2, distance_cost=2.0)]
    ),
    "prizes": town(prize=[9.0, 200.0, 30.0, inf, 4.0, 120.0]),
    "groups": town(group=[0, 0, 1, 1, -1, -1]),
    "groups with prizes": town(group=[0, 0, 1, 1, -1, -1], prize=[40.0, 10, 90, 20, 50, 8]),
    "fewest vehicles": ro.VRP(
        town().stops, [ro.Vehicle(capacity=3)], [ro.Depot(50.0, 50.0)], objective="fewest_vehicles"
    ),
}


def objective(evaluator, routes):
    found, data = evaluator.evaluate(routes), evaluator.instance
    cost = (found.cost + data.vehicle_weight * routes.size) / data.scale
    return inf if found.violations or found.missing else cost


def drawn_pool(instance, seed):
    rng = np.random.default_rng(seed)
    pool = RoutePool(instance)
    stops = np.arange(instance.depots, instance.nodes)
    for _ in range(14):
        visits = rng.permutation(stops)[: rng.integers(1, 4)].tolist()
        pool.add(ro.Routes.from_lists([visits], [int(rng.integers(len(instance.vehicle_count)))]))
    return pool


def mixes(evaluator, pool):
    """Yield what every choice of routes from the pool is worth."""
    routes = pool.routes()
    for size in range(len(evaluator.instance.vehicle_count) * 6 + 1):
        for chosen in combinations(routes, size):
            visits = [i for route in chosen for i in route.visits]
            if len(visits) == len(set(visits)):
                mix = ro.Routes.from_lists([r.visits for r in chosen], [r.kind for r in chosen])
                yield objective(evaluator, mix)


def recombine(instance, start, pool, seconds=20.0, iterations=inf):
    stop, rng = StopSignal(seconds, iterations), np.random.default_rng(1)
    return list(ro.SetPartition()(instance, start, stop=stop, rng=rng, threads=1, pool=pool))


def any_plan(instance, evaluator):
    """Return a dear but good plan, made of the first routes that fit."""
    found = ro.solve(VARIANTS["identical vehicles"], 0, solver="nearest").routes
    plans = (
        [found, ro.Routes.from_lists(found.lists(), [1] * found.size)]
        if len(instance.capacity) > 1
        else [found]
    )
    alone = [[i] for i in range(instance.depots, instance.nodes)]
    one_each = [i for i in range(1, 7) if instance.group[i] < 0 or i in (1, 3)]
    plans += [ro.Routes.from_lists([[i] for i in one_each], [len(instance.capacity) - 1] * len(one_each))]
    plans += [ro.Routes.from_lists(alone), ro.Routes.from_lists([one_each[:3], one_each[3:]])]
    return next(plan for plan in plans if objective(evaluator, plan) < inf)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_choice_is_the_best_of_all(variant, seed):
    instance = VARIANTS[variant].instance()
    evaluator, pool = Evaluator(instance), drawn_pool(instance, seed)
    start = any_plan(instance, evaluator)
    found = recombine(instance, start, pool)
    assert found[0].objective == pytest.approx(objective(evaluator, start))
    assert found[-1].objective == pytest.approx(min(mixes(evaluator, pool)))
    assert found[-1].objective == pytest.approx(objective(evaluator, found[-1].answer))
    assert found[-1].seconds < 10.0  # proven long before the time is over


def test_without_a_pool_or_a_plan_nothing_changes():
    instance = town().instance()
    start = ro.Routes.from_lists([[1, 2, 3], [4, 5, 6]])
    assert [found.answer for found in recombine(instance, start, None)] == [start]
    assert [found.objective for found in recombine(instance, None, RoutePool(instance))] == [inf]


def test_it_stops_after_so_many_choices():
    instance = town().instance()
    pool = drawn_pool(instance, 1)
    start = ro.Routes.from_lists([[i] for i in range(1, 7)])
    assert recombine(instance, start, pool, iterations=1)[-1].iterations == 1


@dataclass(frozen=True)
class Showing:
    """Yields given plans, whatever they cost."""

    plans: tuple[tuple[tuple[int, ...], ...], ...]
    constructs: bool = False
    supports = frozenset(FEATURES)
    name = "showing"

    def __call__(self, instance, start, *, stop, rng, threads):
        evaluator, best = Evaluator(instance), inf
        for plan in self.plans:
            routes = ro.Routes.from_lists(plan)
            best = min(best, objective(evaluator, routes))
            yield Incumbent(stop.seconds(), 1, best, None, routes, "showing")


def test_a_chain_hands_over_the_routes_it_has_seen():
    x = [1.0, 2.0, -1.0, -2.0, 0.0, 0.0]
    y = [0.0, 0.0, 0.0, 0.0, 1.0, 2.0]
    problem = ro.VRP(ro.Stops(x, y, delivery=1.0), [ro.Vehicle(capacity=2)], [ro.Depot(0.0, 0.0)])
    first = Showing((((1, 2), (3, 5), (4, 6)),), constructs=True)
    later = Showing((((1, 2), (3, 5), (4, 6)), ((3, 4), (1, 5), (2, 6)), ((5, 6), (1, 3), (2, 4))))
    found = ro.solve(problem, 5, solver=[first, later, "set_partition"])
    assert found.cost == pytest.approx(12.0)  # (1, 2), (3, 4), (5, 6): one route of each plan
    assert found.parameters["set_partition"] == {"routes": 10_000}


def test_the_pool_keeps_the_cheapest_order_and_what_was_seen_last():
    instance = town().instance()
    evaluator = Evaluator(instance)
    pool = RoutePool(instance, most=2)
    for order in permutations((1, 2, 3)):
        pool.add(ro.Routes.from_lists([order]))
    cheapest = min(
        evaluator.evaluate(ro.Routes.from_lists([order])).cost for order in permutations((1, 2, 3))
    )
    assert [route.cost for route in pool.routes()] == pytest.approx([cheapest])
    pool.add(ro.Routes.from_lists([[4], [1, 2, 3], [5]]))
    assert [set(route.visits) for route in pool.routes()] == [{5}, {1, 2, 3}]


def test_the_pool_leaves_out_what_breaks_a_rule():
    pool = RoutePool(town(group=[0, 0, -1, -1, -1, -1]).instance())
    pool.add(ro.Routes.from_lists([[3, 4, 5, 6], [1, 2], [1, 3]]))  # too heavy; two of a group
    assert [route.visits for route in pool.routes()] == [(1, 3)]
