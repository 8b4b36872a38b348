"""Sorting inside kernels: numpy's own is slow to compile."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inner


@inner
def argsort(keys: NDArray[np.float64], count: int, order: NDArray[np.int32]) -> None:
    """Fill ``order[:count]`` with the places of the first `count` keys, ascending; equal keys stay in order.

    By insertion, for the few dozen members of a population or routes of an answer.
    """
    for i in range(count):
        place = i
        while place > 0 and keys[order[place - 1]] > keys[i]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = i
