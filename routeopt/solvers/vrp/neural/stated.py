"""What problems can be stated to a policy that builds plans node by node, and in which form."""

from __future__ import annotations

import numpy as np

from routeopt.problems.features import features_of
from routeopt.problems.instance import EUCLIDEAN, EXACT, EXPLICIT, Flags, Floats, Instance
from routeopt.problems.legs import legs

#: Attributes that can be stated.
SUPPORTS = frozenset(
    {"asymmetric", "capacity", "depots", "distance_cost", "durations", "fixed_cost", "linehaul_first",
     "max_distance", "open_end", "pickup", "service_time", "time_windows"}
)  # fmt: skip


def lacking_of(instance: Instance) -> frozenset[str]:
    """Return the attributes in use that cannot be stated; each depot has its own equal vehicles."""
    lacking = set(features_of(instance) - SUPPORTS)
    if (instance.vehicle_count < instance.stops).any():
        lacking.add("limited_fleet")
    if len({bool(end < 0) for end in instance.end}) > 1:
        lacking.add("heterogeneous_fleet")
    if set(instance.start.tolist()) != set(range(instance.depots)):
        lacking.add("other_end")
    return frozenset(lacking)


def has_windows(early: Floats, late: Floats) -> Flags:
    """Return which nodes have a window in which service begins."""
    return (early > 0) | np.isfinite(late)


def straight(instance: Instance) -> bool:
    """Return whether legs are straight lines, driven at speed 1, that coordinates tell."""
    p = int(instance.profile[0])
    return bool(
        instance.metric[p] == EUCLIDEAN and instance.rounding[p] == EXACT and instance.speed[p] == 1.0
    )


def explicit(instance: Instance) -> Instance:
    """Return the instance with matrices of the one profile that it uses."""
    every = np.arange(instance.nodes)
    distance, duration = legs(instance, int(instance.profile[0]), every[:, None], every)
    return instance._replace(
        metric=np.array([EXPLICIT]),
        rounding=np.array([EXACT]),
        speed=np.ones(1),
        profile=np.zeros_like(instance.profile),
        distance=distance[None],
        duration=duration[None],
    )
