"""A solver in a thread of its own, while the caller keeps the clock and hears Ctrl-C."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np

from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solving.chain import Link

POLL = 0.01  # seconds between looks at the clock


class Worker:
    """A thread that runs a solver and hands over its incumbents."""

    def __init__(
        self,
        link: Link,
        arguments: tuple[Any, Any],
        signal: StopSignal,
        rng: np.random.Generator,
        threads: int,
    ) -> None:
        self.found: SimpleQueue[Incumbent | None] = SimpleQueue()
        self.error: BaseException | None = None
        self.signal = signal

        def work() -> None:
            try:
                for incumbent in link.solver(*arguments, stop=signal, rng=rng, threads=threads):
                    self.found.put(incumbent)
            except BaseException as error:
                self.error = error
            finally:
                self.found.put(None)

        self.thread = threading.Thread(target=work, name=f"routeopt {link.name}", daemon=True)
        self.thread.start()

    def next(self) -> Incumbent | None:
        """Return the next incumbent, or None at the end; keeps the deadline while it waits."""
        while True:
            if time.perf_counter() >= self.signal.deadline:
                self.signal.set()
            try:
                found = self.found.get(timeout=POLL)
            except Empty:
                continue
            if found is None and self.error is not None:
                raise self.error
            return found

    def done(self, seconds: float) -> bool:
        """Wait for this long at most; return whether the solver has ended."""
        self.thread.join(seconds)
        if self.thread.is_alive():
            return False
        if self.error is not None:
            raise self.error
        return True


def incumbents(
    link: Link,
    arguments: tuple[Any, Any],
    signal: StopSignal,
    rng: np.random.Generator,
    threads: int,
) -> Iterator[Incumbent]:
    """Yield what a solver finds; it is stopped and waited for when the caller goes away."""
    worker = Worker(link, arguments, signal, rng, threads)
    try:
        while (found := worker.next()) is not None:
            yield found
    finally:
        signal.set()
        worker.thread.join()
