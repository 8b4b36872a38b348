from __future__ import annotations

import itertools
import time
from math import inf

import numpy as np
import pytest
from naive_hgs import optimum

import routeopt as ro
from routeopt import VRP, Depot, Haversine, Matrix, Routes, Stops, Vehicle
from routeopt.errors import UnsupportedError
from routeopt.problems.evaluation import Evaluator
from routeopt.problems.search import StopSignal
from routeopt.solvers.vrp.hgs import HGS
from routeopt.solvers.vrp.hgs.parameters import HGSParameters
from routeopt.solvers.vrp.hgs.plain import PlainEngine


def problem_of(n, seed=1, legs=None, **fleet):
    rng = np.random.default_rng(seed)
    x, y = rng.random((2, n)) * 100
    stops = Stops(x, y, delivery=rng.integers(1, 9, n).astype(float))
    objective = fleet.pop("objective", "cost")
    return VRP(stops, [Vehicle(**fleet)], [Depot(50.0, 50.0)], legs=legs, objective=objective)


def solve(problem, start=None, *, seed=1, solver=None, **limits):
    """Return all incumbents, after checking what the solver says of the last answer."""
    instance = problem.instance()
    stop = StopSignal(**limits)
    rng = np.random.default_rng(seed)
    found = list((solver or HGS())(instance, start, stop=stop, rng=rng, threads=1))
    last = found[-1]
    if last.answer is None:
        assert last.objective == inf
    else:
        evaluation = Evaluator(instance).evaluate(last.answer)
        assert not evaluation.violations
        assert not evaluation.missing
        cost = (evaluation.cost + instance.vehicle_weight * last.answer.size) / instance.scale
        assert last.objective == pytest.approx(cost, rel=1e-12)
    assert all(later.objective <= earlier.objective for earlier, later in itertools.pairwise(found))
    return found


def exact(problem, vehicles, fixed=0.0, weight=1.0):
    instance = problem.instance()
    demand = instance.delivery[:, 0]
    return optimum(weight * instance.distance[0], demand, instance.capacity[0, 0], vehicles, fixed)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("capacity", [9.0, 16.0, inf])
def test_finds_the_optimum_of_tiny_problems(n, capacity):
    problem = problem_of(n, seed=n, capacity=capacity)
    assert solve(problem, iterations=60)[-1].objective == pytest.approx(exact(problem, n), rel=1e-12)


def test_finds_the_optimum_with_a_limited_fleet():
    problem = problem_of(7, seed=4, capacity=20.0, count=2)
    assert exact(problem, 2) > exact(problem, 7) or exact(problem, 2) < inf
    assert solve(problem, iterations=200)[-1].objective == pytest.approx(exact(problem, 2), rel=1e-12)


def test_finds_the_optimum_with_fixed_and_weighted_costs():
    problem = problem_of(6, seed=2, capacity=14.0, fixed_cost=33.0, distance_cost=0.7)
    found = solve(problem, iterations=100)[-1].objective
    assert found == pytest.approx(exact(problem, 6, fixed=33.0, weight=0.7), rel=1e-12)


def test_finds_the_fewest_vehicles_first():
    problem = problem_of(7, seed=3, capacity=12.0, objective="fewest_vehicles")
    fewest = next(k for k in range(1, 8) if exact(problem, k) < inf)
    last = solve(problem, iterations=200)[-1]
    assert last.answer.size == fewest
    cost = Evaluator(problem.instance()).evaluate(last.answer).cost
    assert cost == pytest.approx(exact(problem, fewest), rel=1e-12)


def test_several_types_of_one_vehicle_are_used_as_far_as_they_go():
    truck = Vehicle(capacity=14.0, count=1)
    problem = problem_of(7, seed=3)
    problem = VRP(problem.stops, [truck, Vehicle(capacity=14.0, count=3)], [Depot(50.0, 50.0)])
    last = solve(problem, iterations=100)[-1]
    assert (np.bincount(last.answer.vehicle, minlength=2) <= [1, 3]).all()


