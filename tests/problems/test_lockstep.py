"""Driving all routes at once comes to the same as driving them one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import problems_with_plans

import routeopt as ro
from routeopt.problems import lockstep
from routeopt.problems.evaluation import Evaluator
from routeopt.problems.legs import leg, legs
from routeopt.problems.violations import route_violations


@settings(max_examples=250)
@given(problems_with_plans())
def test_totals_are_those_of_each_route_and_whoever_breaks_a_bound_is_suspect(drawn):
    problem, routes = drawn
    instance = problem.instance()
    width, lockstep._WIDTH = lockstep._WIDTH, 0
    try:
        fits = lockstep.fits(instance, routes)
    finally:
        lockstep._WIDTH = width
    single = (instance.windows[:, 0] == instance.windows[:, -1]).all()
    assert fits == (routes.size > 0 and single and (routes.visits >= instance.depots).all())
    if not fits:
        return
    found, evaluator = lockstep.totals(instance, routes), Evaluator(instance)
    for r, (kind, visits) in enumerate(zip(routes.vehicle.tolist(), routes.lists(), strict=True)):
        drive = evaluator.drive(kind, visits)
        assert found.distance[r] == drive.distance
        assert found.duration[r] == drive.duration
        assert found.suspect[r] == any(True for _ in route_violations(evaluator, r, kind, drive))


@pytest.mark.parametrize("of", [ro.Euclidean("round"), ro.Euclidean("dimacs", 2.0), ro.Haversine()])
@pytest.mark.parametrize("dense", [True, False])
def test_many_legs_are_those_computed_one_by_one(of, dense):
    rng = np.random.default_rng(3)
    x, y = rng.random((2, 12)) * 80
    fleet = [ro.Vehicle(profile="a"), ro.Vehicle(profile="b")]
    problem = ro.VRP(ro.Stops(x, y), fleet, [ro.Depot(1, 1)], legs={"a": of, "b": ro.Euclidean(of.rounding)})
    instance = problem.instance()
    if not dense:
        nothing = np.zeros((2, 0, 0))
        instance = instance._replace(distance=nothing, duration=nothing)
    profile, i, j = rng.integers(0, 2, 50), rng.integers(0, 13, 50), rng.integers(0, 13, 50)
    expected = np.array([leg(instance, *index) for index in zip(profile, i, j, strict=True)])
    assert np.column_stack(legs(instance, profile, i, j)) == pytest.approx(expected, rel=1e-12)
    assert np.column_stack(legs(instance, 1, i, j)) == pytest.approx(
        np.column_stack(legs(instance, np.ones(50, int), i, j))
    )


def test_a_large_plan_is_judged_at_once():
    rng = np.random.default_rng(1)
    x, y = rng.random((2, 4_000))
    stops = ro.Stops(x, y, delivery=np.ones(4_000), windows=(0.0, 4.0), service=0.1)
    problem = ro.VRP(stops, [ro.Vehicle(capacity=20)], [ro.Depot(0.5, 0.5)])
    routes = ro.Routes.from_lists(np.split(np.arange(1, 4_001), 200))
    solution = ro.Solution(problem, routes)
    assert {violation.constraint for violation in solution.violations} == {"time_windows"}
    assert solution.distance == pytest.approx(sum(visits[-1].distance for visits in solution.schedule))
