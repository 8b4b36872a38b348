"""Each peer answers in our terms: what it finds is feasible when it is costed and checked again."""

from __future__ import annotations

import numpy as np
import pytest

import routeopt as ro
from routeopt.bench.peers import PEERS, Task
from routeopt.bench.peers.whole import FAR, NEVER, full_matrices, vehicles_to_offer, whole_numbers
from routeopt.errors import RouteoptError, UnsupportedError
from routeopt.problems.features import FEATURES
from routeopt.problems.instance import Routes

TASK = Task(0.5, 1, 1)
RNG = np.random.default_rng(5)
PLACES = RNG.integers(0, 100, (12, 2)).astype(float)
DEMAND = RNG.integers(1, 6, 12).astype(float)
EARLY = RNG.integers(0, 150, 12).astype(float)
TRUCKS = [ro.Vehicle(capacity=15, count=12)]
YARD = [ro.Depot(50, 50)]
SECOND = [*YARD, ro.Depot(10, 90)]


def stops(**changes):
    return ro.Stops(PLACES[:, 0], PLACES[:, 1], **{"delivery": DEMAND, **changes})


WINDOWS = np.column_stack([EARLY, EARLY + 80])
PROBLEMS = {
    "loads": ro.VRP(stops(), TRUCKS, YARD, legs=ro.Euclidean("round")),
    "unrounded": ro.VRP(stops(), TRUCKS, YARD),
    "far below one": ro.VRP(
        ro.Stops(PLACES[:, 0] / 1e4, PLACES[:, 1] / 1e4, delivery=DEMAND / 7), [ro.Vehicle(capacity=15 / 7)],
        [ro.Depot(0.005, 0.005)],
    ),
    "one vehicle": ro.VRP(stops(delivery=0.0), [ro.Vehicle(count=1)], YARD, legs=ro.Euclidean("round")),
    "two loads": ro.VRP(
        stops(delivery=np.column_stack([DEMAND, DEMAND[::-1]])), [ro.Vehicle(capacity=(15, 14))], YARD
    ),
    "windows": ro.VRP(
        stops(windows=WINDOWS, service=3.5), TRUCKS, [ro.Depot(50, 50, window=(0, 400))], legs=ro.Euclidean("dimacs")
    ),
    "two windows": ro.VRP(
        stops(windows=np.stack([WINDOWS, WINDOWS + 120], axis=1)), TRUCKS, [ro.Depot(50, 50, window=(0, 500))]
    ),
    "limits": ro.VRP(stops(service=2.0), [ro.Vehicle(capacity=15, max_duration=160.5)], YARD),
    "distances": ro.VRP(stops(), [ro.Vehicle(capacity=15, max_distance=150.5, max_stops=5)], YARD),
    "distance": ro.VRP(stops(), [ro.Vehicle(capacity=15, max_distance=150.5)], YARD),
    "depots": ro.VRP(stops(), [ro.Vehicle("a", capacity=15), ro.Vehicle("b", capacity=15, start=1)], SECOND),
    "fleet": ro.VRP(
        stops(),
        [ro.Vehicle("a", count=2, capacity=15, fixed_cost=10.5), ro.Vehicle("b", capacity=9, distance_cost=1.7)],
        YARD,
    ),
    "skills": ro.VRP(
        stops(skills={"crane": np.arange(12) % 3 == 0}),
        [ro.Vehicle("a", capacity=15, skills={"crane"}), ro.Vehicle("b", capacity=15, distance_cost=0.5)],
        YARD,
    ),
    "duration": ro.VRP(stops(windows=WINDOWS), [ro.Vehicle(capacity=15, duration_cost=0.5)], YARD),
    "open": ro.VRP(stops(), [ro.Vehicle(capacity=15, open_end=True)], YARD),
    "other end": ro.VRP(stops(), [ro.Vehicle(capacity=15, end=1)], SECOND),
    "shift": ro.VRP(stops(service=1.0), [ro.Vehicle(capacity=15, shift=(10, 170))], YARD),
    "pickups": ro.VRP(stops(pickup=DEMAND[::-1]), TRUCKS, YARD),
    "backhauls": ro.VRP(
        stops(delivery=DEMAND * (np.arange(12) % 3 > 0), pickup=DEMAND * (np.arange(12) % 3 == 0)),
        [ro.Vehicle(capacity=15)], YARD, backhaul="strict",
    ),
    "linehauls first": ro.VRP(
        stops(delivery=DEMAND * (np.arange(12) % 3 > 0), pickup=DEMAND * (np.arange(12) % 3 == 0)),
        [ro.Vehicle(capacity=15)], YARD, backhaul="linehaul_first",
    ),
    "release": ro.VRP(stops(release=EARLY / 4, windows=(0, 400)), TRUCKS, YARD),
    "prizes": ro.VRP(stops(prize=np.where(np.arange(12) % 2, 12.0, np.inf)), TRUCKS, YARD),
    "groups": ro.VRP(stops(group=np.arange(12) // 3), TRUCKS, YARD),
    "shipments": ro.VRP(
        stops(delivery=0.0, windows=(0, 900)), TRUCKS, YARD,
        shipments=[ro.Shipment(str(node), str(node + 6), 4.0) for node in range(1, 7)],
    ),
    "reloads": ro.VRP(
        stops(windows=(0, 900)), [ro.Vehicle(capacity=15, count=2, reload_depots=(0,), max_reloads=2)], YARD
    ),
    "matrix": ro.VRP(
        stops(), TRUCKS, YARD, legs=ro.Matrix(RNG.integers(1, 99, (13, 13)), RNG.integers(1, 99, (13, 13)))
    ),
    "fewest": ro.VRP(stops(), TRUCKS, YARD, objective="fewest_vehicles"),
}  # fmt: skip


def installed(name):
    if PEERS[name].version is None:
        pytest.skip(f"{PEERS[name].package} is not installed")
    return PEERS[name]


TAKEN = [
    (name, kind)
    for name, peer in PEERS.items()
    for kind, problem in PROBLEMS.items()
    if problem.features <= peer.supports and (name != "lkh" or kind == "one vehicle")
]


@pytest.mark.parametrize(("name", "kind"), TAKEN)
def test_answers_hold(name, kind):
    peer, problem = installed(name), PROBLEMS[kind]
    task = TASK if kind in ("loads", "one vehicle") else TASK._replace(seconds=0.15)
    answer = peer.solve(problem.instance(), task)
    solution = ro.Solution(problem, Routes.from_lists(answer.routes, answer.vehicle))
    assert solution.complete
    assert solution.violations == []
    if answer.trace:
        objective = solution.objective if "fewest_vehicles" in problem.features else solution.cost
        assert min(cost for _, cost in answer.trace) == pytest.approx(objective, rel=0.05)


@pytest.mark.parametrize("name", PEERS)
def test_supports_are_attributes(name):
    assert PEERS[name].supports <= set(FEATURES)


def test_a_traced_cost_is_in_our_units():
    answer = installed("pyvrp").solve(PROBLEMS["far below one"].instance(), TASK)
    solution = ro.Solution(PROBLEMS["far below one"], Routes.from_lists(answer.routes, answer.vehicle))
    assert answer.trace[-1][1] == pytest.approx(solution.cost, rel=1e-3)
    assert answer.iterations > 0


def test_prizes_in_groups_are_refused_by_pyvrp():
    problem = ro.VRP(stops(group=np.arange(12) // 3, prize=10.0), TRUCKS, YARD)
    with pytest.raises(UnsupportedError, match="groups"):
        installed("pyvrp").solve(problem.instance(), TASK)


def test_whole_numbers_stay_as_they_are():
    whole = whole_numbers(PROBLEMS["loads"].instance())
    assert whole.scale == 1
    assert np.array_equal(whole.distance, PROBLEMS["loads"].instance().distance)
    assert whole.delivery[1:, 0].tolist() == DEMAND.tolist()
    assert whole.windows[0].tolist() == [[0, NEVER]]


def test_others_are_rounded_so_that_what_fits_fits():
    instance = PROBLEMS["limits"].instance()
    whole = whole_numbers(instance)
    assert whole.scale == 1000
    assert (whole.duration >= 1000 * instance.duration - 1e-3).all()
    assert (whole.service >= 1000 * instance.service).all()
    assert whole.max_duration.tolist() == [160500]
    assert np.abs(whole.distance - 1000 * instance.distance).max() <= 0.5
    assert whole_numbers(PROBLEMS["far below one"].instance()).scale == 1e7


def test_rates_are_whole_and_money_is_in_their_units():
    whole = whole_numbers(PROBLEMS["fleet"].instance())
    assert whole.distance_cost.tolist() == [10, 17]
    assert whole.scale == 10_000
    assert whole.fixed_cost.tolist() == [105_000, 0]


def test_scaled_instances_are_told_in_the_units_of_the_user():
    whole = whole_numbers(PROBLEMS["windows"].instance())
    assert whole.scale == 10
    assert whole.windows[1:, 0].tolist() == (10 * WINDOWS).tolist()


def test_legs_that_cannot_be_driven_are_far():
    legs = np.ones((3, 3))
    legs[1, 2] = np.inf
    problem = ro.VRP(ro.Stops([0, 1], [0, 1]), legs=ro.Matrix(legs))
    assert whole_numbers(problem.instance()).distance[0, 1, 2] == FAR


def test_matrices_are_computed_where_they_are_not_stored():
    instance = PROBLEMS["windows"].instance()
    bare = instance._replace(distance=np.zeros((1, 0, 0)), duration=np.zeros((1, 0, 0)))
    assert np.array_equal(full_matrices(bare)[0], instance.distance)
    with pytest.raises(RouteoptError, match="too many"):
        full_matrices(instance._replace(nodes=100_000))


def test_a_fleet_without_limit_is_offered_as_far_as_loads_may_need_it():
    many = ro.VRP(ro.Stops(np.arange(200.0), np.zeros(200), delivery=1.0), [ro.Vehicle(capacity=20)])
    assert vehicles_to_offer(many.instance()).tolist() == [17]
    assert vehicles_to_offer(PROBLEMS["windows"].instance()).tolist() == [12]
    free = ro.VRP(ro.Stops(np.arange(200.0), np.zeros(200)))
    assert vehicles_to_offer(free.instance()).tolist() == [7]
