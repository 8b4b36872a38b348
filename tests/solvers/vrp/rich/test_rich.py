"""The rich search keeps its own books right: every delta, every undo, and what brute force finds."""

from __future__ import annotations

from itertools import product
from math import inf

import numpy as np
import pytest
from exhaustive import all_plans

import routeopt as ro
from routeopt.problems.evaluation import Evaluator
from routeopt.solvers.vrp.rich import RichILS
from routeopt.solvers.vrp.rich.engine import Engine
from routeopt.solvers.vrp.rich.layout import BANKED, BEST_COST, BEST_MISSING, COST, MISSING
from routeopt.solvers.vrp.rich.plan import best_routes
from routeopt.testing import cases

NOBODY = np.zeros(0, np.int32)
GO = np.zeros(1, np.uint8)
SUITE = {name: problem for name, problem in cases().items() if problem.features <= RichILS.supports}


def engine_of(problem, seed=1, **options):
    """Return an engine whose first plan is built."""
    engine = Engine(problem.instance(), None, np.random.default_rng(seed), RichILS(**options), 1)
    engine._work(engine.waiting, 1, 1.0, 1.0, 0, GO)
    return engine


def present_routes(engine):
    """Return the routes that the links say now, not the best ones."""
    nodes, count = engine.plan.nodes, engine.instance.nodes
    lists, kinds = [], []
    for r in range(len(engine.plan.routes)):
        visits, node = [], int(nodes["following"][count + r])
        while node < count:
            visits.append(node)
            node = int(nodes["following"][node])
        lists.append(visits)
        kinds.append(int(engine.plan.routes["kind"][r]))
    return ro.Routes.from_lists(lists, kinds)


def links(engine):
    """Return what an undone iteration must leave as it was."""
    nodes, routes = engine.plan.nodes, engine.plan.routes
    served = nodes["route"] >= 0
    return [
        *(nodes[name].copy() for name in ("following", "preceding", "route", "shelf")),
        *(routes[name].copy() for name in ("count", "load")),
        np.where(served, nodes["leg"], 0.0),
    ]


@pytest.mark.parametrize("name", SUITE)
def test_the_cost_kept_is_the_cost_recomputed(name):
    problem = SUITE[name]
    engine = engine_of(problem, removed=4.0, polished=0.5)
    evaluator = Evaluator(problem.instance())
    for _ in range(15):
        engine._work(NOBODY, 40, engine.short, 1.0, 0, GO)
        routes = present_routes(engine)
        found = evaluator.evaluate(routes)
        cost = found.cost + problem.instance().vehicle_weight * routes.size
        assert not found.violations
        assert engine.plan.sums[COST] == pytest.approx(cost, rel=1e-9, abs=1e-6)
        assert engine.plan.counts[MISSING] == len(found.missing)


@pytest.mark.parametrize("name", SUITE)
def test_what_threads_have_done_is_put_together_rightly(name):
    problem = SUITE[name]
    instance, settings = problem.instance(), RichILS(removed=4.0)
    engine = Engine(instance, None, np.random.default_rng(1), settings, 2)
    engine._work(engine.waiting, 1, 1.0, 1.0, 0, GO)
    evaluator = Evaluator(instance)
    for _ in range(4):
        best = engine.plan.counts[BEST_MISSING], engine.plan.sums[BEST_COST]
        for _ in engine.crew.round(engine.short, inf, 200, GO):
            pass
        for routes, cost, missing in (
            (present_routes(engine), COST, MISSING),
            (best_routes(instance, engine.plan), BEST_COST, BEST_MISSING),
        ):
            found = evaluator.evaluate(routes)
            assert not found.violations
            assert engine.plan.counts[missing] == len(found.missing)
            assert engine.plan.sums[cost] == pytest.approx(
                found.cost + instance.vehicle_weight * routes.size, rel=1e-9, abs=1e-6
            )
        assert (engine.plan.counts[BEST_MISSING], engine.plan.sums[BEST_COST]) <= best
    assert engine.crew.iterations == 800
    engine.crew.close()


