from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from naive_hgs import best_swap as naive_best_swap, penalised_cost
from numba import njit

from routeopt.solvers.random import random_state
from routeopt.solvers.vrp.hgs import descent, layout, moves, swap_star
from routeopt.solvers.vrp.hgs.layout import Ground, new_plan


@njit
def load(ground, plan, tour, offsets, size, penalty, state):
    layout.load_routes(ground, plan, tour, offsets, size)
    descent.begin_descent(ground, plan, penalty, state)


@njit
def try_pair(ground, plan, u, v):
    """Do the best move of two nodes, if there is one; return it and what it claims to change."""
    nodes, routes, legs, now = plan.nodes, plan.routes, ground.legs, plan.state[0]
    at_u = moves.around(nodes, legs, ground.stops, u)
    move, change = moves.best_move(nodes, routes, legs, now, u, v, at_u)
    if move != 0:
        one, other = nodes[u].route, nodes[v].route
        moves.apply_move(nodes, ground.stops, move, u, v)
        layout.note_change(nodes, routes, legs, now, one, other)
    return move, change


@njit
def try_swap(ground, plan, one, other):
    """Do the best SWAP* move of two routes; return what it claims to change."""
    swap_star.mark_reach(plan.nodes, plan.routes, ground.near, plan.reach)
    swap_star.find_places(ground, plan, one, other)
    swap_star.find_places(ground, plan, other, one)
    change = swap_star.best_swap(ground, plan, one, other)[0]
    return change, swap_star.swap_routes(ground, plan, one, other)


@njit
def descend(ground, plan, flag):
    return descent.descend(ground, plan, flag)


