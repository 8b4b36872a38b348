"""The places and vehicles that OR-Tools plans with, and the legs between them.

Only what can be used is handed over: depots of the fleet, stops that some vehicle may serve, and of each
vehicle type those that the present plan uses with some to spare. A place without legs stands behind open ends.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.problems.instance import Flags, Floats, Instance, Integers, Routes
from routeopt.solvers.vrp.places import distances

NOWHERE = -1  #: node of the place behind open ends

_SPARE_SHARE, _SPARE = 0.25, 4  # vehicles of a type beyond those in use


class Ground(NamedTuple):
    """An instance as OR-Tools numbers it: M places, depots and the open end first, and V vehicles."""

    instance: Instance
    nodes: Integers  # (M,) node of each place
    first: int  # the first place that is a stop
    kinds: Integers  # (V,) type of each vehicle
    starts: Integers  # (V,) place
    ends: Integers  # (V,) place
    complete: bool  # every mandatory stop must be served; else leaving it out is very dear

    @property
    def stops(self) -> Integers:
        """The places that are stops."""
        return np.arange(self.first, len(self.nodes))

    def legs(self, profile: int) -> tuple[Floats, Floats]:
        """Return distance and duration (M, M) of a travel profile; inf is unreachable.

        Between depots they are 0: a vehicle that goes from one to another without a stop is not used.
        """
        instance = self.instance
        alone = instance._replace(profile=np.array([profile]))
        nodes = np.maximum(self.nodes, 0)
        distance = np.array(distances(alone, nodes[:, None], nodes))
        duration = (
            instance.duration[profile][nodes[:, None], nodes]
            if instance.duration.shape[1]
            else distance / instance.speed[profile]
        )
        for legs in (distance, duration):
            legs[:, self.nodes == NOWHERE] = 0.0
            legs[: self.first, : self.first] = 0.0
            np.fill_diagonal(legs, 0.0)
        return distance, duration

    def of_nodes(self, values: Floats) -> Floats:
        """Return the values of the nodes by place, 0 behind open ends."""
        found = np.asarray(values[self.nodes], np.float64)
        found[self.nodes == NOWHERE] = 0
        return found


def new_ground(instance: Instance, start: Routes | None, complete: bool) -> Ground:
    """Return the places and vehicles, room for the routes of `start` among them.

    Parameters
    ----------
    instance : Instance
    start : Routes, optional
        A plan without violations.
    complete : bool
        Whether it serves every mandatory stop.
    """
    missing = 0 if complete else instance.stops
    useful = _useful(instance)
    offered = [_vehicles(instance, kind, start, missing) for kind in range(len(useful))]
    kinds = np.repeat(np.arange(len(useful)), np.where(useful, offered, 0))
    depots = np.unique(np.concatenate([instance.start[kinds], instance.end[kinds]]))
    depots = depots[depots >= 0]
    opening = [NOWHERE] if (instance.end[kinds] < 0).any() else []
    stops = instance.depots + np.flatnonzero(_served(instance, useful)[instance.depots :])
    nodes = np.concatenate([depots, opening, stops]).astype(np.int64)
    first = len(nodes) - len(stops)
    place = {int(node): k for k, node in enumerate(nodes[:first])}
    return Ground(
        instance,
        nodes,
        first,
        kinds,
        np.array([place[int(instance.start[kind])] for kind in kinds], np.int64),
        np.array([place[int(instance.end[kind])] for kind in kinds], np.int64),
        complete,
    )


def _vehicles(instance: Instance, kind: int, start: Routes | None, missing: int) -> int:
    """Return how many vehicles of a type are on offer."""
    count = int(instance.vehicle_count[kind])
    if start is None:
        return count
    used = int((start.vehicle == kind).sum())
    return min(count, used + _SPARE + int(_SPARE_SHARE * used) + missing)


def _useful(instance: Instance) -> Flags:
    """Return the types (T,) whose shift and depots leave time for a route at all."""
    starts, ends = _hours(instance, instance.start), _hours(instance, instance.end)
    ends[instance.end < 0] = 0.0, np.inf
    least = np.maximum(ends[:, 0] - starts[:, 1], 0.0)
    return (
        (starts[:, 0] <= starts[:, 1])
        & (starts[:, 0] <= ends[:, 1])
        & (ends[:, 0] <= ends[:, 1])
        & (least <= instance.max_duration)
    )


def _hours(instance: Instance, depots: Integers) -> Floats:
    """Return when (T, 2) each type may be at its start or end."""
    early = np.maximum(instance.windows[depots, 0, 0], instance.shift[:, 0])
    late = np.minimum(instance.windows[depots, -1, 1], instance.shift[:, 1])
    return np.column_stack([early, late])


def _served(instance: Instance, useful: Flags) -> Flags:
    """Return the nodes (N,) that some vehicle has the skills for; of a shipment both or none."""
    allowed = instance.allowed & useful[:, None]
    served = np.asarray(allowed.any(axis=0))
    for pair in instance.shipments:
        served[pair] = allowed[:, pair].all(axis=1).any()
    return served
