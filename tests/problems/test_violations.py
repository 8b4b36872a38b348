"""For each attribute one plan that breaks it, and the violation named by constraint, stop and amount."""

from __future__ import annotations

from math import inf

import pytest

import routeopt as ro
from routeopt.problems.features import FEATURES

EAST = [(10, 0), (20, 0), (30, 0)]


def line(*, stops=({}, {}, {}), vehicles=None, depots=None, **rest):
    """Three stops on a line, 10, 20 and 30 east of the depot."""
    rows = [ro.Stop(*place, **attributes) for place, attributes in zip(EAST, stops, strict=True)]
    return ro.VRP(rows, vehicles or [ro.Vehicle()], depots or [ro.Depot(0, 0)], **rest)


def found(problem, routes, vehicle=None):
    solution = ro.Solution(problem, ro.Routes.from_lists(routes, vehicle))
    assert solution.feasible == (not solution.violations and solution.complete)
    return [(v.constraint, v.stop, round(v.amount, 9)) for v in solution.violations]


DELIVERIES = ({"delivery": 2}, {"delivery": 3}, {"delivery": 4})

BROKEN = {
    "capacity": (
        line(stops=DELIVERIES, vehicles=[ro.Vehicle(capacity=8)]),
        [[1, 2, 3]],
        [("capacity", "3", 1)],
    ),
    "pickup": (
        line(stops=({"delivery": 5}, {"pickup": 5}, {"pickup": 1}), vehicles=[ro.Vehicle(capacity=5)]),
        [[2, 1, 3]],
        [("capacity", "1", 5)],
    ),
    "load_dimensions": (
        line(stops=({"delivery": (1, 3)}, {"delivery": (1, 3)}, {}), vehicles=[ro.Vehicle(capacity=(9, 4))]),
        [[1, 2, 3]],
        [("capacity", "2", 2)],
    ),
    "backhaul": (
        line(stops=({"delivery": 1}, {"pickup": 1}, {"pickup": 1}), backhaul="strict"),
        [[2, 1], [3]],
        [("backhaul", "1", 1), ("backhaul", "", 1)],
    ),
    "linehaul_first": (
        line(stops=({"delivery": 1}, {"pickup": 1}, {"pickup": 1}), backhaul="linehaul_first"),
        [[2, 1], [3]],
        [("linehaul_first", "1", 1)],
    ),
    "time_windows": (
        line(stops=({}, {"windows": (0, 15)}, {})),
        [[1, 2, 3]],
        [("time_windows", "2", 5)],
    ),
    "several_windows": (
        line(stops=({}, {}, {"windows": ((0, 5), (10, 25))})),
        [[1, 2, 3]],
        [("time_windows", "3", 5)],
    ),
    "service_time": (
        line(stops=({"service": 3}, {"windows": (0, 20)}, {})),
        [[1, 2, 3]],
        [("time_windows", "2", 3)],
    ),
    "release": (
        line(stops=({}, {"windows": (0, 20)}, {"release": 7})),
        [[1, 2, 3]],
        [("time_windows", "2", 7)],
    ),
    "groups": (line(stops=({"group": "a"}, {"group": "a"}, {})), [[1, 2, 3]], [("groups", "1", 1)]),
    "skills": (
        line(stops=({"skills": {"lift"}}, {}, {}), vehicles=[ro.Vehicle(), ro.Vehicle(skills={"lift"})]),
        [[1, 2, 3]],
        [("skills", "1", 1)],
    ),
    "shipments": (
        line(shipments=[ro.Shipment("3", "1")]),
        [[1, 2, 3]],
        [("shipments", "1", 1)],
    ),
    "fixed_edges": (line(fixed_edges=[("1", "3")]), [[1, 2, 3]], [("fixed_edges", "3", 1)]),
    "limited_fleet": (line(vehicles=[ro.Vehicle(count=2)]), [[1], [2], [3]], [("limited_fleet", "", 1)]),
    "shift": (line(vehicles=[ro.Vehicle(shift=(5, 50))]), [[1, 2, 3]], [("shift", "depot", 15)]),
    "max_distance": (line(vehicles=[ro.Vehicle(max_distance=50)]), [[1, 2, 3]], [("max_distance", "", 10)]),
    "max_duration": (
        line(stops=({"service": 4}, {}, {}), vehicles=[ro.Vehicle(max_duration=60)]),
        [[1, 2, 3]],
        [("max_duration", "", 4)],
    ),
    "max_stops": (line(vehicles=[ro.Vehicle(max_stops=2)]), [[1, 2, 3]], [("max_stops", "", 1)]),
    "reloads": (
        line(vehicles=[ro.Vehicle(reload_depots=(0,), max_reloads=1)]),
        [[1, 0, 2, 0, 3]],
        [("reloads", "", 1)],
    ),
    "asymmetric": (
        line(legs=ro.Matrix([[0, inf, 1, 1], [1, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 0]])),
        [[1, 2, 3]],
        [("unreachable", "1", 1)],
    ),
}


