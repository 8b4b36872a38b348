"""Kernels of the tour search against their twins: lengths, moves, kicks and what is taken back."""

from __future__ import annotations

import numpy as np
import pytest
from naive_tour import is_one_tour, tour_length, two_opt
from numba import njit

from routeopt import VRP, Depot, Euclidean, Haversine, Matrix, Stops, Vehicle
from routeopt.problems import legs as legs_module
from routeopt.solvers.random import random_state
from routeopt.solvers.vrp.tour.chain import choose_cut, search
from routeopt.solvers.vrp.tour.engine import TourEngine
from routeopt.solvers.vrp.tour.greedy import greedy_tour
from routeopt.solvers.vrp.tour.ground import Places
from routeopt.solvers.vrp.tour.layout import new_tour, new_trial, tour_length as kernel_length
from routeopt.solvers.vrp.tour.moves import one_tour, put_back, take_out

GO = np.zeros(1, np.uint8)
FOREVER = 1 << 40


def instance_of(n, seed=1, legs=None, side=1000):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, side, (2, n)).astype(float)
    return VRP(Stops(x[1:], y[1:]), [Vehicle(count=1)], [Depot(x[0], y[0])], legs=legs).instance()


def matrix_of(ground):
    """Return all legs, as whole as the kernel has them."""
    straight = np.sqrt((ground.x[:, None] - ground.x) ** 2 + (ground.y[:, None] - ground.y) ** 2)
    return ground.legs if len(ground.legs) else np.floor(straight * ground.factor + 0.5).astype(np.int64)


def begun(instance, neighbours=8, breadth=(5, 3, 1)):
    places = Places(instance)
    ground = places.ground(neighbours)
    tour = new_tour(greedy_tour(places))
    tour.state["length"] = kernel_length(ground, tour)
    return ground, tour, new_trial(breadth, 3)


@njit
def closes(trial, cuts, sides, again):
    """Take legs out; put some back and take them out once more; say whether the tour is one."""
    for i in range(len(cuts)):
        take_out(trial, i, cuts[i], sides[i])
    for i in range(len(cuts) - 1, again - 1, -1):
        put_back(trial, i)
    for i in range(again, len(cuts)):
        take_out(trial, i, cuts[i], sides[i])
    return one_tour(trial, len(cuts))


@pytest.mark.parametrize("legs", [2, 3, 4, 5, 6])
def test_what_closes_to_one_tour_is_told_from_the_cuts(legs):
    rng = np.random.default_rng(legs)
    told = []
    for _ in range(300):
        count = int(rng.integers(legs + 1, 14))
        cuts = rng.permutation(count)[:legs]
        sides = rng.integers(0, 2, legs)
        stops = np.column_stack([(cuts + sides) % count, (cuts + 1 - sides) % count]).ravel().tolist()
        trial = new_trial((1,) * 7, 3)
        told.append(closes(trial, cuts, sides, int(rng.integers(1, legs + 1))))
        assert told[-1] == is_one_tour(count, cuts.tolist(), stops)
    assert 0 < sum(told) < 300


@njit
def chosen_cuts(values):
    cuts, chosen = np.zeros(4, np.int64), 0
    for value in values:
        if chosen < 4:
            chosen = choose_cut(cuts, chosen, value)
    return cuts[:chosen]


def test_cuts_of_a_kick_are_different_and_in_order():
    rng = np.random.default_rng(1)
    for _ in range(50):
        values = rng.integers(0, 6, 8)
        first = list(dict.fromkeys(values.tolist()))[:4]
        assert chosen_cuts(values).tolist() == sorted(first)


@pytest.mark.parametrize("n", [4, 5, 6, 9, 40, 200])
@pytest.mark.parametrize("legs", [None, Euclidean("round")])
def test_lengths_and_order_hold_at_every_moment(n, legs):
    ground, tour, trial = begun(instance_of(n, seed=n, legs=legs))
    matrix, now = matrix_of(ground), tour.state[0]
    state = random_state(np.random.default_rng(n))
    interrupted = 0
    for _ in range(400):
        search(ground, tour, trial, state, GO, FOREVER, np.inf, 0.0, 1)
        assert np.array_equal(np.sort(tour.order), np.arange(n))
        assert np.array_equal(tour.order[tour.place], np.arange(n))
        assert tour_length(matrix, tour.order) == now["length"] + now["change"]
        interrupted += now["waiting"] > 0
    assert now["kicks"] > 0
    assert interrupted > 0


