"""Randomised savings: good and different giant tours to begin with.

Routes are joined at their ends in the order of how much that saves, the savings
shaken a little and the weight of the joining leg drawn anew each time.
Source: Clarke & Wright, Operations Research 12 (1964).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inner, kernel

_LEAST_WEIGHT, _MOST_WEIGHT = 0.8, 1.3  # of the leg that joins two routes
_NOISE = 0.3  # relative, at most


class RandomSavings:
    """Makes giant tours of stops 1 .. n.

    Parameters
    ----------
    legs : (>= n + 1, >= n + 1) int32
        Node 0 is the depot; of asymmetric legs those from the lower to the higher number count.
    demand : (n + 1,) int32
    capacity : int
    x, y : (n + 1,) float64
        Positions relative to the depot.
    near : (n, K) int32
        Neighbours of each stop, with whom it may be joined.
    """

    def __init__(
        self,
        legs: NDArray[np.int32],
        demand: NDArray[np.int32],
        capacity: int,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        near: NDArray[np.int32],
    ) -> None:
        self._demand, self._capacity, self._x, self._y = demand, capacity, x, y
        pairs = np.column_stack([np.repeat(np.arange(1, len(demand)), near.shape[1]), near.ravel()])
        pairs.sort(axis=1)
        codes = np.unique(pairs @ [len(demand), 1])  # each pair once
        self._one, self._other = (part.astype(np.int32) for part in np.divmod(codes, len(demand)))
        self._depot_legs = legs[0, self._one].astype(np.float64) + legs[0, self._other]
        self._legs = legs[self._one, self._other].astype(np.float64)

    def tour(self, rng: np.random.Generator) -> NDArray[np.int32]:
        """Return a giant tour, its routes in the order of their directions from the depot."""
        stops = len(self._demand) - 1
        weight, noise = rng.uniform(_LEAST_WEIGHT, _MOST_WEIGHT), rng.uniform(0.0, _NOISE)
        savings = self._depot_legs - weight * self._legs
        savings *= 1.0 + noise * (rng.random(len(savings)) - 0.5)
        order = np.argsort(-savings, kind="stable")
        order = order[savings[order] > 0]
        tour, begins = np.zeros((2, stops), np.int32)
        ends = np.zeros((stops + 1, 2), np.int32)
        one, other = self._one[order], self._other[order]
        count = join_routes(one, other, self._demand, self._capacity, ends, tour, begins)
        begins = begins[:count]
        sizes = np.diff(begins, append=stops)
        x, y = (np.add.reduceat(position[tour], begins) for position in (self._x, self._y))
        around = np.argsort(np.repeat(np.arctan2(y, x), sizes), kind="stable")
        return tour[around]


@kernel
def join_routes(
    one: NDArray[np.int32],
    other: NDArray[np.int32],
    demand: NDArray[np.int32],
    capacity: int,
    ends: NDArray[np.int32],
    tour: NDArray[np.int32],
    begins: NDArray[np.int32],
) -> int:
    """Join the stops of each pair in turn where both end a route and the load allows it.

    Fills the giant tour and where each route begins in it; returns the number of routes.
    `ends` is scratch of zeros, shape (n + 1, 2): the up to two neighbours of each stop.
    """
    stops = len(demand) - 1
    parent = np.arange(stops + 1)
    load = demand.astype(np.int64)
    for i in range(len(one)):
        a, b = one[i], other[i]
        if ends[a, 1] != 0 or ends[b, 1] != 0:
            continue
        root, root_b = _root(parent, a), _root(parent, b)
        if root == root_b or load[root] + load[root_b] > capacity:
            continue
        parent[root_b] = root
        load[root] += load[root_b]
        ends[a, 0 if ends[a, 0] == 0 else 1] = b
        ends[b, 0 if ends[b, 0] == 0 else 1] = a
    count, position = 0, 0
    for stop in range(1, stops + 1):
        if ends[stop, 1] != 0 or load[stop] < 0:
            continue
        begins[count] = position
        count += 1
        last, node = 0, stop
        while node != 0:
            tour[position] = node
            position += 1
            load[node] = -1  # listed
            following = ends[node, 0] if ends[node, 0] != last else ends[node, 1]
            last, node = node, following
    return count


@inner
def _root(parent: NDArray[np.int64], stop: int) -> int:
    while parent[stop] != stop:
        parent[stop] = parent[parent[stop]]
        stop = parent[stop]
    return stop
