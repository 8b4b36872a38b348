"""What each constructor is good for, beyond the promises that all solvers keep."""

from __future__ import annotations

import numpy as np
import pytest

import routeopt as ro


@pytest.fixture(scope="module")
def problem():
    return ro.generate("x", 120, seed=4)


def cost(problem, solver):
    solution = ro.solve(problem, 0, solver=solver)
    assert solution.feasible
    return solution.cost


def test_savings_comes_near_a_search_and_the_others_follow(problem):
    searched = ro.solve(problem, solver="hgs", stop=ro.MaxIterations(300), seed=1).cost
    assert searched <= cost(problem, "savings") <= 1.15 * searched
    assert cost(problem, "regret") <= 1.25 * searched
    assert cost(problem, "sweep") <= 1.6 * searched
    assert cost(problem, "nearest") <= 1.6 * searched


def test_more_angles_never_make_a_sweep_worse(problem):
    assert cost(problem, ro.Sweep(angles=16)) <= cost(problem, ro.Sweep(angles=1))


def test_a_sweep_needs_coordinates():
    problem = ro.VRP([ro.Stop()] * 2, depots=[ro.Depot()], legs=ro.Matrix(np.ones((3, 3))))
    with pytest.raises(ro.ProblemError, match="needs coordinates"):
        ro.solve(problem, 0, solver="sweep")


@pytest.mark.parametrize(("solver", "argument"), [(ro.Savings, "neighbours"), (ro.Sweep, "angles")])
def test_parameters_are_checked(solver, argument):
    with pytest.raises(ValueError, match=f"{argument} must be 1 or more"):
        solver(**{argument: 0})


def test_savings_needs_no_matrix():
    problem = ro.generate("x", 5000, seed=1)
    assert problem.instance().distance.size == 0
    assert cost(problem, "savings") < cost(problem, "nearest")


def test_one_vehicle_visits_everything():
    problem = ro.generate("tsp", 200, seed=1)
    for solver in ("savings", "nearest", "sweep", "regret"):
        assert ro.solve(problem, 0, solver=solver).vehicles == 1


def test_a_tight_fleet_is_completed_by_regret():
    problem = ro.generate("vrptw", 60, seed=3)
    few = ro.solve(problem, 0, solver="savings").vehicles - 1
    tight = problem.replace(vehicles=[ro.Vehicle(capacity=problem.vehicles[0].capacity, count=few)])
    alone = ro.solve(tight, 0, solver="savings")
    both = ro.solve(tight, 0, solver="savings,regret")
    assert alone.violations == both.violations == []
    assert len(both.unserved) <= len(alone.unserved)


def test_savings_that_leave_more_routes_than_vehicles_are_crowded_into_them():
    rng = np.random.default_rng(2)
    places = np.concatenate([rng.random((30, 2)), rng.random((30, 2)) + 50])  # nobody's neighbour is far
    x, y = places.T
    tour = ro.VRP(ro.Stops(x, y), [ro.Vehicle(count=1)], [ro.Depot(25, 25)])
    solution = ro.solve(tour, 0, solver=ro.Savings(neighbours=5))
    assert solution.complete
    assert solution.vehicles == 1
