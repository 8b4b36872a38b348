"""OR-Tools as a link of a chain: its routing model and guided local search, from the incumbent on.

Source: Perron & Furnon, "OR-Tools", Google, https://developers.google.com/optimization; Voudouris & Tsang,
"Guided local search and its application to the traveling salesman problem", EJOR 113 (1999).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from routeopt.errors import ProblemError
from routeopt.problems.evaluation import Evaluator
from routeopt.problems.features import FEATURES
from routeopt.problems.instance import Instance, Routes
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.extra import require_ortools
from routeopt.solvers.vrp.beginning import refuse_unsupported
from routeopt.solvers.waiting import HEARTBEAT

if TYPE_CHECKING:
    from routeopt.solvers.vrp.ortools.refine import Refinement

_METAHEURISTICS = ("guided", "annealing", "tabu", "descent")
_MOST_STOPS = 1500  # stating and closing a larger model keeps everyone waiting for seconds
_JUDGING = 0.1  # share of the time, at most, that goes into recomputing what is found on the way


@dataclass(frozen=True)
class ORTools:
    """Improve routes with the routing library of OR-Tools.

    An iteration is a solution that OR-Tools accepts, or a long search for one in vain. Beyond 1 500 stops
    only the start comes back.

    Parameters
    ----------
    metaheuristic : {"guided", "annealing", "tabu", "descent"}
        How the search gets out of local optima; the last does not and ends in the first.

    Raises
    ------
    RouteoptError
        OR-Tools is not installed.
    ProblemError
        A parameter is not what it may be.
    """

    metaheuristic: str = "guided"

    supports: ClassVar[frozenset[str]] = frozenset(FEATURES) - {"reloads", "fixed_edges"}

    def __post_init__(self) -> None:
        require_ortools("ortools")
        if self.metaheuristic not in _METAHEURISTICS:
            raise ProblemError(
                f"ortools.metaheuristic '{self.metaheuristic}' is not known; use one of {', '.join(_METAHEURISTICS)}"
            )

    def __call__(
        self,
        instance: Instance,
        start: Routes | None,
        *,
        stop: StopSignal,
        rng: np.random.Generator,  # noqa: ARG002
        threads: int,  # noqa: ARG002
    ) -> Iterator[Incumbent]:
        """Yield the start if it is feasible, then ever better answers and heartbeats.

        Raises
        ------
        UnsupportedError
            The instance uses an attribute that is not in `supports`.
        """
        refuse_unsupported(instance, self.supports, "ortools")
        judge = _Judge(instance, stop)
        sound = start is not None and judge.take(start)
        if not sound:
            judge.take(Routes.from_lists([]))  # where everything may be left out, this is a plan
        yield judge.incumbent(0)
        if not 0 < instance.stops <= _MOST_STOPS or stop.reached(0):
            return
        from routeopt.solvers.vrp.ortools.refine import Refinement

        search = Refinement(instance, start if sound else None, judge.missing == 0, stop)
        pool = ThreadPoolExecutor(1)
        future = pool.submit(search.run, self.metaheuristic)
        pool.shutdown(wait=False)
        try:
            yield from _watch(future, search, judge)
        finally:
            search.abandoned = True
            wait([future])


def _watch(future: Future[None], search: Refinement, judge: _Judge) -> Iterator[Incumbent]:
    """Yield what the search has found whenever it is worth a look, and a heartbeat in between."""
    seen: Routes | None = None
    began, pause = time.perf_counter(), 0.0
    while wait([future], HEARTBEAT).not_done:
        now = time.perf_counter()
        latest = search.latest
        if latest is not None and latest is not seen and now - began >= pause:
            seen, began = latest, now
            judge.take(latest)
            pause = (time.perf_counter() - began) / _JUDGING
        yield judge.incumbent(search.iterations)
    future.result()
    if search.latest is not None and search.latest is not seen:
        judge.take(search.latest)
    yield judge.incumbent(search.iterations)


class _Judge:
    """Recomputes plans and keeps the best: fewest mandatory stops missing, then the lowest cost."""

    def __init__(self, instance: Instance, stop: StopSignal) -> None:
        self.missing = instance.stops
        self._evaluator, self._stop = Evaluator(instance), stop
        self._cost = np.inf
        self._routes: Routes | None = None

    def take(self, routes: Routes) -> bool:
        """Keep the routes if they are better; return whether they break nothing."""
        instance = self._evaluator.instance
        found = self._evaluator.evaluate(routes)
        if found.violations:
            return False
        cost = (found.cost + instance.vehicle_weight * routes.size) / instance.scale
        if self._routes is None or (len(found.missing), cost) < (self.missing, self._cost):
            self.missing, self._cost, self._routes = len(found.missing), cost, routes
        return True

    def incumbent(self, iterations: int) -> Incumbent:
        """Return the best plan; one that is incomplete is infinitely dear."""
        objective = self._cost if self.missing == 0 and self._routes is not None else np.inf
        return Incumbent(self._stop.seconds(), iterations, objective, None, self._routes, "ortools")
