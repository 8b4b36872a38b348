from __future__ import annotations

import numpy as np
import pytest

from routeopt import VRP, Depot, Matrix, Routes, Stops, Vehicle
from routeopt.solvers.vrp import integers
from routeopt.solvers.vrp.hgs.parameters import HGSParameters
from routeopt.solvers.vrp.hgs.plain import PlainEngine
from routeopt.solvers.vrp.integers import LONGEST_LEG, whole_factor, whole_legs, whole_loads
from routeopt.solvers.vrp.places import curve_order, distances, giant_tour, positions
from routeopt.solvers.vrp.plain import plain
from routeopt.solvers.vrp.plain_savings import PlainSavings


def test_whole_numbers_and_decimals_stay_exact():
    assert whole_factor(np.array([3.0, 20.0]), 100) == 1
    assert whole_factor(np.array([0.1, 0.7, 3.0]), 100) == 10
    assert whole_factor(np.array([0.1, 0.7, 30.0]), 100) is None
    assert whole_factor(np.array([1 / 3]), 1e12) is None
    assert whole_factor(np.zeros(0), 100) == 1


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e5, 1e12])
def test_legs_fit_whatever_their_size_and_keep_their_proportions(scale, monkeypatch):
    monkeypatch.setattr(integers, "_BLOCK", 50)
    legs = scale * np.random.default_rng(1).random((30, 30))
    whole, factor = whole_legs(lambda block: legs[block], 30)
    assert whole.dtype == np.int32
    assert 1 << 22 < whole.max() < LONGEST_LEG
    assert np.abs(whole - legs * factor).max() <= 0.5
    up, factor = whole_legs(lambda block: legs[block], 30, up=True)
    assert (up >= legs * factor).all()


def test_unreachable_legs_are_far_longer_than_any_other():
    legs = np.array([[0.0, 5.0], [np.inf, 0.0]])
    whole, factor = whole_legs(lambda block: legs[block], 2)
    assert factor == 1
    assert whole.tolist() == [[0, 5], [LONGEST_LEG - 1, 0]]


def test_legs_of_length_zero():
    whole, factor = whole_legs(lambda block: np.zeros((3, 3))[block], 3)
    assert factor == 1
    assert not whole.any()


@pytest.mark.parametrize("seed", range(20))
def test_loads_that_fit_inside_fit_outside(seed):
    rng = np.random.default_rng(seed)
    demand = rng.random(12) * 10.0 ** rng.integers(-3, 12)
    capacity = float(demand.sum() * rng.random())
    loads = whole_loads(demand, capacity)
    assert int(loads.demand.sum(dtype=np.int64)) < 2**31
    for _ in range(50):
        chosen = rng.random(12) < rng.random()
        if loads.demand[chosen].sum() <= loads.capacity:
            assert demand[chosen].sum() <= capacity + 1e-6
        elif demand[chosen].sum() <= capacity * (1 - 1e-6):
            pytest.fail("a load that fits was turned away")


def test_loads_in_tenths_are_exact_and_a_large_capacity_never_binds():
    loads = whole_loads(np.array([0.1, 0.2, 0.7]), 0.3)
    assert loads.demand.tolist() == [1, 2, 7]
    assert loads.capacity == 3
    third = np.full(3, 1 / 3)
    for capacity in (1.0, 7.0, np.inf):
        loads = whole_loads(third, capacity)
        assert loads.demand.sum() == loads.capacity


def test_positions_are_made_up_from_a_matrix_where_none_are_given():
    places = np.random.default_rng(3).integers(0, 100, (20, 2)).astype(float)
    apart = np.hypot(*(places[:, None] - places).T)
    problem = VRP(Stops(np.zeros(19), np.zeros(19)), depots=[Depot(0.0, 0.0)], legs=Matrix(apart))
    x, y = positions(problem.instance())
    assert np.hypot(x[:, None] - x, y[:, None] - y) == pytest.approx(apart, abs=1e-6)
    assert x[0] == y[0] == 0


def test_curve_keeps_neighbours_near():
    side = np.arange(16)
    x, y = (grid.ravel().astype(float) for grid in np.meshgrid(side, side))
    order = curve_order(x, y)
    assert sorted(order) == list(range(256))
    steps = np.hypot(np.diff(x[order]), np.diff(y[order]))
    assert steps.max() == 1.0  # a Hilbert curve never jumps


def test_giant_tour_drops_depots_and_repetitions_and_adds_what_is_missing():
    stops = np.array([4, 2, 3, 5])  # nodes of the kernel's stops 1 .. 4; 0 and 1 are depots
    routes = Routes.from_lists([[5, 1, 2], [5]])
    assert giant_tour(routes, stops).tolist() == [4, 2, 1, 3]


def random_problem(n, **fleet):
    rng = np.random.default_rng(n)
    x, y = rng.random((2, n)) * 100
    return VRP(Stops(x, y, delivery=rng.integers(1, 9, n)), [Vehicle(**fleet)], [Depot(50.0, 50.0)])


@pytest.mark.parametrize("n", [1, 2, 40])
def test_savings_make_giant_tours_that_differ(n):
    case = plain(random_problem(n, capacity=20.0).instance())
    savings = PlainSavings(case, case.near(20))
    rng = np.random.default_rng(2)
    tours = [savings.tour(rng).tolist() for _ in range(5)]
    assert all(sorted(tour) == list(range(1, n + 1)) for tour in tours)
    assert n < 40 or len({tuple(tour) for tour in tours}) > 1


def test_grounds_have_room_for_loads_that_cannot_share_a_vehicle():
    problem = VRP(
        Stops(np.arange(40.0), np.zeros(40), delivery=np.full(40, 6.0)),
        [Vehicle(capacity=10.0)],
        [Depot(0.0, 0.0)],
    )
    engine = PlainEngine(problem.instance(), HGSParameters(), [], np.random.default_rng(1))
    assert engine.ground.routes == 40


def test_legs_are_the_same_with_and_without_a_matrix():
    instance = random_problem(30).instance()
    nodes = np.arange(31)
    bare = instance._replace(distance=np.zeros((1, 0, 0)), duration=np.zeros((1, 0, 0)))
    expected = instance.distance[0]
    assert distances(bare, nodes[:, None], nodes) == pytest.approx(expected, rel=1e-15)
