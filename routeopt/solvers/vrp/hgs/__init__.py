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
from routeopt.problems.evaluation import Evaluator
from routeopt.problems.features import features_of
from routeopt.problems.instance import Instance, Routes
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.vrp.hgs.parameters import HGSParameters

if TYPE_CHECKING:
    from routeopt.solvers.vrp.hgs.engine import Engine

_PLAIN = frozenset({"capacity", "limited_fleet", "fixed_cost", "distance_cost"})
_UNTIMED = frozenset({"service_time", "durations"})  # of no consequence unless time is limited or paid
_PORTION = 0.025  # seconds of kernel work between two looks at the clock
_FIRST_WORK = 20_000  # units of work of the first portion, well below that
_LEAST_WORK = 5_000
_MOST_STOPS = 10_000  # the matrix takes 0.4 GB there
_SAMPLE = 16  # searches that tell how fast this machine is on this instance
_SAMPLE_SHARE = 0.25  # of the time, at most, before the population size is chosen
_GENERATION = 0.28  # time of a generation, relative to the search of a first individual


@dataclass(frozen=True)
class HGS(HGSParameters):
    __doc__ = f"""Improve routes by hybrid genetic search.

    One thread is used. An iteration is the local search of one individual; stopped by
    iterations the result depends on the seed alone. Beyond {_MOST_STOPS} stops it yields only the start.
{HGSParameters.__doc__.partition("What can be set.")[2]}"""

    supports: ClassVar[frozenset[str]] = _PLAIN | _UNTIMED

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
        lacking = features_of(instance) - self.supports
        if lacking:
            raise UnsupportedError("hgs", lacking)
        answer, objective = None, np.inf
        if start is not None:
            evaluation = Evaluator(instance).evaluate(start)
            if not evaluation.violations and not evaluation.missing:
                answer, objective = start, evaluation.cost / instance.scale
        yield Incumbent(stop.seconds(), 0, objective, None, answer, "hgs")
        if not 0 < instance.stops <= _MOST_STOPS or stop.reached(0):
            return
        engine = self._engine(instance, start, rng)
        pace = _Pace(engine, stop)
        cost = np.inf
        while not stop.reached(engine.iterations):
            pace.step()
            if engine.champion.cost[0] < cost:
                cost = engine.champion.cost[0]
                found = engine.best()
                if engine.objective(found) < objective:
                    answer, objective = found, engine.objective(found)
            yield Incumbent(stop.seconds(), engine.iterations, objective, None, answer, "hgs")

    def _engine(self, instance: Instance, start: Routes | None, rng: np.random.Generator) -> Engine:
        """Make the engine of the leanest family that knows all attributes; only its kernels are compiled."""
        from routeopt.solvers.vrp.hgs.plain import PlainEngine

        return PlainEngine(instance, self, start, rng)


class _Pace:
    """Portions the work by the clock, and tells the engine how many generations to expect."""

    def __init__(self, engine: Engine, stop: StopSignal) -> None:
        self._engine, self._stop = engine, stop
        self._rate = _FIRST_WORK / _PORTION  # units of work per second
        self._begin = time.perf_counter()
        self._compiled = self._begin  # end of the first portion, which compiles the kernel or loads it
        self._limit = int(min(stop.iterations, 2**62))
        if np.isfinite(stop.iterations) or not np.isfinite(stop.deadline):
            engine.settle(stop.iterations)

    def step(self) -> None:
        """Do a portion of work."""
        before = time.perf_counter()
        work = max(_LEAST_WORK, int(self._rate * min(_PORTION, self._stop.seconds_left())))
        used = self._engine.step(self._stop.flag, self._limit, work)
        now = time.perf_counter()
        if self._compiled == self._begin:
            self._compiled = now
        elif used >= _LEAST_WORK:
            self._rate += 0.5 * (used / (now - before) - self._rate)
        if not self._engine.settled:
            self._settle(now)

    def _settle(self, now: float) -> None:
        """Choose the population size once it is known how long a search takes."""
        searched, spent = self._engine.iterations, now - self._compiled
        left = self._stop.seconds_left()
        if searched >= _SAMPLE or (searched > 0 and spent > _SAMPLE_SHARE * (spent + left)):
            self._engine.settle(left * searched / (_GENERATION * max(spent, 1e-9)))
