"""PyVRP: iterated local search (Wouda, Lan and Kool 2024).

Its own time limit starts behind neighbour lists and first plan; here the budget holds these as well, as it
holds the first plan of every solver. Backhauls are legs that may not be driven, as in its reader.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from routeopt.bench.peers.protocol import Answer, Peer, Stopwatch, Task
from routeopt.bench.peers.whole import FAR, Whole, whole_numbers
from routeopt.errors import UnsupportedError
from routeopt.problems.instance import LINEHAUL_FIRST, STRICT, Instance, Integers


def solve(instance: Instance, task: Task) -> Answer:
    """Solve with the package's default parameters."""
    import pyvrp

    if (instance.group >= 0).any() and np.isfinite(instance.prize[instance.group >= 0]).any():
        raise UnsupportedError("pyvrp", ["groups", "prizes"], "it takes each, but no prize within a group")
    whole = whole_numbers(instance)
    clients, shipments = _stops(instance)
    data = _data(instance, whole, clients, shipments)
    trace: list[tuple[float, float]] = []
    watch = Stopwatch()

    class Recorder(pyvrp.IteratedLocalSearchCallbacks):  # type: ignore[misc]
        def on_start(self, search: Any) -> None:
            self.on_best(search.initial_solution)

        def on_best(self, best: Any) -> None:
            if best.is_feasible():
                trace.append((watch(), _cost(best) / whole.scale))

    parameters = pyvrp.SolveParams(ils=pyvrp.IteratedLocalSearchParams(callbacks=Recorder()))
    result = pyvrp.solve(
        data,
        lambda _: watch() >= task.seconds,
        seed=task.seed,
        collect_stats=False,
        params=parameters,
    )
    times = watch.both()
    routes = [_visits(route, clients, shipments) for route in result.best.routes()]
    vehicle = [route.vehicle_type() for route in result.best.routes()]
    return Answer(routes, vehicle, *times, result.num_iterations, trace)


def _stops(instance: Instance) -> tuple[Integers, Integers]:
    """Return the nodes that are clients, and the ends (S, 2) of the shipments."""
    paired = np.unique(instance.shipments)
    if len(paired) < instance.shipments.size or instance.delivery[paired].any():
        raise UnsupportedError("pyvrp", ["shipments"], "it takes one shipment a stop, and nothing else there")
    return np.setdiff1d(np.arange(instance.depots, instance.nodes), paired), instance.shipments


def _data(instance: Instance, whole: Whole, clients: Integers, shipments: Integers) -> Any:
    import pyvrp

    groups = np.unique(instance.group[instance.group >= 0])
    number = {int(group): position for position, group in enumerate(groups)}
    order = {int(node): position for position, node in enumerate(clients)}
    early, late = whole.windows[:, 0, 0], whole.windows[:, 0, 1]
    return pyvrp.ProblemData(
        [pyvrp.Location(float(x), float(y)) for x, y in zip(instance.x, instance.y, strict=True)],
        [
            pyvrp.Client(
                int(node),
                delivery=whole.delivery[node].tolist(),
                pickup=whole.pickup[node].tolist(),
                service_duration=int(whole.service[node]),
                tw_early=int(early[node]),
                tw_late=int(late[node]),
                release_time=int(whole.release[node]),
                prize=int(whole.prize[node]) if np.isfinite(instance.prize[node]) else 0,
                required=bool(instance.group[node] < 0 and not np.isfinite(instance.prize[node])),
                group=number.get(int(instance.group[node])),
            )
            for node in clients
        ],
        [
            pyvrp.Depot(depot, int(early[depot]), int(late[depot]), int(whole.service[depot]))
            for depot in range(instance.depots)
        ],
        _fleet(instance, whole),
        list(_passable(instance, whole)),
        list(whole.duration),
        [
            pyvrp.ClientGroup([order[int(node)] for node in np.flatnonzero(instance.group == group)])
            for group in groups
        ],
        [
            pyvrp.Shipment(
                int(a), int(b), int(early[a]), int(late[a]), int(whole.service[a]), int(early[b]), int(late[b]),
                int(whole.service[b]), whole.pickup[a].tolist(),
            )
            for a, b in shipments
        ],
    )  # fmt: skip


def _fleet(instance: Instance, whole: Whole) -> list[Any]:
    import pyvrp

    most = np.iinfo(np.int64).max
    return [
        pyvrp.VehicleType(
            num_available=int(instance.vehicle_count[kind]),
            capacity=whole.capacity[kind].tolist(),
            start_depot=int(instance.start[kind]),
            end_depot=int(instance.end[kind]),
            fixed_cost=int(whole.fixed_cost[kind]),
            tw_early=int(whole.shift[kind, 0]),
            tw_late=int(whole.shift[kind, 1]),
            shift_duration=int(whole.max_duration[kind])
            if np.isfinite(instance.max_duration[kind])
            else most,
            max_distance=int(whole.max_distance[kind]) if np.isfinite(instance.max_distance[kind]) else most,
            unit_distance_cost=int(whole.distance_cost[kind]),
            unit_duration_cost=int(whole.duration_cost[kind]),
            profile=int(instance.profile[kind]),
            reload_depots=np.flatnonzero(instance.reload_depots[kind]).tolist(),
            max_reloads=int(min(instance.max_reloads[kind], instance.stops)),
        )
        for kind in range(len(instance.vehicle_count))
    ]


def _passable(instance: Instance, whole: Whole) -> Integers:
    """Return the distances, with those legs far that the order of deliveries and pickups forbids."""
    distance = whole.distance
    if instance.backhaul in (STRICT, LINEHAUL_FIRST):
        distance = distance.copy()
        deliveries = np.flatnonzero(instance.delivery.any(axis=1))
        pickups = np.flatnonzero((instance.pickup > 0).any(axis=1))
        distance[:, pickups[:, None], deliveries] = FAR
        if instance.backhaul == STRICT:
            distance[:, : instance.depots, pickups] = FAR
    return distance


def _cost(plan: Any) -> int:
    parts = (plan.distance_cost(), plan.duration_cost(), plan.fixed_vehicle_cost(), plan.uncollected_prizes())
    return int(sum(parts))


def _visits(route: Any, clients: Integers, shipments: Integers) -> list[int]:
    """Return the nodes of a route, its reloads among them."""
    nodes = []
    for visit in list(route)[1:-1]:
        if visit.is_client():
            nodes.append(int(clients[visit.idx]))
        elif visit.is_depot():
            nodes.append(int(visit.idx))
        else:
            nodes.append(int(shipments[visit.idx, int(visit.is_delivery())]))
    return nodes


SUPPORTS = frozenset({
    "capacity", "pickup", "backhaul", "linehaul_first", "load_dimensions", "time_windows",
    "service_time", "release", "prizes", "groups", "shipments", "depots", "heterogeneous_fleet",
    "limited_fleet", "fixed_cost", "distance_cost", "duration_cost", "other_end", "shift",
    "max_distance", "max_duration", "reloads", "profiles", "asymmetric", "durations", "fewest_vehicles",
})  # fmt: skip
PEER = Peer(
    "pyvrp",
    "iterated local search, every time window and most else",
    SUPPORTS,
    solve,
)
