"""The tour solver: optima of small tours, seeds, clocks, starts and odd legs."""

from __future__ import annotations

import time
from itertools import pairwise
from math import inf

import numpy as np
import pytest
from naive_tour import shortest_tour

import routeopt as ro
from routeopt.errors import UnsupportedError
from routeopt.problems.evaluation import Evaluator
from routeopt.problems.search import StopSignal
from routeopt.solvers.vrp.tour import LinKernighan


def problem_of(n, seed=1, legs=None, **vehicle):
    rng = np.random.default_rng(seed)
    x, y = rng.random((2, n)) * 80
    objective = vehicle.pop("objective", "cost")
    fleet = [ro.Vehicle(**{"count": 1, **vehicle})]
    return ro.VRP(ro.Stops(x, y), fleet, [ro.Depot(40.0, 40.0)], legs=legs, objective=objective)


def solve(problem, start=None, *, seed=1, solver=None, **limits):
    """Return all incumbents, after checking what the solver says of the last answer."""
    instance = problem.instance()
    rng = np.random.default_rng(seed)
    solver = solver or LinKernighan()
    found = list(solver(instance, start, stop=StopSignal(**limits), rng=rng, threads=1))
    last = found[-1]
    evaluation = Evaluator(instance).evaluate(last.answer)
    assert not evaluation.violations
    assert not evaluation.missing
    cost = (evaluation.cost + instance.vehicle_weight * last.answer.size) / instance.scale
    assert last.objective == pytest.approx(cost, rel=1e-12)
    assert all(later.objective <= earlier.objective for earlier, later in pairwise(found))
    return found


@pytest.mark.parametrize("n", range(1, 8))
@pytest.mark.parametrize("legs", [None, ro.Euclidean("dimacs"), ro.Haversine("round")])
def test_small_tours_are_the_shortest(n, legs):
    problem = problem_of(n, seed=n, legs=legs)
    instance = problem.instance()
    best = shortest_tour(instance.distance[0]) / instance.scale
    assert solve(problem, iterations=60)[-1].objective == pytest.approx(best)


def test_small_tours_over_a_matrix_are_the_shortest():
    for seed in range(5):
        square = np.random.default_rng(seed).integers(1, 30, (8, 8)).astype(float)
        square = np.triu(square, 1) + np.triu(square, 1).T  # detours may be shortcuts
        problem = ro.VRP(ro.Stops(np.zeros(7), np.zeros(7)), [ro.Vehicle(count=1)], legs=ro.Matrix(square))
        assert solve(problem, iterations=100, seed=seed)[-1].objective == shortest_tour(square)


def test_a_grid_is_solved():
    x, y = (side.ravel() * 10.0 for side in np.meshgrid(np.arange(16), np.arange(16)))
    problem = ro.VRP(ro.Stops(x[1:], y[1:]), [ro.Vehicle(count=1)], [ro.Depot(0.0, 0.0)])
    assert solve(problem, iterations=3000)[-1].objective == 2560.0


def test_vehicles_have_their_price_and_one_is_used():
    plain = solve(problem_of(20), iterations=300)[-1].objective
    dear = solve(problem_of(20, fixed_cost=50.0, distance_cost=2.0, count=None), iterations=300)[-1]
    assert dear.objective == pytest.approx(50 + 2 * plain)
    assert dear.answer.size == 1
    few = solve(problem_of(20, objective="fewest_vehicles", count=3), iterations=300)[-1]
    assert few.answer.size == 1


def test_result_depends_on_the_seed_alone_when_stopped_by_iterations():
    problem = problem_of(120)
    runs = [solve(problem, iterations=40, seed=seed)[-1] for seed in (1, 1, 2)]
    assert runs[0].answer.lists() == runs[1].answer.lists()
    assert [run.iterations for run in runs] == [40] * 3
    assert runs[0].answer.lists() != runs[2].answer.lists()


def test_portions_of_work_do_not_matter(monkeypatch):
    problem = problem_of(120)
    whole = solve(problem, iterations=200)[-1].answer.lists()
    monkeypatch.setattr("routeopt.solvers.vrp.tour._FIRST_WORK", 300)
    monkeypatch.setattr("routeopt.solvers.vrp.tour._PORTION", 1e-4)
    monkeypatch.setattr("routeopt.solvers.vrp.tour._LEAST_WORK", 70)
    assert solve(problem, iterations=200)[-1].answer.lists() == whole


