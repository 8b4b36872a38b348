"""Search as an iterator of incumbents: what solvers are handed, and what they yield.

A solver is a callable ``(instance, start, *, stop, rng, threads)`` that yields an
:class:`Incumbent` for each improvement and as a heartbeat at least every 100 ms.
Stopping criteria compose: ``MaxSeconds(10) | NoImprovement(5000)`` ends at whichever comes first.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Instance, Routes


class Incumbent(NamedTuple):
    """The best answer known at a moment of a search."""

    seconds: float  # since the search began
    iterations: int  # done so far, in the solver's own unit
    objective: float  # in the user's units, as the solver sees it; inf while there is no answer
    bound: float | None  # no answer can be better than this, where the solver knows
    answer: Any  # Routes, for vehicle routing
    source: str  # the link of the chain that found it


class StoppingCriterion:
    """Says when a search has gone on for long enough. Combine two with ``|``."""

    seconds: float = np.inf  #: known time limit
    iterations: float = np.inf  #: known iteration limit

    def __call__(self, incumbent: Incumbent) -> bool:
        """Return whether to stop, asked at every incumbent and heartbeat in turn."""
        return incumbent.seconds >= self.seconds or incumbent.iterations >= self.iterations

    def __or__(self, other: StoppingCriterion) -> StoppingCriterion:
        """Stop as soon as either does."""
        return _Any(self, other)


@dataclass
class _Any(StoppingCriterion):
    first: StoppingCriterion
    second: StoppingCriterion

    def __post_init__(self) -> None:
        self.seconds = min(self.first.seconds, self.second.seconds)
        self.iterations = min(self.first.iterations, self.second.iterations)

    def __call__(self, incumbent: Incumbent) -> bool:
        return bool(self.first(incumbent) | self.second(incumbent))  # both see every incumbent


@dataclass
class MaxSeconds(StoppingCriterion):
    """Stop after this many seconds. Zero still gives a valid construction."""

    seconds: float

    def __post_init__(self) -> None:
        if not self.seconds >= 0:
            raise ValueError(f"seconds must be 0 or more, not {self.seconds}")


@dataclass
class MaxIterations(StoppingCriterion):
    """Stop after this many iterations of the improvers; the result then depends on the seed alone."""

    iterations: float

    def __post_init__(self) -> None:
        if not self.iterations >= 0:
            raise ValueError(f"iterations must be 0 or more, not {self.iterations}")


@dataclass
class NoImprovement(StoppingCriterion):
    """Stop after this many iterations without a better incumbent."""

    patience: int

    def __post_init__(self) -> None:
        if self.patience < 1:
            raise ValueError(f"patience must be 1 or more, not {self.patience}")
        self._best = np.inf
        self._since = 0

    def __call__(self, incumbent: Incumbent) -> bool:
        """Return whether nothing better has been seen for too long."""
        if incumbent.objective < self._best or incumbent.iterations < self._since:  # better, or a new link
            self._best = min(self._best, incumbent.objective)
            self._since = incumbent.iterations
        return incumbent.iterations - self._since >= self.patience


@dataclass
class Target(StoppingCriterion):
    """Stop as soon as the objective is this good or better."""

    objective: float

    def __call__(self, incumbent: Incumbent) -> bool:
        """Return whether the target is reached."""
        return incumbent.objective <= self.objective


class StopSignal:
    """The clock and the flag that a solver is handed.

    Parameters
    ----------
    seconds : float
        Time left from now on.
    iterations : float
        Iterations that the solver may do.

    Attributes
    ----------
    flag : (1,) uint8 array
        Kernels poll it at least every 20 ms and return when it is not 0.
    """

    def __init__(self, seconds: float = np.inf, iterations: float = np.inf) -> None:
        self.start = time.perf_counter()
        self.deadline = self.start + seconds
        self.iterations = iterations
        self.flag = np.zeros(1, np.uint8)

    def set(self) -> None:
        """Ask the solver to return what it has."""
        self.flag[0] = 1

    def seconds(self) -> float:
        """Return the seconds since the solver was started."""
        return time.perf_counter() - self.start

    def seconds_left(self) -> float:
        """Return the seconds until the deadline, never below 0."""
        return max(0.0, self.deadline - time.perf_counter())

    def reached(self, iterations: int) -> bool:
        """Return whether to end, for a solver that has done this many iterations."""
        return bool(self.flag[0]) or iterations >= self.iterations or time.perf_counter() >= self.deadline


@runtime_checkable
class Guide(Protocol):
    """Says which stops are likely to come next to each stop in a good plan.

    What it says is taken for advice: where to look first, not what to leave out for good.
    """

    def __call__(self, instance: Instance) -> NDArray[np.int32]:
        """Return nodes of stops for each of the n stops, the likeliest first, (n, k)."""
        ...


@runtime_checkable
class Solver(Protocol):
    """A constructor or improver of answers; its parameters are fields of a frozen dataclass.

    It yields improvements and a heartbeat at least every 100 ms, ends within 50 ms or 2 % of
    the deadline, never returns worse than `start`, and depends on `rng` alone when stopped by iterations.
    """

    supports: frozenset[str]  # names from routeopt.problems.features

    def __call__(
        self,
        instance: Instance,
        start: Routes | None,
        *,
        stop: StopSignal,
        rng: np.random.Generator,
        threads: int,
    ) -> Iterator[Incumbent]:
        """Yield ever better answers."""
        ...
