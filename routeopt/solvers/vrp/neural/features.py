"""What a network sees of a problem: rows of numbers for depots and stops, whatever the units it is stated in.

The rows are those of RouteFinder (Berto et al. 2025). Loads are shares of the capacity. Coordinates are shifted and
scaled by one number to the unit square; lengths and times are divided by one number, the unit: that of the
coordinates where legs are straight lines, else the longest leg. A problem that lies in the unit square already, and
has no longer legs than its diagonal, stays as it is. What is unlimited is 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.problems.instance import EXPLICIT, MIXED, Flags, Floats, Instance

UNLIMITED = 10.0  #: what is seen of an infinite length: no limit is left, or no way there
_LEAST = 1e-9  # a unit is no less: all places may be the same


class Features(NamedTuple):
    """Rows of depots and stops; ``...`` is the batch, empty for a single problem."""

    depots: Floats  # (..., D, 6) open, x, y, distance limit, closing time, mixed backhauls
    stops: Floats  # (..., n, 7) x, y, delivery, pickup, early, late, service
    unit: Floats  # (...,) the length, and the time, that is 1


def features(instance: Instance) -> Features:
    """Return what a network sees of a problem, or of problems with equally many depots that are stacked.

    Vehicles are taken to be those of the first type. Rows of padding are of no meaning.
    """
    depots = int(np.max(instance.depots))
    real = np.arange(instance.x.shape[-1]) < np.asarray(instance.nodes)[..., None]
    places, unit = _scaled(instance, real)
    capacity = instance.capacity[..., :1, 0]
    mixed = (np.asarray(instance.backhaul) == MIXED) & (instance.pickup > 0).any(axis=(-1, -2))
    every = np.ones((*places.shape[:-2], depots))
    early, late = instance.windows[..., 0, 0], instance.windows[..., 0, 1]
    clock = unit[..., None]
    depot_rows = (
        (instance.end[..., :1] < 0) * every,
        *np.moveaxis(places[..., :depots, :], -1, 0),
        _limited(instance.max_distance[..., :1] / clock) * every,
        _limited(late[..., :depots] / clock),
        mixed[..., None] * every,
    )
    stop_rows = (
        *np.moveaxis(places[..., depots:, :], -1, 0),
        instance.delivery[..., depots:, 0] / capacity,
        instance.pickup[..., depots:, 0] / capacity,
        early[..., depots:] / clock,
        _limited(late[..., depots:] / clock),
        instance.service[..., depots:] / clock,
    )
    return Features(np.stack(depot_rows, axis=-1), np.stack(stop_rows, axis=-1), unit)


def _scaled(instance: Instance, real: Flags) -> tuple[Floats, Floats]:
    """Return places ``(..., N, 2)`` in the unit square and the unit ``(...,)`` of lengths."""
    places = np.stack([instance.x, instance.y], axis=-1)
    low = np.where(real[..., None], places, np.inf).min(axis=-2)
    high = np.where(real[..., None], places, -np.inf).max(axis=-2)
    inside = (low >= 0).all(axis=-1) & (high <= 1).all(axis=-1)
    low = np.where(inside[..., None], 0.0, low)
    extent = np.where(inside, 1.0, np.maximum((high - low).max(axis=-1), _LEAST))
    unit = extent
    if instance.distance.shape[-1]:
        legs = np.where(np.isfinite(instance.distance[..., 0, :, :]), instance.distance[..., 0, :, :], 0.0)
        longest = legs.max(axis=(-1, -2))
        stays = inside & (longest <= np.sqrt(2.0) + _LEAST)
        explicit = (instance.metric == EXPLICIT).any(axis=-1)
        unit = np.where(explicit & ~stays, np.maximum(longest, _LEAST), extent)
    return (places - low[..., None, :]) / extent[..., None, None], unit


def _limited(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, 0.0)
