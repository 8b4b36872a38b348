"""Routes seen in a search, for a link of the chain that puts new plans together from them.

The runner of a chain offers every answer that it sees; a solver that knows more good routes than its answers
show is handed the same pool. What is kept is feasible on its own, in the cheapest order seen for its stops.
"""

from __future__ import annotations

from typing import NamedTuple

from routeopt.problems.evaluation import Evaluator
from routeopt.problems.instance import Instance, Routes


class PooledRoute(NamedTuple):
    """A route that breaks nothing on its own."""

    visits: tuple[int, ...]  # nodes in order, reloads included
    kind: int  # vehicle type
    cost: float  # in the instance's units, the weight of a vehicle included


_Stops = tuple[int, frozenset[int]]  # vehicle type and nodes


class RoutePool:
    """The routes seen last, one for each set of stops and vehicle type.

    Parameters
    ----------
    instance : Instance
    most : int
        Routes that are kept; beyond it those go that were not seen for longest.
    """

    def __init__(self, instance: Instance, most: int = 20_000) -> None:
        self.instance = instance
        self._most = most
        self._evaluator = Evaluator(instance)
        self._kept: dict[_Stops, PooledRoute] = {}  # in the order in which they were last seen
        self._known: dict[tuple[int, tuple[int, ...]], _Stops | None] = {}  # None: breaks something

    def __len__(self) -> int:
        """Return the number of routes."""
        return len(self._kept)

    def add(self, routes: Routes) -> None:
        """Take in the routes of a plan; the plan itself may break rules or be incomplete."""
        for kind, visits in zip(routes.vehicle.tolist(), routes.lists(), strict=True):
            self._see(kind, tuple(visits))
        while len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]
        if len(self._known) > 2 * self._most:
            self._known.clear()  # what is seen again is priced again

    def routes(self) -> list[PooledRoute]:
        """Return the routes, those seen last in front."""
        return list(self._kept.values())[::-1]

    def _see(self, kind: int, visits: tuple[int, ...]) -> None:
        key = (kind, visits)
        if key not in self._known:
            self._known[key] = self._priced(kind, visits)
        stops = self._known[key]
        if stops is not None and stops in self._kept:
            self._kept[stops] = self._kept.pop(stops)

    def _priced(self, kind: int, visits: tuple[int, ...]) -> _Stops | None:
        """Keep a route if it breaks nothing and no cheaper order of its stops is kept; return its stops."""
        found = self._evaluator.evaluate(Routes.from_lists([visits], [kind]))
        if found.violations:
            return None
        cost = found.cost - found.costs["prizes"] + self.instance.vehicle_weight
        stops = (kind, frozenset(visits))
        if stops not in self._kept or cost < self._kept[stops].cost:
            self._kept[stops] = PooledRoute(visits, kind, cost)
        return stops
