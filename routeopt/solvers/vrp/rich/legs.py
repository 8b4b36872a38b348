"""Legs between places: out of matrices that lie both ways, or from coordinates."""

from __future__ import annotations

import numpy as np

from routeopt.problems import legs
from routeopt.problems.backend import bind
from routeopt.solvers.compiled import inlined, inner, kernel

straight_leg = bind(("straight_leg",), vars(legs), {}, kernel).straight_leg


@inlined
def leg_from(field, profile, a, b):
    """Return distance and duration of a leg; the line of the matrix belongs to `a`."""
    if field.distance_back.shape[1] > 0:
        return field.task.distance[profile, a, b], field.task.duration[profile, a, b]
    return far_leg(field.places, field.ways, profile, a, b)


@inlined
def leg_to(field, profile, a, b):
    """Return distance and duration of the leg from `b` to `a`; the line of the matrix belongs to `a`."""
    if field.distance_back.shape[1] > 0:
        return field.distance_back[profile, a, b], field.duration_back[profile, a, b]
    return far_leg(field.places, field.ways, profile, b, a)


@inner
def far_leg(places, ways, profile, a, b):
    """Return distance and duration from coordinates; nothing behind an open end."""
    if a == len(places) or b == len(places):
        return 0.0, 0.0
    metric, rounding = np.int64(ways[profile, 0]), np.int64(ways[profile, 1])
    distance = straight_leg(metric, rounding, places[a, 0], places[a, 1], places[b, 0], places[b, 1])
    return distance, distance / ways[profile, 2]
