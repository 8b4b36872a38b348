"""From an instance to places a kernel can number: legs between any nodes, positions, and their order.

Positions serve to keep near stops near in memory and to lay routes side by side in a
giant tour, not to measure. Where an instance has a matrix but no coordinates they are
made up from distances to far nodes. Source of the latter: Faloutsos & Lin, "FastMap", SIGMOD 1995.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Floats, Instance, Integers, Routes
from routeopt.problems.legs import legs

_CURVE_BITS = 10


def distances(instance: Instance, origins: Integers, destinations: Integers) -> Floats:
    """Return the distances between nodes, broadcast, for vehicles of the first type."""
    return legs(instance, int(instance.profile[0]), origins, destinations)[0]


def positions(instance: Instance) -> tuple[Floats, Floats]:
    """Return x and y of the depot and the stops, shape (n + 1,), relative to the depot."""
    nodes = own_nodes(instance)
    x, y = instance.x[nodes], instance.y[nodes]
    placed = np.isfinite(x).all() and np.isfinite(y).all() and (np.ptp(x) > 0 or np.ptp(y) > 0)
    if not placed:
        x, y = _made_up(instance, nodes)
    return x - x[0], y - y[0]


def own_nodes(instance: Instance) -> Integers:
    """Return the depot of the vehicles, then the stops."""
    return np.concatenate([[instance.start[0]], np.arange(instance.depots, instance.nodes)]).astype(np.int64)


def _made_up(instance: Instance, nodes: Integers) -> tuple[Floats, Floats]:
    """Return coordinates under which legs keep about their lengths."""
    square = np.zeros(len(nodes))  # what the axes found so far account for
    axes: list[Floats] = []
    for _ in range(2):
        ends = [0, 0]
        apart: list[Floats] = [square, square]
        for end in (0, 1, 0):  # walk to a far pair
            to_end = distances(instance, nodes, nodes[ends[1 - end] : ends[1 - end] + 1])
            known = sum(((axis - axis[ends[1 - end]]) ** 2 for axis in axes), start=square)
            apart[1 - end] = np.maximum(np.where(np.isfinite(to_end), to_end, 0.0) ** 2 - known, 0.0)
            ends[end] = int(np.argmax(apart[1 - end]))
        length = max(apart[1][ends[0]], 1e-12)
        axes.append((apart[1] + length - apart[0]) / (2 * np.sqrt(length)))
    return axes[0], axes[1]


def curve_order(x: Floats, y: Floats) -> Integers:
    """Return the order of places along a Hilbert curve."""
    span = max(np.ptp(x), np.ptp(y), 1e-12)
    last = (1 << _CURVE_BITS) - 1
    i, j = (((values - values.min()) / span * last).astype(np.int64) for values in (x, y))
    along = np.zeros(len(x), np.int64)
    for bit in range(_CURVE_BITS - 1, -1, -1):
        right, up = (i >> bit) & 1, (j >> bit) & 1
        along = 4 * along + ((3 * right) ^ up)
        i, j = (np.where((up == 0) & (right == 1), last - values, values) for values in (i, j))
        i, j = np.where(up == 0, j, i), np.where(up == 0, i, j)
    return np.argsort(along, kind="stable")


def giant_tour(routes: Routes, stops: Integers) -> NDArray[np.int32]:
    """Return the visits as kernel numbers 1 .. n, with what they leave out at the end.

    `stops` gives the node of each kernel stop; depots within the routes are dropped.
    """
    number = np.zeros(int(stops.max(initial=0)) + 1, np.int64)
    number[stops] = np.arange(1, len(stops) + 1)
    tour = number[routes.visits]
    tour = tour[np.sort(np.unique(tour, return_index=True)[1])]  # each once, where it comes first
    tour = tour[tour > 0]
    rest = np.setdiff1d(np.arange(1, len(stops) + 1), tour)
    return np.concatenate([tour, rest]).astype(np.int32)