def test_great_circles_and_explicit_legs():
    rng = np.random.default_rng(1)
    lon, lat = 24.9 + 0.1 * rng.random(7), 60.1 + 0.1 * rng.random(7)
    stops = Stops(lon[1:], lat[1:], delivery=np.full(6, 2.0))
    globe = VRP(stops, [Vehicle(capacity=5.0)], [Depot(lon[0], lat[0])], legs=Haversine())
    best = solve(globe, iterations=60)[-1].objective
    assert best == pytest.approx(exact(globe, 6), rel=1e-12)
    matrix = Matrix(globe.instance().distance[0] / 1000)
    explicit = VRP(Stops(0 * lon[1:], 0 * lat[1:], delivery=np.full(6, 2.0)), globe.vehicles, legs=matrix)
    assert solve(explicit, iterations=60)[-1].objective == pytest.approx(best / 1000, rel=1e-12)


def test_legs_that_cannot_be_driven_are_not():
    legs = np.full((5, 5), 10.0)
    legs[1, 2] = legs[2, 1] = inf
    problem = VRP(Stops(np.arange(4.0), np.zeros(4)), [Vehicle(count=1)], legs=Matrix(legs))
    assert solve(problem, iterations=50)[-1].objective == 50.0
    legs[1, 2:] = legs[2:, 1] = inf
    legs[0, 1] = legs[1, 0] = inf
    assert (
        solve(VRP(Stops(np.arange(4.0), np.zeros(4)), [Vehicle(count=1)], legs=Matrix(legs)), iterations=50)[
            -1
        ].answer
        is None
    )


def test_fleet_that_is_too_small_gets_no_answer_but_heartbeats():
    problem = problem_of(30, capacity=20.0, count=2)
    found = solve(problem, seconds=0.4)
    assert found[-1].answer is None
    assert len(found) > 3


def test_result_depends_on_the_seed_alone_when_stopped_by_iterations():
    problem = problem_of(60, capacity=30.0)
    runs = [solve(problem, iterations=150, seed=seed)[-1] for seed in (1, 1, 2)]
    assert runs[0].answer.lists() == runs[1].answer.lists()
    assert [run.iterations for run in runs] == [150] * 3
    assert runs[0].answer.lists() != runs[2].answer.lists()


def test_portions_of_work_do_not_matter():
    instance = problem_of(60, capacity=30.0).instance()
    tours = []
    for portion in (1 << 40, 700):
        engine = PlainEngine(instance, HGSParameters(), [], np.random.default_rng(5))
        engine.settle(100)
        while engine.iterations < 100:
            engine.step(np.zeros(1, np.uint8), 100, portion)
        tours.append(engine.best().lists())
    assert tours[0] == tours[1]


def test_population_is_made_anew_when_it_stalls_and_the_best_is_kept():
    instance = problem_of(8, capacity=16.0).instance()
    engine = PlainEngine(instance, HGSParameters(patience=40), [], np.random.default_rng(5))
    engine.settle(400)
    costs = []
    while engine.iterations < 400:
        engine.step(np.zeros(1, np.uint8), 400, 1 << 40)
        costs.append(engine.champion.cost[0])
    assert engine.restarted
    assert costs == sorted(costs, reverse=True)


def test_start_is_kept_when_nothing_better_is_found():
    problem = problem_of(40, capacity=30.0)
    best = solve(problem, iterations=400)[-1]
    again = solve(problem, best.answer, iterations=2, seed=7)
    assert again[0].objective == pytest.approx(best.objective)
    assert again[0].answer is best.answer
    assert again[-1].objective <= best.objective


def test_start_that_is_infeasible_or_incomplete_is_improved():
    problem = problem_of(20, capacity=20.0)
    for start in (Routes.from_lists([list(range(1, 21))]), Routes.from_lists([[3, 4], [7]])):
        found = solve(problem, start, iterations=30)
        assert found[0].answer is None
        assert found[-1].answer is not None


