from __future__ import annotations

import itertools

import naive_hgs
import numpy as np
import pytest
from numba import njit

from routeopt.solvers.random import random_state
from routeopt.solvers.vrp.hgs import population as kernels
from routeopt.solvers.vrp.hgs.penalties import new_penalties, observe as observe_kernel
from routeopt.solvers.vrp.hgs.population import (
    FEASIBLE,
    FREE,
    INFEASIBLE,
    Breeding,
    new_champion,
    new_population,
)

STOPS = 12
BREEDING = Breeding(least=4, brood=6, elite=2, close=3, directed=False)


@njit
def admit(population, slot, penalties, breeding):
    return kernels.admit(population, slot, penalties, breeding.directed)


@njit
def take_slot(population):
    return kernels.take_slot(population)


@njit
def cull(population, group, breeding):
    kernels.cull(population, group, breeding)


@njit
def rank(population, group, breeding):
    kernels.rank(population, group, breeding)


@njit
def pick_parents(population, breeding, state):
    return kernels.pick_parents(population, breeding, state)


@njit
def crown(champion, population, slot):
    return kernels.crown(champion, population, slot)


@njit
def observe(penalties, parts, target):
    return observe_kernel(penalties, parts, target)


def random_routes(rng):
    tour = (rng.permutation(STOPS) + 1).tolist()
    cuts = [0, *sorted(rng.choice(np.arange(1, STOPS), 3, replace=False).tolist()), STOPS]
    return [tour[a:b] for a, b in itertools.pairwise(cuts)]


def put(population, routes, cost, excess, penalties=(2.0,), breeding=BREEDING):
    slot = take_slot(population)
    population.tours[slot] = np.concatenate(routes)
    population.offsets[slot, : len(routes) + 1] = np.cumsum([0, *map(len, routes)])
    population.sizes[slot] = len(routes)
    population.parts[slot] = [cost, excess]
    admit(population, slot, np.array(penalties), breeding)
    return slot


@pytest.mark.parametrize("directed", [False, True])
def test_broken_pairs_equal_the_naive_count(directed):
    rng = np.random.default_rng(3)
    population = new_population(STOPS, STOPS, 30, 1)
    plans = [random_routes(rng) for _ in range(12)]
    plans += [[route[::-1] for route in plans[0]], plans[1][::-1], [plans[2][0] + plans[2][1], *plans[2][2:]]]
    slots = [put(population, plan, 1.0, 0.0, breeding=BREEDING._replace(directed=directed)) for plan in plans]
    for i, later in enumerate(plans):
        for j, earlier in enumerate(plans[:i]):
            expected = naive_hgs.broken_pairs(later, earlier, directed)
            assert population.apart[slots[i], slots[j]] == population.apart[slots[j], slots[i]] == expected
    backwards = population.apart[slots[0], slots[12]]
    assert (backwards > 0) == directed


def test_price_and_subpopulation_follow_the_excess():
    rng = np.random.default_rng(1)
    population = new_population(STOPS, STOPS, 10, 1)
    good, bad = put(population, random_routes(rng), 50.0, 0.0), put(population, random_routes(rng), 40.0, 3.0)
    assert population.price[[good, bad]].tolist() == [50.0, 46.0]
    assert population.members[FEASIBLE, 0] == good
    assert population.members[INFEASIBLE, 0] == bad
    assert population.counts.tolist() == [1, 1, 8]


def test_fitness_adds_the_ranks_by_cost_and_by_distance():
    rng = np.random.default_rng(5)
    population = new_population(STOPS, STOPS, 20, 1)
    slots = [put(population, random_routes(rng), float(cost), 0.0) for cost in rng.permutation(8)]
    rank(population, FEASIBLE, BREEDING)
    apart = population.apart[np.ix_(slots, slots)]
    spread = [np.sort(np.delete(row, i))[: BREEDING.close].mean() for i, row in enumerate(apart)]
    by_cost = np.argsort(np.argsort(population.price[slots])) / 7
    by_distance = np.argsort(np.argsort(-np.array(spread), kind="stable")) / 7
    expected = by_cost + (1 - BREEDING.elite / 8) * by_distance
    assert population.fitness[slots] == pytest.approx(expected)
    assert population.closest[slots] == pytest.approx(
        [np.delete(row, i).min() for i, row in enumerate(apart)]
    )


def test_culling_removes_clones_first_and_never_the_cheapest():
    rng = np.random.default_rng(2)
    population = new_population(STOPS, STOPS, 20, 1)
    clone = random_routes(rng)
    slots = [put(population, clone, 5.0, 0.0), put(population, clone, 6.0, 0.0)]
    slots += [put(population, random_routes(rng), 10.0 + i, 0.0) for i in range(4)]
    cull(population, FEASIBLE, BREEDING._replace(least=5))
    left = set(population.members[FEASIBLE, :5].tolist())
    assert left == {slots[0], *slots[2:]}
    cull(population, FEASIBLE, BREEDING._replace(least=1))
    assert population.members[FEASIBLE, 0] == slots[0]
    assert population.counts.tolist() == [1, 0, 19]
    assert sorted([*population.members[FREE, :19].tolist(), slots[0]]) == list(range(20))


def test_parents_are_different_and_drawn_from_both_halves():
    rng = np.random.default_rng(4)
    population = new_population(STOPS, STOPS, 20, 1)
    slots = [put(population, random_routes(rng), 10.0 + i, float(i % 2)) for i in range(6)]
    state = random_state(rng)
    pairs = [pick_parents(population, BREEDING, state) for _ in range(200)]
    assert all(a != b for a, b in pairs)
    assert {slot for pair in pairs for slot in pair} == set(slots)


def test_champion_is_the_cheapest_ever():
    rng = np.random.default_rng(4)
    population, champion = new_population(STOPS, STOPS, 20, 1), new_champion(STOPS, STOPS)
    crowned = [
        crown(champion, population, put(population, random_routes(rng), cost, 0.0))
        for cost in (7.0, 9.0, 6.0)
    ]
    assert crowned == [True, False, True]
    assert champion.cost[0] == 6.0
    assert champion.tour.tolist() == population.tours[population.members[FEASIBLE, 2]].tolist()


def test_penalties_rise_when_too_few_searches_end_feasible_and_fall_when_too_many_do():
    penalties = new_penalties([10.0, 10.0])
    moved = [observe(penalties, np.array([1.0, 5.0, 0.0]), 0.2) for _ in range(40)]
    assert moved == [False] * 39 + [True]
    assert penalties.value.tolist() == pytest.approx([12.0, 8.5])
    for i in range(40):
        assert not observe(penalties, np.array([1.0, i % 5, i % 5]), 0.2)