def test_two_threads_find_the_same_for_a_seed():
    problem = ro.generate("vrptw", 80, seed=1)
    first, second = (
        ro.solve(problem, solver="rich", stop=ro.MaxIterations(4_000), seed=2, threads=2) for _ in range(2)
    )
    assert first.feasible
    assert first.routes.lists() == second.routes.lists()


@pytest.mark.parametrize("name", ["sixty stops", "windows", "groups", "fleet mix", "prizes"])
def test_an_iteration_that_is_refused_leaves_everything_as_it_was(name):
    engine = engine_of(SUITE[name], polished=0.5)
    engine._work(NOBODY, 20, engine.short, 1.0, 0, GO)
    before, cost = links(engine), engine.plan.sums[COST]
    for _ in range(100):
        engine._work(NOBODY, 1, -1e9, 1.0, 0, GO)  # so far below zero that no gain is accepted
        assert engine.plan.sums[COST] == pytest.approx(cost, rel=1e-12)
        for old, new in zip(before, links(engine), strict=True):
            assert np.array_equal(old, new)


def test_the_stacks_of_empty_routes_hold_exactly_the_empty_routes():
    engine = engine_of(SUITE["fleet mix"], polished=0.5)
    for _ in range(20):
        engine._work(NOBODY, 25, 10 * engine.short, 1.0, 0, GO)
        routes, first = engine.plan.routes, engine.field.first
        for kind, height in enumerate(engine.plan.heights):
            stack = engine.plan.lists[6, first[kind] : first[kind] + height]
            empty = np.flatnonzero((routes["count"] == 0) & (routes["kind"] == kind))
            assert sorted(stack) == empty.tolist()
            assert (routes["spot"][stack] == np.arange(height)).all()


KINDS = {
    "capacity": ({}, {"capacity": 9}),
    "windows": ({"windows": True}, {"capacity": 9}),
    "limits": ({}, {"capacity": 9, "max_duration": 170}),
    "paid time": ({"windows": True}, {"capacity": 9, "duration_cost": 1.0, "distance_cost": 0.5}),
    "open end": ({"windows": True}, {"capacity": 9, "open_end": True}),
    "release": ({"release": True}, {"capacity": 9, "duration_cost": 0.5}),
    "pickups": ({"pickup": True}, {"capacity": 9}),
    "overtime": ({}, {"capacity": 9, "overtime_after": 60.0, "overtime_cost": 2.0, "fixed_cost": 40.0}),
}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", KINDS)
def test_small_problems_are_solved_to_the_optimum(kind, seed):
    asked, vehicle = KINDS[kind]
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 50, (2, 5)).astype(float)
    early = rng.integers(0, 100, 5).astype(float)
    stops = ro.Stops(
        x,
        y,
        delivery=rng.integers(1, 5, 5),
        pickup=rng.integers(1, 5, 5) if "pickup" in asked else 0.0,
        windows=np.column_stack([early, early + 60]) if "windows" in asked else (0.0, inf),
        release=early if "release" in asked else 0.0,
        service=2.0,
    )
    problem = ro.VRP(stops, [ro.Vehicle(**vehicle)], [ro.Depot(25.0, 25.0)])
    plans = (ro.Solution(problem, ro.Routes.from_lists(plan)) for plan in all_plans(range(1, 6)))
    best = min((plan.cost for plan in plans if plan.feasible), default=inf)
    found = ro.solve(problem, solver="rich", stop=ro.MaxIterations(1000), seed=seed)
    assert (found.cost if found.feasible else inf) == pytest.approx(best)


