"""HGS-CVRP through ``hygese``: hybrid genetic search with SWAP* (Vidal 2022).

It is handed the legs as the problem rounds them, and the coordinates, which SWAP* needs. Legs and loads are
stretched or shrunk together where they are outside the range that it takes. Its time limit counts the time of
the processor, so on a busy machine it takes longer.
"""

from __future__ import annotations

import numpy as np

from routeopt.bench.peers.protocol import Answer, Peer, Stopwatch, Task
from routeopt.bench.peers.whole import full_matrices
from routeopt.problems.instance import Floats, Instance

_LEAST, _MOST = 1.0, 1e5  # of the longest leg and the highest demand: beyond 0.1 to 1e5 it refuses


def solve(instance: Instance, task: Task) -> Answer:
    """Solve with the package's default parameters; the fleet has no limit unless the problem has one."""
    import hygese

    legs = full_matrices(instance)[0][0]
    stretch = _stretch(legs)
    demand = instance.delivery[:, 0]
    capacity = float(instance.capacity[0, 0])
    if not np.isfinite(capacity):
        demand, capacity = np.ones(instance.nodes), float(instance.nodes)
    denser = _stretch(demand)
    data = {
        "x_coordinates": np.nan_to_num(instance.x - np.nanmin(instance.x)),
        "y_coordinates": np.nan_to_num(instance.y - np.nanmin(instance.y)),
        "distance_matrix": legs * stretch,
        "demands": demand * denser,
        "vehicle_capacity": capacity * denser,
        "service_times": instance.service * stretch,
        "depot": 0,
    }
    if np.isfinite(instance.max_duration[0]):
        data["duration_limit"] = float(instance.max_duration[0] * stretch)
    if instance.vehicle_count[0] < instance.stops:
        data["num_vehicles"] = int(instance.vehicle_count[0])
    parameters = hygese.AlgorithmParameters(timeLimit=task.seconds, seed=task.seed)
    solver = hygese.Solver(parameters, verbose=False)
    watch = Stopwatch()
    result = solver.solve_cvrp(data, rounding=False)
    times = watch.both()
    routes = [[int(node) for node in route] for route in result.routes if route]
    return Answer(routes, [0] * len(routes), *times)


def _stretch(values: Floats) -> float:
    """Return 1, or what brings the largest of values that are small or large for the solver to a thousand."""
    largest = float(values.max(initial=0.0))
    return 1.0 if _LEAST <= largest <= _MOST or largest == 0 else 1000.0 / largest


PEER = Peer(
    "hygese",
    "hybrid genetic search for CVRP, with a limit on durations",
    frozenset({"capacity", "limited_fleet", "max_duration", "service_time"}),
    solve,
)
