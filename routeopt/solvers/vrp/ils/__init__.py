"""Iterated local search: ruin and recreate a few routes, search around the changes, anneal.

An iteration costs what it touches, not the size of the plan, so this is the engine for many stops and for
little time. Several threads anneal two plans side by side, or work on parts of one that are dealt anew many
times a second.
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
from numpy.typing import NDArray

from routeopt.problems.instance import Instance, Routes
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.vrp import plain
from routeopt.solvers.vrp.beginning import appraise, refuse_unsupported
from routeopt.solvers.vrp.ils.habits import Habits
from routeopt.solvers.waiting import HEARTBEAT, made

if TYPE_CHECKING:
    from routeopt.solvers.vrp.ils.plans import Plans

_NEAR = 100  # neighbours of each stop that are known
_PLANS = 2  # that anneal side by side, where there are as many threads
_FEW = 2_000  # stops up to which they do; beyond, one plan takes all threads
_UNITE = 0.7  # of the way from warm to cold, where both go on from the better one
_ROUND = (0.02, 0.1)  # seconds, at least and at most, for which the parts of the plan stay as they are
_ROUND_EACH = 2e-5  # seconds per stop: a few iterations at each
_ROUNDS = 200  # at least, where there is time
_ROUND_ITERATIONS = 2_000  # of each part, where iterations are counted
_HORIZON = 1_000  # iterations per stop in which the plan cools down, where no limit is known


@dataclass(frozen=True)
class ILS:
    """Improve routes by iterated local search.

    An iteration is one ruin with what follows.

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
    wants_guide: ClassVar[bool] = True

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
        guide: NDArray[np.int32] | None = None,
    ) -> Iterator[Incumbent]:
        """Yield the start if it is feasible, then ever better answers and heartbeats.

        What a `guide` says, (n, k) nodes, chooses the neighbours that the local search tries.

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
        plans = yield from made(lambda: self._plans(instance, known.answer, rng, threads, guide), known, stop)
        if plans is not None:
            try:
                yield from self._improve(plans, stop, known)
            finally:
                plans.close()

    def _plans(
        self,
        instance: Instance,
        start: Routes | None,
        rng: np.random.Generator,
        threads: int,
        guide: NDArray[np.int32] | None = None,
    ) -> Plans | None:
        """Return plans with this start or one of its own; None where there is no feasible one."""
        from routeopt.solvers.vrp.ils.engine import Engine, survey
        from routeopt.solvers.vrp.ils.plans import Plans
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
        site = survey(instance, start, habits, _NEAR, guide)
        plans = min(threads, _PLANS) if instance.stops <= _FEW else 1
        shares = [len(share) for share in np.array_split(np.arange(threads), plans)]
        return Plans(
            [
                Engine(site, start, share, self.part, own)
                for share, own in zip(shares, rng.spawn(plans), strict=True)
            ]
        )

    def _improve(self, plans: Plans, stop: StopSignal, known: Incumbent) -> Iterator[Incumbent]:
        """Let the plans anneal, round by round, until it is time to stop."""
        schedule, cost, united = _Schedule(plans, stop), math.inf, False
        while not stop.reached(plans.iterations):
            progress = schedule.progress()
            if progress >= _UNITE and not united:
                plans.unite()
            united = progress >= _UNITE
            heat = self.warm * (self.cold / self.warm) ** progress
            seconds, iterations = schedule.round()
            plans.begin_round(heat, seconds, iterations, stop.flag)
            end = time.perf_counter() + seconds
            while True:
                left = min(end - time.perf_counter(), stop.seconds_left())
                if plans.end_round(min(left, HEARTBEAT), over=left <= 0 or stop.flag[0] != 0):
                    break
                yield known._replace(seconds=stop.seconds())
            if plans.best_cost < cost:
                cost, routes = plans.best_cost, plans.best()
                objective = plans.objective(routes)
                if objective < known.objective:
                    known = known._replace(objective=objective, answer=routes)
            known = known._replace(seconds=stop.seconds(), iterations=plans.iterations)
            yield known


class _Schedule:
    """How far the plan should have cooled down, and how long a round is.

    Where iterations are limited they alone count, so that the outcome does not depend on the clock.
    """

    def __init__(self, plans: Plans, stop: StopSignal) -> None:
        self._plans, self._stop = plans, stop
        self._begin, self._seconds = time.perf_counter(), stop.seconds_left()
        self._cycle, self._cooled = float(_HORIZON * plans.stops), 0

    def progress(self) -> float:
        """Return the share of the way from warm to cold that lies behind."""
        done = self._plans.iterations
        if math.isfinite(self._stop.iterations):
            return done / self._stop.iterations
        if math.isfinite(self._seconds):
            return min((time.perf_counter() - self._begin) / self._seconds, 1.0)
        if done - self._cooled >= self._cycle:  # without a limit: again and again, twice as slowly
            self._cooled, self._cycle = done, 2 * self._cycle
            self._plans.return_to_best()
        return (done - self._cooled) / self._cycle

    def round(self) -> tuple[float, float]:
        """Return the seconds and the iterations of the next round, all parts together; either may be inf."""
        parts = self._plans.parts_each
        if math.isfinite(self._stop.iterations):
            left = self._stop.iterations - self._plans.iterations
            return math.inf, min(_ROUND_ITERATIONS * self._plans.parts, left)
        seconds = float(np.clip(_ROUND_EACH * self._plans.stops, *_ROUND))
        return parts * min(seconds, self._seconds / _ROUNDS / parts), math.inf
