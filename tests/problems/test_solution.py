"""The solution agrees with a slow recomputation of the whole plan, whatever attributes are in use."""

from __future__ import annotations

from itertools import pairwise

import naive_plan
import pytest
from hypothesis import given, settings
from strategies import problems_with_plans

import routeopt as ro
from routeopt.testing import cases

ORDER = {"backhaul": "order", "linehaul_first": "order", "time_windows": "late", "shift": "late"}


@settings(max_examples=150)
@given(problems_with_plans(max_stops=5))
def test_cost_violations_and_completeness_equal_the_naive_ones(drawn):
    problem, routes = drawn
    solution = ro.Solution(problem, routes)
    expected = naive_plan.evaluate(problem, routes)
    assert {ORDER.get(v.constraint, v.constraint) for v in solution.violations} == expected.broken
    assert solution.complete == expected.complete
    assert solution.cost == pytest.approx(expected.cost, abs=1e-3)
    assert solution.feasible == (expected.complete and not expected.broken)


@settings(max_examples=60)
@given(problems_with_plans())
def test_the_schedule_adds_up(drawn):
    problem, routes = drawn
    solution = ro.Solution(problem, routes)
    for kind, visits in zip(routes.vehicle, solution.schedule, strict=True):
        assert visits[0].distance == 0
        assert all(visit.arrival <= visit.begin <= visit.departure + 1e-9 for visit in visits)
        assert all(visit.waiting >= 0 and visit.lateness >= 0 for visit in visits)
        assert all(a.departure <= b.arrival + 1e-9 for a, b in pairwise(visits))
        if not problem.vehicles[kind].open_end:
            assert visits[-1].name in problem.names[: len(problem.depots)]
            assert all(load >= -1e-9 for visit in visits for load in visit.load) or problem.shipments.size
    assert sum(visits[-1].distance for visits in solution.schedule) == pytest.approx(solution.distance)
    assert len(solution.rows()) == sum(map(len, solution.schedule))


@settings(max_examples=60)
@given(problems_with_plans())
def test_every_unserved_stop_has_a_reason(drawn):
    problem, routes = drawn
    solution = ro.Solution(problem, routes)
    named = {left.stop for left in solution.unserved}
    served = {problem.names[node] for node in routes.visits}
    assert not named & served
    assert all(left.reason for left in solution.unserved)


def test_a_summary_has_eight_lines():
    problem = cases()["capacity"]
    solution = ro.Solution(problem, ro.Routes.from_lists([[1, 2, 3]]))
    assert len(str(solution).splitlines()) == 8
    assert "not complete" in str(solution)


def test_a_table_has_a_row_for_each_visit():
    pytest.importorskip("pandas")
    problem = cases()["two loads"]
    table = ro.Solution(problem, ro.Routes.from_lists([[1, 2, 3]])).table()
    assert list(table["stop"]) == ["depot", "1", "2", "3", "depot"]


def test_routes_of_unknown_nodes_or_vehicles_are_refused():
    problem = cases()["capacity"]
    with pytest.raises(ro.ProblemError, match=r"no nodes \[99\]"):
        ro.Solution(problem, ro.Routes.from_lists([[1, 99]]))
    with pytest.raises(ro.ProblemError, match=r"no vehicle types \[4\]"):
        ro.Solution(problem, ro.Routes.from_lists([[1]], [4]))


def test_a_gap_is_given_where_a_best_value_is_known():
    problem = ro.VRP([ro.Stop(3, 4)], best_known=8.0)
    solution = ro.Solution(problem, ro.Routes.from_lists([[1]]))
    assert solution.gap == pytest.approx(0.25)
    assert "+25.00 %" in str(solution)
