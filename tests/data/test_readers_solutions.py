"""Plans from files: numbers and names, vehicles that differ, reloads, and stops that nobody knows."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from strategies import problems_with_plans

import routeopt as ro
from routeopt.data.readers import stated_cost

STOPS = [ro.Stop(x, 0, name, delivery=1) for x, name in enumerate(["bakery", "school", "mill", "farm"], 1)]


def plain(**options) -> ro.VRP:
    return ro.VRP(STOPS, [ro.Vehicle(capacity=2, **options)], name="town")


def routes(text: str, problem: ro.VRP) -> ro.Routes:
    return ro.read_solution(io.StringIO(text), problem)


def errors(text: str, problem: ro.VRP) -> list[str]:
    with pytest.raises(ro.ProblemError) as raised:
        routes(text, problem)
    return [message.removeprefix("stream") for message in raised.value.messages]


def test_numbers_count_nodes_and_names_are_names():
    found = routes("Route #1: 2 1\nRoute #2: mill 4\nCost 16\nSolver: x", plain())
    assert found.lists() == [[2, 1], [3, 4]]
    assert stated_cost(io.StringIO("Route #1: 2 1\nCost 16\n")) == 16
    assert stated_cost(io.StringIO("Route #1: 2 1\nCost: 27591.5\nOptimal: True\n")) == 27591.5
    assert stated_cost(io.StringIO("Route #1: 2 1\n")) is None


def test_with_several_depots_stops_begin_behind_them():
    problem = ro.VRP(STOPS, [ro.Vehicle(start=0), ro.Vehicle(start=1)], [ro.Depot(0, 0), ro.Depot(9, 9)])
    unlimited = len(STOPS)  # lines of the first type, before those of the second
    found = routes(f"Route #1: 2 3\nRoute #{unlimited + 1}: 5 4", problem)
    assert found.lists() == [[2, 3], [5, 4]]
    assert found.vehicle.tolist() == [0, 1]


def test_the_kth_route_is_driven_by_the_kth_vehicle_where_they_differ():
    problem = ro.VRP(STOPS, [ro.Vehicle(count=2, capacity=1), ro.Vehicle(count=1, capacity=4)])
    found = routes("Route #1:\nRoute #2: 1\nRoute #3: 2 3 4", problem)
    assert found.lists() == [[1], [2, 3, 4]]
    assert found.vehicle.tolist() == [0, 1]
    assert errors("Route #4: 1", problem) == [
        ":1: route 4: the fleet has 3 vehicles; which of them drives it is not stated"
    ]


def test_a_depot_between_stops_is_a_reload():
    problem = plain(reload_depots=(0,))
    assert routes("Route #1: 1 2 0 3 4", problem).lists() == [[1, 2, 0, 3, 4]]
    assert routes("Route #1: 0 1 2 0 3 4 0", problem).lists() == [[1, 2, 0, 3, 4]]  # spelled out


def test_a_route_does_not_begin_at_the_depot_of_others():
    problem = ro.VRP(STOPS, [ro.Vehicle(start=1)], [ro.Depot(0, 0), ro.Depot(9, 9)])
    (message,) = errors("Route #1: 0 2 3", problem)
    assert message.startswith(":1: a route of 'vehicle 1' cannot begin or end at 'depot 0'")


def test_every_unknown_stop_is_told():
    assert errors("Route #1: 1 9\nRoute #2: 2 chapel\nRoute #2: 3\n4 5\n", plain()) == [
        ":1: there is no stop '9'; the nodes of town are numbered 0 to 4",
        ":2: there is no stop 'chapel'; the nodes of town are numbered 0 to 4",
        ":3: route 2 stands already in line 2; number each route once",
        ":4: numbers outside of a route; begin the line with 'Route #1:'",
    ]
    assert "there is no route" in errors("# nothing\n", plain())[0]


def test_a_document_that_names_unknown_stops_or_is_cut_off():
    (message,) = errors('{"routes": [{"stops": ["bakery", "chapel"]}]}', plain())
    assert message.startswith(": route 1: there is no stop or depot 'chapel'")
    assert errors('{"routes": [\n{"stops": ["bakery"', plain())[0].startswith(":2: this is not JSON")
    assert errors('{"stops": []}', plain())
    assert stated_cost(io.StringIO('{"cost": 12.5, "routes": []}')) == 12.5


@given(problems_with_plans())
def test_what_is_written_is_read_again(tmp_path_factory, drawn):
    problem, plan = drawn
    solution = ro.Solution(problem, plan)
    for suffix in ("sol", "json"):
        path = tmp_path_factory.mktemp("plans") / f"plan.{suffix}"
        try:
            ro.write(solution, path)
        except ro.ProblemError:  # more vehicles than a .sol has lines
            assert suffix == "sol"
            assert (solution.fleet_used > [vehicle.count or 99 for vehicle in problem.vehicles]).any()
            continue
        again = ro.read_solution(path, problem)
        assert sorted(zip(again.lists(), again.vehicle.tolist(), strict=True)) == sorted(
            zip(plan.lists(), plan.vehicle.tolist(), strict=True)
        )
        assert stated_cost(path) == pytest.approx(solution.cost, abs=1e-6)
