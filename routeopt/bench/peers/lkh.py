"""LKH through ``elkai``: Lin-Kernighan in Helsgaun's form, for one vehicle without any rules.

``elkai`` takes a number of runs rather than a time limit: the first run says how many more would fit, and
these are done if there are any. It is no dependency, for its licence is for academic use only.
"""

from __future__ import annotations

from routeopt.bench.peers.protocol import Answer, Peer, Stopwatch, Task
from routeopt.bench.peers.whole import Whole, whole_numbers
from routeopt.errors import UnsupportedError
from routeopt.problems.instance import Instance


def solve(instance: Instance, task: Task) -> Answer:
    """Solve a travelling salesman problem by as many runs as fit."""
    import elkai

    if instance.vehicle_count.sum() != 1 or instance.depots != 1:
        raise UnsupportedError("lkh", ["limited_fleet"], "it takes one vehicle exactly")
    whole = whole_numbers(instance)
    legs = elkai.DistanceMatrix(whole.distance[0].tolist())
    watch = Stopwatch()
    tour, runs = legs.solve_tsp(runs=1), 1
    trace = [(watch(), _length(whole, tour))]
    more = int(task.seconds / watch() - 1)
    if more > 0:
        again = legs.solve_tsp(runs=more)
        trace.append((watch(), _length(whole, again)))
        tour, runs = min(tour, again, key=lambda nodes: _length(whole, nodes)), 1 + more
    return Answer([[int(node) for node in tour[1:-1]]], [0], *watch.both(), runs, trace)


def _length(whole: Whole, tour: list[int]) -> float:
    return float(whole.distance[0][tour[:-1], tour[1:]].sum() / whole.scale)


PEER = Peer(
    "elkai",
    "Lin-Kernighan for travelling salesmen, in whole runs",
    frozenset({"limited_fleet", "asymmetric"}),
    solve,
    seeded=False,
)
