"""The timed family: one depot, identical vehicles, one kind of load, any legs, time windows, limits on routes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.evaluation import Evaluator
from routeopt.problems.instance import Instance, Routes
from routeopt.solvers.random import random_state
from routeopt.solvers.vrp.hgs.engine import Engine
from routeopt.solvers.vrp.hgs.parameters import HGSParameters
from routeopt.solvers.vrp.hgs.penalties import new_penalties
from routeopt.solvers.vrp.hgs.timed_generation import construct, evolve
from routeopt.solvers.vrp.hgs.timed_model import TimedGrid, new_field, new_grid, new_plan
from routeopt.solvers.vrp.hgs.timed_split import new_cuts
from routeopt.solvers.vrp.hgs.timed_srex import new_exchange

_SPARE_SHARE, _SPARE = 1.2, 3  # routes beyond those of a quick construction
_STRICT = 1000.0  # on the penalties of that construction
_PENALTY = 2.0  # typical legs per mean demand, to begin with


class TimedEngine(Engine):
    """One search of the timed family; the parameters are those of the base class."""

    def __init__(
        self,
        instance: Instance,
        parameters: HGSParameters,
        starts: Sequence[Routes],
        rng: np.random.Generator,
        guide: NDArray[np.int32] | None = None,
    ) -> None:
        self._instance = instance
        self.grid = grid = new_grid(instance, parameters.neighbours, guide)
        stops = instance.stops
        self._penalties = new_penalties(_first_penalties(grid))
        self._state = random_state(rng)
        fleet = self._fleet(max((start.size for start in starts), default=0))
        self._field, self._plan = new_field(grid, fleet), new_plan(grid, fleet)
        self._cuts = new_cuts(stops, fleet)
        self._crossing = new_exchange(stops, fleet)
        tours = [_tour(start, stops) for start in starts]
        super().__init__(stops, fleet, 3, parameters, True, tours, rng)

    def _fleet(self, least: int) -> int:
        most = int(min(self._instance.vehicle_count.sum(), self._instance.stops))
        field, plan, cuts = (
            new_field(self.grid, most),
            new_plan(self.grid, most),
            new_cuts(self._instance.stops, most),
        )
        strict = new_penalties([_STRICT * value for value in self._penalties.value])
        used = construct(field, plan, strict, cuts, self._state)
        return min(most, max(least, int(_SPARE_SHARE * used) + _SPARE))

    def first_tour(self, rng: np.random.Generator) -> NDArray[np.int32]:  # noqa: ARG002
        """Return the tour of another construction, in the order of the kernels' own random state."""
        construct(self._field, self._plan, self._penalties, self._cuts, self._state)
        return self._cuts.child.copy()

    def give(self, tour: NDArray[np.int32]) -> None:
        """Make this giant tour the child that is searched next."""
        self._cuts.child[:] = tour

    def evolve(self, flag: NDArray[np.uint8], searched: int, work: int) -> int:
        """Call the kernel; return the work done."""
        return evolve(
            self._field,
            self._plan,
            self.population,
            self.champion,
            self._penalties,
            self.breeding,
            self._parameters.feasible_share,
            self._crossing,
            self._cuts,
            self._state,
            self.life,
            flag,
            searched,
            work,
        )

    def best(self) -> Routes:
        """Return the best feasible answer."""
        size = int(self.champion.size[0])
        kinds = np.repeat(np.arange(len(self._instance.vehicle_count)), self._instance.vehicle_count)
        return Routes(
            self.champion.tour.astype(np.int64),
            self.champion.offsets[: size + 1].astype(np.int64),
            kinds[:size],
        )

    def objective(self, routes: Routes) -> float:
        """Return the cost in the user's units, recomputed in float64."""
        instance = self._instance
        if instance.duration_cost[0] > 0:
            return Evaluator(instance).evaluate(routes).cost / instance.scale
        nodes = np.insert(routes.visits, routes.offsets, 0)  # the depot before each route and at the end
        distance = float(instance.distance[0][nodes[:-1], nodes[1:]].sum())
        cost = float(instance.distance_cost[0]) * distance + float(instance.fixed_cost[0]) * routes.size
        return cost / instance.scale


def _tour(routes: Routes, stops: int) -> NDArray[np.int32]:
    """Return the visits of a plan in their order, and behind them the stops that it leaves out."""
    missing = np.setdiff1d(np.arange(1, stops + 1), routes.visits)
    return np.concatenate([routes.visits, missing]).astype(np.int32)


def _first_penalties(grid: TimedGrid) -> list[float]:
    legs = np.sort(grid.cost[1:, 1:] + np.where(np.eye(len(grid.demand) - 1), 1 << 29, 0), axis=1)[:, :3]
    typical = legs.mean() if legs.size else 1.0
    demand = max(grid.demand[1:].mean(), 1.0) if grid.demand[1:].any() else 1.0
    return [_PENALTY * typical / demand, grid.warp_cost, 1.0]
