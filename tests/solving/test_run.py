"""The chain: shares, clocks, flags, warm starts, hopeless stops – with toy solvers that we know."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import inf

import numpy as np
import pytest

import routeopt as ro
from routeopt.problems.evaluation import Evaluator
from routeopt.problems.features import FEATURES
from routeopt.problems.search import Incumbent
from routeopt.solving import Search, parse_chain

EVERYTHING = frozenset(FEATURES)


@dataclass(frozen=True)
class Alone:
    """A constructor: a vehicle for every stop."""

    supports = EVERYTHING
    constructs = True

    def __call__(self, instance, start, *, stop, rng, threads):
        routes = ro.Routes.from_lists([[i] for i in range(instance.depots, instance.nodes)])
        cost = Evaluator(instance).evaluate(routes).cost / instance.scale
        yield Incumbent(stop.seconds(), 1, cost, None, routes, "alone")


@dataclass(frozen=True)
class Shuffle:
    """An improver: random single routes, each iteration one; it keeps what is better."""

    supports = EVERYTHING
    pause: float = 0.0

    def __call__(self, instance, start, *, stop, rng, threads):
        evaluator, best, answer = Evaluator(instance), inf, start
        if start is not None:
            best = evaluator.evaluate(start).cost / instance.scale
        iterations = 0
        while not stop.reached(iterations):
            time.sleep(self.pause)
            iterations += 1
            order = rng.permutation(np.arange(instance.depots, instance.nodes)).tolist()
            found = ro.Routes.from_lists([order])
            evaluation = evaluator.evaluate(found)
            if not evaluation.violations and evaluation.cost / instance.scale < best:
                best, answer = evaluation.cost / instance.scale, found
            yield Incumbent(stop.seconds(), iterations, best, None, answer, "shuffle")


@dataclass(frozen=True)
class Liar:
    supports = EVERYTHING

    def __call__(self, instance, start, *, stop, rng, threads):
        yield Incumbent(0.0, 1, 0.0, None, ro.Routes.from_lists([[1], [1]]), "liar")


@dataclass(frozen=True)
class Broken:
    supports = EVERYTHING

    def __call__(self, instance, start, *, stop, rng, threads):
        yield Incumbent(0.0, 0, inf, None, None, "broken")
        raise ZeroDivisionError("a bug of the solver")


@pytest.fixture
def problem():
    rng = np.random.default_rng(1)
    return ro.VRP(ro.Stops(*rng.random((2, 8))), [ro.Vehicle()], [ro.Depot(0.5, 0.5)])


def test_a_chain_keeps_the_best_and_recomputes_it(problem):
    solution = ro.solve(problem, solver=[Alone(), Shuffle()], stop=ro.MaxIterations(200), seed=3)
    first = ro.solve(problem, 0, solver=Alone())
    assert solution.feasible
    assert solution.cost < first.cost
    assert solution.solver == "alone,shuffle"
    assert solution.iterations == 200
    assert solution.trace[-1][1] == pytest.approx(solution.cost)
    assert [cost for _, cost in solution.trace] == sorted((cost for _, cost in solution.trace), reverse=True)


def test_the_seed_decides_when_stopped_by_iterations(problem):
    runs = [
        ro.solve(problem, solver=[Alone(), Shuffle()], stop=ro.MaxIterations(50), seed=5) for _ in range(2)
    ]
    assert runs[0].routes.lists() == runs[1].routes.lists()


def test_zero_seconds_give_a_construction(problem):
    solution = ro.solve(problem, 0, solver=[Alone(), Shuffle()])
    assert solution.feasible
    assert solution.vehicles == 8


def test_iterations_are_shared_as_stated(problem):
    seen = {}
    for incumbent in ro.search(problem, solver=[Alone(), Shuffle(), Shuffle(0.0)], stop=ro.MaxIterations(90)):
        seen[incumbent.source] = incumbent.iterations
    assert seen["shuffle"] == 90


def test_a_time_limit_holds_though_the_solver_sleeps(problem):
    begun = time.perf_counter()
    solution = ro.solve(problem, 0.3, solver=[Alone(), Shuffle(pause=0.01)])
    assert 0.25 <= time.perf_counter() - begun <= 1.0
    assert solution.seconds <= 0.6


def test_criteria_compose(problem):
    target = ro.solve(problem, solver=[Alone(), Shuffle()], stop=ro.Target(1e9) | ro.MaxIterations(10**6))
    assert target.iterations == 0
    stale = ro.solve(
        problem, solver=[Alone(), Shuffle()], stop=ro.NoImprovement(30) | ro.MaxIterations(10**6)
    )
    assert 30 <= stale.iterations < 10**5


def test_a_false_claim_is_found_out(problem, caplog):
    solution = ro.solve(problem, solver=[Alone(), Liar()], stop=ro.MaxIterations(5))
    assert solution.feasible
    assert "violates" in caplog.text


def test_an_error_in_a_solver_reaches_the_caller(problem):
    with pytest.raises(ZeroDivisionError, match="a bug of the solver"):
        ro.solve(problem, 1, solver=[Alone(), Broken()])


def test_an_interrupt_returns_the_best_so_far(problem):
    def interrupt(incumbent):
        if incumbent.iterations >= 5:
            raise KeyboardInterrupt

    solution = ro.solve(problem, 60, solver=[Alone(), Shuffle(0.001)], on_incumbent=interrupt)
    assert solution.feasible
    assert solution.seconds < 10


def test_leaving_the_loop_ends_the_solver(problem):
    run = ro.search(problem, 60, solver=[Alone(), Shuffle(0.001)])
    for incumbent in run:
        if incumbent.iterations >= 3:
            break
    del incumbent
    assert run.solution().feasible


def test_a_start_is_never_made_worse(problem):
    good = ro.solve(problem, solver=[Alone(), Shuffle()], stop=ro.MaxIterations(500), seed=1)
    for start in (good, good.routes):
        again = ro.solve(problem, solver=[Shuffle()], start=start, stop=ro.MaxIterations(1), seed=9)
        assert again.cost <= good.cost
        assert again.solver == "shuffle"


def test_stops_that_no_vehicle_can_serve_are_left_out_with_a_reason():
    problem = ro.VRP(
        [
            ro.Stop(1, 0, "near", delivery=1),
            ro.Stop(2, 0, "heavy", delivery=9),
            ro.Stop(3, 0, "far", delivery=1),
        ],
        [ro.Vehicle(capacity=5)],
        [ro.Depot(0, 0)],
    )
    solution = ro.solve(problem, 0, solver=Alone())
    assert solution.violations == []
    assert not solution.feasible
    assert [left.stop for left in solution.unserved] == ["heavy"]
    assert sorted(visit.name for visits in solution.schedule for visit in visits[1:-1]) == ["far", "near"]


def test_nothing_can_be_served():
    problem = ro.VRP([ro.Stop(1, 0, delivery=9)], [ro.Vehicle(capacity=5)], [ro.Depot(0, 0)])
    solution = ro.solve(problem, 1, solver=Alone())
    assert solution.vehicles == 0
    assert len(solution.unserved) == 1


def test_unsupported_attributes_are_named(problem):
    @dataclass(frozen=True)
    class Narrow(Alone):
        supports = frozenset({"capacity"})

    tight = problem.replace(vehicles=[ro.Vehicle(max_stops=3)])
    with pytest.raises(ro.UnsupportedError, match="'max_stops'") as caught:
        ro.solve(tight, 1, solver=Narrow())
    assert caught.value.attributes == ("max_stops",)


@pytest.mark.parametrize(
    ("chain", "message"),
    [
        ("nobody", "solver 'nobody' is not known"),
        ("hgs:2", "the share must be"),
        ("hgs:much", "the share must be"),
        ([], "the chain is empty"),
    ],
)
def test_bad_chains_are_explained(problem, chain, message):
    with pytest.raises(ro.ProblemError, match=message):
        ro.solve(problem, 1, solver=chain)


def test_auto_takes_a_tour_solver_for_the_tour_of_one_vehicle_alone():
    one = ro.VRP([ro.Stop(1, 0), ro.Stop(2, 5), ro.Stop(0, 4)], [ro.Vehicle(count=1)])
    solution = ro.solve(one, solver="auto", stop=ro.MaxIterations(5))
    assert (solution.solver, solution.iterations, solution.feasible) == ("lk", 5, True)
    for vehicle in (ro.Vehicle(count=2), ro.Vehicle(count=1, max_distance=50)):
        links = Search(
            one.replace(vehicles=[vehicle]), 1, solver="auto", seed=1, threads=1, start=None, stop=None
        ).chain
        assert "lk" not in [link.name for link in links]


def test_a_solver_that_needs_no_plan_gives_one_in_no_time():
    one = ro.VRP([ro.Stop(1, 0), ro.Stop(2, 5), ro.Stop(0, 4)], [ro.Vehicle(count=1)])
    assert ro.solve(one, 0).feasible
    assert ro.solve(one, solver="lk", stop=ro.MaxIterations(0)).feasible
    assert ro.solve(one, 0, solver="savings,lk").solver == "savings"


def test_bad_limits_are_explained(problem):
    with pytest.raises(ro.ProblemError, match="seconds must be 0 or more"):
        ro.solve(problem, -1)
    with pytest.raises(ro.ProblemError, match="threads must be 1 or more"):
        ro.solve(problem, 1, threads=0)


def test_shares_fill_up_to_one():
    links = parse_chain([Alone(), Shuffle(), Shuffle()])
    assert [link.share for link in links[1:]] == [0.5, 0.5]
    assert isinstance(Search, type)
