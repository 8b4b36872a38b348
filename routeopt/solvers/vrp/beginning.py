"""How improvers begin: what their start is worth, and signs of life while their engine is made."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

import numpy as np

from routeopt.problems.evaluation import Evaluator
from routeopt.problems.instance import Instance, Routes
from routeopt.problems.search import Incumbent, StopSignal

Engine = TypeVar("Engine")

_HEARTBEAT = 0.05  # seconds


def appraise(instance: Instance, start: Routes | None, stop: StopSignal, source: str) -> Incumbent:
    """Return what an improver begins with: the start if it is complete and feasible, else no answer."""
    if start is not None:
        found = Evaluator(instance).evaluate(start)
        if not found.violations and not found.missing:
            objective = (found.cost + instance.vehicle_weight * start.size) / instance.scale
            return Incumbent(stop.seconds(), 0, objective, None, start, source)
    return Incumbent(stop.seconds(), 0, np.inf, None, None, source)


def made(
    make: Callable[[], Engine], known: Incumbent, stop: StopSignal
) -> Generator[Incumbent, None, Engine | None]:
    """Yield heartbeats while an engine is made; return it, or None when there is no time left for it.

    The matrix and the neighbours of many stops, and compiling, take longer than a heartbeat.
    """
    pool = ThreadPoolExecutor(1)
    future = pool.submit(make)
    pool.shutdown(wait=False)
    while wait([future], _HEARTBEAT).not_done:
        yield known._replace(seconds=stop.seconds())
        if stop.reached(0):
            return None
    return future.result()
