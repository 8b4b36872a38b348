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
                        whole[frozenset(chosen), kind] = cost, order
    return whole


def best_plan(instance):
    """Return the best that any plan is worth; every subset of the stops may be served."""
    return worth(Evaluator(instance), best_routes(instance))


def best_routes(instance):
    """Return the routes of a plan that none is worth more than."""
    evaluator = Evaluator(instance)
    kinds = range(len(instance.vehicle_count))
    plans = {(frozenset(), (0,) * len(kinds)): (0.0, [], [])}  # by stops served and vehicles used
    for (chosen, kind), (cost, order) in sorted(
        cheapest_routes(evaluator).items(), key=lambda item: min(item[0][0])
    ):  # routes in the order of their first stops: each set of them is made once
        for (served, used), (before, lists, of_kind) in list(plans.items()):
            more = tuple(number + (k == kind) for k, number in enumerate(used))
            key, total = (served | chosen, more), before + cost
            fits = not served & chosen and more[kind] <= instance.vehicle_count[kind]
            if fits and total < plans.get(key, (inf,))[0]:
                plans[key] = total, [*lists, order], [*of_kind, kind]
    found = [Routes.from_lists(*plan[1:]) for plan in plans.values()]
    return min((plan for plan in found if worth(evaluator, plan)), key=lambda plan: worth(evaluator, plan))


def all_plans(stops):
    """Yield every way to cut every order of the stops into routes."""
    for order in permutations(stops):
        for cuts in range(2 ** (len(order) - 1)):
            routes, route = [], [order[0]]
            for k, stop in enumerate(order[1:]):
                if cuts >> k & 1:
                    routes.append(route)
                    route = []
                route.append(stop)
            yield [*routes, route]
