"""The JSON document of a solution: what it says, that it is JSON, and the way back to routes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import problems_with_plans

import routeopt as ro
from routeopt.data.writers.solution_json import routes_of, text
from routeopt.problems.instance import EPS


def refuse_constant(name):
    """Fail on NaN and infinities, which Python would read and others do not."""
    raise AssertionError(f"{name} is not JSON")


def read_strictly(content):
    return json.loads(content, parse_constant=refuse_constant)


@settings(max_examples=100)
@given(problems_with_plans(whole=False))
def test_routes_survive(drawn):
    problem, routes = drawn
    solution = ro.Solution(problem, routes)
    document = read_strictly(text(solution))
    again = routes_of(document, problem)
    for field in ("visits", "offsets", "vehicle"):
        np.testing.assert_array_equal(getattr(again, field), getattr(routes, field))
    assert again.visits.dtype == np.int64
    assert document["cost"] == solution.cost
    assert document["feasible"] == solution.feasible
    assert len(document["violations"]) == len(solution.violations)
    assert [left["stop"] for left in document["unserved"]] == [left.stop for left in solution.unserved]
    total = sum(route["distance"] for route in document["routes"])
    assert total == pytest.approx(solution.distance, abs=EPS)
    assert sum(route["duration"] for route in document["routes"]) == pytest.approx(solution.duration, abs=EPS)
    instance = problem.instance()
    for route, kind in zip(document["routes"], routes.vehicle, strict=True):
        assert (route["end"] is None) == (instance.end[kind] < 0)


@pytest.fixture
def problem():
    return ro.VRP(
        [ro.Stop(3, 4, "mill"), ro.Stop(6, 8, "school")],
        [ro.Vehicle("van"), ro.Vehicle("bike", open_end=True)],
        [ro.Depot(0, 0, "hub")],
        best_known=16,
    )


def test_the_document_tells_how_the_plan_was_found(problem):
    solution = ro.Solution(
        problem,
        ro.Routes.from_lists([[1, 2]]),
        seconds=1.5,
        iterations=np.int64(7),
        solver="hgs",
        parameters={"hgs": {"neighbours": np.int32(20), "limit": np.inf, "sizes": (1, np.float32(2))}},
        seed=3,
        threads=2,
        trace=[(0.0, np.inf), (0.1, 22.0), (0.5, 20.0)],
        bound=15.0,
    )
    document = solution.document()
    assert document == read_strictly(text(solution))
    route = {"distance": 20, "duration": 20, "departure": 0, "arrival": 20}
    assert document == {
        "cost": 20,
        "feasible": True,
        "routes": [{"vehicle": "van", "start": "hub", "end": "hub", "stops": ["mill", "school"], **route}],
        "violations": [],
        "unserved": [],
        "seconds": 1.5,
        "iterations": 7,
        "solver": "hgs",
        "parameters": {"hgs": {"neighbours": 20, "limit": None, "sizes": [1, 2]}},
        "seed": 3,
        "threads": 2,
        "version": ro.__version__,
        "rounding": "exact",
        "bound": 15,
        "gap": 0.25,
        "trace": [[0.1, 22], [0.5, 20]],
    }


def test_bound_and_gap_are_there_only_where_known():
    problem = ro.VRP([ro.Stop(3, 4)])
    document = ro.Solution(problem, ro.Routes.from_lists([[1]]), bound=-np.inf).document()
    assert not document.keys() & {"bound", "gap"}


def test_violations_point_into_the_list_of_routes(problem):
    document = ro.Solution(problem, ro.Routes.from_lists([[2], [1, 2]], [0, 1])).document()
    (violation,) = document["violations"]
    assert violation["constraint"] == "visited_twice"
    assert violation["stop"] in document["routes"][violation["route"]]["stops"]


def test_every_unknown_name_is_told_at_once(problem):
    document = {
        "routes": [
            {"vehicle": "tram", "stops": ["mill", "inn", "pub"]},
            {"stops": ["inn"], "start": "barn"},
            {"vehicle": "bike", "end": "hub", "stops": ["mill"]},
            {"vehicle": "van", "end": None, "stops": "mill"},
        ]
    }
    with pytest.raises(ro.ProblemError) as caught:
        routes_of(document, problem)
    assert caught.value.messages == (
        "route 1: there is no vehicle 'tram'; the problem has 'van', 'bike'",
        "route 1: there are no stops or depots 'inn', 'pub'; use names of the problem",
        "route 2: it names no vehicle; the problem has 'van', 'bike'",
        "route 2: there is no stop or depot 'inn'; use names of the problem",
        "route 2: there is no depot 'barn'; the problem has 'hub'",
        "route 3: it ends at 'hub', but vehicle 'bike' ends at its last stop",
        "route 4: it has no 'stops', a list of names",
        "route 4: it ends nowhere, but vehicle 'van' ends at 'hub'",
    )


@pytest.mark.parametrize("content", [{}, {"routes": "mill"}, {"routes": ["mill"]}, [], None])
def test_what_is_no_solution_is_refused(content, problem):
    with pytest.raises(ro.ProblemError, match="a solution has 'routes'"):
        routes_of(content, problem)


def test_the_vehicle_may_be_left_out_where_there_is_one_type():
    problem = ro.VRP([ro.Stop(3, 4), ro.Stop(6, 8)], depots=[ro.Depot(0, 0), ro.Depot(1, 1)])
    routes = routes_of({"routes": [{"stops": [3, "depot 1", "2"]}, {"stops": []}]}, problem)
    assert routes.lists() == [[3, 1, 2]]