def test_a_mixed_fleet_is_chosen_as_brute_force_chooses_it():
    rng = np.random.default_rng(4)
    stops = ro.Stops(*rng.integers(0, 50, (2, 4)).astype(float), delivery=[3.0, 4.0, 5.0, 6.0])
    fleet = [
        ro.Vehicle(capacity=7.0, fixed_cost=20.0),
        ro.Vehicle(capacity=18.0, fixed_cost=55.0, distance_cost=1.2, count=1),
        ro.Vehicle(capacity=11.0, fixed_cost=30.0, start=1),
    ]
    problem = ro.VRP(stops, fleet, [ro.Depot(25.0, 25.0), ro.Depot(5.0, 5.0)])
    plans = (
        ro.Solution(problem, ro.Routes.from_lists(plan, kinds))
        for plan in all_plans(range(2, 6))
        for kinds in product(range(3), repeat=len(plan))
    )
    best = min(plan.cost for plan in plans if plan.feasible)
    found = ro.solve(problem, solver="rich", stop=ro.MaxIterations(2000), seed=1)
    assert found.feasible
    assert found.cost == pytest.approx(best)


def test_iterations_and_seed_decide_the_routes():
    problem = SUITE["sixty stops"]
    runs = [ro.solve(problem, solver="rich", stop=ro.MaxIterations(3000), seed=5) for _ in range(2)]
    assert runs[0].routes.lists() == runs[1].routes.lists()


def test_a_tight_fleet_gets_all_stops_in_at_last():
    loads = [6.0, 6.0, 6.0, 4.0, 4.0, 4.0, 5.0, 5.0, 3.0, 3.0, 2.0, 2.0]
    rng = np.random.default_rng(3)
    stops = [ro.Stop(*place, delivery=load) for place, load in zip(rng.random((12, 2)), loads, strict=True)]
    problem = ro.VRP(stops, [ro.Vehicle(capacity=10.0, count=5)], [ro.Depot(0.5, 0.5)])
    found = ro.solve(problem, solver=RichILS(), stop=ro.MaxIterations(5000), seed=1)
    assert found.feasible
    assert found.vehicles == 5


def test_a_feasible_start_is_never_made_worse():
    problem = SUITE["sixty stops"]
    start = ro.solve(problem, 0)
    found = ro.solve(problem, solver="rich", start=start, stop=ro.MaxIterations(1), seed=1)
    assert found.cost <= start.cost


def test_stops_of_prizes_that_do_not_pay_stay_in_the_bank():
    far = [ro.Stop(1000.0, 0.0, prize=5.0), ro.Stop(1.0, 0.0, prize=5.0)]
    engine = engine_of(ro.VRP(far, [ro.Vehicle()], [ro.Depot(0.0, 0.0)]))
    engine._work(NOBODY, 50, 1e-9, 1.0, 0, GO)
    assert engine.plan.counts[BANKED] == 1
    assert present_routes(engine).lists() == [[2]]


def test_matrices_are_not_needed(monkeypatch):
    rng = np.random.default_rng(0)
    stops = ro.Stops(*rng.integers(0, 100, (2, 30)).astype(float), delivery=1.0)
    problem = ro.VRP(stops, [ro.Vehicle(capacity=8.0)], [ro.Depot(50.0, 50.0)], legs=ro.Euclidean("round"))
    dense = problem.instance()
    sparse = dense._replace(distance=np.zeros((1, 0, 0)), duration=np.zeros((1, 0, 0)))
    engine = Engine(sparse, None, np.random.default_rng(1), RichILS(), 1)
    engine._work(engine.waiting, 1, 1.0, 1.0, 0, GO)
    engine._work(NOBODY, 200, engine.short, 1.0, 0, GO)
    assert engine.plan.sums[COST] == pytest.approx(Evaluator(dense).evaluate(present_routes(engine)).cost)


@pytest.mark.parametrize("options", [{"neighbours": 0}, {"removed": 0.5}, {"hot": 0.1, "cold": 1.0}])
def test_parameters_out_of_range_are_refused(options):
    with pytest.raises(ValueError, match="must"):
        RichILS(**options)
