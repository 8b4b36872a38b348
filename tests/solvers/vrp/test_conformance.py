"""Our own solvers keep the promises that every solver makes, and find what brute force finds."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
import pytest
from exhaustive import all_plans

import routeopt as ro
from routeopt.problems.features import FEATURES
from routeopt.problems.search import Incumbent
from routeopt.testing import cases, check_solver

OURS = [
    ro.Nearest(), ro.Savings(), ro.Sweep(), ro.Regret(), ro.HGS(), ro.ILS(), ro.RichILS(), ro.LinKernighan(),
]  # fmt: skip


@pytest.mark.parametrize("solver", OURS, ids=repr)
def test_our_solvers_conform(solver):
    check_solver(solver)


def test_ortools_conforms():
    pytest.importorskip("ortools")
    check_solver(ro.ORTools())


@dataclass(frozen=True)
class Boaster:
    """Claims a cost that it does not reach."""

    supports = frozenset(FEATURES)

    def __call__(self, instance, start, *, stop, rng, threads):
        routes = ro.Routes.from_lists([[i] for i in range(instance.depots, instance.nodes)])
        yield Incumbent(0.0, 1, 1.0, None, routes, "boaster")


@dataclass(frozen=True)
class Worsener(Boaster):
    """Yields worse answers later on."""

    def __call__(self, instance, start, *, stop, rng, threads):
        yield Incumbent(0.0, 1, 1.0, None, None, "worsener")
        yield Incumbent(0.0, 2, 2.0, None, None, "worsener")


@dataclass(frozen=True)
class Vandal(Boaster):
    """Writes into the instance."""

    def __call__(self, instance, start, *, stop, rng, threads):
        instance.service[-1] += 1.0
        yield Incumbent(0.0, 1, inf, None, ro.Routes.from_lists([]), "vandal")


@pytest.mark.parametrize(
    ("solver", "promise"),
    [(Boaster(), "is claimed"), (Worsener(), "the objective rose"), (Vandal(), "changed instance.service")],
)
def test_broken_promises_are_found(solver, promise):
    with pytest.raises(AssertionError, match=promise):
        check_solver(solver)


def test_a_vocabulary_of_ones_own_is_refused():
    @dataclass(frozen=True)
    class Dreamer(Boaster):
        supports = frozenset({"teleport"})

    with pytest.raises(AssertionError, match="teleport"):
        check_solver(Dreamer())


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["capacity", "windows", "limits"])
def test_small_problems_are_solved_to_the_optimum(kind, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 50, (2, 6)).astype(float)
    early = rng.integers(0, 100, 6).astype(float)
    windows = np.column_stack([early, early + 60]) if kind == "windows" else (0.0, inf)
    stops = ro.Stops(x, y, delivery=rng.integers(1, 5, 6), windows=windows, service=2.0)
    vehicle = ro.Vehicle(capacity=9, max_duration=170 if kind == "limits" else inf)
    problem = ro.VRP(stops, [vehicle], [ro.Depot(25.0, 25.0)])
    plans = (ro.Solution(problem, ro.Routes.from_lists(plan)) for plan in all_plans(range(1, 7)))
    best = min((plan.cost for plan in plans if plan.feasible), default=inf)
    found = ro.solve(problem, solver="hgs", stop=ro.MaxIterations(200), seed=seed)
    assert (found.cost if found.feasible else inf) == pytest.approx(best)


def test_auto_takes_every_case_of_the_suite_that_some_solver_takes():
    for name, problem in cases().items():
        if problem.features & {"reloads", "fixed_edges"}:
            with pytest.raises(ro.UnsupportedError):
                ro.solve(problem, 0)
            continue
        solution = ro.solve(problem, 0)
        assert solution.violations == [], name
        assert solution.complete or "limited_fleet" in problem.features, name
