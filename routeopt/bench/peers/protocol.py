"""What a peer declares, what it is handed, and what it gives back."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from routeopt.problems.instance import Instance


class Task(NamedTuple):
    """How a problem is to be solved."""

    seconds: float
    seed: int
    threads: int


class Answer(NamedTuple):
    """Routes as a peer found them; what they cost and break is not its to say."""

    routes: list[list[int]]  # nodes, without the depots at both ends
    vehicle: list[int]  # type of each route
    seconds: float  # of the search itself: what came before and after is outside the budget
    processor: float  # seconds of the processor in these; fewer mean that the machine had other work
    iterations: int | None = None  # None: not told
    trace: list[tuple[float, float]] | None = None  # in the user's units; None: not told
    compiled: bool = False  # kernels were compiled, which may have taken time from the search


class Peer(NamedTuple):
    """Another solver, behind the translation of a problem into its terms."""

    package: str  # as pip names it
    summary: str
    supports: frozenset[str]  # attributes that the translation keeps, from routeopt.problems.features
    solve: Callable[[Instance, Task], Answer]
    several_threads: bool = False
    seeded: bool = True  # False: every run is the same, so one is enough

    @property
    def version(self) -> str | None:
        """The version installed, or None."""
        try:
            return version(self.package)
        except PackageNotFoundError:
            return None


class Stopwatch:
    """The budget's clock; it runs from when it is made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._processor = time.process_time()

    def __call__(self) -> float:
        """Return the seconds so far."""
        return time.perf_counter() - self._start

    def both(self) -> tuple[float, float]:
        """Return the seconds so far, and those of the processor in them."""
        return self(), time.process_time() - self._processor
