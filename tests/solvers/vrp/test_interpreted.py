"""Kernels run as Python, and compiled with bounds checks, find what the compiled ones find."""

from __future__ import annotations

import pytest
from elsewhere import words_of

SOLVE = """
import routeopt as ro
kind, solver, iterations = {case!r}
problem = ro.generate(kind, 12, seed=3)
if solver == "lk":
    problem = ro.VRP(problem.stops, [ro.Vehicle(count=1)], problem.depots)
cost = ro.solve(problem, solver=solver, seed=1, stop=ro.MaxIterations(iterations)).cost
"""
CASES = [
    ("cvrp", "ils", 200),
    ("cvrp", "hgs", 20),
    ("cvrp", "rich", 100),
    ("cvrp", "lk", 20),
    ("vrptw", "hgs", 20),
    ("vrptw", "rich", 100),
]


def cost_elsewhere(case, **environment):
    """Return the cost that a process of its own finds."""
    (cost,) = words_of(SOLVE.format(case=case) + "print(cost)", **environment)
    return float(cost)


def cost_here(case):
    found = {}
    exec(SOLVE.format(case=case), found)
    return found["cost"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]}-{case[0]}")
def test_interpreted_kernels_find_the_same(case):
    assert cost_elsewhere(case, NUMBA_DISABLE_JIT="1") == cost_here(case)


def test_no_kernel_of_iterated_local_search_reads_beyond_an_array(tmp_path):
    case = ("cvrp", "ils", 2_000)
    assert cost_elsewhere(case, NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(tmp_path)) == cost_here(case)
