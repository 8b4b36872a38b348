"""The plan under annealing: rounds in which every part of it is worked on by a thread.

At the end of a round the parts' best are put together; where that beats the best plan so far it is kept.
Within a round threads only meet at its end, so the outcome after a number of iterations depends on the seed
and the number of parts alone.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Instance, Routes
from routeopt.solvers.vrp.guided import led, renumbered
from routeopt.solvers.vrp.ils.annealing import anneal
from routeopt.solvers.vrp.ils.habits import Habits
from routeopt.solvers.vrp.ils.layout import Desk, Ground, new_desk, new_plan
from routeopt.solvers.vrp.ils.parts import Part, deal
from routeopt.solvers.vrp.ils.setting import link_tour, list_stops, measure_near
from routeopt.solvers.vrp.plain import Plain, plain

_LATEST = 1 << 30  # iterations after which the stamps start again
_SPARE = 20  # empty routes beyond those of the start
_SHORT_LEGS = 5  # legs per stop whose mean is the unit of the temperature
_UNBOUNDED = 1 << 62  # iterations
_TRIAL = 1_000  # iterations from which the pace is known


class Site(NamedTuple):
    """An instance of the plain family as its plans see it; they share it."""

    case: Plain
    ground: Ground
    habits: Habits
    routes: int  # of a plan, at most
    unit: float  # of the temperature


def survey(
    instance: Instance, start: Routes, habits: Habits, near: int, likely: NDArray[np.int32] | None = None
) -> Site:
    """Measure the legs of an instance, and those from each stop to so many neighbours.

    Where a guide says which are `likely`, these are the neighbours that the local search tries.
    """
    case = plain(instance)
    routes = min(start.size + _SPARE, case.vehicles)
    legs = case.matrix(routes) if case.dense else case.places(routes)
    known = case.near(near)
    if likely is not None:
        known = led(known, renumbered(likely, case.nodes, instance.depots), habits.searched)
    known = np.concatenate([np.zeros((1, known.shape[1]), np.int32), known])
    tried, searched = min(habits.tried, known.shape[1]), min(habits.searched, known.shape[1])
    near_legs = np.zeros((case.stops + 1, max(tried, searched)), np.int32)
    measure_near(legs, known, near_legs)
    unit = max(1.0, float(near_legs[1:, :_SHORT_LEGS].mean())) if near_legs.size else 1.0
    ground = Ground(legs, known, near_legs, case.stops, case.capacity)
    return Site(case, ground, habits._replace(tried=tried, searched=searched), routes, unit)


class Engine:
    """A plan, and the threads that work on it.

    Parameters
    ----------
    site : Site
    start : Routes
        Complete and feasible.
    threads : int
    part : int
        Stops of a part, at most.
    rng : numpy.random.Generator
    """

    def __init__(self, site: Site, start: Routes, threads: int, part: int, rng: np.random.Generator) -> None:
        self._case, self._ground, self._habits, routes, self.unit = site
        case = self._case
        self._plan = new_plan(case.demand, routes)
        cost = link_tour(self._plan, self._ground.legs, case.tour(start), start.offsets)
        self._best = self._plan.nodes["next"].copy()
        self.cost = self.best_cost = int(cost)  #: of the plan under annealing, and of the best so far
        self._parts = max(threads, -(-case.stops // part))
        self._rng = rng
        self._desks = [new_desk(case.stops, routes, rng) for _ in range(threads)]
        self._pool = ThreadPoolExecutor(threads)
        self._halt = np.zeros(1, np.uint8)
        self._working: list[Future[list[tuple[int, int, int]]]] = []
        self._began = 0.0
        self._pace = 0.0  # iterations per second and thread in the last round
        self.iterations = 0

    @property
    def stops(self) -> int:
        """Number of stops."""
        return self._case.stops

    @property
    def parts(self) -> int:
        """Parts of a round."""
        return self._parts

    @property
    def parts_each(self) -> int:
        """Parts that a thread works on in a round, one after the other."""
        return -(-self._parts // len(self._desks))

    def begin_round(
        self, temperature: float, seconds: float, iterations: float, flag: NDArray[np.uint8]
    ) -> None:
        """Deal the parts and set the threads to work on them.

        Every part gets its share of so many iterations; where these are inf, of what can be done in so many
        seconds.
        """
        self._plan.best[:] = self._plan.nodes["next"]
        parts = deal(self._plan, self._case.x, self._case.y, self._parts, self._rng)
        if np.isfinite(iterations):
            each = max(1, round(iterations / len(parts)))
        elif self.parts_each == 1:
            each = _UNBOUNDED  # until the round is over
        else:
            each = int(max(_TRIAL, self._pace * seconds / self.parts_each))
        self._restamp()
        self._halt[0] = 0
        self._began = time.perf_counter()
        share = len(self._desks)
        self._working = [
            self._pool.submit(self._work, desk, parts[i::share], self.unit * temperature, each, flag)
            for i, desk in enumerate(self._desks)
        ]

    def _work(
        self, desk: Desk, parts: list[Part], temperature: float, each: int, flag: NDArray[np.uint8]
    ) -> list[tuple[int, int, int]]:
        """Work on some parts; return the iterations, the change of cost and that of the best cost for each."""
        now, results = desk.now[0], []
        for part in parts:
            now["part"], now["used"] = part.number, part.used
            done = anneal(
                self._ground, self._plan, desk, self._habits, part.stops, part.routes, temperature, each,
                flag, self._halt,
            )  # fmt: skip
            results.append((int(done), int(now["cost"]), int(now["best"])))
        return results

    def end_round(self, seconds: float, over: bool) -> bool:
        """Wait for the threads, up to so many seconds; return whether they are done.

        Where the round is `over` they are told so, and waited for. Then the parts are put together.
        """
        if not self._working:
            return True
        if over:
            self._halt[0] = 1
        if wait(self._working, None if over else seconds).not_done:
            return False
        results = [result for worker in self._working for result in worker.result()]
        done, more, best = (sum(column) for column in zip(*results, strict=True))
        spent = time.perf_counter() - self._began
        self._pace = done / max(spent, 1e-9) / len(self._desks)
        self.iterations += done
        if self.cost + best < self.best_cost:
            self.best_cost = self.cost + best
            self._best[:] = self._plan.best
        self.cost += more
        self._working = []
        return True

    def return_to_best(self) -> None:
        """Go on from the best plan so far."""
        tour, offsets = self._listed()
        self.cost = int(link_tour(self._plan, self._ground.legs, tour, offsets))

    def take_over(self, other: Engine) -> None:
        """Go on from the best plan of another engine of this site."""
        self._best[:] = other._best
        self.best_cost = other.best_cost
        self.return_to_best()

    def best(self) -> Routes:
        """Return the best plan in the instance's nodes."""
        tour, offsets = self._listed()
        return self._case.routes(tour, np.unique(offsets))

    def objective(self, routes: Routes) -> float:
        """Return the cost of a plan in the user's units, recomputed in float64."""
        return self._case.objective(routes)

    def close(self) -> None:
        """Let the threads end."""
        self._halt[0] = 1
        self._pool.shutdown()

    def _listed(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        tour = np.empty(self._case.stops, np.int32)
        offsets = np.empty(len(self._plan.routes) + 1, np.int64)
        list_stops(self._best, self._case.stops, tour, offsets)
        return tour, offsets

    def _restamp(self) -> None:
        """Let all threads count on from a number that no record carries yet."""
        latest = max(int(desk.now[0]["iteration"]) for desk in self._desks)
        if latest > _LATEST:
            latest = 0
            self._plan.nodes["stamp"] = self._plan.routes["stamp"] = self._plan.routes["ruined"] = 0
        for desk in self._desks:
            desk.now["iteration"] = latest
