"""Small random instances of the timed family, and kernels to call its inner functions from tests."""

from __future__ import annotations

import numpy as np

from routeopt.problems.instance import Instance, Routes
from routeopt.problems.legs import Euclidean, Matrix
from routeopt.problems.rows import Depot, Stop, Vehicle
from routeopt.problems.vrp import VRP
from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.hgs.timed_insertion import penalised_cost
from routeopt.solvers.vrp.hgs.timed_links import apply_move, link
from routeopt.solvers.vrp.hgs.timed_model import new_field, new_grid, new_plan
from routeopt.solvers.vrp.hgs.timed_search import begin_descent, descend
from routeopt.solvers.vrp.hgs.timed_segments import COUNT, NEXT, WORK, depot_of, refresh


def random_instance(rng, stops, *, windows=True, asymmetric=False, limits=False, paid=False, count=None) -> Instance:
    """Return an instance with whole numbers."""
    n = stops + 1
    place = rng.integers(0, 50, (n, 2)).astype(float)
    distance = np.rint(np.hypot(*(place[:, None] - place).T.reshape(2, n, n)))
    duration = distance
    if asymmetric:
        distance = distance + rng.integers(0, 15, (n, n))
        duration = distance + rng.integers(0, 20, (n, n))
    opens = rng.integers(0, 150, n)
    rows = [
        Stop(
            *place[i],
            delivery=float(rng.integers(0, 5)),
            service=float(rng.integers(0, 8)),
            windows=(float(opens[i]), float(opens[i] + rng.integers(10, 120))) if windows else (0.0, np.inf),
        )
        for i in range(1, n)
    ]
    vehicle = Vehicle(
        capacity=12.0,
        count=count or stops,
        fixed_cost=float(rng.integers(0, 30)) if paid else 0.0,
        duration_cost=2.0 if paid else 0.0,
        max_duration=160.0 if limits else np.inf,
        max_distance=140.0 if limits else np.inf,
    )
    depot = Depot(*place[0], window=(5.0, 260.0) if windows else (0.0, np.inf), service=3.0)
    legs = Matrix(distance, duration) if asymmetric else Euclidean("round")
    return VRP(rows, [vehicle], [depot], legs=legs).instance()


def random_routes(rng, stops, fleet):
    """Return stops 1 .. n in at most so many routes, some of them empty."""
    cuts = np.sort(rng.integers(0, stops + 1, fleet - 1))
    return [list(map(int, part)) for part in np.split(rng.permutation(stops) + 1, cuts)]
