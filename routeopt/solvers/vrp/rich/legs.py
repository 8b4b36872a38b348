"""Legs between places: out of matrices that lie both ways, or from coordinates."""

from __future__ import annotations

from routeopt.solvers.compiled import borrowed, inlined, inner
from routeopt.solvers.vrp.stretches import leg


@inlined
def leg_from(field, profile, a, b):
    """Return distance and duration of a leg; the line of the matrix belongs to `a`."""
    if field.distance.shape[1] > 0:
        return field.distance[profile, a, b], field.duration[profile, a, b]
    return far_leg(field.task, profile, a, b)


@inlined
def leg_to(field, profile, a, b):
    """Return distance and duration of the leg from `b` to `a`; the line of the matrix belongs to `a`."""
    if field.distance.shape[1] > 0:
        return field.distance_back[profile, a, b], field.duration_back[profile, a, b]
    return far_leg(field.task, profile, b, a)


@inner
def far_leg(task, profile, a, b):
    """Return distance and duration from coordinates; nothing behind an open end."""
    task = borrowed(task)
    if a == task.nodes or b == task.nodes:
        return 0.0, 0.0
    return leg(task, profile, a, b)
