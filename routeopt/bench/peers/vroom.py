"""VROOM through ``pyvroom``: many insertion heuristics, each followed by a local search.

At its highest level of exploration. It ends when its starts are done; more time does not help it then.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Any

import numpy as np

from routeopt.bench.peers.protocol import Answer, Peer, Stopwatch, Task
from routeopt.bench.peers.whole import FAR, NEVER, Whole, vehicles_to_offer, whole_numbers
from routeopt.errors import UnsupportedError
from routeopt.problems.instance import Instance, Integers

EXPLORATION = 5  # of 5
_LONGEST = 1 << 30  # legs are 32 bits
_MOST = 1e9  # that all legs and vehicles of a plan may cost: VROOM multiplies within 64 bits


def solve(instance: Instance, task: Task) -> Answer:
    """Solve at the highest level of exploration."""
    import vroom

    if instance.service[: instance.depots].any():
        raise UnsupportedError("vroom", ["service_time"], "it takes none at depots")
    whole = whole_numbers(instance)
    counts = vehicles_to_offer(instance)
    legs, fixed = _costs(instance, whole, counts)
    problem = vroom.Input()
    _add_legs(problem, instance, whole, legs)
    kinds = np.repeat(np.arange(len(counts)), counts)
    problem.add_vehicle(
        [_vehicle(instance, whole, int(kind), number, int(fixed[kind])) for number, kind in enumerate(kinds)]
    )
    problem.add_job(_jobs(instance, whole))
    limit = timedelta(seconds=task.seconds)
    watch = Stopwatch()
    solution = problem.solve(EXPLORATION, nb_threads=task.threads, timeout=limit)
    times = watch.both()
    return Answer(*_routes(solution.routes, kinds), *times)


def _costs(instance: Instance, whole: Whole, counts: Integers) -> tuple[list[Integers], Integers]:
    """Return the cost of each leg and each vehicle by type, divided so that the dearest plan fits."""
    legs = [
        whole.distance[profile] * rate
        for profile, rate in zip(instance.profile, whole.distance_cost, strict=True)
    ]
    dearest = max(int(costs[whole.distance[0] < FAR].max()) for costs in legs)
    total = 2 * instance.nodes * dearest + float((counts * whole.fixed_cost).sum())
    divisor = max(1, ceil(total / _MOST))
    return [np.minimum(costs // divisor, _LONGEST) for costs in legs], whole.fixed_cost // divisor


def _add_legs(problem: Any, instance: Instance, whole: Whole, legs: list[Integers]) -> None:
    """Give each type of vehicle its matrices; costs only where they are not the durations."""
    for kind, cost in enumerate(legs):
        name, profile = str(kind), instance.profile[kind]
        duration = np.minimum(whole.duration[profile], _LONGEST)
        problem.set_durations_matrix(name, duration.astype(np.uint32))
        if not np.array_equal(cost, duration):
            problem.set_costs_matrix(name, cost.astype(np.uint32))
        if np.isfinite(instance.max_distance[kind]):
            distance = np.minimum(whole.distance[profile], _LONGEST)
            problem.set_distances_matrix(name, distance.astype(np.uint32))


def _vehicle(instance: Instance, whole: Whole, kind: int, number: int, fixed: int) -> Any:
    import vroom

    start, end = int(instance.start[kind]), int(instance.end[kind])
    limits: dict[str, int] = {}
    if np.isfinite(instance.max_stops[kind]):
        limits["max_tasks"] = int(instance.max_stops[kind])
    if np.isfinite(instance.max_distance[kind]):
        limits["max_distance"] = int(whole.max_distance[kind])
    early, late = whole.shift[kind]
    both = [start, start if end < 0 else end]
    early = max(early, whole.windows[both[0], 0, 0])
    late = min(late, whole.windows[both[1], 0, 1])
    return vroom.Vehicle(
        number,
        start=start,
        end=None if end < 0 else end,
        profile=str(kind),
        capacity=whole.capacity[kind].tolist(),
        skills=_others(instance, kind),
        time_window=_window(early, late),
        costs=vroom.VehicleCosts(fixed=fixed),
        **limits,
    )


def _others(instance: Instance, kind: int) -> set[int]:
    """Return a skill for each other type: a stop that a type may not serve asks for what only others have."""
    return set(range(len(instance.vehicle_count))) - {kind}


def _window(early: int, late: int) -> Any:
    import vroom

    return vroom.TimeWindow(int(early), int(late)) if late < NEVER or early else vroom.TimeWindow()


def _jobs(instance: Instance, whole: Whole) -> list[Any]:
    """Return a job for each stop and a shipment for each pair."""
    import vroom

    def place(node: int) -> dict[str, Any]:
        return {
            "id": int(node),
            "location": int(node),
            "default_service": int(whole.service[node]),
            "time_windows": [_window(*window) for window in np.unique(whole.windows[node], axis=0)],
        }

    def asked(node: int) -> set[int]:
        return set(np.flatnonzero(~instance.allowed[:, node]).tolist())

    paired = set(instance.shipments.ravel().tolist())
    jobs: list[Any] = [
        vroom.Job(
            **place(node),
            delivery=whole.delivery[node].tolist(),
            pickup=whole.pickup[node].tolist(),
            skills=asked(node),
        )
        for node in range(instance.depots, instance.nodes)
        if node not in paired
    ]
    jobs += [
        vroom.Shipment(
            vroom.ShipmentStep(**place(a)),
            vroom.ShipmentStep(**place(b)),
            whole.pickup[a].tolist(),
            skills=asked(a) | asked(b),
        )
        for a, b in instance.shipments.tolist()
    ]
    return jobs


def _routes(table: Any, kinds: Integers) -> tuple[list[list[int]], list[int]]:
    """Return the nodes of each route and its type of vehicle, from the table of all visits."""
    visits = table[table["type"].isin(["job", "pickup", "delivery"])]
    routes: dict[int, list[int]] = {}
    for vehicle, node in zip(visits["vehicle_id"].tolist(), visits["id"].tolist(), strict=True):
        routes.setdefault(int(vehicle), []).append(int(node))
    return list(routes.values()), [int(kinds[vehicle]) for vehicle in routes]


SUPPORTS = frozenset({
    "capacity", "pickup", "load_dimensions", "time_windows", "several_windows", "service_time",
    "skills", "shipments", "depots", "heterogeneous_fleet", "limited_fleet", "fixed_cost",
    "distance_cost", "open_end", "other_end", "shift", "max_distance", "max_stops", "profiles",
    "asymmetric", "durations", "fewest_vehicles",
})  # fmt: skip
PEER = Peer(
    "pyvroom",
    "multi-start local search; ends when its starts are done",
    SUPPORTS,
    solve,
    several_threads=True,
    seeded=False,
)