def test_start_is_kept_when_nothing_better_is_found():
    problem = problem_of(40)
    best = solve(problem, iterations=3000)[-1]
    again = solve(problem, best.answer, iterations=3, seed=7)
    assert again[0].answer is best.answer
    assert again[-1].objective <= best.objective


@pytest.mark.parametrize("routes", [[[1, 2, 3], [4, 5, 6]], [[3, 1], [2]], [[6, 4, 2, 5, 3, 1]]])
def test_any_start_is_improved(routes):
    problem = problem_of(6, count=2)
    found = solve(problem, ro.Routes.from_lists(routes), iterations=40)
    assert found[-1].objective == pytest.approx(shortest_tour(problem.instance().distance[0]))


def test_a_start_of_several_routes_may_be_the_best_where_detours_are_shortcuts():
    square = np.full((5, 5), 9.0)
    square[0] = square[:, 0] = 1.0
    np.fill_diagonal(square, 0.0)
    problem = ro.VRP(ro.Stops(np.zeros(4), np.zeros(4)), legs=ro.Matrix(square))
    start = ro.Routes.from_lists([[1], [2], [3], [4]])
    assert solve(problem, start, iterations=20)[-1].answer is start


def test_zero_seconds_give_a_tour_at_once():
    began = time.perf_counter()
    found = solve(problem_of(50), seconds=0.0)
    assert time.perf_counter() - began < 0.5
    assert len(found) == 1


def test_legs_that_cannot_be_driven_are_not():
    square = np.full((5, 5), 10.0)
    square[1, 2] = square[2, 1] = inf
    problem = ro.VRP(ro.Stops(np.zeros(4), np.zeros(4)), [ro.Vehicle(count=1)], legs=ro.Matrix(square))
    assert solve(problem, iterations=50)[-1].objective == 50.0
    square[1, 2:] = square[2:, 1] = inf
    problem = ro.VRP(ro.Stops(np.zeros(4), np.zeros(4)), [ro.Vehicle(count=1)], legs=ro.Matrix(square))
    stop, rng = StopSignal(iterations=50), np.random.default_rng(1)
    found = list(LinKernighan()(problem.instance(), None, stop=stop, rng=rng, threads=1))
    assert {incumbent.answer for incumbent in found} == {None}


def test_many_stops_need_no_matrix():
    problem = problem_of(4500, legs=ro.Euclidean("round"))
    assert problem.instance().distance.shape[1] == 0
    found = solve(problem, iterations=50)
    assert found[-1].objective < found[0].objective


def test_deadline_flag_and_heartbeat_are_kept():
    instance = problem_of(3000).instance()
    solve(problem_of(5), iterations=1)  # compiles
    stop = StopSignal(0.8)
    run = LinKernighan()(instance, None, stop=stop, rng=np.random.default_rng(1), threads=1)
    beats = [0.0, *(stop.seconds() for _ in run)]
    assert stop.seconds() < 0.8 + 0.05 + 0.2  # the last for busy machines
    assert np.diff(beats).max() < 0.1 + 0.2
    stop, asked = StopSignal(), None
    for _ in LinKernighan()(instance, None, stop=stop, rng=np.random.default_rng(1), threads=1):
        if asked is None and stop.seconds() > 0.6:
            stop.set()
            asked = time.perf_counter()
    assert time.perf_counter() - asked < 0.05 + 0.2


@pytest.mark.parametrize(
    ("attribute", "vehicle"), [("capacity", {"capacity": 9.0}), ("max_distance", {"max_distance": 9.0})]
)
def test_attributes_that_are_not_supported_are_named(attribute, vehicle):
    problem = ro.VRP([ro.Stop(1.0, 2.0, delivery=1.0)] * 2, [ro.Vehicle(**vehicle)], [ro.Depot(0.0, 0.0)])
    with pytest.raises(UnsupportedError, match=attribute):
        solve(problem, iterations=1)


@pytest.mark.parametrize("change", [{"neighbours": 0}, {"neighbours": 17}, {"heat": -1.0}])
def test_parameters_out_of_range_are_refused(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        LinKernighan(**change)
