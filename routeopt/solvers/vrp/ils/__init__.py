"""Iterated local search: ruin and recreate a few routes, search around the changes, anneal.

An iteration costs what it touches, not the size of the plan, so this is the engine for many stops and for
little time. All threads work on one plan, each on a part of it that is dealt anew many times a second.
Sources: Christiaens & Vanden Berghe, Transportation Science 54 (2020); Accorsi & Vigo, "A fast and scalable
heuristic for the solution of large-scale capacitated vehicle routing problems", Transportation Science 55 (2021).
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from routeopt.problems.instance import Instance, Routes
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.vrp import plain
from routeopt.solvers.vrp.beginning import HEARTBEAT, appraise, made, refuse_unsupported
from routeopt.solvers.vrp.ils.habits import Habits

if TYPE_CHECKING:
    from routeopt.solvers.vrp.ils.engine import Engine

_NEAR = 100  # neighbours of each stop that are known
_ROUND = 0.1  # seconds, at most, for which the parts of the plan stay as they are
_ROUNDS = 50  # at least, where there is time
_ROUND_ITERATIONS = 2_000  # of each part, where iterations are counted
_HORIZON = 1_000  # iterations per stop in which the plan cools down, where no limit is known


@dataclass(frozen=True)
class ILS:
    """Improve routes by iterated local search.

    All `threads` work on the same plan. An iteration is one ruin with what follows.

    Parameters
    ----------
    removals : float
        Stops taken out in an iteration, on average.
    string : int
        Stops taken out of one route in a row, at most.
    split : float
        Share of strings in whose middle some stops stay.
    blink : float
        Share of places overlooked when a stop is put back.
    tried : int
        Nearest stops next to which it is put back.
    neighbours : int
        Nearest stops that the local search tries.
    threshold : float
        Average gains of local search by which a plan may miss acceptance and still be searched.
    warm, cold : float
        Temperature to begin and to end with, in mean lengths of a stop's shortest legs.
    part : int
        Stops that a thread works on at a time, at most.
    """

    removals: float = 10.0
    string: int = 10
    split: float = 0.5
    blink: float = 0.01
    tried: int = 20
    neighbours: int = 10
    threshold: float = 3.0
    warm: float = 2.0
    cold: float = 0.03
    part: int = 10_000
    supports: ClassVar[frozenset[str]] = plain.FEATURES

    def __post_init__(self) -> None:
        for name in ("removals", "string", "tried", "neighbours", "part"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, not {getattr(self, name)}")
        for name in ("split", "blink"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be from 0 to below 1, not {getattr(self, name)}")
        if not self.threshold >= 0:
            raise ValueError(f"threshold must be 0 or more, not {self.threshold}")
        if not 0 < self.cold <= self.warm:
            raise ValueError(f"warm and cold must be above 0, warm no less, not {self.warm} and {self.cold}")

    def __call__(
        self,
        instance: Instance,
        start: Routes | None,
        *,
        stop: StopSignal,
        rng: np.random.Generator,
        threads: int,
    ) -> Iterator[Incumbent]:
        """Yield the start if it is feasible, then ever better answers and heartbeats.

        Raises
        ------
        UnsupportedError
            The instance uses an attribute that is not in `supports`.
        """
        refuse_unsupported(instance, self.supports, "ils")
        known = appraise(instance, start, stop, "ils")
        yield known
        if instance.stops == 0 or stop.reached(0):
            return
        engine = yield from made(lambda: self._engine(instance, known.answer, rng, threads), known, stop)
        if engine is not None:
            try:
                yield from self._improve(engine, stop, known)
            finally:
                engine.close()

    def _engine(
        self, instance: Instance, start: Routes | None, rng: np.random.Generator, threads: int
    ) -> Engine | None:
        """Return the engine with this start or one of its own; None where there is no feasible one."""
        from routeopt.solvers.vrp.ils.engine import Engine
        from routeopt.solvers.vrp.savings import Savings

        signal = StopSignal()
        if start is None:
            (built,) = Savings()(instance, None, stop=signal, rng=rng, threads=1)
            start = appraise(instance, built.answer, signal, "ils").answer
        if start is None:
            return None
        habits = Habits(
            self.removals, self.string, self.split, self.blink, self.tried, self.neighbours, self.threshold
        )
        return Engine(instance, start, habits, _NEAR, threads, self.part, rng)

    def _improve(self, engine: Engine, stop: StopSignal, known: Incumbent) -> Iterator[Incumbent]:
        """Let the engine work, round by round, until it is time to stop."""
        schedule, cost = _Schedule(engine, stop), math.inf
        while not stop.reached(engine.iterations):
            heat = self.warm * (self.cold / self.warm) ** schedule.progress()
            seconds, iterations = schedule.round()
            engine.begin_round(heat, seconds, iterations, stop.flag)
            end = time.perf_counter() + seconds
            while True:
                left = min(end - time.perf_counter(), stop.seconds_left())
                if engine.end_round(min(left, HEARTBEAT), over=left <= 0 or stop.flag[0] != 0):
                    break
                yield known._replace(seconds=stop.seconds())
            if engine.best_cost < cost:
                cost, routes = engine.best_cost, engine.best()
                objective = engine.objective(routes)
                if objective < known.objective:
                    known = known._replace(objective=objective, answer=routes)
            known = known._replace(seconds=stop.seconds(), iterations=engine.iterations)
            yield known


class _Schedule:
    """How far the plan should have cooled down, and how long a round is.

    Where iterations are limited they alone count, so that the outcome does not depend on the clock.
    """

    def __init__(self, engine: Engine, stop: StopSignal) -> None:
        self._engine, self._stop = engine, stop
        self._begin, self._seconds = time.perf_counter(), stop.seconds_left()
        self._cycle, self._cooled = float(_HORIZON * engine.stops), 0

    def progress(self) -> float:
        """Return the share of the way from warm to cold that lies behind."""
        done = self._engine.iterations
        if math.isfinite(self._stop.iterations):
            return done / self._stop.iterations
        if math.isfinite(self._seconds):
            return min((time.perf_counter() - self._begin) / self._seconds, 1.0)
        if done - self._cooled >= self._cycle:  # without a limit: again and again, twice as slowly
            self._cooled, self._cycle = done, 2 * self._cycle
            self._engine.return_to_best()
        return (done - self._cooled) / self._cycle

    def round(self) -> tuple[float, float]:
        """Return the seconds and the iterations of the next round, all parts together; either may be inf."""
        parts = self._engine.parts_each
        if math.isfinite(self._stop.iterations):
            left = self._stop.iterations - self._engine.iterations
            return math.inf, min(_ROUND_ITERATIONS * self._engine.parts, left)
        return parts * min(_ROUND, self._seconds / _ROUNDS / parts), math.inf
