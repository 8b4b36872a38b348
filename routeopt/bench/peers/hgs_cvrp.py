"""HGS-CVRP through ``hygese``: hybrid genetic search with SWAP* (Vidal 2022).

It is handed the legs as the problem rounds them, and the coordinates, which SWAP* needs. Its time limit
counts the time of the processor, so on a busy machine it takes longer.
"""

from __future__ import annotations

import numpy as np

from routeopt.bench.peers.protocol import Answer, Peer, Stopwatch, Task
from routeopt.bench.peers.whole import full_matrices
from routeopt.problems.instance import Instance


def solve(instance: Instance, task: Task) -> Answer:
    """Solve with the package's default parameters; the fleet has no limit unless the problem has one."""
    import hygese

    demand = instance.delivery[:, 0]
    capacity = float(instance.capacity[0, 0])
    if not np.isfinite(capacity):
        demand, capacity = np.ones(instance.nodes), float(instance.nodes)
    data = {
        "x_coordinates": np.nan_to_num(instance.x - np.nanmin(instance.x)),
        "y_coordinates": np.nan_to_num(instance.y - np.nanmin(instance.y)),
        "distance_matrix": full_matrices(instance)[0][0],
        "demands": demand,
        "vehicle_capacity": capacity,
        "service_times": instance.service,
        "depot": 0,
    }
    if np.isfinite(instance.max_duration[0]):
        data["duration_limit"] = float(instance.max_duration[0])
    if instance.vehicle_count[0] < instance.stops:
        data["num_vehicles"] = int(instance.vehicle_count[0])
    parameters = hygese.AlgorithmParameters(timeLimit=task.seconds, seed=task.seed)
    solver = hygese.Solver(parameters, verbose=False)
    watch = Stopwatch()
    result = solver.solve_cvrp(data, rounding=False)
    times = watch.both()
    routes = [[int(node) for node in route] for route in result.routes if route]
    return Answer(routes, [0] * len(routes), *times)


PEER = Peer(
    "hygese",
    "hybrid genetic search for CVRP, with a limit on durations",
    frozenset({"capacity", "limited_fleet", "max_duration", "service_time"}),
    solve,
)
