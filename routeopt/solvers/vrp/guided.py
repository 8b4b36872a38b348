"""Neighbour lists that begin with the stops a guide thinks likely to come next to each other.

Source: Xin et al., "NeuroLKH: combining deep learning model with Lin–Kernighan–Helsgaun heuristic for solving the
traveling salesman problem", NeurIPS 34 (2021), where a network chooses the candidates of a local search.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Integers

Int32 = NDArray[np.int32]


def led(near: Int32, likely: Int32, count: int) -> Int32:
    """Return the lists with those of the `count` likeliest that they hold in front; either part keeps its order.

    Parameters
    ----------
    near : (n, K) int32
        Stops near each stop.
    likely : (n, k) int32
        The same stops in the order of how likely they come next to it.
    count : int
    """
    chosen = np.zeros(near.shape, bool)
    for column in likely[:, :count].T:
        chosen |= near == column[:, None]
    return np.take_along_axis(near, np.argsort(~chosen, axis=1, kind="stable"), axis=1)


def renumbered(likely: Int32, nodes: Integers, depots: int) -> Int32:
    """Return a guide's lists, of nodes and in their order, for stops 1 .. n that are these nodes."""
    number = np.zeros(depots + len(nodes), np.int32)
    number[nodes] = np.arange(1, len(nodes) + 1)
    return number[likely[nodes - depots]]
