"""One search of OR-Tools in a thread of its own.

OR-Tools holds the interpreter's lock while it works, and looks at a limit that is a Python function many
thousand times a second: there others get their turn, the flag is read, and the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ortools.constraint_solver import pywrapcp
from ortools.constraint_solver.routing_enums_pb2 import FirstSolutionStrategy, LocalSearchMetaheuristic

from routeopt.problems.instance import Routes
from routeopt.problems.search import StopSignal
from routeopt.solvers.vrp.ortools.ground import new_ground
from routeopt.solvers.vrp.ortools.model import Model, new_model

METAHEURISTICS = {
    "guided": LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH,
    "annealing": LocalSearchMetaheuristic.SIMULATED_ANNEALING,
    "tabu": LocalSearchMetaheuristic.TABU_SEARCH,
    "descent": LocalSearchMetaheuristic.GREEDY_DESCENT,
}

_FOR_EVER = 10**8  # seconds
_IN_VAIN = (
    200  # looks at the limit per stop, without a solution, that count as an iteration: a search must end
)


class Refinement:
    """A search that notes the best plan it has seen, for another thread to take.

    Parameters
    ----------
    instance : Instance
    start : Routes, optional
        A plan without violations.
    complete : bool
        Whether it serves every mandatory stop.
    stop : StopSignal
    """

    def __init__(self, instance: Any, start: Routes | None, complete: bool, stop: StopSignal) -> None:
        self.iterations = 0
        self.latest: Routes | None = None  # the best solution seen
        self.abandoned = False  # nobody waits for it any more
        self._instance, self._start, self._complete = instance, start, complete
        self._stop = stop
        self._cost = float("inf")
        self._looks = 0  # since the last iteration
        self._patience = _IN_VAIN * instance.stops

    def run(self, metaheuristic: str) -> None:
        """State the model and search until it is time to stop, or nothing is left to try."""
        ground = new_ground(self._instance, self._start, self._complete)
        if not len(ground.stops) or not len(ground.kinds) or self._over():
            return
        model = new_model(ground)
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        parameters.local_search_metaheuristic = METAHEURISTICS[metaheuristic]
        parameters.first_solution_strategy = FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
        parameters.time_limit.FromSeconds(_FOR_EVER)  # the limit below knows better
        model.routing.AddSearchMonitor(model.routing.solver().CustomLimit(self._over))
        model.routing.AddAtSolutionCallback(self._note(model))
        model.routing.CloseModelWithParameters(parameters)
        start = model.assignment(self._start) if self._start is not None else None
        if self._over():
            return
        if start is not None:
            model.routing.SolveFromAssignmentWithParameters(start, parameters)
        else:
            model.routing.SolveWithParameters(parameters)

    def _over(self) -> bool:
        stop = self._stop
        self._looks += 1
        if self._looks >= self._patience:
            self.iterations, self._looks = self.iterations + 1, 0
        return bool(
            self.abandoned
            or stop.flag[0]
            or self.iterations >= stop.iterations
            or time.perf_counter() >= stop.deadline
        )

    def _note(self, model: Model) -> Callable[[], None]:
        def note() -> None:
            if self.iterations < self._stop.iterations:
                self.iterations, self._looks = self.iterations + 1, 0
                cost = model.routing.CostVar().Min()
                if cost < self._cost:
                    self._cost = cost
                    self.latest = model.routes()

        return note
