from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from routeopt.solvers.random import random_state
from routeopt.solvers.vrp.hgs.crossover import order_crossover as kernel


@njit
def order_crossover(first, second, child, taken, state):
    kernel(first, second, child, taken, state)


@pytest.mark.parametrize("n", [1, 2, 3, 10, 57])
def test_child_has_every_stop_once_and_a_slice_of_the_first_parent(n):
    rng = np.random.default_rng(n)
    state = random_state(rng)
    for _ in range(50):
        first, second = (rng.permutation(n).astype(np.int32) + 1 for _ in range(2))
        child = np.zeros(n, np.int32)
        order_crossover(first, second, child, np.zeros(n + 1, np.uint8), state)
        assert sorted(child) == list(range(1, n + 1))
        assert any(
            as_ox(first, second, begin, length) == child.tolist()
            for begin in range(n)
            for length in range(1, n + 1)
        )


def as_ox(first, second, begin, length):
    """Return the child of one slice, with lists."""
    n = len(first)
    child = [0] * n
    for k in range(length):
        child[(begin + k) % n] = int(first[(begin + k) % n])
    end = (begin + length) % n
    rest = [int(second[(end + k) % n]) for k in range(n) if second[(end + k) % n] not in child]
    for k, stop in enumerate(rest):
        child[(end + k) % n] = stop
    return child