def random_ground(rng, stops, routes):
    """Return whole Manhattan distances, so that detours are never negative, and a tight capacity."""
    places = rng.integers(0, 60, (stops + 1, 2))
    index = [*range(stops + 1), *[0] * routes]
    legs = np.abs(places[index][:, None] - places[index]).sum(axis=2).astype(np.int32)
    demand = np.concatenate([[0], rng.integers(0, 9, stops)]).astype(np.int32)
    near = (
        np.argsort(legs[1 : stops + 1, 1 : stops + 1] + 1000 * np.eye(stops, dtype=np.int32), axis=1)[:, :-1]
        + 1
    )
    near = np.concatenate([np.zeros((1, stops - 1), np.int64), near]).astype(np.int32)
    x, y = (places - places[0]).T.astype(float)
    capacity = int(demand.sum() // routes) + 2
    return Ground(legs, demand, near, x, y, stops, routes, capacity, routes - 1)


def random_plan(rng, ground, penalty):
    plan = new_plan(ground)
    tour = (rng.permutation(ground.stops) + 1).astype(np.int32)
    cuts = np.sort(rng.integers(0, ground.stops + 1, ground.routes - 1))
    offsets = np.concatenate([[0], cuts, [ground.stops]]).astype(np.int32)
    load(ground, plan, tour, offsets, ground.routes, penalty, random_state(rng))
    return plan


def routes_of(ground, plan):
    """Follow the links of the nodes, checking all they say about themselves on the way."""
    routes = []
    for r in range(ground.routes):
        depot = ground.stops + 1 + r
        route, node, carried = [], depot, 0
        while plan.nodes[node]["next"] != depot:
            after = int(plan.nodes[node]["next"])
            assert plan.nodes[after]["previous"] == node
            assert plan.nodes[node]["leg"] == ground.legs[node, after]
            route.append(after)
            carried += int(ground.demand[after])
            assert plan.nodes[after]["route"] == r
            assert plan.nodes[after]["place"] == len(route)
            assert plan.nodes[after]["load"] == carried
            node = after
        assert plan.nodes[depot]["previous"] == node
        assert plan.nodes[node]["leg"] == ground.legs[node, depot]
        assert plan.routes[r]["load"] == carried
        assert plan.routes[r]["stops"] == len(route)
        routes.append(route)
    assert sorted(stop for route in routes for stop in route) == list(range(1, ground.stops + 1))
    return routes


def cost_of(ground, plan, penalty):
    return penalised_cost(ground.legs, ground.demand, ground.capacity, penalty, routes_of(ground, plan))


def test_each_move_changes_the_cost_by_what_it_claims():
    seen = Counter()
    for seed in range(40):
        rng = np.random.default_rng(seed)
        ground = random_ground(rng, int(rng.integers(3, 16)), int(rng.integers(2, 5)))
        penalty = float(rng.choice([0.5, 5.0, 1e9]))
        plan = random_plan(rng, ground, penalty)
        cost = cost_of(ground, plan, penalty)
        for _ in range(150):
            u, v = (int(i) for i in rng.permutation(ground.stops)[:2] + 1)
            if rng.random() < 0.3:  # a depot copy, or the depot before a stop
                v = ground.stops + 1 + int(rng.integers(ground.routes))
            move, change = try_pair(ground, plan, u, v)
            if move:
                before, cost = cost, cost_of(ground, plan, penalty)
                assert change < 0
                assert cost - before == pytest.approx(change, abs=1e-6 * penalty)
                seen[move] += 1
    assert set(seen) == set(range(1, 10)), f"moves that were never the best: {set(range(1, 10)) - set(seen)}"


def test_moves_of_a_pair_are_the_best_of_all_that_exist():
    """At a local optimum no relocation, swap or turn, done on lists, lowers the cost."""
    for seed in range(12):
        rng = np.random.default_rng(seed)
        ground = random_ground(rng, 9, 3)
        penalty = 7.0
        plan = random_plan(rng, ground, penalty)
        plan.state["work"] = 1 << 40
        assert descend(ground, plan, np.zeros(1, np.uint8))
        routes = routes_of(ground, plan)
        cost = penalised_cost(ground.legs, ground.demand, ground.capacity, penalty, routes)
        for neighbour in neighbourhood(routes):
            assert (
                penalised_cost(ground.legs, ground.demand, ground.capacity, penalty, neighbour) >= cost - 1e-6
            )


def neighbourhood(routes):
    """Yield every plan by one relocation of one or two stops, one swap of stops, or one turn."""
    for a, one in enumerate(routes):
        for i in range(len(one)):
            for size in (1, 2):
                chain = one[i : i + size]
                rest = [*routes[:a], one[:i] + one[i + size :], *routes[a + 1 :]]
                for b, other in enumerate(rest):
                    for j in range(len(other) + 1):
                        for turned in (chain, chain[::-1]):
                            yield [*rest[:b], other[:j] + turned + other[j:], *rest[b + 1 :]]
            for j in range(i + 1, len(one)):
                yield [*routes[:a], one[:i] + one[i : j + 1][::-1] + one[j + 1 :], *routes[a + 1 :]]
    stops = [stop for route in routes for stop in route]
    for k, u in enumerate(stops):
        for v in stops[:k]:
            yield [[{u: v, v: u}.get(stop, stop) for stop in route] for route in routes]


@pytest.mark.parametrize("seed", range(25))
def test_swap_star_finds_the_best_exchange_and_changes_the_cost_by_what_it_claims(seed):
    rng = np.random.default_rng(seed)
    ground = random_ground(rng, 11, 3)
    penalty = float(rng.choice([0.0, 2.0, 50.0]))
    plan = random_plan(rng, ground, penalty)
    for _ in range(12):
        one, other = (int(r) for r in rng.permutation(3)[:2])
        routes = routes_of(ground, plan)
        before = penalised_cost(ground.legs, ground.demand, ground.capacity, penalty, routes)
        if not routes[one] or not routes[other]:
            continue
        expected = naive_best_swap(
            ground.legs, ground.demand, ground.capacity, penalty, routes[one], routes[other]
        )
        change, done = try_swap(ground, plan, one, other)
        after = cost_of(ground, plan, penalty)
        assert done == (expected < 0)
        assert after - before == pytest.approx(expected)
        assert not done or change == pytest.approx(expected)


def test_descent_can_be_interrupted_anywhere():
    rng = np.random.default_rng(8)
    ground = random_ground(rng, 40, 4)
    tours = []
    for portion in (1 << 40, 1):
        start = np.random.default_rng(3)
        plan = random_plan(start, ground._replace(near=ground.near.copy()), 10.0)
        pauses = -1
        done = False
        while not done:
            plan.state["work"] = portion
            done = descend(ground, plan, np.zeros(1, np.uint8))
            pauses += 1
        tours.append(routes_of(ground, plan))
    assert pauses > 40
    assert tours[0] == tours[1]


def test_descent_returns_at_once_when_the_flag_is_set():
    rng = np.random.default_rng(8)
    ground = random_ground(rng, 40, 4)
    plan = random_plan(rng, ground, 10.0)
    plan.state["work"] = 1 << 40
    assert not descend(ground, plan, np.ones(1, np.uint8))
    assert plan.state["found"] == 0
