"""Regret insertion: the general constructor, for every attribute but reloads and fixed edges.

Routes are filled one after the other first, each time with the request that fits best for its distance. As
many routes are then begun with requests far from one another, and filled all at once in the order of regret:
how much dearer a request's next best routes are than its best (Potvin & Rousseau 1993; Ropke & Pisinger
2006). The better of both counts, after every request has been reconsidered. Where requests find no place,
they come first in another attempt (Joslin & Clements 1999).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import ClassVar

import numpy as np

from routeopt.problems.features import FEATURES
from routeopt.problems.instance import Instance, Routes
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.vrp.candidates import (
    ALONE,
    FIRST,
    NEW,
    OPENER,
    OUTSIDE,
    PRIORITY,
    SIZE,
    Waiting,
    advance,
    requests,
)
from routeopt.solvers.vrp.insertion import KIND, ROUTE, Plan, empty_plan, load, routes_of
from routeopt.solvers.vrp.reinsertion import abandon, retype, settle
from routeopt.solvers.vrp.stretches import Task, prepare

PORTION = 0.02  # seconds that a call of a kernel should take, so that heartbeats and stops are not late
STEPS = 8  # in the first portion
ATTEMPTS = 8  # more of them where requests find no place
SEEDED = 0.9  # routes begun with a request each, of those that the first attempt needed
WORTHWHILE = 1e-3  # of its cost a plan must gain for all requests to be reconsidered again


@dataclass(frozen=True)
class Regret:
    """Regret insertion.

    Parameters
    ----------
    depth : int
        How many of a request's next best routes count for its regret.
    """

    depth: int = 3
    supports: ClassVar[frozenset[str]] = frozenset(FEATURES) - {"reloads", "fixed_edges"}
    constructs: ClassVar[bool] = True

    def __call__(
        self,
        instance: Instance,
        start: Routes | None,
        *,
        stop: StopSignal,
        rng: np.random.Generator,  # noqa: ARG002
        threads: int,  # noqa: ARG002
    ) -> Iterator[Incumbent]:
        """Yield the best plan after each attempt; an incomplete one has an infinite objective."""
        builder = _Builder(instance, stop)
        yield from builder.attempt(start, 0 if start is None else self.depth, 0)
        if start is None and not builder.ended():
            yield from builder.attempt(None, self.depth, round(SEEDED * builder.best.answer.size))
        for more in range(1, ATTEMPTS + 1):
            if not builder.missing or builder.ended():
                break
            builder.waiting.value[builder.unserved, PRIORITY] += 1
            yield from builder.attempt(None, self.depth, (builder.best.answer.size + more) * (more % 2))


class _Builder:
    """Makes plans and keeps the best."""

    def __init__(self, instance: Instance, stop: StopSignal) -> None:
        self.instance, self.stop = instance, stop
        self.task: Task = prepare(instance)
        self.waiting: Waiting = requests(instance)
        self.best = Incumbent(0.0, 1, np.inf, None, Routes.from_lists([]), "regret")
        self.missing, self.cost = len(self.waiting.queue) + 1, np.inf  # of the best plan
        self.unserved = np.arange(0)  # mandatory requests that the last plan left out
        advance(self.task, empty_plan(self.instance), self.waiting, 0, 0, 0, stop.flag)
        value, opener = self.waiting.value, self.waiting.marks[:, OPENER]
        value[:, ALONE] = np.where(
            np.isfinite(value[:, NEW]), value[:, NEW] + self.waiting.worth[opener], 0.0
        )

    def ended(self) -> bool:
        """Return whether time is over."""
        return bool(self.stop.flag[0]) or self.stop.seconds_left() <= 0

    def heartbeat(self) -> Incumbent:
        """Return the best plan so far."""
        return self.best._replace(seconds=self.stop.seconds())

    def attempt(self, start: Routes | None, depth: int, seeds: int) -> Iterator[Incumbent]:
        """Make a plan, from the routes of another where given, and yield the best so far."""
        plan = empty_plan(self.instance)
        if start is not None:
            load(self.task, plan, start.visits, start.offsets, start.vehicle)
        waiting = self.waiting
        left = np.flatnonzero(~self._served(plan))
        waiting.queue[: len(left)], waiting.count[0] = left, len(left)
        waiting.marks[:, SIZE] = -1
        count, steps = 1, STEPS
        while count:
            began = perf_counter()
            count = advance(self.task, plan, waiting, depth, seeds, steps, self.stop.flag)
            steps = _paced(steps, perf_counter() - began)
            if not self.ended():
                yield self.heartbeat()
            elif np.isfinite(self.cost):
                return
            else:  # nobody is left out for lack of time
                count = advance(self.task, plan, waiting, -1, 0, len(left), np.zeros(1, np.uint8))
        yield from self._improve(plan)
        self._keep(plan)
        yield self.heartbeat()

    def _improve(self, plan: Plan) -> Iterator[Incumbent]:
        """Reconsider all requests, and the vehicles, until that is no longer worth it."""
        gained, steps = np.inf, STEPS
        while gained > WORTHWHILE * plan.cost.sum():
            gained, begin = 0.0, 0
            while begin < len(self.waiting.queue):
                if self.ended():
                    return
                began = perf_counter()
                gained += settle(self.task, plan, self.waiting, begin, begin + steps, self.stop.flag)
                begin, steps = begin + steps, _paced(steps, perf_counter() - began)
                yield self.heartbeat()
            if len(self.task.vehicles) > 1:
                gained += retype(self.task, plan)
            if (self.waiting.value[:, OUTSIDE] <= 0).any():
                gained += abandon(self.task, plan, self.waiting)

    def _keep(self, plan: Plan) -> None:
        """Compare a plan with the best one."""
        data, value, worth = self.instance, self.waiting.value, self.waiting.worth
        served = self._served(plan)
        mandatory = value[:, OUTSIDE] > 0
        self.unserved = np.flatnonzero(mandatory & ~served)
        used = plan.routes[:, KIND] >= 0
        kinds = plan.routes[used, KIND]
        first, stops = self.waiting.bounds[:, FIRST], self.waiting.stops
        highest = np.maximum.reduceat(worth[stops], first)
        brought = np.maximum.reduceat(np.where(plan.links[stops, ROUTE] >= 0, worth[stops], 0.0), first)
        cost = plan.cost[used].sum() + data.fixed_cost[kinds].sum() + (highest - brought).sum()
        rank = len(self.unserved), cost + data.vehicle_weight * used.sum()
        if rank < (self.missing, self.cost):
            self.missing, self.cost = rank
            objective = np.inf if self.missing else float(self.cost / data.scale)
            self.best = self.best._replace(objective=objective, answer=routes_of(plan))

    def _served(self, plan: Plan) -> np.ndarray:
        """Return which requests a plan serves."""
        served = plan.links[self.waiting.stops, ROUTE] >= 0
        return np.logical_or.reduceat(served, self.waiting.bounds[:, FIRST])


def _paced(steps: int, seconds: float) -> int:
    """Return how many steps a kernel should take next, after it took so long for these."""
    return max(1, int(steps * min(2.0, PORTION / max(seconds, 1e-9))))
