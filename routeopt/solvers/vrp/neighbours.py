"""Nearest neighbours: which stops are worth trying next to a stop.

From a matrix row by row without sorting it, or from coordinates with a k-d tree, which
serves a million stops. Ties go to the lower number, so that the lists do not depend on the machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BLOCK = 1 << 22  # entries of the matrix looked at together, to bound the memory


def nearest_by_legs(legs: NDArray[np.generic], count: int, first: int = 0) -> NDArray[np.int32]:
    """Return the nearest columns of each row, itself left out, nearest first.

    Parameters
    ----------
    legs : (N, N) array
        Length of each leg; for asymmetric legs hand over the smaller of both directions.
    count : int
        Neighbours wanted; fewer come back where there are fewer.
    first : int
        Nodes before this one, the depots, are neighbours of nobody and get no list.

    Returns
    -------
    (N - first, count) int32
        Node numbers.
    """
    nodes = len(legs)
    count = max(0, min(count, nodes - first - 1))
    near = np.zeros((nodes - first, count), np.int32)
    rows = max(1, _BLOCK // nodes)
    for begin in range(first, nodes if count else first, rows):
        block = legs[begin : begin + rows, first:].astype(np.float64)
        row = np.arange(len(block))
        block[row, begin - first + row] = np.inf
        if count < block.shape[1]:
            bound = np.partition(block, count - 1, axis=1)[:, count - 1 : count]
        else:
            bound = np.full((len(block), 1), np.inf)
        for i, line in enumerate(block):  # all that are no farther than the last one wanted, ties included
            among = np.flatnonzero(line <= bound[i])
            near[begin - first + i] = among[np.argsort(line[among], kind="stable")[:count]] + first
    return near


def nearest_by_position(
    x: NDArray[np.float64], y: NDArray[np.float64], count: int, first: int = 0
) -> NDArray[np.int32]:
    """Return the nearest nodes of each in a straight line, itself left out, nearest first.

    Takes planar coordinates of shape (N,); `count`, `first` and the result are as in `nearest_by_legs`.
    """
    from scipy.spatial import cKDTree

    places = np.column_stack([x, y])[first:]
    count = max(0, min(count, len(places) - 1))
    if count == 0:
        return np.zeros((len(places), 0), np.int32)
    _, found = cKDTree(places).query(places, count + 1)
    found[
        ~(found == np.arange(len(places))[:, None]).any(axis=1), -1
    ] = -1  # hidden among equals: drop the last
    found[found == np.arange(len(places))[:, None]] = -1
    return (found[found >= 0].reshape(len(places), count) + first).astype(np.int32)
