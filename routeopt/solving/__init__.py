"""Solving: a chain of constructors and improvers, run as one iterator of incumbents."""

from __future__ import annotations

from collections.abc import Callable

from routeopt.problems.instance import Routes
from routeopt.problems.search import Incumbent, StoppingCriterion
from routeopt.problems.solution import Solution
from routeopt.problems.vrp import VRP
from routeopt.solving.chain import Chain, Link, parse_chain
from routeopt.solving.guides import GuideChoice
from routeopt.solving.run import Search

__all__ = ["Chain", "Link", "Search", "parse_chain", "search", "solve"]


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
) -> Solution:
    """Return the best plan found.

    Parameters
    ----------
    problem : VRP
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
    start : Solution or Routes, optional
        A plan to begin with; it may be incomplete or infeasible.
    stop : StoppingCriterion, optional
        For example ``MaxIterations(1000) | NoImprovement(200)``, in addition to `seconds`.
    guide : "edges", path, or Guide, optional
        Who says which stops belong next to each other, for the solvers that ask ("hgs" and "ils"): the edge scorer
        that comes with routeopt, weights of your own, or a callable that takes the instance and returns nodes
        (n, k), for each stop the likeliest neighbours first.
    on_incumbent : callable, optional
        Called with every incumbent, improvement or heartbeat.

    Returns
    -------
    Solution
        Always: if no plan serves every stop, the best partial one, with reasons. An interrupt
        (Ctrl-C) ends the search and returns the best so far.

    Raises
    ------
    UnsupportedError
        When a solver of the chain does not take an attribute of the problem.
    ProblemError
        When the chain or the start is not understood.
    """
    run = Search(
        problem, seconds, solver=solver, seed=seed, threads=threads, start=start, stop=stop, guide=guide
    )
    try:
        for incumbent in run:
            if on_incumbent is not None:
                on_incumbent(incumbent)
    except KeyboardInterrupt:
        run.interrupted = True
    return run.solution()


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
) -> Search:
    """Return the search as an iterator of incumbents; the parameters are those of :func:`solve`.

    >>> import routeopt as ro
    >>> problem = ro.generate("cvrp", 20, seed=1)
    >>> run = ro.search(problem, stop=ro.MaxIterations(10), seed=1)
    >>> best = min(incumbent.objective for incumbent in run)
    >>> round(run.solution().cost - best, 9)
    0.0
    """
    return Search(
        problem, seconds, solver=solver, seed=seed, threads=threads, start=start, stop=stop, guide=guide
    )
