"""Islands: a population for each thread, and the best individuals that travel between them.

An island works in portions of a few hundredths of a second. After every term a champion that is better than
another island's travels there, and becomes the next individual that is searched. Terms are counted in
individuals where these are limited, so that the outcome then depends on the seed and the number of islands
alone; else they are measured by the clock.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.vrp.hgs.engine import Engine

_PORTION = 0.025  # seconds of kernel work between two looks at the clock
_FIRST_WORK = 20_000  # units of work of the first portion, well below that
_LEAST_WORK = 5_000  # units that are worth a look at the clock
_SAMPLE = 16  # searches that tell how fast this machine is on this instance
_SAMPLE_SHARE = 0.25  # of the time, at most, before the population size is chosen
_GENERATION = 0.28  # time of a generation, relative to the search of a first individual
_TERM = 0.08  # seconds between two exchanges: no longer than a heartbeat
_TERM_SEARCHES = 50  # individuals of each island between two exchanges


def evolve_islands(engines: list[Engine], stop: StopSignal, known: Incumbent) -> Iterator[Incumbent]:
    """Let the islands work until it is time to stop, and yield after each term."""
    share, rest = divmod(int(min(stop.iterations, 2**62)), len(engines))
    islands = [_Island(engine, stop, share + (i < rest)) for i, engine in enumerate(engines)]
    cost, searched = np.inf, 0
    with ThreadPoolExecutor(len(islands)) as pool:
        while not stop.reached(searched):
            list(pool.map(_Island.work, islands))
            searched = sum(engine.iterations for engine in engines)
            best = min(engines, key=lambda engine: engine.champion.cost[0])
            if best.champion.cost[0] < cost:
                cost = best.champion.cost[0]
                routes = best.best()
                objective = best.objective(routes)
                if objective < known.objective:
                    known = known._replace(objective=objective, answer=routes)
                for engine in engines:
                    if engine.champion.cost[0] > cost:
                        engine.invite(best.champion.tour)
            known = known._replace(seconds=stop.seconds(), iterations=searched)
            yield known


class _Island:
    """Portions the work of one engine by the clock, and tells it how many individuals to expect."""

    def __init__(self, engine: Engine, stop: StopSignal, limit: int) -> None:
        self._engine, self._stop, self._limit = engine, stop, limit
        self._counted = bool(np.isfinite(stop.iterations))
        self._rate = _FIRST_WORK / _PORTION  # units of work per second
        self._begin = time.perf_counter()
        if self._counted or not np.isfinite(stop.deadline):
            engine.settle(limit if self._counted else np.inf)

    def work(self) -> None:
        """Work for one term."""
        engine, end = self._engine, time.perf_counter() + _TERM
        most = min(self._limit, engine.iterations + _TERM_SEARCHES) if self._counted else self._limit
        while not self._stop.reached(0) and engine.iterations < most:
            left = min(end - time.perf_counter(), self._stop.seconds_left())
            if left <= 0 and not self._counted:
                break
            self._step(most, _PORTION if self._counted else min(_PORTION, left))

    def _step(self, most: int, seconds: float) -> None:
        """Do a portion of work, up to so many individuals."""
        before = time.perf_counter()
        used = self._engine.step(self._stop.flag, most, max(_LEAST_WORK, int(self._rate * seconds)))
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
