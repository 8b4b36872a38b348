from __future__ import annotations

import numpy as np
from numba import njit

from routeopt.solvers import random
from routeopt.solvers.random import random_state
from routeopt.solvers.vrp.sorting import argsort


@njit
def draws(state, count):
    return [random.draw(state) for _ in range(count)]


@njit
def belows(state, bound, count):
    return [random.below(state, bound) for _ in range(count)]


@njit
def uniforms(state, count):
    return [random.uniform(state) for _ in range(count)]


@njit
def shuffled(values, state):
    random.shuffle(values, state)


@njit
def sorted_places(keys, count, order):
    argsort(keys, count, order)


def reference(state, count):
    """Return what xoshiro256++ gives, in Python's own integers."""
    mask, s = 2**64 - 1, [int(word) for word in state]
    rotate = lambda x, k: ((x << k) | (x >> (64 - k))) & mask  # noqa: E731
    found = []
    for _ in range(count):
        found.append((rotate((s[0] + s[3]) & mask, 23) + s[0]) & mask)
        shifted = (s[1] << 17) & mask
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = rotate(s[3], 45)
    return found


def test_draws_are_those_of_xoshiro():
    state = random_state(np.random.default_rng(1))
    expected = reference(state, 50)
    assert [int(word) for word in draws(state, 50)] == expected


def test_bounded_and_unit_draws_cover_their_range_evenly():
    state = random_state(np.random.default_rng(2))
    counts = np.bincount(belows(state, 7, 7000), minlength=7)
    assert len(counts) == 7
    assert counts.min() > 850
    values = np.array(uniforms(state, 4000))
    assert 0 <= values.min() < 0.01
    assert 0.99 < values.max() < 1
    assert abs(values.mean() - 0.5) < 0.03


def test_shuffle_permutes_and_reaches_every_order():
    state = random_state(np.random.default_rng(3))
    orders = set()
    for _ in range(200):
        values = np.arange(3, dtype=np.int32)
        shuffled(values, state)
        orders.add(tuple(values.tolist()))
    assert len(orders) == 6
    assert all(sorted(order) == [0, 1, 2] for order in orders)


def test_argsort_is_stable():
    keys = np.array([3.0, 1.0, np.inf, 1.0, -2.0, 3.0, 99.0])
    order = np.zeros(7, np.int32)
    sorted_places(keys, 6, order)
    assert order[:6].tolist() == np.argsort(keys[:6], kind="stable").tolist()
