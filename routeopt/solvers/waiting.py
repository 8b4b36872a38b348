"""Signs of life while something is made that takes longer than a heartbeat."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

from routeopt.problems.search import Incumbent, StopSignal

Engine = TypeVar("Engine")

HEARTBEAT = 0.05  #: seconds between two signs of life


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