def test_zero_seconds_give_the_start_at_once():
    problem = problem_of(20, capacity=20.0)
    start = Routes.from_lists([[i] for i in range(1, 21)])
    began = time.perf_counter()
    found = solve(problem, start, seconds=0.0)
    assert time.perf_counter() - began < 0.5
    assert [incumbent.answer for incumbent in found] == [start]


def test_deadline_flag_and_heartbeat_are_kept():
    problem = problem_of(600, capacity=60.0)
    instance = problem.instance()
    solve(problem_of(5), iterations=1)  # compiles
    stop = StopSignal(0.8)
    run = HGS()(instance, None, stop=stop, rng=np.random.default_rng(1), threads=1)
    beats = [0.0, *(stop.seconds() for _ in run)]
    assert stop.seconds() < 0.8 + 0.05 + 0.2  # the last for busy machines
    assert np.diff(beats).max() < 0.1 + 0.2
    stop = StopSignal()
    asked = None
    for _ in HGS()(instance, None, stop=stop, rng=np.random.default_rng(1), threads=1):
        if asked is None and stop.seconds() > 0.6:
            stop.set()
            asked = time.perf_counter()
    assert time.perf_counter() - asked < 0.05 + 0.2


def test_more_stops_than_a_matrix_can_hold_bring_back_the_start(monkeypatch):
    monkeypatch.setattr("routeopt.solvers.vrp.hgs._MOST_STOPS", 4)
    problem = problem_of(5)
    start = Routes.from_lists([[1, 2, 3, 4, 5]])
    assert solve(problem, start, iterations=10)[-1].answer is start


def test_attributes_that_are_not_supported_are_named():
    problem = VRP(Stops(np.arange(4.0), np.zeros(4), pickup=1.0), [Vehicle(capacity=9.0)], [Depot(0.0, 0.0)])
    with pytest.raises(UnsupportedError, match="'pickup'"):
        solve(problem, iterations=1)


@pytest.mark.parametrize(
    "change", [{"neighbours": 0}, {"neighbours": 61}, {"population": 26}, {"feasible_share": 1.0}]
)
def test_parameters_out_of_range_are_refused(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        HGS(**change)


def test_travelling_salesman_of_a_few_hundred_stops():
    side = np.arange(16) * 10.0
    x, y = (grid.ravel() for grid in np.meshgrid(side, side))
    problem = VRP(Stops(x[1:], y[1:]), [Vehicle(count=1)], [Depot(0.0, 0.0)])
    last = solve(problem, iterations=400)[-1]
    assert last.answer.size == 1
    assert last.objective <= 2560.0 * 1.01


@pytest.mark.parametrize("kind", ["plain", "timed"])
def test_islands_share_the_iterations_and_depend_on_the_seed_alone(kind):
    problem = ro.generate("cvrp" if kind == "plain" else "vrptw", 40, seed=3)

    def plan(threads):
        stop = ro.MaxIterations(401)
        return ro.solve(problem, solver="hgs", stop=stop, seed=2, threads=threads)

    two, again = plan(2), plan(2)
    assert two.iterations == 401
    assert two.feasible
    assert two.routes.visits.tolist() == again.routes.visits.tolist()
    if kind == "plain":
        assert two.cost <= 1.02 * plan(1).cost


def test_a_guest_is_searched_next():
    problem = ro.generate("cvrp", 30, seed=1)
    engines = [
        PlainEngine(problem.instance(), HGSParameters(), [], np.random.default_rng(seed)) for seed in (1, 2)
    ]
    calm = np.zeros(1, np.uint8)
    while engines[0].iterations < 300:
        engines[0].step(calm, 300, 10**9)
    best = engines[0].champion
    engines[1].invite(best.tour)
    engines[1].step(calm, 1, 10**9)
    assert engines[1].iterations == 1
    assert engines[1].champion.cost[0] <= best.cost[0]
