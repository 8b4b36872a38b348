"""Savings of the plain family: routes joined at their ends in the order of how much that saves.

Shaken a little, and with another weight of the joining leg each time, they are good and different giant tours
to begin with. Source: Clarke & Wright, Operations Research 12 (1964).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inner, kernel
from routeopt.solvers.vrp.plain import Plain

_LEAST_WEIGHT, _MOST_WEIGHT = 0.8, 1.3  # of the leg that joins two routes
_NOISE = 0.3  # relative, at most


class PlainSavings:
    """Makes routes of the stops 1 .. n.

    Parameters
    ----------
    case : Plain
    near : (n, K) int32
        Neighbours of each stop, with whom it may be joined.
    """

    def __init__(self, case: Plain, near: NDArray[np.int32]) -> None:
        self._case = case
        one = np.repeat(np.arange(1, case.stops + 1, dtype=np.int32), near.shape[1])
        other = near.ravel()
        legs = case.costs(one, other)
        farthest = np.append(0.0, legs.reshape(near.shape).max(axis=1, initial=0.0))
        keep = (one < other) | (legs >= farthest[other])  # else the other lists this pair too
        keep &= np.isfinite(legs)
        self._one, self._other, self._legs = one[keep], other[keep], legs[keep]
        from_depot = case.costs(np.zeros(1, np.int64), np.arange(case.stops + 1))
        far = 10.0 * from_depot.max(where=np.isfinite(from_depot), initial=1.0)
        from_depot = np.minimum(from_depot, far)  # no way from the depot: let others be on the way
        self._depot_legs = from_depot[self._one] + from_depot[self._other]

    def routes(self, rng: np.random.Generator | None = None) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the stops of all routes one after the other, and where each begins; shaken by `rng`."""
        weight = 1.0 if rng is None else rng.uniform(_LEAST_WEIGHT, _MOST_WEIGHT)
        savings = self._depot_legs - weight * self._legs
        if rng is not None:
            savings *= 1.0 + rng.uniform(0.0, _NOISE) * (rng.random(len(savings)) - 0.5)
        order = np.argsort(-savings, kind="stable")
        order = order[savings[order] > 0]
        stops = self._case.stops
        tour, begins = np.zeros(stops, np.int32), np.zeros(stops, np.int64)
        ends = np.zeros((stops + 1, 2), np.int32)
        one, other = self._one[order], self._other[order]
        count = join_routes(one, other, self._case.demand, self._case.capacity, ends, tour, begins)
        return tour, begins[:count]

    def tour(self, rng: np.random.Generator) -> NDArray[np.int32]:
        """Return a giant tour, its routes in the order of their directions from the depot."""
        tour, begins = self.routes(rng)
        sizes = np.diff(begins, append=len(tour))
        x, y = (np.add.reduceat(position[tour], begins) for position in (self._case.x, self._case.y))
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
    begins: NDArray[np.int64],
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
