"""Crossovers: how two parents make the giant tour of a child.

A giant tour is an int32 array with every stop 1 .. n once, the routes of an individual
one after the other; :mod:`~routeopt.solvers.vrp.hgs.split` cuts it into routes again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inner
from routeopt.solvers.random import State, below

Tour = NDArray[np.int32]


@inner
def order_crossover(first: Tour, second: Tour, child: Tour, taken: NDArray[np.uint8], state: State) -> None:
    """Fill `child` with a slice of `first`, then the other stops in the order of `second` (OX).

    The tours are read as circles. `taken` is scratch of shape (n + 1,).
    Source: Oliver, Smith & Holland (1987); in routing, Prins, C&OR 31 (2004).
    """
    stops = len(first)
    begin = below(state, stops)
    length = 1 + below(state, stops)
    taken[:] = 0
    for k in range(length):
        i = begin + k if begin + k < stops else begin + k - stops
        child[i] = first[i]
        taken[first[i]] = 1
    end = (begin + length) % stops
    place = end
    for k in range(stops):
        stop = second[end + k if end + k < stops else end + k - stops]
        if taken[stop] == 0:
            child[place] = stop
            place = place + 1 if place + 1 < stops else 0