@pytest.mark.parametrize("attribute", BROKEN)
def test_each_bound_that_is_broken_is_named(attribute):
    problem, routes, expected = BROKEN[attribute]
    assert attribute in problem.features
    assert found(problem, routes) == expected


def test_a_reload_where_none_is_allowed():
    assert found(line(), [[1, 0, 2, 3]]) == [("reloads", "depot", 1)]


def test_a_stop_visited_twice():
    assert found(line(), [[1, 2, 3], [2]]) == [("visited_twice", "2", 1)]


def test_a_shipment_torn_apart_and_one_half_served():
    problem = line(shipments=[ro.Shipment("1", "3")])
    assert found(problem, [[1, 2], [3]]) == [("shipments", "3", 1)]
    assert found(problem, [[1, 2]]) == [("shipments", "1", 1)]
    assert found(problem, [[1, 2, 3]]) == []


def test_a_reload_empties_the_vehicle():
    problem = line(stops=DELIVERIES, vehicles=[ro.Vehicle(capacity=5, reload_depots=(0,))])
    assert found(problem, [[1, 2, 0, 3]]) == []
    assert found(problem, [[1, 0, 2, 3]]) == [("capacity", "3", 2)]


COSTS = {
    "prizes": (line(stops=({"prize": 7}, {"prize": 5}, {})), [[3]], {"distance": 60, "prizes": 12}),
    "fixed_cost": (line(vehicles=[ro.Vehicle(fixed_cost=9)]), [[1, 2], [3]], {"distance": 100, "fixed": 18}),
    "distance_cost": (line(vehicles=[ro.Vehicle(distance_cost=2)]), [[1, 2, 3]], {"distance": 120}),
    "duration_cost": (
        line(stops=({"service": 5}, {"windows": (40, 50)}, {}), vehicles=[ro.Vehicle(duration_cost=2)]),
        [[1, 2, 3]],
        {"distance": 60, "duration": 2 * 65},  # leaves at 15, so that nobody waits
    ),
    "overtime": (
        line(vehicles=[ro.Vehicle(overtime_after=50, overtime_cost=3)]),
        [[1, 2, 3]],
        {"distance": 60, "overtime": 30},
    ),
    "open_end": (line(vehicles=[ro.Vehicle(open_end=True)]), [[1, 2, 3]], {"distance": 30}),
    "other_end": (
        line(depots=[ro.Depot(0, 0), ro.Depot(40, 0)], vehicles=[ro.Vehicle(end=1)]),
        [[2, 3, 4]],
        {"distance": 40},
    ),
    "depots": (
        line(depots=[ro.Depot(0, 0), ro.Depot(40, 0)], vehicles=[ro.Vehicle(), ro.Vehicle(start=1)]),
        [[2, 3], [4]],
        {"distance": 60},
    ),
    "durations": (
        line(legs=ro.Euclidean(speed=2), vehicles=[ro.Vehicle(duration_cost=1)]),
        [[1, 2, 3]],
        {"distance": 60, "duration": 30},
    ),
    "profiles": (
        line(
            legs={
                "car": ro.Euclidean(),
                "bike": ro.Matrix([[0, 5, 9, 9], [5, 0, 2, 9], [9, 2, 0, 1], [4, 9, 1, 0]]),
            },
            vehicles=[ro.Vehicle(profile="car"), ro.Vehicle(profile="bike")],
        ),
        [[1, 2, 3]],
        {"distance": 12},
    ),
    "heterogeneous_fleet": (
        line(vehicles=[ro.Vehicle(), ro.Vehicle(fixed_cost=1)]),
        [[1], [2, 3]],
        {"distance": 80, "fixed": 1},
    ),
    "groups": (
        line(stops=({"group": "a", "prize": 9}, {"group": "a", "prize": 4}, {})),
        [[2, 3]],
        {"distance": 60, "prizes": 5},
    ),
}


