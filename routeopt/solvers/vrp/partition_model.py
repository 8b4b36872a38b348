"""The choice among routes as a model of CP-SAT: each stop once, each vehicle at most once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from routeopt.problems.instance import Floats, Instance, Routes
from routeopt.problems.search import StopSignal
from routeopt.solvers.vrp.integers import whole_factor
from routeopt.solvers.vrp.route_pool import PooledRoute

_MOST_COST = float(1 << 44)  # of a whole plan
_EFFORT = 60.0  # CP-SAT's own measure of work, about a second each; for a search without a deadline


class Partition:
    """A choice under way; it notes the best one so far, for another thread to take.

    Parameters
    ----------
    instance : Instance
    routes : list of PooledRoute
        What there is to choose from, the routes of `start` among them.
    start : Routes
        A complete plan to begin with.
    stop : StopSignal
    """

    def __init__(
        self, instance: Instance, routes: list[PooledRoute], start: Routes, stop: StopSignal
    ) -> None:
        self.iterations = 0
        self.latest: Routes | None = None
        self._instance, self._routes, self._start, self._stop = instance, routes, start, stop
        self._solver = cp_model.CpSolver()
        self._cancelled = False

    def cancel(self) -> None:
        """End the search soon."""
        self._cancelled = True
        self._solver.stop_search()

    def run(self, seed: int, threads: int) -> None:
        """Search until the best choice is proven, or it is time to stop."""
        model = cp_model.CpModel()
        chosen = [model.new_bool_var("") for _ in self._routes]
        self._state(model, chosen)
        self._hint(model, chosen)
        parameters = self._solver.parameters
        parameters.random_seed = seed
        parameters.num_workers = threads
        if np.isfinite(self._stop.deadline):
            parameters.max_time_in_seconds = self._stop.seconds_left()
        else:
            parameters.max_deterministic_time = _EFFORT
        if not self._cancelled:
            self._solver.solve(model, _Noting(self, chosen))

    def note(self, values: list[bool]) -> bool:
        """Take in a better choice; return whether to go on."""
        if self.iterations < self._stop.iterations:
            self.iterations += 1
            routes = [route for route, taken in zip(self._routes, values, strict=True) if taken]
            lists, kinds = [route.visits for route in routes], [route.kind for route in routes]
            self.latest = Routes.from_lists(lists, kinds)
        return self.iterations < self._stop.iterations and not self._cancelled

    def _hint(self, model: cp_model.CpModel, chosen: list[Any]) -> None:
        """Begin with the routes of the start."""
        start = self._start
        used = {(int(t), frozenset(v)) for t, v in zip(start.vehicle, start.lists(), strict=True)}
        for route, variable in zip(self._routes, chosen, strict=True):
            model.add_hint(variable, (route.kind, frozenset(route.visits)) in used)

    def _state(self, model: cp_model.CpModel, chosen: list[Any]) -> None:
        """State that each stop, or group, is served by one route or left out at its price."""
        instance = self._instance
        serving: dict[int, list[Any]] = defaultdict(list)
        costs = np.array([route.cost for route in self._routes])
        choices = list(_choices(instance))
        choice_of = np.full(instance.nodes, -1)
        lesser = np.zeros(instance.nodes)
        for number, (members, prize) in enumerate(choices):
            choice_of[members] = number
            if np.isfinite(prize).all():
                lesser[members] = prize.max() - prize
        for r, route in enumerate(self._routes):
            stops = [i for i in route.visits if i >= instance.depots]
            costs[r] += lesser[stops].sum()
            for i in stops:
                serving[int(choice_of[i])].append(chosen[r])
        variables, prices = list(chosen), list(costs)
        for number, (_, prize) in enumerate(choices):
            if np.isfinite(prize).all():
                variables.append(model.new_bool_var(""))
                prices.append(prize.max())
                serving[number].append(variables[-1])
            model.add_exactly_one(serving[number])
        for kind in np.flatnonzero(instance.vehicle_count < instance.stops).tolist():
            of_kind = [x for x, route in zip(chosen, self._routes, strict=True) if route.kind == kind]
            model.add(sum(of_kind) <= int(instance.vehicle_count[kind]))
        whole = _whole(np.array(prices), instance.stops)
        model.minimize(cp_model.LinearExpr.weighted_sum(variables, whole))


class _Noting(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]
    """Hands each better choice to the search."""

    def __init__(self, partition: Partition, chosen: list[Any]) -> None:
        super().__init__()
        self._partition, self._chosen = partition, chosen

    def on_solution_callback(self) -> None:
        """Take in a solution."""
        if not self._partition.note([self.boolean_value(variable) for variable in self._chosen]):
            self.stop_search()


def _choices(instance: Instance) -> Iterator[tuple[list[int], Floats]]:
    """Yield the nodes of which one is served, and what each is worth; inf where one must be."""
    for i in range(instance.depots, instance.nodes):
        if instance.group[i] < 0:
            yield [i], instance.prize[i : i + 1]
    for group in np.unique(instance.group[instance.group >= 0]):
        members = np.flatnonzero(instance.group == group)
        yield members.tolist(), instance.prize[members]


def _whole(prices: Floats, stops: int) -> list[int]:
    """Return prices in whole numbers, exact where a power of ten makes them so."""
    total = max(1.0, float(np.abs(prices).max(initial=0.0)) * stops)
    factor = whole_factor(prices, np.inf)
    if factor is None or total * factor > _MOST_COST:
        factor = 2.0 ** np.floor(np.log2(_MOST_COST / total))
    return [int(price) for price in np.rint(prices * factor)]
