"""The routing library of OR-Tools: parallel cheapest insertion, then guided local search."""

from __future__ import annotations

from typing import Any

import numpy as np

from routeopt.bench.peers.protocol import Answer, Peer, Stopwatch, Task
from routeopt.bench.peers.whole import FAR, Whole, vehicles_to_offer, whole_numbers
from routeopt.problems.instance import Instance, Integers

_HORIZON = 1 << 42


def solve(instance: Instance, task: Task) -> Answer:
    """Solve with guided local search, the metaheuristic that its makers recommend for routing."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    whole = whole_numbers(instance)
    counts = vehicles_to_offer(instance)
    kinds = np.repeat(np.arange(len(counts)), counts)
    manager = pywrapcp.RoutingIndexManager(
        instance.nodes, len(kinds), instance.start[kinds].tolist(), instance.end[kinds].tolist()
    )
    routing = pywrapcp.RoutingModel(manager)
    model = _Model(instance, whole, kinds, manager, routing)
    model.add_costs()
    model.add_loads()
    model.add_times()
    model.add_distances()
    model.add_choices()
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(max(1, round(1000 * task.seconds)))
    trace: list[tuple[float, float]] = []
    watch = Stopwatch()
    routing.AddAtSolutionCallback(lambda: trace.append((watch(), routing.CostVar().Max() / whole.scale)))
    assignment = routing.SolveWithParameters(parameters)
    times = watch.both()
    found = [] if assignment is None else model.routes(assignment)
    return Answer([route for route, _ in found], [kind for _, kind in found], *times, None, trace)


class _Model:
    """A problem as it is stated to the routing library, part by part."""

    def __init__(self, instance: Instance, whole: Whole, kinds: Integers, manager: Any, routing: Any) -> None:
        self.instance, self.whole, self.kinds = instance, whole, kinds
        self.manager, self.routing = manager, routing

    def add_costs(self) -> None:
        """State what legs and vehicles cost."""
        legs = [
            self._legs(self.whole.distance[profile] * rate)
            for profile, rate in zip(self.instance.profile, self.whole.distance_cost, strict=True)
        ]
        for vehicle, kind in enumerate(self.kinds):
            self.routing.SetArcCostEvaluatorOfVehicle(legs[kind], vehicle)
            self.routing.SetFixedCostOfVehicle(int(self.whole.fixed_cost[kind]), vehicle)

    def add_loads(self) -> None:
        """State loads: what was delivered so far, or what is on board of the shipments."""
        loads = self.whole.pickup if len(self.instance.shipments) else self.whole.delivery
        for dimension in range(loads.shape[1]):
            if np.isfinite(self.instance.capacity[:, dimension]).any():
                on_board = self.routing.RegisterUnaryTransitVector(loads[:, dimension].tolist())
                capacities = self.whole.capacity[self.kinds, dimension].tolist()
                self.routing.AddDimensionWithVehicleCapacity(
                    on_board, 0, capacities, True, f"load {dimension}"
                )

    def add_times(self) -> None:
        """State windows, shifts, and limits and costs of durations."""
        instance, whole = self.instance, self.whole
        bounds = (instance.windows[..., 1], instance.shift[:, 1], instance.max_duration)
        starts = (instance.windows[..., 0], instance.shift[:, 0], instance.duration_cost)
        timed = any(np.isfinite(values).any() for values in bounds) or any(values.any() for values in starts)
        if not timed and not len(instance.shipments):  # which are ordered by their times
            return
        steps = [self._legs(whole.duration[profile] + whole.service[:, None]) for profile in instance.profile]
        self.routing.AddDimensionWithVehicleTransits(
            [steps[kind] for kind in self.kinds], _HORIZON, _HORIZON, False, "time"
        )
        time = self.routing.GetDimensionOrDie("time")
        for node in range(instance.depots, instance.nodes):
            early, late = whole.windows[node, 0].tolist()
            time.CumulVar(self.manager.NodeToIndex(node)).SetRange(early, min(late, _HORIZON))
        for vehicle, kind in enumerate(self.kinds):
            for index, depot in (
                (self.routing.Start(vehicle), instance.start[kind]),
                (self.routing.End(vehicle), instance.end[kind]),
            ):
                early = max(whole.windows[depot, 0, 0], whole.shift[kind, 0])
                late = min(whole.windows[depot, 0, 1], whole.shift[kind, 1], _HORIZON)
                time.CumulVar(index).SetRange(int(early), int(late))
                self.routing.AddVariableMinimizedByFinalizer(time.CumulVar(index))
            if np.isfinite(instance.max_duration[kind]):
                time.SetSpanUpperBoundForVehicle(int(whole.max_duration[kind]), vehicle)
            if whole.duration_cost[kind]:
                time.SetSpanCostCoefficientForVehicle(int(whole.duration_cost[kind]), vehicle)

    def add_distances(self) -> None:
        """State the limits on distances."""
        limits = self.instance.max_distance
        if not np.isfinite(limits).any():
            return
        steps = [self._legs(self.whole.distance[profile]) for profile in self.instance.profile]
        self.routing.AddDimensionWithVehicleTransitAndCapacity(
            [steps[kind] for kind in self.kinds],
            0,
            self.whole.max_distance[self.kinds].tolist(),
            True,
            "distance",
        )

    def add_choices(self) -> None:
        """State which stops may be left out, which exclude each other, and which belong together."""
        instance, index = self.instance, self.manager.NodeToIndex
        for node in range(instance.depots, instance.nodes):
            if instance.group[node] < 0 and np.isfinite(instance.prize[node]):
                self.routing.AddDisjunction([index(node)], int(self.whole.prize[node]))
            allowed = instance.allowed[self.kinds, node]
            if not allowed.all():
                self.routing.VehicleVar(index(node)).SetValues([-1, *np.flatnonzero(allowed).tolist()])
        for group in np.unique(instance.group[instance.group >= 0]):
            members = np.flatnonzero(instance.group == group)
            penalties = (
                () if np.isinf(instance.prize[members]).any() else (int(self.whole.prize[members].max()),)
            )
            self.routing.AddDisjunction([index(int(node)) for node in members], *penalties)
        for a, b in instance.shipments.tolist():
            pickup, delivery = index(a), index(b)
            self.routing.AddPickupAndDelivery(pickup, delivery)
            solver, time = self.routing.solver(), self.routing.GetDimensionOrDie("time")
            solver.Add(self.routing.VehicleVar(pickup) == self.routing.VehicleVar(delivery))
            solver.Add(time.CumulVar(pickup) <= time.CumulVar(delivery))

    def routes(self, assignment: Any) -> list[tuple[list[int], int]]:
        """Return nodes and type of vehicle of each route."""
        found = []
        for vehicle, kind in enumerate(self.kinds.tolist()):
            index, nodes = assignment.Value(self.routing.NextVar(self.routing.Start(vehicle))), []
            while not self.routing.IsEnd(index):
                nodes.append(int(self.manager.IndexToNode(index)))
                index = assignment.Value(self.routing.NextVar(index))
            if nodes:
                found.append((nodes, kind))
        return found

    def _legs(self, values: Integers) -> int:
        return int(self.routing.RegisterTransitMatrix(np.minimum(values, FAR).tolist()))


SUPPORTS = frozenset({
    "capacity", "load_dimensions", "time_windows", "service_time", "prizes", "groups", "skills",
    "shipments", "depots", "heterogeneous_fleet", "limited_fleet", "fixed_cost", "distance_cost",
    "duration_cost", "other_end", "shift", "max_distance", "max_duration", "profiles", "asymmetric",
    "durations", "fewest_vehicles",
})  # fmt: skip
PEER = Peer(
    "ortools",
    "guided local search of the routing library",
    SUPPORTS,
    solve,
    seeded=False,
)
