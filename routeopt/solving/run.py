"""One search: the links of a chain in turn, the best plan kept, every claim recomputed.

Stops that no vehicle can serve are set aside before the search, and come back in the solution with
their reason.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Iterator
from dataclasses import asdict, is_dataclass, replace
from functools import partial
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routeopt.errors import ProblemError
from routeopt.problems.evaluation import Evaluator
from routeopt.problems.instance import Instance, Integers, Routes
from routeopt.problems.reasons import servable
from routeopt.problems.search import Incumbent, MaxSeconds, StoppingCriterion, StopSignal
from routeopt.problems.solution import Solution
from routeopt.problems.vrp import VRP
from routeopt.solvers.vrp.route_pool import RoutePool
from routeopt.solving.chain import Chain, Link, complete, parse_chain
from routeopt.solving.guides import GuideChoice, guide_for
from routeopt.solving.worker import POLL, Worker, incumbents

log = logging.getLogger(__name__)

SECONDS = 10.0  # time limit where nothing else is said
CONSTRUCTION_SHARE = 0.1  # of the time, for all constructors together
PATIENCE = 1.5  # seconds of silent preparation before it is said that kernels are compiled


class Search:
    """A search under way: iterate over it, then ask for its :meth:`solution`."""

    def __init__(
        self,
        problem: VRP,
        seconds: float | None,
        *,
        solver: Chain,
        seed: int,
        threads: int,
        start: Solution | Routes | None,
        stop: StoppingCriterion | None,
        guide: GuideChoice = None,
    ) -> None:
        self.limit = (SECONDS if stop is None else inf) if seconds is None else seconds
        if not self.limit >= 0:
            raise ProblemError(f"seconds must be 0 or more, not {seconds}")
        if threads < 1:
            raise ProblemError(f"threads must be 1 or more, not {threads}")
        self.problem = problem
        self.criterion = MaxSeconds(self.limit) if stop is None else MaxSeconds(self.limit) | stop
        self.seed, self.threads = seed, threads
        self.interrupted = False
        self.seconds = 0.0
        self.iterations = 0
        self.bound: float | None = None
        self.trace: list[tuple[float, float]] = []
        self._used: list[Link] = []  # links that ran
        self._pool: RoutePool | None = None  # of the answers seen, if a link asks for it
        self._guide = guide_for(guide)
        self._likely: NDArray[np.int32] | None = None  # what the guide says, once it is asked
        self._starts: list[Routes] = []  # complete plans of constructors
        self._evaluator = Evaluator(problem.instance())
        self._nodes = np.flatnonzero(servable(problem.instance()))
        self._routes = _given(problem, start)
        self._rank = self._worth(self._routes)
        self.chain = complete(
            parse_chain(solver), problem.instance(), problem.features, started=not any(self._rank[:2])
        )
        self._objective = self._rank[2] if not any(self._rank[:2]) else inf

    def __iter__(self) -> Generator[Incumbent]:
        """Yield incumbents: each improvement as it is found, and heartbeats in between."""
        instance = self.problem.instance()
        reduced = instance if len(self._nodes) == instance.nodes else instance.restrict(self._nodes)
        if reduced.stops == 0:
            return
        if any(link.wants_pool for link in self.chain):
            self._pool = RoutePool(reduced)
        if self._guide is not None and any(link.wants_guide for link in self.chain):
            self._guide(_tiny(reduced))  # loads weights and compiles, which is not searching
        clock = time.perf_counter()
        if self._objective < inf:
            yield self._incumbent(0.0, "start")
        for number, link in enumerate(self.chain):
            left = self._left(link, time.perf_counter() - clock)
            if left == 0 and not (
                link.begins and any(self._rank[:2])
            ):  # a plan comes first, whatever the limit
                continue
            began = time.perf_counter()
            if left > 0:
                self._prepare(link, reduced)
            clock += time.perf_counter() - began  # compiling is not searching
            signal = self._signal(number, time.perf_counter() - clock)
            self._used.append(link)
            yield from self._run(number, link, reduced, signal, clock)
            self.seconds = time.perf_counter() - clock
            last = self._incumbent(self.seconds, link.name)
            yield last
            if self.criterion(last):
                return

    def solution(self) -> Solution:
        """Return the best plan so far, recomputed from the problem."""
        return Solution(
            self.problem,
            self._routes,
            seconds=self.seconds,
            iterations=self.iterations,
            solver=",".join(link.name for link in self._used),
            parameters={link.name: _parameters(link.solver) for link in self._used},
            seed=self.seed,
            threads=self.threads,
            trace=self.trace,
            bound=self.bound,
        )

    def _run(
        self, number: int, link: Link, instance: Instance, signal: StopSignal, clock: float
    ) -> Iterator[Incumbent]:
        """Run one link; its last answer is taken if, recomputed, it is better than what was there."""
        rng = np.random.default_rng([self.seed, number])
        start = self._inward(self._routes)
        handed = replace(link, solver=partial(link.solver, **self._wanted(link, instance, start)))
        done, answer = self.iterations, None
        try:
            for found in incumbents(
                handed, (instance, start if start.size else None), signal, rng, self.threads
            ):
                self.seconds = time.perf_counter() - clock
                if not link.constructs:
                    self.iterations = done + found.iterations
                self.bound = found.bound
                if found.answer is not None and found.answer is not answer:
                    answer = found.answer
                    if self._pool is not None:
                        self._pool.add(answer)
                    if link.constructs and len(answer.visits) == instance.stops:
                        self._starts.append(answer)
                incumbent = self._incumbent(self.seconds, link.name)
                if found.answer is not None and found.objective < self._objective:
                    self._objective = found.objective
                    self.trace.append((self.seconds, found.objective))
                    incumbent = incumbent._replace(
                        objective=found.objective, answer=self._outward(found.answer)
                    )
                yield incumbent
                if not link.constructs and self.criterion(incumbent):  # a constructor only has its deadline
                    signal.set()
        finally:
            if answer is not None:
                self._take(self._outward(answer), link.name)

    def _wanted(self, link: Link, instance: Instance, start: Routes) -> dict[str, Any]:
        """Return what a link asks for beside the instance and the start."""
        wanted: dict[str, Any] = {}
        if link.wants_pool:
            wanted["pool"] = self._pool
        if link.wants_starts:
            wanted["starts"] = [plan for plan in self._starts if not _same(plan, start)]
        if link.wants_guide and self._guide is not None:
            if self._likely is None:
                self._likely = self._guide(instance)
            wanted["guide"] = self._likely
        return wanted

    def _take(self, routes: Routes, name: str) -> None:
        """Keep the routes if they are better; a claim that does not hold is an error of the solver."""
        rank = self._worth(routes)
        if rank[0]:
            log.error("solver '%s' returned a plan that violates the problem; it is not used", name)
        if rank < self._rank:
            self._rank, self._routes = rank, routes
        self._objective = self._rank[2] if not any(self._rank[:2]) else inf

    def _worth(self, routes: Routes) -> tuple[bool, int, float]:
        """Return what plans are compared by: violations, missing stops that could be served, objective."""
        instance = self.problem.instance()
        found = self._evaluator.evaluate(routes)
        missing = len(np.intersect1d(found.missing, self._nodes))
        objective = (found.cost + instance.vehicle_weight * routes.size) / instance.scale
        return bool(found.violations), missing, objective

    def _incumbent(self, seconds: float, source: str) -> Incumbent:
        return Incumbent(seconds, self.iterations, self._objective, self.bound, self._routes, source)

    @property
    def _constructed(self) -> bool:
        """Whether a constructor has run."""
        return any(link.constructs for link in self._used)

    def _left(self, link: Link, elapsed: float) -> float:
        """Return the seconds left for a link: none for an improver without iterations, or a needless plan.

        The first constructor is not cut short by a limit of zero: a plan comes first. Another one only
        runs while stops are missing.
        """
        left = max(0.0, self.limit - elapsed)
        if link.constructs:
            return 0.0 if self._constructed and not any(self._rank[:2]) else left or inf
        return left if self.criterion.iterations > self.iterations else 0.0

    def _signal(self, number: int, elapsed: float) -> StopSignal:
        """Return the clock of a link."""
        link = self.chain[number]
        left = self._left(link, elapsed)
        if link.constructs:
            others = sum(other.constructs for other in self.chain)
            share = CONSTRUCTION_SHARE * self.limit / others if self._constructed else inf
            return StopSignal(min(left, share))
        part = link.share / sum(other.share for other in self.chain[number:] if not other.constructs)
        iterations = self.criterion.iterations - self.iterations
        return StopSignal(left * part, iterations if iterations == inf else round(iterations * part))

    def _prepare(self, link: Link, instance: Instance) -> None:
        """Load or compile the kernels of a link on a tiny part of the problem and of the present plan."""
        tiny = _tiny(instance)
        known = np.arange(tiny.nodes - link.constructs)  # a constructor should have something to add
        start = renumbered(self._inward(self._routes), known, instance.nodes)
        arguments = (tiny, start if start.size else None)
        began, told = time.perf_counter(), False
        worker = Worker(link, arguments, StopSignal(iterations=1), np.random.default_rng(self.seed), 1)
        while not worker.done(POLL):
            if not told and time.perf_counter() - began > PATIENCE:
                log.info("compiling the search kernels; this happens once and takes about half a minute")
                told = True
        if told:
            log.info("compiled in %.1f s", time.perf_counter() - began)

    def _inward(self, routes: Routes) -> Routes:
        """Return the routes in the numbering of the servable part; nodes outside it are dropped."""
        return renumbered(routes, self._nodes, self.problem.instance().nodes)

    def _outward(self, routes: Routes) -> Routes:
        return routes._replace(visits=self._nodes[routes.visits])


def _same(plan: Routes, other: Routes) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(plan, other, strict=True))


def _tiny(instance: Instance) -> Instance:
    """Return the problem of a few of the stops."""
    return instance.restrict(np.arange(min(instance.nodes, instance.depots + 6)))


def renumbered(routes: Routes, nodes: Integers, among: int) -> Routes:
    """Return the routes in a numbering where ``nodes[i]``, of so many, is node ``i``; others are dropped."""
    number = np.full(among, -1)
    number[nodes] = np.arange(len(nodes))
    lists = [[int(number[i]) for i in route if number[i] >= 0] for route in routes.lists()]
    return Routes.from_lists(lists, routes.vehicle.tolist())


def _parameters(solver: object) -> dict[str, Any]:
    return asdict(solver) if is_dataclass(solver) and not isinstance(solver, type) else {}


def _given(problem: VRP, start: Solution | Routes | None) -> Routes:
    if start is None:
        return Routes.from_lists([])
    return Solution(problem, start).routes if isinstance(start, Routes) else start.routes
