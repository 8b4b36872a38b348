"""How improvers begin: what they refuse, what their start is worth, and signs of life while they get ready."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

import numpy as np

from routeopt.errors import UnsupportedError
from routeopt.problems.evaluation import Evaluator
from routeopt.problems.features import features_of
from routeopt.problems.instance import Instance, Routes
from routeopt.problems.search import Incumbent, StopSignal

Engine = TypeVar("Engine")

HEARTBEAT = 0.05  #: seconds between two signs of life


def refuse_unsupported(instance: Instance, supports: frozenset[str], source: str) -> None:
    """Raise an UnsupportedError if the instance uses an attribute that is not in `supports`."""
    lacking = features_of(instance) - supports
    if lacking:
        raise UnsupportedError(source, lacking)


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
    future = _begun(make)
    while wait([future], HEARTBEAT).not_done:
        yield known._replace(seconds=stop.seconds())
        if stop.reached(0):
            return None
    return future.result()


def finished(
    make: Callable[[], Engine], known: Incumbent, stop: StopSignal
) -> Generator[Incumbent, None, Engine]:
    """Yield heartbeats while something is made that ends by itself when time is over; return it."""
    future = _begun(make)
    while wait([future], HEARTBEAT).not_done:
        yield known._replace(seconds=stop.seconds())
    return future.result()


def _begun(make: Callable[[], Engine]) -> Future[Engine]:
    pool = ThreadPoolExecutor(1)
    future = pool.submit(make)
    pool.shutdown(wait=False)
    return future