@pytest.mark.parametrize("attribute", COSTS)
def test_each_cost_is_counted(attribute):
    problem, routes, expected = COSTS[attribute]
    assert attribute in problem.features
    kinds = [1] if attribute == "profiles" else list(range(len(routes)))
    kinds = kinds if len(problem.vehicles) > 1 else [0] * len(routes)
    solution = ro.Solution(problem, ro.Routes.from_lists(routes, kinds))
    assert solution.feasible
    assert {name: cost for name, cost in solution.costs.items() if cost} == pytest.approx(expected)
    assert solution.cost == pytest.approx(sum(expected.values()))


def test_fewest_vehicles_outweighs_any_distance():
    problem = line(objective="fewest_vehicles")
    assert "fewest_vehicles" in problem.features
    one, three = (
        ro.Solution(problem, ro.Routes.from_lists(routes)) for routes in ([[3, 1, 2]], [[1], [2], [3]])
    )
    assert one.objective < three.objective
    assert one.cost == 80
    assert three.cost == 120


def test_every_attribute_is_broken_or_counted():
    assert set(FEATURES) == set(BROKEN) | set(COSTS) | {"fewest_vehicles"}


def test_of_several_windows_a_later_start_can_save_time():
    problem = line(
        stops=({"windows": ((0, 12), (100, 120))}, {"windows": ((110, 130),)}, {}),
        vehicles=[ro.Vehicle(max_duration=70)],
    )
    solution = ro.Solution(problem, ro.Routes.from_lists([[1, 2, 3]]))
    assert solution.violations == []
    assert solution.schedule[0][0].departure == pytest.approx(90, abs=1e-4)


def test_unserved_stops_come_with_reasons():
    problem = line(
        stops=({"delivery": 9}, {"prize": 3}, {"windows": (0, 5)}),
        vehicles=[ro.Vehicle(capacity=8, count=1)],
    )
    reasons = {left.stop: left.reason for left in ro.Solution(problem, ro.Routes.from_lists([])).unserved}
    assert "exceeds the capacity" in reasons["1"]
    assert "prize of 3" in reasons["2"]
    assert "25 after its window" in reasons["3"]


def test_dimacs_amounts_are_in_the_users_units():
    problem = line(
        stops=({"windows": (0, 9.5)}, {}, {}),
        legs=ro.Euclidean("dimacs"),
        vehicles=[ro.Vehicle(fixed_cost=2)],
    )
    solution = ro.Solution(problem, ro.Routes.from_lists([[1, 2, 3]]))
    assert solution.cost == pytest.approx(62)
    assert [(v.constraint, v.amount) for v in solution.violations] == [("time_windows", pytest.approx(0.5))]
    assert solution.schedule[0][1].arrival == pytest.approx(10)
