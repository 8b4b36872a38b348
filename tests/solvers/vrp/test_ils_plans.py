"""Plans that anneal side by side add up to one search, and go on from the better one."""

from __future__ import annotations

import numpy as np
import pytest

import routeopt as ro
from routeopt.solvers.vrp.ils import ILS
from routeopt.solvers.vrp.ils.engine import Engine, survey
from routeopt.solvers.vrp.ils.habits import Habits
from routeopt.solvers.vrp.ils.plans import Plans

HABITS = Habits(6.0, 5, 0.5, 0.01, 8, 6, 3.0)
CALM = np.zeros(1, np.uint8)


@pytest.fixture
def engines():
    problem = ro.generate("x", 60, seed=4)
    start = ro.solve(problem, 0, solver="savings").routes
    site = survey(problem.instance(), start, HABITS, 40)
    made = [Engine(site, start, 1, 1_000, np.random.default_rng(seed)) for seed in (1, 2)]
    yield made
    for engine in made:
        engine.close()


def work(engine, temperature, iterations):
    engine.begin_round(temperature, np.inf, iterations, CALM)
    while not engine.end_round(1.0, over=False):
        pass


def test_a_round_is_counted_once_however_often_its_end_is_asked_for(engines):
    plans = Plans(engines)
    work(plans, 0.1, 600)
    assert plans.end_round(1.0, over=False)
    assert plans.iterations == 600
    assert [engine.iterations for engine in engines] == [300, 300]
    assert plans.best_cost == min(engine.best_cost for engine in engines)


def test_united_plans_go_on_from_the_better_one(engines):
    ahead, behind = engines
    work(ahead, 0.01, 2_000)
    best = ahead.best_cost
    assert best < behind.best_cost
    plans = Plans(engines)
    plans.unite()
    assert behind.cost == behind.best_cost == best
    assert behind.objective(behind.best()) == plans.objective(plans.best())
    work(plans, 0.0001, 200)  # books kept: nothing is dearer than the plan both began with
    for engine in engines:
        assert engine.best_cost <= best
        assert engine.objective(engine.best()) == engine.best_cost


@pytest.mark.parametrize(("stops", "threads", "plans"), [(40, 1, 1), (40, 2, 2), (40, 3, 2), (2_001, 2, 1)])
def test_threads_are_shared_among_plans_where_stops_are_few(stops, threads, plans):
    problem = ro.generate("x", stops, seed=1)
    start = ro.solve(problem, 0, solver="savings").routes
    made = ILS()._plans(problem.instance(), start, np.random.default_rng(1), threads)
    try:
        assert len(made._engines) == plans
        assert made.parts == threads
    finally:
        made.close()
