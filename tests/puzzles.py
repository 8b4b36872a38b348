"""Small implicit graphs that tests walk in."""

from __future__ import annotations

import numpy as np

from routeopt.problems.states import Permutations


def pancakes(n):
    """Turn over the first two, three, … n numbers."""
    return Permutations(np.array([[*range(k - 1, -1, -1), *range(k, n)] for k in range(2, n + 1)]))


def ring(n):
    """Turn a ring left or right, or exchange its first two numbers."""
    places = np.arange(n)
    return Permutations(np.array([np.roll(places, -1), np.roll(places, 1), [1, 0, *range(2, n)]]))


class Doubling:
    """From k to k + 3 or 2k, up to a limit; there is no way back, and no way on beyond."""

    width, degree = 1, 2

    def __init__(self, limit):
        self.limit = limit

    def expand(self, states):
        following = np.stack([states + 3, 2 * states], 1)
        cost = np.where(following[..., 0] > self.limit, np.inf, [[3.0, 2.0]])
        return following, cost
