"""Iterations of the iterated local search per second of the processor, hot and cold, and where they go.

    python -m benchmarks.micro.ils

The instances are made by the package's generator. What the local search takes is told by leaving it out.
"""

from __future__ import annotations

from functools import partial

import numpy as np

import routeopt as ro
from benchmarks.micro.clock import per_second, show
from routeopt.solvers.vrp.ils.engine import Engine, survey
from routeopt.solvers.vrp.ils.habits import Habits

SIZES = (100, 300, 1_000, 3_000, 10_000)
TEMPERATURES = {"hot": 2.0, "mild": 0.25, "cold": 0.03}
KINDS = (  # neighbours of the local search, and the threshold beyond which there is none
    ("iterations", 10, 3.0),
    ("all of them searched", 10, np.inf),
    ("ruin and recreate alone", 0, 3.0),
)
NEAR, PART = 100, 10_000
PORTION = 2_000  # iterations


def main() -> None:
    for stops in SIZES:
        problem = ro.generate("x", stops, seed=1)
        start = ro.solve(problem, 0, solver="savings").routes
        for name, temperature in TEMPERATURES.items():
            for kind, searched, threshold in KINDS:
                habits = Habits(10.0, 10, 0.5, 0.01, 20, searched, threshold)
                site = survey(problem.instance(), start, habits, NEAR)
                engine = Engine(site, start, 1, PART, np.random.default_rng(1))
                show(f"{stops} stops, {name}: {kind}", per_second(partial(do_round, engine, temperature)))
                engine.close()


def do_round(engine: Engine, temperature: float) -> int:
    engine.begin_round(temperature, np.inf, PORTION, np.zeros(1, np.uint8))
    while not engine.end_round(1.0, over=False):
        pass
    return PORTION


if __name__ == "__main__":
    main()