def test_a_kick_that_does_not_pay_leaves_no_trace():
    ground, tour, trial = begun(instance_of(150, seed=3))
    state, now = random_state(np.random.default_rng(3)), tour.state[0]
    matrix, refused = matrix_of(ground), 0
    for kicks in range(300):
        before, length = tour.order.copy(), int(now["length"])
        search(ground, tour, trial, state, GO, kicks, np.inf, 0.0, FOREVER)
        assert now["kicks"] == kicks
        if kicks > 0:
            assert now["length"] <= length
            refused += np.array_equal(before, tour.order)
        assert tour_length(matrix, tour.order) == now["length"]
        assert now["waiting"] == now["logged"] == tour.queued.sum() == 0
    assert 0 < refused < 300


def test_a_log_that_is_full_ends_the_kick():
    ground, tour, trial = begun(instance_of(150, seed=4))
    tour = tour._replace(log=tour.log[:160])  # a kick rewrites less than 150 places
    state, now = random_state(np.random.default_rng(4)), tour.state[0]
    full = 0
    for _ in range(3000):
        search(ground, tour, trial, state, GO, FOREVER, np.inf, 0.0, 1)
        full += now["full"]
        assert tour_length(matrix_of(ground), tour.order) == now["length"] + now["change"]
    assert full > 0


def test_the_best_tour_is_known_while_a_longer_one_is_at_work():
    instance = instance_of(60, seed=5)
    engine = TourEngine(instance, None, 8, 2.0, np.random.default_rng(5))
    longer, length = 0, np.inf
    for _ in range(600):
        engine.step(GO, FOREVER, np.inf, 20)
        nodes = engine.nodes()
        assert np.array_equal(np.sort(nodes), np.arange(60))
        assert tour_length(engine._ground.legs, np.argsort(engine._places)[nodes]) == engine.length <= length
        length = engine.length
        longer += engine._now["length"] > length
    assert longer > 0


def test_a_few_kicks_beat_two_opt():
    for seed in range(4):
        ground, tour, trial = begun(instance_of(120, seed=seed))
        matrix, start = matrix_of(ground), tour.order.copy()
        search(ground, tour, trial, random_state(np.random.default_rng(1)), GO, 60, np.inf, 0.0, FOREVER)
        assert tour.state[0]["length"] < tour_length(matrix, two_opt(matrix, start))


@pytest.mark.parametrize("legs", [Euclidean(), Euclidean("round"), Euclidean("dimacs"), Haversine("trunc")])
def test_legs_without_a_matrix_are_those_of_the_matrix(legs, monkeypatch):
    with_matrix = instance_of(30, legs=legs, side=80)
    monkeypatch.setattr(legs_module, "DENSE_LIMIT", 10)
    without = instance_of(30, legs=legs, side=80)
    assert without.distance.shape[1] == 0
    ground = Places(without).ground(6)
    order = np.roll(np.random.default_rng(1).permutation(30), 1)
    nodes = Places(without).nodes[order]
    exact = with_matrix.distance[0][nodes, np.roll(nodes, -1)].sum()
    assert kernel_length(ground, new_tour(order)) == pytest.approx(exact * ground.factor, abs=30)
    if legs.rounding != "exact":
        assert ground.factor == 1
        assert kernel_length(ground, new_tour(order)) == exact


def test_neighbours_are_spread_over_the_quadrants_and_sorted():
    rng = np.random.default_rng(1)
    x, y = np.concatenate([rng.random((2, 30)), 50 + rng.random((2, 30))], axis=1)
    instance = VRP(Stops(x[1:], y[1:]), [Vehicle(count=1)], [Depot(x[0], y[0])]).instance()
    ground = Places(instance).ground(8)
    assert (np.diff(ground.near_legs, axis=1) >= 0).all()
    assert np.array_equal(ground.near_legs, np.take_along_axis(ground.legs, ground.near.astype(int), axis=1))
    far = np.hypot(ground.x[ground.near] - ground.x[:, None], ground.y[ground.near] - ground.y[:, None]) > 40
    assert far.any()  # nobody's eight closest are in the other cluster


@pytest.mark.parametrize("n", [2, 3, 4, 30, 300])
@pytest.mark.parametrize("kind", ["plane", "matrix", "one place", "two places"])
def test_greedy_tour_visits_all(n, kind):
    instance = instance_of(n, side={"one place": 1, "two places": 2}.get(kind, 1000))
    if kind == "matrix":
        square = Matrix(instance.distance[0])
        instance = VRP(Stops(np.zeros(n - 1), np.zeros(n - 1)), [Vehicle(count=1)], legs=square).instance()
    places = Places(instance)
    assert sorted(greedy_tour(places)) == list(range(n))


def test_greedy_tour_takes_the_shortest_legs():
    x = np.array([0.0, 1.0, 3.0, 6.0, 10.0])
    instance = VRP(Stops(x[1:], np.zeros(4)), [Vehicle(count=1)], [Depot(0.0, 0.0)]).instance()
    places = Places(instance)
    nodes = places.nodes[greedy_tour(places)]
    assert nodes.tolist() in ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0])
