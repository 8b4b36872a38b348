"""The plain family: one depot, identical vehicles, one kind of load, symmetric legs, no time.

Here an instance becomes whole numbers, stops renumbered along a Hilbert curve so that
what is near in the plane is near in memory; and the engine feeds the kernel with first
individuals and reads the best answer back. The fixed cost of a vehicle is
put on its legs to and from the depot, half on each, where every move sees it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Floats, Instance, Integers, Routes
from routeopt.solvers.vrp.hgs.engine import Engine
from routeopt.solvers.vrp.hgs.generation import evolve
from routeopt.solvers.vrp.hgs.layout import Ground, new_plan
from routeopt.solvers.vrp.hgs.parameters import HGSParameters
from routeopt.solvers.vrp.hgs.penalties import new_penalties
from routeopt.solvers.vrp.hgs.split import split_work
from routeopt.solvers.vrp.integers import Loads, whole_legs, whole_loads
from routeopt.solvers.vrp.neighbours import nearest_by_legs
from routeopt.solvers.vrp.places import curve_order, distances, giant_tour, positions
from routeopt.solvers.vrp.random import random_state
from routeopt.solvers.vrp.random_savings import RandomSavings

_MOST_NEIGHBOURS = 60
_SAVINGS_NEIGHBOURS = 30
_OUTWEIGHS = 40.0  # legs as long as the longest from the depot, for which no vehicle is worth adding
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
    start : Routes, optional
        Becomes the first individual; it may be infeasible or incomplete.
    rng : numpy.random.Generator
    """

    def __init__(
        self, instance: Instance, parameters: HGSParameters, start: Routes | None, rng: np.random.Generator
    ) -> None:
        self._instance = instance
        x, y = positions(instance)
        order = curve_order(x[1:], y[1:])
        self._stops = instance.depots + order  # node of each stop, in the kernel's order
        ground = _ground(instance, self._stops, 0 if start is None else start.size)
        ground.x[1:], ground.y[1:] = x[1:][order], y[1:][order]
        near = ground.near[1:, :_SAVINGS_NEIGHBOURS]
        self._savings = RandomSavings(ground.legs, ground.demand, ground.capacity, ground.x, ground.y, near)
        self.ground = ground = ground._replace(near=ground.near[:, : parameters.neighbours].copy())
        tour = None if start is None else giant_tour(start, self._stops)
        super().__init__(ground.stops, ground.routes, 1, parameters, False, tour, rng)
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
        kinds = np.repeat(np.arange(len(self._instance.vehicle_count)), self._instance.vehicle_count)
        return Routes(
            self._stops[self.champion.tour - 1].astype(np.int64),
            self.champion.offsets[: size + 1].astype(np.int64),
            kinds[:size].astype(np.int64),
        )

    def objective(self, routes: Routes) -> float:
        """Return distance, fixed costs and the weight of vehicles; inf where a leg cannot be driven."""
        instance, depot = self._instance, self._instance.start[0]
        nodes = np.insert(routes.visits, routes.offsets, depot)  # the depot before each route and at the end
        distance = float(distances(instance, nodes[:-1], nodes[1:]).sum())
        vehicle = float(instance.fixed_cost[0]) + instance.vehicle_weight
        return (float(instance.distance_cost[0]) * distance + vehicle * routes.size) / instance.scale


def _ground(instance: Instance, stops: Integers, routes: int) -> Ground:
    """Return the problem in whole numbers, its stops the given nodes, with room for `routes` at least."""
    count = len(stops)
    loads = whole_loads(instance.delivery[stops, 0], float(instance.capacity[0, 0]))
    demand = np.concatenate([[0], loads.demand]).astype(np.int32)
    total = int(demand.sum(dtype=np.int64))
    least = max(1, -(-total // max(1, loads.capacity)))
    spare = max(int(np.ceil(_SPARE_SHARE * total / max(1, loads.capacity))), _packed(loads)) + _SPARE
    routes = max(1, min(max(spare, routes), count, int(instance.vehicle_count.sum())))
    legs = _padded_legs(instance, np.concatenate([[instance.start[0]], stops]), routes)
    near = nearest_by_legs(legs[: count + 1, : count + 1], _MOST_NEIGHBOURS, 1)
    return Ground(
        legs=legs,
        demand=demand,
        near=np.concatenate([np.zeros((1, near.shape[1]), np.int32), near]),
        x=np.zeros(count + 1),
        y=np.zeros(count + 1),
        stops=count,
        routes=routes,
        capacity=loads.capacity,
        least_routes=least,
    )


def _padded_legs(instance: Instance, nodes: Integers, routes: int) -> NDArray[np.int32]:
    """Return what each leg costs, with a copy of the depot (the first node) per route."""
    rate, depot_legs = float(instance.distance_cost[0]), distances(instance, nodes[:1], nodes)
    longest = rate * float(depot_legs.max(where=np.isfinite(depot_legs), initial=0.0))
    vehicle = float(instance.fixed_cost[0]) + min(instance.vehicle_weight, _OUTWEIGHS * longest)
    nodes = np.append(nodes, np.full(routes, nodes[0]))
    at_depot = nodes == nodes[0]

    def rows(block: slice) -> Floats:
        legs = rate * distances(instance, nodes[block, None], nodes)
        legs += 0.5 * vehicle * (at_depot[block, None] != at_depot)
        legs[at_depot[block, None] & at_depot] = 0.0
        return legs

    return whole_legs(rows, len(nodes))[0]


def _packed(loads: Loads) -> int:
    """Return how many vehicles the demands need when packed first fit, largest first."""
    room = np.full(len(loads.demand), loads.capacity, np.int64)
    for demand in np.sort(loads.demand)[::-1]:
        room[np.argmax(room >= demand)] -= demand  # what never fits goes to the first
    return int((room < loads.capacity).sum())


def _typical_penalty(ground: Ground) -> float:
    """Return a penalty per unit of load that makes it cost a few legs to carry one stop too many."""
    if ground.demand.sum() == 0:
        return 1.0
    close = ground.near[1:, :_CLOSEST]
    legs = ground.legs[np.arange(1, ground.stops + 1)[:, None], close].mean() if close.size else 0.0
    legs += 2.0 * ground.legs[0, 1 : ground.stops + 1].mean() * ground.least_routes / ground.stops
    return max(_PENALTY * float(legs) / float(ground.demand[1:].mean()), 1e-3)
