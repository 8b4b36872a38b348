"""What the moves of the timed family claim is what a naive recomputation finds."""

from __future__ import annotations

import functools
import operator

import naive_timed
import numpy as np
import pytest
from timed_cases import Bench, carry_out, cost_of, random_instance, random_routes

from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.hgs.timed_moves import (
    FORBIDDEN,
    RELOCATE,
    TURN,
    best_between,
    best_within,
    leg_changes,
)
from routeopt.solvers.vrp.hgs.timed_segments import FILLED, ROUTE
from routeopt.solvers.vrp.hgs.timed_swap import exchange

KINDS = [
    {},
    {"windows": False, "limits": True},
    {"asymmetric": True, "limits": True, "paid": True},
    {"asymmetric": True, "paid": True},
]
SLACK = 1e6  # makes every move look improving


@kernel
def claim(field, plan, move, u, v):
    """Return whether the move exists and the change of cost it claims."""
    route, other = field.nodes[u, ROUTE], field.nodes[v, ROUTE]
    stops = len(plan.order)
    every = leg_changes(field, stops, np.int64(u), np.int64(v))
    changes = (
        FORBIDDEN,
        every[1] if move == 1 else FORBIDDEN,
        every[2] if move == 2 else FORBIDDEN,
        every[3] if move == 3 else FORBIDDEN,
        every[4] if move == 4 else FORBIDDEN,
        every[5] if move == 5 else FORBIDDEN,
        every[6] if move == 6 else FORBIDDEN,
        every[7] if move == 7 else FORBIDDEN,
    )
    load, load2 = plan.routes[route, FILLED], plan.routes[other, FILLED]
    if route != other:
        saved = plan.charge[route] + plan.charge[other] + SLACK
        return best_between(field, np.int64(u), np.int64(v), load, load2, saved, changes)
    return best_within(field, np.int64(u), np.int64(v), load, plan.charge[route] + SLACK, changes)


@kernel
def swap_star(field, plan, one, other):
    plan.reaches[:] = np.uint64(0xFFFFFFFFFFFFFFFF)
    return exchange(field, plan, one, other)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_every_move_changes_the_cost_by_what_it_claims(kind, seed):
    rng = np.random.default_rng([seed, 7])
    instance = random_instance(rng, 9, **kind)
    routes, weights = random_routes(rng, 9, 3), rng.integers(1, 6, 3)
    bench = Bench(instance, routes, weights)
    before = naive_timed.penalised(bench.grid, routes, weights)
    assert cost_of(bench.field, bench.plan) == pytest.approx(before)
    tried = set()
    for u in range(1, 10):
        for v in range(1, 13):
            if v == u:
                continue
            for move in range(RELOCATE, TURN + 1):
                bench = Bench(instance, routes, weights)
                found, claimed = claim(bench.field, bench.plan, move, u, v)
                if found != move:
                    continue
                carry_out(bench.field, bench.plan, move, u, v)
                changed = bench.routes()
                assert sorted(functools.reduce(operator.iadd, changed, [])) == list(range(1, 10))
                after = naive_timed.penalised(bench.grid, changed, weights)
                assert claimed + SLACK == pytest.approx(after - before), (move, u, v, routes, changed)
                assert cost_of(bench.field, bench.plan) == pytest.approx(after)
                tried.add(move)
    assert tried == set(range(RELOCATE, TURN + 1))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(6))
def test_swap_star_changes_the_cost_by_what_it_claims(kind, seed):
    rng = np.random.default_rng([seed, 8])
    instance = random_instance(rng, 12, **kind)
    weights = rng.uniform(0.5, 6, 3)
    bench = Bench(instance, random_routes(rng, 12, 3), weights)
    cost = naive_timed.penalised(bench.grid, bench.routes(), weights)
    exchanges = 0
    for one, other in [(0, 1), (0, 2), (1, 2)] * 4:
        claimed = swap_star(bench.field, bench.plan, one, other)
        after = naive_timed.penalised(bench.grid, bench.routes(), weights)
        assert claimed == pytest.approx(after - cost)
        assert sorted(functools.reduce(operator.iadd, bench.routes(), [])) == list(range(1, 13))
        exchanges += claimed < 0
        cost = after
    assert exchanges > 0
