"""One search for an admission: the links of a chain in turn, the best answer and the least bound kept."""

from __future__ import annotations

import time
from collections.abc import Generator
from functools import cache
from math import inf

import numpy as np

from routeopt import registry
from routeopt.errors import ProblemError
from routeopt.problems.admission import Admission
from routeopt.problems.flow_instance import FlowPaths, used
from routeopt.problems.flows import Flow, FlowAdmission
from routeopt.problems.network import Network
from routeopt.problems.search import Incumbent, MaxSeconds, StoppingCriterion, StopSignal
from routeopt.solvers.flows.known import surveyed
from routeopt.solving.chain import Chain, parse_chain
from routeopt.solving.worker import incumbents

# What "auto" means; docs/flows.md has the measurements. Few flows may be proved to be best.
AUTO = ("greedy", "bound", "dive:0.35", "ruin:0.3", "lns")
AUTO_FEW = ("greedy", "bound", "dive:0.1", "ruin:0.3", "exact:0.3", "lns")
_FEW = 300  # flows
SECONDS = 10.0  # time limit where nothing else is said


class FlowSearch:
    """A search under way: iterate over it, then ask for its :meth:`admission`."""

    def __init__(
        self,
        problem: FlowAdmission,
        seconds: float | None,
        *,
        solver: Chain,
        seed: int,
        threads: int,
        start: Admission | FlowPaths | None,
        stop: StoppingCriterion | None,
    ) -> None:
        self.limit = (SECONDS if stop is None else inf) if seconds is None else seconds
        if not self.limit >= 0:
            raise ProblemError(f"seconds must be 0 or more, not {seconds}")
        if threads < 1:
            raise ProblemError(f"threads must be 1 or more, not {threads}")
        self.problem, self.seed, self.threads = problem, seed, threads
        self.criterion = MaxSeconds(self.limit) if stop is None else MaxSeconds(self.limit) | stop
        auto = AUTO_FEW if len(problem.flows) <= _FEW else AUTO
        self.chain = parse_chain(list(auto) if solver == "auto" else solver, registry.flow_solver)
        self.instance = problem.instance()
        self.interrupted = False
        self.seconds, self.iterations = 0.0, 0
        self.bound: float | None = None
        self.trace: list[tuple[float, float, float | None]] = []
        self._names: list[str] = []
        self._paths = _given(problem, start)
        self._worth = self._rank(self._paths)

    def __iter__(self) -> Generator[Incumbent]:
        """Yield incumbents: each improvement and each better bound as it is found, and heartbeats in between."""
        if not self.instance.flows:
            return
        for link in self.chain:
            _compiled(link.name) if link.name in registry.FLOW_SOLVERS else None
        clock = time.perf_counter()
        for number, link in enumerate(self.chain):
            left = self.limit - (time.perf_counter() - clock)
            first = not len(self._paths.arcs) and link.constructs  # an answer comes first, whatever the limit
            if left <= 0 and not first:
                continue
            self._names.append(link.name)
            signal = StopSignal(inf if first else self._seconds(number, left), self.criterion.iterations)
            rng = np.random.default_rng([self.seed, number])
            done, base = self.iterations, time.perf_counter() - clock
            for found in incumbents(link, (self.instance, self._paths), signal, rng, self.threads):
                self.seconds = base + found.seconds
                self.iterations = done + found.iterations
                self._take(found)
                latest = self._incumbent(link.name)
                yield latest
                if self._over(latest):
                    signal.set()
            self.seconds = time.perf_counter() - clock
            if self._over(self._incumbent(link.name)) or self.admission().status == "optimal":
                return

    def admission(self) -> Admission:
        """Return the best answer so far, recomputed from the problem."""
        return Admission(
            self.problem,
            self._paths,
            bound=self.bound,
            seconds=self.seconds,
            solver=",".join(self._names),
            trace=self.trace,
        )

    def _over(self, latest: Incumbent) -> bool:
        """Return whether to stop: criteria take the lower for the better, so they see what is worth less than 0."""
        return self.criterion(latest._replace(objective=-latest.objective))

    def _seconds(self, number: int, left: float) -> float:
        """Return the time of a link: what is left for those that construct, else by shares among the improvers."""
        if self.chain[number].constructs:
            return left
        shares = [link.share for link in self.chain[number:] if not link.constructs]
        return left * shares[0] / sum(shares)

    def _take(self, found: Incumbent) -> None:
        bound = self.bound if found.bound is None else min(found.bound, self.bound or inf)
        better = False
        if found.answer is not None and found.objective >= self._worth[0]:
            rank = self._rank(found.answer)
            better = rank > self._worth
            if better:
                self._paths, self._worth = found.answer, rank
        if better or bound != self.bound:
            self.bound = bound
            self.trace.append((self.seconds, float(self._worth[0]), bound))

    def _rank(self, paths: FlowPaths) -> tuple[int, int]:
        """Return what paths are worth, and less what they take of capacities: the greater, the better."""
        return int(self.instance.weight[paths.admitted()].sum()), -int(used(self.instance, paths).sum())

    def _incumbent(self, source: str) -> Incumbent:
        return Incumbent(self.seconds, self.iterations, self._worth[0], self.bound, self._paths, source)


def _given(problem: FlowAdmission, start: Admission | FlowPaths | None) -> FlowPaths:
    if start is None:
        return FlowPaths.from_lists([[]] * len(problem.flows))
    paths = start.routes if isinstance(start, Admission) else start
    if len(paths.first) != len(problem.flows) + 1:
        raise ProblemError(
            f"start: it has {len(paths.first) - 1} flows, the problem has {len(problem.flows)}"
        )
    broken = Admission(problem, paths).violations
    if broken:
        raise ProblemError([f"start: {sentence}" for sentence in broken])
    return paths


@cache
def _compiled(name: str) -> None:
    """Have the kernels of a built-in solver compiled, which is not searching."""
    network = Network.from_arcs([0, 1, 0], [1, 2, 2], size=3, arcs={"capacity": np.array([2, 2, 1])})
    instance = FlowAdmission(network, [Flow(0, 2, 1), Flow(0, 1, 2), Flow(0, 2, 2)]).instance()
    solver = registry.flow_solver(name)()
    for _ in solver(instance, None, stop=StopSignal(inf, 1), rng=np.random.default_rng(0), threads=1):
        pass
    surveyed(instance._replace(), 0.0, 0.0)  # as it is done in a hurry
