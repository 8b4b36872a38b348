"""Every solver of flows: never infeasible, never above the bound, and on time."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from naive_flows import admissions, best_worth, is_feasible

import routeopt as ro
from routeopt import registry
from routeopt.problems.search import StopSignal

FEW = settings(max_examples=25, suppress_health_check=list(HealthCheck))
NAMES = sorted(registry.FLOW_SOLVERS)


def run(problem, name, *, start=None, iterations=np.inf, seconds=np.inf, seed=1, **parameters):
    signal = StopSignal(seconds, iterations)
    solver = registry.flow_solver(name)(**parameters)
    rng = np.random.default_rng(seed)
    return list(solver(problem.instance(), start, stop=signal, rng=rng, threads=1))


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(problem=admissions())
def test_no_answer_breaks_a_limit_and_none_beats_the_best(name, problem):
    if not problem.flows:
        return
    best = best_worth(problem)
    for found in run(problem, name, iterations=30, seconds=5.0):
        if found.answer is not None:
            assert is_feasible(problem, found.answer.lists())
            assert found.objective == ro.Admission(problem, found.answer).objective <= best
        if found.bound is not None:
            assert found.bound >= best - 1e-6


@FEW
@given(problem=admissions())
def test_a_chain_finds_and_proves_what_trying_everything_finds(problem):
    found = ro.solve(problem, 20, solver="greedy,bound,dive:0.1,exact", seed=1)
    assert found.feasible
    assert found.objective == best_worth(problem)
    assert found.status == "optimal" or not problem.flows


def town(load=1.3, flows=60, nodes=12, seed=3):
    return ro.generate_flows("waxman", nodes, flows, load=load, seed=seed)


@pytest.mark.parametrize("genes", ["keys", "paths"])
def test_breeding_pays(genes):
    problem = town(flows=150)
    found = run(problem, "genetic", iterations=60, genes=genes)
    assert found[-1].objective > 1.02 * found[1].objective


@pytest.mark.parametrize("name", ["ruin", "lns", "genetic"])
def test_a_seed_gives_one_answer(name):
    problem = town()
    first, second = (run(problem, name, iterations=20)[-1] for _ in range(2))
    assert first.objective == second.objective
    assert first.answer.lists() == second.answer.lists()


@pytest.mark.parametrize("name", NAMES)
def test_it_is_never_worse_than_its_start(name):
    problem = town()
    start = ro.solve(problem, 1, solver="greedy,ruin", seed=2)
    found = run(problem, name, start=start.routes, iterations=10, seconds=3.0)
    assert max((incumbent.objective for incumbent in found), default=start.objective) >= start.objective


@pytest.mark.parametrize("name", ["bound", "dive", "ruin", "lns", "exact", "genetic"])
def test_deadline_and_heartbeat_are_kept(name):
    problem = town(flows=400, nodes=30)
    run(problem, name, iterations=1, seconds=5.0)  # compiles
    begun = time.perf_counter()
    found = run(problem, name, seconds=1.0)
    assert time.perf_counter() - begun <= 1.0 + 0.3
    assert max(np.diff([incumbent.seconds for incumbent in found]), default=0.0) <= 0.35


def test_the_chain_is_no_worse_than_the_best_greedy_and_says_how_far_it_may_be():
    problem = town(flows=300, nodes=20)
    greedy = ro.solve(problem, 0, solver="greedy")
    found = ro.solve(problem, 2, seed=1)
    assert found.feasible
    assert greedy.objective <= found.objective <= found.bound
    assert found.gap <= 10
    trace = [objective for _, objective, _ in found.trace]
    assert trace == sorted(trace)


def test_a_target_and_patience_end_the_search():
    problem = town(flows=150, nodes=15)
    reached = ro.solve(problem, 1, solver="greedy,ruin", seed=1).objective - 5
    found = ro.solve(problem, 60, solver="greedy,ruin", stop=ro.Target(-reached), seed=1)
    assert found.objective >= reached
    assert found.seconds < 30
    patient = ro.solve(problem, 60, solver="greedy,genetic", stop=ro.NoImprovement(30), seed=1)
    assert patient.seconds < 30
    assert patient.objective > ro.solve(problem, 0, solver="greedy").objective


def test_a_start_goes_on_and_a_broken_one_is_refused():
    problem = town()
    start = ro.solve(problem, 0, solver="greedy")
    assert ro.solve(problem, 0.2, solver="ruin", start=start).objective >= start.objective
    broken = ro.FlowPaths.from_lists([[0]] * len(problem.flows))
    with pytest.raises(ro.ProblemError, match="start: "):
        ro.solve(problem, 1, start=broken)
    with pytest.raises(ro.ProblemError, match="it has 1 flows, the problem has 60"):
        ro.solve(problem, 1, start=ro.FlowPaths.from_lists([[0]]))


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("greedy", {"rule": "luck"}),
        ("ruin", {"removals": 0}),
        ("ruin", {"force": 1.0}),
        ("ruin", {"cold": 0.0}),
        ("lns", {"free": 0}),
        ("dive", {"share": 0.0}),
        ("exact", {"columns": 0}),
        ("genetic", {"genes": "luck"}),
        ("genetic", {"elite": 100}),
    ],
)
def test_a_parameter_out_of_range_is_an_error(name, parameters):
    with pytest.raises(ValueError, match=r"must be|not known"):
        registry.flow_solver(name)(**parameters)


def test_unknown_solvers_and_guides_are_errors():
    with pytest.raises(ro.ProblemError, match="'hgs' is not known for flows; use one of bound"):
        ro.solve(town(), 1, solver="hgs")
    with pytest.raises(ro.ProblemError, match="guide"):
        ro.solve(town(), 1, guide="edges")
