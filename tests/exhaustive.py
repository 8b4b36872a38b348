"""The best plan of a tiny problem, by trying every order of every set of stops on every vehicle type."""

from __future__ import annotations

from itertools import combinations, permutations
from math import inf
from typing import NamedTuple

from routeopt.problems.evaluation import Evaluator
from routeopt.problems.instance import Routes


class Best(NamedTuple):
    """Mandatory stops left out, then what the plan costs in the user's units."""

    missing: int
    objective: float


def worth(evaluator, routes):
    """Return what a plan is worth, or None where it breaks something."""
    data = evaluator.instance
    found = evaluator.evaluate(routes)
    if found.violations:
        return None
    cost = (found.cost + data.vehicle_weight * routes.size) / data.scale
    return Best(len(found.missing), cost)


def cheapest_routes(evaluator):
    """Return the cheapest feasible order of each set of stops on each vehicle type, by set and type."""
    data = evaluator.instance
    stops, whole = range(data.depots, data.nodes), {}
    for size in range(1, len(stops) + 1):
        for chosen in combinations(stops, size):
            for kind in range(len(data.vehicle_count)):
                best = inf
                for order in permutations(chosen):
                    routes = Routes.from_lists([order], [kind])
                    found = evaluator.evaluate(routes)
                    cost = found.cost - found.costs["prizes"]
                    if cost < best and not found.violations:
                        best = cost
                        whole[frozenset(chosen), kind] = order
    return whole


def best_plan(instance):
    """Return the best that any plan is worth; every subset of the stops may be served."""
    evaluator = Evaluator(instance)
    routes = cheapest_routes(evaluator)
    found = [worth(evaluator, Routes.from_lists([]))]

    def extend(left, lists, kinds):
        for (chosen, kind), order in routes.items():
            if chosen <= left and (not lists or min(chosen) > min(lists[-1])):
                plan = [*lists, order], [*kinds, kind]
                if kinds.count(kind) < instance.vehicle_count[kind]:
                    found.append(worth(evaluator, Routes.from_lists(*plan)))
                    extend(left - chosen, *plan)

    extend(frozenset(range(instance.depots, instance.nodes)), [], [])
    return min(value for value in found if value is not None)
