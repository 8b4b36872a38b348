"""Drives the rich search: a first plan, portions of kernel work by the clock, and answers worth yielding."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from routeopt.problems.instance import Floats, Instance, Routes
from routeopt.problems.legs import leg
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.random import random_state
from routeopt.solvers.vrp.rich.crew import Crew
from routeopt.solvers.vrp.rich.field import make_field
from routeopt.solvers.vrp.rich.layout import (
    BANK,
    BANKED,
    BEST_COST,
    BEST_MISSING,
    COST,
    MISSING,
    Field,
    Int32,
    Plan,
)
from routeopt.solvers.vrp.rich.parameters import RichParameters
from routeopt.solvers.vrp.rich.plan import best_routes, empty_plan, load
from routeopt.solvers.vrp.rich.search import anneal

_PORTION = 0.02  # seconds of kernel work between two looks at the clock
_FIRST = 4.0  # iterations of the first portion
_INSERTED = 20  # requests inserted by a portion that builds the first plan
_CLOSE = 5  # nearest stops whose legs tell what is a short leg
_CYCLE = 200_000  # iterations from hot to cold where no limit is known
_GO = np.zeros(1, np.uint8)  # a flag that nobody sets
_NOBODY = np.zeros(0, np.int32)


class Engine:
    """A plan under search."""

    def __init__(
        self,
        instance: Instance,
        start: Routes | None,
        rng: np.random.Generator,
        settings: RichParameters,
        threads: int,
    ) -> None:
        self.instance, self.settings = instance, settings
        self.state = random_state(rng)
        self.field = make_field(instance, settings.neighbours)
        self.plan = empty_plan(instance, self.field)
        self.short = _short_leg(instance, self.field)
        if start is not None:
            self._load(start)
        self._work(_NOBODY, 0, 1.0, 1.0, 0, _GO)  # no work: loads or compiles the kernel
        leaders = self.plan.lists[BANK, : self.plan.counts[BANKED]]
        self.waiting = leaders[np.argsort(_order(instance, self.field, self.plan)[leaders], kind="stable")]
        self.crew = Crew(instance, self.field, self.plan, settings, threads, rng) if threads > 1 else None

    def _load(self, start: Routes) -> None:
        """Take over the routes of a start that break no bound."""
        taken = np.ones(start.size, bool)
        while True:  # first all, then those whose cost is not infinite
            self.plan = empty_plan(self.instance, self.field)
            slots = load(self.instance, self.field, self.plan, start, taken)
            self._work(_NOBODY, 0, 1.0, 1.0, 0, _GO)
            broken = np.isinf(self.plan.routes["cost"][slots])
            if not broken.any():
                break
            taken[np.flatnonzero(taken)[broken]] = False
        self.plan.nodes["best"] = self.plan.nodes["following"]
        self.plan.counts[BEST_MISSING] = self.plan.counts[MISSING]
        self.plan.sums[BEST_COST] = self.plan.sums[COST]

    def _work(
        self, leaders: Int32, steps: int, heat: float, cooling: float, first: int, flag: np.ndarray
    ) -> int:
        """Call the kernel; return the iterations done."""
        removed, polished = self.settings.removed, self.settings.polished
        return int(
            anneal(
                self.field,
                self.plan,
                steps,
                leaders,
                removed,
                polished,
                heat,
                cooling,
                first,
                self.state,
                flag,
            )
        )

    def drive(self, stop: StopSignal, known: Incumbent) -> Iterator[Incumbent]:
        """Work until it is time to stop, and yield after each portion."""
        best = np.inf, np.inf
        for begin in range(0, len(self.waiting), _INSERTED):
            if stop.flag[0] or stop.seconds_left() <= 0:
                break
            self._work(self.waiting[begin : begin + _INSERTED], 1, 1.0, 1.0, 0, _GO)
            yield known._replace(seconds=stop.seconds())
        began, done = stop.seconds(), 0
        portions = self._portions(stop, began) if self.crew is None else self._rounds(self.crew, stop, began)
        for done in portions:
            rank = float(self.plan.counts[BEST_MISSING]), float(self.plan.sums[BEST_COST])
            if rank < best:
                best = rank
                objective = np.inf if rank[0] else rank[1] / self.instance.scale
                if objective < known.objective or known.objective == np.inf:
                    known = known._replace(objective=objective, answer=best_routes(self.instance, self.plan))
            known = known._replace(seconds=stop.seconds(), iterations=done)
            yield known

    def _portions(self, stop: StopSignal, began: float) -> Iterator[int]:
        """Work alone; yield how many iterations are done, after each portion."""
        done, portion = 0, _FIRST
        yield done
        while not stop.reached(done):
            before = time.perf_counter()
            steps = int(min(max(portion, 1.0), stop.iterations - done))
            heat, cooling, first = self._heat(stop, began, done)
            done += self._work(_NOBODY, steps, heat, cooling, first, stop.flag)
            aim = min(_PORTION, stop.seconds_left()) / max(time.perf_counter() - before, 1e-9)
            portion = max(portion * min(aim, 2.0), 1.0)
            yield done

    def _rounds(self, crew: Crew, stop: StopSignal, began: float) -> Iterator[int]:
        """Let all threads work; yield how many iterations are done, after each round and as a sign of life."""
        yield 0
        try:
            while not stop.reached(crew.iterations):
                heat, cooling, done = self._heat(stop, began, crew.iterations)
                seconds = np.inf if np.isfinite(stop.iterations) else stop.seconds_left()
                left = stop.iterations - crew.iterations
                for _ in crew.round(heat * cooling**done, seconds, left, stop.flag):
                    yield crew.iterations
                yield crew.iterations
        finally:
            crew.close()

    def _heat(self, stop: StopSignal, began: float, done: int) -> tuple[float, float, int]:
        """Return a temperature, its factor for each iteration, and how often that has been applied before.

        By iterations where they are limited, so that nothing depends on the clock; else by time.
        """
        heat, ratio = self.short * self.settings.hot, self.settings.cold / self.settings.hot
        if np.isfinite(stop.iterations):
            return heat, ratio ** (1.0 / max(stop.iterations, 1.0)), done
        if not np.isfinite(stop.deadline):
            return heat, ratio ** (1.0 / _CYCLE), done % _CYCLE
        whole = max(stop.deadline - stop.start - began, 1e-9)
        return heat * ratio ** min((stop.seconds() - began) / whole, 1.0), 1.0, 0


def _order(instance: Instance, field: Field, plan: Plan) -> Floats:
    """Return by what stops are sorted to build the first plan: early ones first, or else far ones."""
    return instance.windows[:, 0, 0] if field.windowed else -plan.nodes["remoteness"][: instance.nodes]


def _short_leg(i: Instance, field: Field) -> float:
    """Return what a leg to a close stop costs on average."""
    costs = []
    for u in range(i.depots, i.nodes):
        near = field.around[u, :_CLOSE].astype(np.int64)
        legs = [leg(i, 0, u, int(v)) for v in near]
        costs += [
            i.distance_cost.mean() * distance + i.duration_cost.mean() * time for distance, time in legs
        ]
    finite = [cost for cost in costs if np.isfinite(cost)]
    return float(np.mean(finite)) if finite else 1.0
