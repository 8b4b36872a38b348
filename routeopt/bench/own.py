"""A chain of our own as an entry: the search itself, with the clock that everyone uses."""

from __future__ import annotations

import time

from routeopt.bench.peers import Answer, Task
from routeopt.problems.vrp import VRP
from routeopt.solving import search


def solve_chain(problem: VRP, chain: str, task: Task) -> Answer:
    """Solve with a chain whose links have ``+`` between them, and tell whether kernels were compiled."""
    from numba.core import event

    run = search(problem, task.seconds, solver=chain.split("+"), seed=task.seed, threads=task.threads)
    processor, before, began = 0.0, time.process_time(), 0.0
    with event.install_recorder("numba:compile") as compiled:
        for _ in run:
            now = time.process_time()
            processor += min(now - before, task.threads * (run.seconds - began))  # the rest loaded kernels
            before, began = now, run.seconds
    solution = run.solution()
    routes = solution.routes
    return Answer(
        routes.lists(),
        routes.vehicle.tolist(),
        run.seconds,
        processor,
        run.iterations,
        run.trace,
        bool(compiled.buffer),
    )
