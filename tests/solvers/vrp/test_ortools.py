"""OR-Tools as a link: its model means what our attributes mean, and it keeps time."""

from __future__ import annotations

import sys
import time

import numpy as np
import pytest
from exhaustive import best_plan, best_routes, worth
from hypothesis import HealthCheck, Phase, given, settings
from strategies import problems

import routeopt as ro
from routeopt.problems.evaluation import Evaluator
from routeopt.problems.features import FEATURES
from routeopt.problems.search import StopSignal
from routeopt.solvers import extra

pytest.importorskip("ortools")
from routeopt.solvers.vrp.ortools.refine import Refinement

FEW = settings(max_examples=4, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
SUPPORTED = sorted(set(FEATURES) - {"reloads", "fixed_edges"})


def run(problem, start=None, *, iterations=np.inf, seconds=np.inf, **parameters):
    signal = StopSignal(seconds, iterations)
    solver = ro.ORTools(**parameters)
    return list(solver(problem.instance(), start, stop=signal, rng=np.random.default_rng(1), threads=1))


def town(stops=40, capacity=30.0, **attributes):
    rng = np.random.default_rng(3)
    columns = {"delivery": rng.integers(1, 9, stops), **attributes}
    stated = ro.Stops(*rng.integers(0, 1000, (2, stops)).astype(float), **columns)
    return ro.VRP(stated, [ro.Vehicle(capacity=capacity)], [ro.Depot(500.0, 500.0)])


def small(feature, *, whole):
    without = {"reloads", "fixed_edges"}
    return problems(need={feature}, without=without, whole=whole, max_stops=4)


def means_the_same(problem):
    """What is searched breaks no rule; the best plan is one of the model's, and the model knows none better."""
    instance = problem.instance()
    evaluator = Evaluator(instance)
    found = worth(evaluator, run(problem, iterations=60)[-1].answer)
    best = best_routes(instance)
    worth_of_best = worth(evaluator, best)
    assert found >= worth_of_best or found == pytest.approx(worth_of_best)
    search = Refinement(instance, best, worth_of_best.missing == 0, StopSignal(np.inf, 60))
    search.run("guided")
    assert search.latest is None or worth(evaluator, search.latest) == pytest.approx(worth_of_best)
    return search.latest is not None


@pytest.mark.parametrize("feature", SUPPORTED)
def test_its_model_means_what_the_attribute_means(feature):
    modelled = []

    @FEW
    @given(small(feature, whole=True))
    def check(problem):
        modelled.append(means_the_same(problem))

    check()
    assert any(modelled)  # nothing is searched where no stop can be served


@pytest.mark.parametrize("feature", ["time_windows", "max_distance", "max_duration", "duration_cost"])
def test_broken_numbers_are_rounded_to_the_safe_side(feature):
    @FEW
    @given(small(feature, whole=False))
    def check(problem):
        means_the_same(problem)

    check()


def test_it_finds_what_trying_everything_finds():
    problem = town(5)
    found = worth(Evaluator(problem.instance()), run(problem, iterations=60)[-1].answer)
    assert found == pytest.approx(best_plan(problem.instance()))


def test_enormous_and_tiny_numbers_do_not_overflow():
    rng = np.random.default_rng(5)
    x, y = rng.random((2, 8))
    for scale in (1e-3, 1e9, 1e15):
        stops = ro.Stops(x * scale, y * scale, delivery=scale, windows=(0.0, 9 * scale), service=scale / 7)
        vehicle = ro.Vehicle(capacity=3 * scale, duration_cost=scale, fixed_cost=1e6 * scale)
        problem = ro.VRP(stops, [vehicle], [ro.Depot(0.5 * scale, 0.5 * scale)], objective="fewest_vehicles")
        last = run(problem, iterations=30)[-1]
        assert last.answer.size == 3
        assert last.objective < np.inf


def test_it_goes_on_from_the_incumbent_and_improves_it():
    problem = town()
    start = ro.solve(problem, 0, solver="nearest")
    found = run(problem, start.routes, iterations=200)
    assert found[0].objective == pytest.approx(start.cost)
    assert found[-1].objective < start.cost
    assert found[-1].iterations == 200


def test_a_start_that_breaks_a_rule_is_not_kept():
    problem = town()
    everything = ro.Routes.from_lists([list(range(1, 41))])
    found = run(problem, everything, iterations=50)
    assert found[0].objective == np.inf
    assert found[-1].objective < np.inf


def test_an_incomplete_start_is_completed():
    problem = town()
    start = ro.solve(problem, 0, solver="nearest").routes
    some = ro.Routes.from_lists(start.lists()[1:])
    found = run(problem, some, iterations=100)
    assert found[0].objective == np.inf
    assert found[-1].objective < np.inf


def test_time_and_heartbeat_are_kept_though_native_code_holds_the_lock():
    problem = town(300, windows=(0.0, 4000.0))
    start = ro.solve(problem, 0, solver="savings").routes
    run(problem, start, iterations=1)
    begun = time.perf_counter()
    found = run(problem, start, seconds=1.0)
    assert time.perf_counter() - begun <= 1.0 + 0.3
    beats = [incumbent.seconds for incumbent in found]
    assert max(np.diff(beats)) <= 0.35
    assert found[-1].iterations > 0


def test_it_ends_when_nobody_listens_any_more():
    problem = town()
    signal = StopSignal(60.0)
    found = iter(ro.ORTools()(problem.instance(), None, stop=signal, rng=np.random.default_rng(1), threads=1))
    next(found)
    next(found)
    begun = time.perf_counter()
    found.close()
    assert time.perf_counter() - begun <= 1.0


@pytest.mark.parametrize("metaheuristic", ["guided", "annealing", "tabu", "descent"])
def test_each_metaheuristic_gives_a_plan(metaheuristic):
    problem = town(12)
    assert run(problem, seconds=0.3, metaheuristic=metaheuristic)[-1].objective < np.inf


def test_a_chain_hands_over_and_never_gets_worse():
    problem = town()
    first = ro.solve(problem, solver="savings", seconds=1)
    both = ro.solve(problem, solver=["savings", "ortools"], stop=ro.MaxIterations(100))
    assert both.feasible
    assert both.cost < first.cost


def test_a_missing_package_is_one_error_that_names_the_extra(monkeypatch):
    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    for solver in ("ortools", ["hgs", "ortools"], "set_partition"):
        with pytest.raises(ro.RouteoptError, match=r"pip install 'routeopt\[ortools\]'"):
            ro.solve(town(5), 0, solver=solver)
    assert ro.solve(town(5), 0).feasible


def test_stating_a_chain_imports_nothing_heavy():
    import subprocess

    script = (
        "import sys, routeopt as ro; ro.ORTools(), ro.SetPartition();"
        "from routeopt.solving.chain import parse_chain; parse_chain('savings,ortools:0.5,set_partition');"
        "assert 'ortools' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ro.ORTools(metaheuristic="luck"), "'luck' is not known; use one of guided"),
        (lambda: ro.SetPartition(routes=0), "1 or more"),
    ],
)
def test_a_parameter_out_of_range_is_an_error(make, message):
    with pytest.raises(ro.ProblemError, match=message):
        make()
