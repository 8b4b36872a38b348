"""A search in a thread of its own: pages look at it, and may stop it, while it goes on."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from math import inf

import routeopt as ro
from mapapp import kernels
from mapapp.errors import messages
from routeopt.problems.instance import Routes
from routeopt.problems.solution import Solution
from routeopt.problems.vrp import VRP
from routeopt.solving.chain import Link

#: searches of all sessions that run at once; the others wait for their turn
_TURNS = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))
#: of a search that is made for its kernels alone: iterations so that every link has some, and at most seconds
TRIAL, MOMENT = 50, 5.0


def tried(problem: VRP, solver: str) -> Solution:
    """Run each link of a chain for a moment; a limit of time alone would leave links out where loading takes long."""
    return ro.solve(problem, MOMENT, solver=solver, stop=ro.MaxIterations(TRIAL))


class Job:
    """One search for one session.

    Parameters
    ----------
    problem : VRP
    seconds : float
        Time limit of the search.
    solver : str
        A chain such as ``"auto"`` or ``"savings,hgs"``.
    seed : int
    start : Routes, optional
        A plan to begin with.
    """

    def __init__(
        self,
        problem: VRP,
        seconds: float,
        *,
        solver: str = "auto",
        seed: int = 1,
        start: Routes | None = None,
    ) -> None:
        self.problem, self.seconds, self.solver, self.seed, self.start = problem, seconds, solver, seed, start
        self.state = "waiting"  # then "compiling" where that is needed, "preparing", "searching", "done"
        self.searched = 0.0  # seconds
        self.iterations = 0
        self.objective = inf
        self.routes: Routes | None = None  # the best so far
        self.solution: Solution | None = None  # at the end
        self.complaints: list[str] = []
        self._begun = time.monotonic()
        self._stopped = threading.Event()
        self.thread = threading.Thread(target=self._work, name="map app search", daemon=True)
        self.thread.start()

    @property
    def done(self) -> bool:
        """Whether it has ended, with a solution or with complaints."""
        return self.state == "done"

    @property
    def waited(self) -> float:
        """Seconds since it was asked for."""
        return time.monotonic() - self._begun

    def stop(self) -> None:
        """Ask it to end with the best plan so far."""
        self._stopped.set()

    def wait(self, seconds: float) -> bool:
        """Wait for its end for so long at most; return whether it has come."""
        self.thread.join(seconds)
        return self.done

    def _work(self) -> None:
        try:
            while not _TURNS.acquire(timeout=0.1):
                if self._stopped.is_set():
                    return
            try:
                self.state = "preparing"
                self._search()
            finally:
                _TURNS.release()
        except Exception as error:
            self.complaints = messages(error)
        finally:
            self.state = "done"

    def _search(self) -> None:
        run = ro.search(self.problem, self.seconds, solver=self.solver, seed=self.seed, start=self.start)
        self._compile(run.chain)
        if self._stopped.is_set():
            return
        self.state = "preparing"
        incumbents = iter(run)
        for incumbent in incumbents:
            if incumbent.iterations > 0:
                self.state = "searching"
            self.searched, self.iterations = incumbent.seconds, incumbent.iterations
            if incumbent.objective < self.objective:
                self.objective, self.routes = incumbent.objective, incumbent.answer
            if self._stopped.is_set():
                break
        incumbents.close()  # a stopped solver hands over what it has
        self.solution = run.solution()

    def _compile(self, chain: Sequence[Link]) -> None:
        """Wait until the kernels of a chain are compiled, which a machine does once; a first plan is shown early."""
        names = ",".join(link.name for link in chain)
        if kernels.known(names):
            return
        self.state = "compiling"
        if len(chain) > 1 and chain[0].constructs:
            first = chain[0].name
            kernels.prepare(first, self._stopped.is_set, tried, self.problem, first)
            if not self._stopped.is_set():
                self.routes = ro.solve(self.problem, MOMENT, solver=first, seed=self.seed).routes
        kernels.prepare(names, self._stopped.is_set, tried, self.problem, self.solver)
