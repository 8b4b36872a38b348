"""From an instance to the numbers a tour search works on: legs, and for each stop those worth being beside it.

The depot and the stops are numbered along a Hilbert curve, so that what is near in the plane is near in
memory. Legs are a matrix where the instance has one, and else are computed from coordinates. Neighbours are
spread over the four quadrants around a stop, which leads from one cluster to the next.
Source of the latter: Johnson & McGeoch, "Experimental analysis of heuristics for the STSP" (2002).
"""

from __future__ import annotations

import numpy as np

from routeopt.problems.instance import EXACT, EXPLICIT, HAVERSINE, Floats, Instance, Integers
from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.integers import whole_legs
from routeopt.solvers.vrp.neighbours import nearest_by_legs, nearest_by_position
from routeopt.solvers.vrp.places import curve_order, distances, own_nodes, positions
from routeopt.solvers.vrp.tour.layout import Ground, Numbers, leg

_LONGEST = 1 << 28  # leg in whole units, where unrounded distances are scaled
_DEGREE = 120_000.0  # metres, and more
_PER_QUADRANT = 2
_LEAST_SEEN, _MOST_SEEN = 24, 100  # closest stops among which those of each quadrant are looked for
_ALL_SEEN = 4_000_000  # of all stops together


class Places:
    """The depot and the stops of an instance in the order of a search.

    Parameters
    ----------
    instance : Instance

    Attributes
    ----------
    nodes : (n,) int64
        Node of each number.
    """

    def __init__(self, instance: Instance) -> None:
        x, y = positions(instance)
        order = curve_order(x, y)
        self._instance = instance
        self._metric = int(instance.metric[int(instance.profile[0])])
        self.nodes: Integers = own_nodes(instance)[order]
        self._x, self._y = x[order], y[order]
        if self._metric == HAVERSINE:
            self._x = self._x * np.cos(np.radians(instance.y[self.nodes].mean()))

    def legs(self, origins: Integers, destinations: Integers) -> Floats:
        """Return the distances between numbers, broadcast."""
        return distances(self._instance, self.nodes[origins], self.nodes[destinations])

    def nearest(self, among: Integers, count: int) -> Numbers:
        """Return (A, count) numbers: for each one in `among` the closest others in it."""
        if self._metric == EXPLICIT:
            near = nearest_by_legs(self.legs(among[:, None], among), count)
        else:
            near = nearest_by_position(self._x[among], self._y[among], count)
        return among[near].astype(np.int32)

    def ground(self, neighbours: int) -> Ground:
        """Return what the kernels see, with so many neighbours of each stop at most."""
        instance, every = self._instance, np.arange(len(self.nodes))
        profile = int(instance.profile[0])
        matrix, factor = np.zeros((0, 0), np.int32), 1.0
        if instance.distance.shape[1] > 0:
            matrix, factor = whole_legs(lambda rows: self.legs(every[rows, None], every), len(every))
        elif instance.rounding[profile] == EXACT:
            span = float(np.hypot(np.ptp(self._x), np.ptp(self._y)))
            span *= _DEGREE if self._metric == HAVERSINE else 1.0
            factor = 2.0 ** np.floor(np.log2(_LONGEST / max(span, 1e-9)))
        near = self._around(neighbours)
        near = np.take_along_axis(
            near, np.argsort(self.legs(every[:, None], near), axis=1, kind="stable"), axis=1
        )
        ground = Ground(
            legs=matrix,
            x=instance.x[self.nodes],
            y=instance.y[self.nodes],
            near=near,
            near_legs=np.zeros_like(near),
            metric=self._metric,
            rounding=int(instance.rounding[profile]),
            factor=float(factor),
        )
        measure(ground)
        return ground

    def _around(self, neighbours: int) -> Numbers:
        """Return (n, K): the closest of each quadrant first, then the closest of all."""
        count = len(self.nodes)
        seen = max(neighbours, _LEAST_SEEN, min(_MOST_SEEN, _ALL_SEEN // count))
        near = self.nearest(np.arange(count), seen)
        if near.shape[1] <= neighbours:
            return near
        quadrant = 2 * (self._x[near] > self._x[:, None]) + (self._y[near] > self._y[:, None])
        few = np.zeros(near.shape, bool)
        for number in range(4):
            inside = quadrant == number
            few |= inside & (np.cumsum(inside, axis=1) <= _PER_QUADRANT)
        chosen = np.argsort(~few, axis=1, kind="stable")[:, :neighbours]
        return np.take_along_axis(near, chosen, axis=1)


@kernel
def measure(ground: Ground) -> None:
    """Write down how far the neighbours are, to the unit as the search measures every leg."""
    for stop in range(len(ground.near)):
        for k in range(ground.near.shape[1]):
            ground.near_legs[stop, k] = leg(ground, stop, np.int64(ground.near[stop, k]))
