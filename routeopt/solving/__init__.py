"""Solving: a chain of constructors and improvers, run as one iterator of incumbents, for every kind of problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from routeopt.errors import ProblemError
from routeopt.problems.admission import Admission
from routeopt.problems.flow_instance import FlowPaths
from routeopt.problems.flows import FlowAdmission
from routeopt.problems.instance import Routes
from routeopt.problems.search import Incumbent, StoppingCriterion
from routeopt.problems.solution import Solution
from routeopt.problems.vrp import VRP
from routeopt.solving.chain import Chain, Link, parse_chain
from routeopt.solving.flows import FlowSearch
from routeopt.solving.guides import GuideChoice
from routeopt.solving.run import Search

__all__ = ["Chain", "FlowSearch", "Link", "Search", "parse_chain", "search", "solve"]


@overload
def solve(
    problem: VRP,
    seconds: float | None = None,
    *,
    solver: Chain = "auto",
    seed: int = 0,
    threads: int = 1,
    start: Solution | Routes | None = None,
    stop: StoppingCriterion | None = None,
    guide: GuideChoice = None,
    on_incumbent: Callable[[Incumbent], None] | None = None,
) -> Solution: ...


@overload
def solve(
    problem: FlowAdmission,
    seconds: float | None = None,
    *,
    solver: Chain = "auto",
    seed: int = 0,
    threads: int = 1,
    start: Admission | FlowPaths | None = None,
    stop: StoppingCriterion | None = None,
    on_incumbent: Callable[[Incumbent], None] | None = None,
) -> Admission: ...


def solve(
    problem: Any,
    seconds: float | None = None,
    *,
    solver: Chain = "auto",
    seed: int = 0,
    threads: int = 1,
    start: Any = None,
    stop: StoppingCriterion | None = None,
    guide: GuideChoice = None,
    on_incumbent: Callable[[Incumbent], None] | None = None,
) -> Any:
    """Return the best plan found.

    Parameters
    ----------
    problem : VRP or FlowAdmission
        What to plan.
    seconds : float, optional
        Time limit, without the compilation of kernels on their first use; 10 unless `stop` is given.
        Zero gives the first construction.
    solver : str, solver, or sequence of these
        A chain such as ``["savings", "hgs:0.8"]``; "auto" chooses by the problem's features.
    seed : int
        Seed of all randomness.
    threads : int
        Threads that a solver may use.
    start : Solution or Routes, Admission or FlowPaths, optional
        A plan to begin with; one of vehicles may be incomplete or infeasible.
    stop : StoppingCriterion, optional
        For example ``MaxIterations(1000) | NoImprovement(200)``, in addition to `seconds`. For flows a
        ``Target(-4500)`` is a worth of 4500.
    guide : "edges", path, or Guide, optional
        Who says which stops belong next to each other, for the solvers that ask ("hgs" and "ils"): the edge scorer
        that comes with routeopt, weights of your own, or a callable that takes the instance and returns nodes
        (n, k), for each stop the likeliest neighbours first.
    on_incumbent : callable, optional
        Called with every incumbent, improvement or heartbeat.

    Returns
    -------
    Solution or Admission
        Always: if no plan serves every stop, the best partial one, with reasons. An interrupt
        (Ctrl-C) ends the search and returns the best so far.

    Raises
    ------
    UnsupportedError
        When a solver of the chain does not take an attribute of the problem.
    ProblemError
        When the chain or the start is not understood.
    """
    run: Any = search(
        problem, seconds, solver=solver, seed=seed, threads=threads, start=start, stop=stop, guide=guide
    )
    try:
        for incumbent in run:
            if on_incumbent is not None:
                on_incumbent(incumbent)
    except KeyboardInterrupt:
        run.interrupted = True
    return run.admission() if isinstance(problem, FlowAdmission) else run.solution()


@overload
def search(
    problem: VRP,
    seconds: float | None = None,
    *,
    solver: Chain = "auto",
    seed: int = 0,
    threads: int = 1,
    start: Solution | Routes | None = None,
    stop: StoppingCriterion | None = None,
    guide: GuideChoice = None,
) -> Search: ...


@overload
def search(
    problem: FlowAdmission,
    seconds: float | None = None,
    *,
    solver: Chain = "auto",
    seed: int = 0,
    threads: int = 1,
    start: Admission | FlowPaths | None = None,
    stop: StoppingCriterion | None = None,
) -> FlowSearch: ...


def search(
    problem: Any,
    seconds: float | None = None,
    *,
    solver: Chain = "auto",
    seed: int = 0,
    threads: int = 1,
    start: Any = None,
    stop: StoppingCriterion | None = None,
    guide: GuideChoice = None,
) -> Any:
    """Return the search as an iterator of incumbents; the parameters are those of :func:`solve`.

    >>> import routeopt as ro
    >>> problem = ro.generate("cvrp", 20, seed=1)
    >>> run = ro.search(problem, stop=ro.MaxIterations(10), seed=1)
    >>> best = min(incumbent.objective for incumbent in run)
    >>> round(run.solution().cost - best, 9)
    0.0
    """
    if isinstance(problem, FlowAdmission):
        if guide is not None:
            raise ProblemError("guide: it guides vehicle routing; leave it out for flows")
        return FlowSearch(problem, seconds, solver=solver, seed=seed, threads=threads, start=start, stop=stop)
    return Search(
        problem, seconds, solver=solver, seed=seed, threads=threads, start=start, stop=stop, guide=guide
    )
