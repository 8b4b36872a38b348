from __future__ import annotations

import itertools

import numpy as np
import pytest
from naive_hgs import penalised_cost, split_costs
from numba import njit

from routeopt.solvers.vrp.hgs.split import split as kernel, split_work


@njit
def split(tour, legs, demand, capacity, penalty, most_routes, work, offsets):
    return kernel(tour, legs, demand, capacity, penalty, most_routes, work, offsets)


def random_case(rng, n):
    """Return a tour, asymmetric legs and demands, a few of them zero."""
    legs = rng.integers(1, 50, (n + 1, n + 1)).astype(np.int32)
    demand = np.concatenate([[0], rng.integers(0, 12, n)]).astype(np.int32)
    return (rng.permutation(n) + 1).astype(np.int32), legs, demand


def cut(tour, legs, demand, capacity, penalty, most_routes):
    offsets = np.full(len(tour) + 2, -1, np.int32)
    size = split(tour, legs, demand, capacity, penalty, most_routes, split_work(len(tour)), offsets)
    assert offsets[0] == 0
    assert offsets[size] == len(tour)
    return [tour[a:b].tolist() for a, b in itertools.pairwise(offsets[: size + 1])]


@pytest.mark.parametrize("seed", range(60))
def test_equals_dynamic_programming(seed):
    rng = np.random.default_rng(seed)
    tour, legs, demand = random_case(rng, int(rng.integers(1, 12)))
    capacity, penalty = float(rng.integers(5, 30)), float(rng.choice([0.0, 0.5, 3.0, 40.0, 1e6]))
    routes = cut(tour, legs, demand, capacity, penalty, len(tour))
    assert all(routes)
    cost = penalised_cost(legs, demand, capacity, penalty, routes)
    assert cost == pytest.approx(min(split_costs(tour, legs, demand, capacity, penalty)), abs=1e-9)


@pytest.mark.parametrize("seed", range(60))
def test_limited_fleet_gets_the_best_cut_into_the_routes_it_uses(seed):
    rng = np.random.default_rng(seed)
    tour, legs, demand = random_case(rng, int(rng.integers(2, 12)))
    capacity, penalty = float(rng.integers(5, 30)), float(rng.choice([0.5, 3.0, 40.0]))
    most = int(rng.integers(1, len(tour) + 1))
    routes = cut(tour, legs, demand, capacity, penalty, most)
    assert 1 <= len(routes) <= most
    cost = penalised_cost(legs, demand, capacity, penalty, routes)
    assert cost == pytest.approx(split_costs(tour, legs, demand, capacity, penalty)[len(routes)], abs=1e-6)
