"""The plain family's engine: feeds the kernel with first individuals and reads the best answer back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Instance, Routes
from routeopt.solvers.random import random_state
from routeopt.solvers.vrp.guided import led, renumbered
from routeopt.solvers.vrp.hgs.engine import Engine
from routeopt.solvers.vrp.hgs.generation import evolve
from routeopt.solvers.vrp.hgs.layout import Ground, new_plan
from routeopt.solvers.vrp.hgs.parameters import HGSParameters
from routeopt.solvers.vrp.hgs.penalties import new_penalties
from routeopt.solvers.vrp.hgs.split import split_work
from routeopt.solvers.vrp.neighbours import nearest_by_legs
from routeopt.solvers.vrp.places import giant_tour
from routeopt.solvers.vrp.plain import Plain, plain
from routeopt.solvers.vrp.plain_savings import PlainSavings

_MOST_NEIGHBOURS = 60
_SAVINGS_NEIGHBOURS = 30
_SAVINGS_AFTER_RESTART = 0.5  # share of the first individuals; the others are random
_SPARE_SHARE, _SPARE = 1.3, 3  # routes beyond what the demand needs
_CLOSEST = 3  # legs per stop that make a typical one
_PENALTY = 2.0  # typical legs per mean demand, to begin with


class PlainEngine(Engine):
    """The search of one instance of the plain family.

    Parameters
    ----------
    instance : Instance
    parameters : HGSParameters
    starts : sequence of Routes
        Become the first individuals; they may be infeasible or incomplete.
    rng : numpy.random.Generator
    guide : (n, k) int32, optional
        Nodes likely to come next to each stop, the likeliest first.
    """

    def __init__(
        self,
        instance: Instance,
        parameters: HGSParameters,
        starts: Sequence[Routes],
        rng: np.random.Generator,
        guide: NDArray[np.int32] | None = None,
    ) -> None:
        self._case = case = plain(instance)
        ground = _ground(case, max((start.size for start in starts), default=0))
        near = ground.near[1:, :_SAVINGS_NEIGHBOURS]
        self._savings = PlainSavings(case, near)
        if guide is not None:
            ground.near[1:] = led(
                ground.near[1:], renumbered(guide, case.nodes, instance.depots), parameters.neighbours
            )
        self.ground = ground = ground._replace(near=ground.near[:, : parameters.neighbours].copy())
        tours = [giant_tour(start, case.nodes) for start in starts]
        super().__init__(ground.stops, ground.routes, 1, parameters, False, tours, rng)
        self._plan = new_plan(ground)
        self._penalties = new_penalties([_typical_penalty(ground)])
        self._split_work = split_work(ground.stops)
        self._state = random_state(rng)

    def first_tour(self, rng: np.random.Generator) -> NDArray[np.int32]:
        """Return randomised savings, or sometimes anything."""
        if self.restarted and rng.random() > _SAVINGS_AFTER_RESTART:
            return rng.permutation(self.ground.stops).astype(np.int32) + 1
        return self._savings.tour(rng)

    def give(self, tour: NDArray[np.int32]) -> None:
        """Make this giant tour the child that is searched next."""
        self._plan.child[:] = tour

    def evolve(self, flag: NDArray[np.uint8], searched: int, work: int) -> int:
        """Call the kernel; return the work done."""
        return evolve(
            self.ground,
            self._plan,
            self.population,
            self.champion,
            self._penalties,
            self.breeding,
            self._parameters.feasible_share,
            self._split_work,
            self._state,
            self.life,
            flag,
            searched,
            work,
        )

    def best(self) -> Routes:
        """Return the best feasible answer in the instance's nodes."""
        size = int(self.champion.size[0])
        return self._case.routes(self.champion.tour, self.champion.offsets[: size + 1])

    def objective(self, routes: Routes) -> float:
        """Return distance, fixed costs and the weight of vehicles; inf where a leg cannot be driven."""
        return self._case.objective(routes)


def _ground(case: Plain, routes: int) -> Ground:
    """Return what the kernels need, with room for `routes` at least."""
    total = int(case.demand.sum(dtype=np.int64))
    capacity = max(1, case.capacity)
    spare = max(int(np.ceil(_SPARE_SHARE * total / capacity)), _packed(case)) + _SPARE
    routes = max(1, min(max(spare, routes), case.stops, case.vehicles))
    legs = case.matrix(routes)
    near = nearest_by_legs(legs[: case.stops + 1, : case.stops + 1], _MOST_NEIGHBOURS, 1)
    return Ground(
        legs=legs,
        demand=case.demand,
        near=np.concatenate([np.zeros((1, near.shape[1]), np.int32), near]),
        x=case.x,
        y=case.y,
        stops=case.stops,
        routes=routes,
        capacity=case.capacity,
        least_routes=max(1, -(-total // capacity)),
    )


def _packed(case: Plain) -> int:
    """Return how many vehicles the demands need when packed first fit, largest first."""
    room = np.full(case.stops, case.capacity, np.int64)
    for demand in np.sort(case.demand[1:])[::-1]:
        room[np.argmax(room >= demand)] -= demand  # what never fits goes to the first
    return int((room < case.capacity).sum())


def _typical_penalty(ground: Ground) -> float:
    """Return a penalty per unit of load that makes it cost a few legs to carry one stop too many."""
    if ground.demand.sum() == 0:
        return 1.0
    close = ground.near[1:, :_CLOSEST]
    legs = ground.legs[np.arange(1, ground.stops + 1)[:, None], close].mean() if close.size else 0.0
    legs += 2.0 * ground.legs[0, 1 : ground.stops + 1].mean() * ground.least_routes / ground.stops
    return max(_PENALTY * float(legs) / float(ground.demand[1:].mean()), 1e-3)
