"""Hybrid genetic search: a small population of good answers, crossed, searched and kept apart.

The plain family (one depot, one kind of load, symmetric legs) counts in whole distances
and loads; the timed family adds windows, durations, limits and directed legs. Both are
driven from here: portions of kernel work, each a few hundredths of a second.
Source: Vidal, "Hybrid genetic search for the CVRP", C&OR 140 (2022).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from routeopt.errors import UnsupportedError
from routeopt.problems.features import features_of
from routeopt.problems.instance import Instance, Routes
from routeopt.problems.legs import DENSE_LIMIT
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.vrp import plain
from routeopt.solvers.vrp.beginning import appraise, made
from routeopt.solvers.vrp.hgs.parameters import HGSParameters

if TYPE_CHECKING:
    from routeopt.solvers.vrp.hgs.engine import Engine

_TIMED = frozenset({"time_windows", "shift", "max_duration", "max_distance", "duration_cost", "asymmetric"})
_PORTION = 0.025  # seconds of kernel work between two looks at the clock
_FIRST_WORK = 20_000  # units of work of the first portion, well below that
_LEAST_WORK = 5_000  # units that are worth a look at the clock
_MOST_STOPS = 10_000  # the matrix takes 0.4 GB there
_SAMPLE = 16  # searches that tell how fast this machine is on this instance
_SAMPLE_SHARE = 0.25  # of the time, at most, before the population size is chosen
_GENERATION = 0.28  # time of a generation, relative to the search of a first individual


@dataclass(frozen=True)
class HGS(HGSParameters):
    """Improve routes by hybrid genetic search.

    One thread is used. An iteration is the local search of one individual. Beyond 10 000 stops, or
    where times matter and there is no matrix, only the start comes back.

    Parameters
    ----------
    neighbours : int
        Closest stops that each stop is tried with, up to 60.
    population : int, optional
        Individuals that survive in each half of the population, the feasible and the infeasible one, up
        to 25. By default chosen from the number of stops and the iterations, or else the time, allowed.
    elite : int
        Individuals that survive by cost alone.
    close : int
        Relatives that count in an individual's diversity.
    feasible_share : float
        Share of local searches that the penalties let end feasible.
    patience : int
        Individuals without a better answer after which the population is made anew.
    """

    supports: ClassVar[frozenset[str]] = plain.FEATURES | _TIMED

    def __call__(
        self,
        instance: Instance,
        start: Routes | None,
        *,
        stop: StopSignal,
        rng: np.random.Generator,
        threads: int,  # noqa: ARG002
    ) -> Iterator[Incumbent]:
        """Yield the start if it is feasible, then ever better answers and heartbeats.

        Raises
        ------
        UnsupportedError
            The instance uses an attribute that is not in `supports`.
        """
        features = features_of(instance)
        if features - self.supports:
            raise UnsupportedError("hgs", features - self.supports)
        known = appraise(instance, start, stop, "hgs")
        yield known
        timed = bool(features & _TIMED)
        most = DENSE_LIMIT if timed else _MOST_STOPS
        if not 0 < instance.stops <= most or stop.reached(0):
            return
        engine = yield from made(lambda: self._engine(instance, start, rng, timed), known, stop)
        if engine is not None:
            yield from _drive(engine, stop, known)

    def _engine(
        self, instance: Instance, start: Routes | None, rng: np.random.Generator, timed: bool
    ) -> Engine:
        """Make the engine of the leanest family that knows all attributes; only its kernels are compiled."""
        if timed:
            from routeopt.solvers.vrp.hgs.timed import TimedEngine as Family
        else:
            from routeopt.solvers.vrp.hgs.plain import PlainEngine as Family
        engine = Family(instance, self, start, rng)
        engine.evolve(np.zeros(1, np.uint8), 0, 0)  # no work: loads or compiles the kernel
        return engine


def _drive(engine: Engine, stop: StopSignal, known: Incumbent) -> Iterator[Incumbent]:
    """Let the engine work until it is time to stop, and yield after each portion."""
    pace = _Pace(engine, stop)
    cost = np.inf
    while not stop.reached(engine.iterations):
        pace.step()
        if engine.champion.cost[0] < cost:
            cost = engine.champion.cost[0]
            routes = engine.best()
            objective = engine.objective(routes)
            if objective < known.objective:
                known = known._replace(objective=objective, answer=routes)
        known = known._replace(seconds=stop.seconds(), iterations=engine.iterations)
        yield known


class _Pace:
    """Portions the work by the clock, and tells the engine how many individuals to expect."""

    def __init__(self, engine: Engine, stop: StopSignal) -> None:
        self._engine, self._stop = engine, stop
        self._rate = _FIRST_WORK / _PORTION  # units of work per second
        self._begin = time.perf_counter()
        self._limit = int(min(stop.iterations, 2**62))
        if np.isfinite(stop.iterations) or not np.isfinite(stop.deadline):
            engine.settle(stop.iterations)

    def step(self) -> None:
        """Do a portion of work."""
        before = time.perf_counter()
        work = max(_LEAST_WORK, int(self._rate * min(_PORTION, self._stop.seconds_left())))
        used = self._engine.step(self._stop.flag, self._limit, work)
        now = time.perf_counter()
        if used >= _LEAST_WORK:
            self._rate += 0.5 * (used / (now - before) - self._rate)
        if not self._engine.settled:
            self._settle(now)

    def _settle(self, now: float) -> None:
        """Choose the population size once it is known how long a search takes."""
        searched, spent = self._engine.iterations, now - self._begin
        left = self._stop.seconds_left()
        if searched >= _SAMPLE or (searched > 0 and spent > _SAMPLE_SHARE * (spent + left)):
            self._engine.settle(left * searched / (_GENERATION * max(spent, 1e-9)))
