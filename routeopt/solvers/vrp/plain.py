"""The plain family in whole numbers: one depot, identical vehicles, one kind of load, symmetric legs, no time.

Stops are renumbered 1 .. n along a Hilbert curve, so that what is near in the plane is near in memory. The
fixed cost of a vehicle is put on its legs to and from the depot, half on each, where every move sees it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import EXACT, Floats, Instance, Integers, Routes
from routeopt.solvers.vrp.integers import LONGEST_LEG, whole_factor, whole_legs, whole_loads
from routeopt.solvers.vrp.neighbours import nearest_by_legs, nearest_by_position
from routeopt.solvers.vrp.places import curve_order, distances, positions
from routeopt.solvers.vrp.records import PLACE, Matrix, Records

FEATURES = frozenset(
    {
        "capacity", "limited_fleet", "fixed_cost", "distance_cost", "fewest_vehicles",
        "service_time", "durations",  # of no consequence unless time is limited or paid
    }
)  #: attributes of the family  # fmt: skip

_OUTWEIGHS = 40.0  # legs as long as the longest from the depot, for which no vehicle is worth adding
_MOST_NEAR, _LEAST_NEAR = 30_000_000, 20  # entries of all neighbour lists together, and of one
_FINE = 1 << 26  # longest leg in inner units, where coordinates are exact


@dataclass(frozen=True, eq=False)
class Plain:
    """An instance of the plain family, its stops 1 .. n and the depot 0."""

    instance: Instance
    nodes: Integers  # (n,) node of each stop
    x: Floats  # (n + 1,) relative to the depot
    y: Floats
    demand: NDArray[np.int32]  # (n + 1,)
    capacity: int

    @property
    def stops(self) -> int:
        """Number of stops."""
        return len(self.nodes)

    @property
    def vehicles(self) -> int:
        """Number of vehicles there are."""
        return int(self.instance.vehicle_count.sum())

    def routes(self, tour: NDArray[np.int32], offsets: NDArray[np.generic]) -> Routes:
        """Return routes of stops, one after the other in `tour`, in the instance's nodes."""
        size = len(offsets) - 1
        kinds = np.repeat(np.arange(len(self.instance.vehicle_count)), self.instance.vehicle_count)
        return Routes(self.nodes[tour - 1], offsets.astype(np.int64), kinds[:size].astype(np.int64))

    def tour(self, routes: Routes) -> NDArray[np.int32]:
        """Return the visits of routes as stops 1 .. n."""
        number = np.zeros(self.instance.nodes, np.int32)
        number[self.nodes] = np.arange(1, self.stops + 1)
        return number[routes.visits]

    def objective(self, routes: Routes) -> float:
        """Return distance, fixed costs and the weight of vehicles in float64; inf for a leg without a way."""
        instance, depot = self.instance, self.instance.start[0]
        nodes = np.insert(routes.visits, routes.offsets, depot)  # the depot before each route and at the end
        distance = float(distances(instance, nodes[:-1], nodes[1:]).sum())
        vehicle = float(instance.fixed_cost[0]) + instance.vehicle_weight
        return (float(instance.distance_cost[0]) * distance + vehicle * routes.size) / instance.scale

    def near(self, count: int) -> NDArray[np.int32]:
        """Return the nearest stops of each stop, (n, <= count), nearest first; fewer of very many stops."""
        count = min(count, max(_LEAST_NEAR, _MOST_NEAR // max(1, self.stops)))
        if self.dense:
            nodes, profile = self.nodes, self.instance.profile[0]
            return nearest_by_legs(self.instance.distance[profile][np.ix_(nodes, nodes)], count) + 1
        return nearest_by_position(self.x, self.y, count, 1)

    def costs(self, a: NDArray[np.integer], b: NDArray[np.integer]) -> Floats:
        """Return what the legs between stops or the depot cost, broadcast, in float64."""
        nodes, rate = self._with_depot, float(self.instance.distance_cost[0])
        return rate * distances(self.instance, nodes[a], nodes[b]) + self._opening * ((a == 0) != (b == 0))

    @property
    def dense(self) -> bool:
        """Whether the instance has matrices."""
        return self.instance.distance.shape[1] > 0

    def matrix(self, routes: int) -> Matrix:
        """Return what each leg costs, (n + 1 + R, n + 1 + R), with a copy of the depot per route."""
        nodes = np.append(self._with_depot, np.full(routes, self.instance.start[0]))
        at_depot = nodes == nodes[0]
        rate, opening = float(self.instance.distance_cost[0]), self._opening

        def rows(block: slice) -> Floats:
            legs = rate * distances(self.instance, nodes[block, None], nodes)
            legs += opening * (at_depot[block, None] != at_depot)
            legs[at_depot[block, None] & at_depot] = 0.0
            return legs

        return whole_legs(rows, len(nodes))[0]

    def places(self, routes: int) -> Records:
        """Return coordinates from which each leg is computed, (n + 1 + R,) PLACE, where a matrix is too large."""
        nodes = np.append(self._with_depot, np.full(routes, self.instance.start[0]))
        profile, rate = int(self.instance.profile[0]), float(self.instance.distance_cost[0])
        rounding = int(self.instance.rounding[profile])
        x, y = self.instance.x[nodes], self.instance.y[nodes]
        longest = rate * float(distances(self.instance, nodes[:1], nodes).max()) * 2 + 2 * self._opening
        whole = None if rounding == EXACT else whole_factor(np.array([rate, self._opening]), np.inf)
        factor = whole if whole and whole * longest < LONGEST_LEG else _finest(longest)
        places = np.zeros(len(nodes), PLACE)
        places["x"], places["y"], places["factor"] = x, y, rate * factor
        places["metric"], places["rounding"] = self.instance.metric[profile], rounding
        places["opening"][nodes == nodes[0]] = np.rint(factor * self._opening)
        return places

    @cached_property
    def _with_depot(self) -> Integers:
        return np.concatenate([[self.instance.start[0]], self.nodes])

    @cached_property
    def _opening(self) -> float:
        """Return half of what using a vehicle costs; the weight of one is as much as no leg outweighs."""
        from_depot = distances(self.instance, self._with_depot[:1], self._with_depot)
        longest = float(from_depot.max(where=np.isfinite(from_depot), initial=0.0))
        weight = min(
            self.instance.vehicle_weight, _OUTWEIGHS * float(self.instance.distance_cost[0]) * longest
        )
        return 0.5 * (float(self.instance.fixed_cost[0]) + weight)


def _finest(longest: float) -> float:
    """Return the power of ten by which legs up to this one are multiplied where they are rounded anyway."""
    return float(10.0 ** np.floor(np.log10(_FINE / max(longest, 1e-300))))


def plain(instance: Instance) -> Plain:
    """Return an instance of the family in whole numbers."""
    x, y = positions(instance)
    order = curve_order(x[1:], y[1:])
    nodes = instance.depots + order
    loads = whole_loads(instance.delivery[nodes, 0], float(instance.capacity[0, 0]))
    demand = np.concatenate([[0], loads.demand]).astype(np.int32)
    x[1:], y[1:] = x[1:][order], y[1:][order]
    return Plain(instance, nodes, x, y, demand, loads.capacity)
