"""What a network sees of an instance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.problems.instance import EXPLICIT, MIXED, Floats, Instance


class Features(NamedTuple):
    """Rows of depots and stops, and the length that is 1 to the network."""

    depots: Floats  # (..., D, 6): open, x, y, distance limit, closing time, mixed backhaul
    stops: Floats  # (..., n, 7): x, y, linehaul, backhaul, early, late, service
    unit: Floats  # (...,)


def features(instance: Instance) -> Features:
    """Return what a network sees of an instance, or of instances stacked."""
    depots = int(np.max(instance.depots))
    real = np.arange(instance.x.shape[-1]) < np.asarray(instance.nodes)[..., None]
    places = np.stack([instance.x, instance.y], axis=-1)
    low = np.where(real[..., None], places, np.inf).min(axis=-2)
    extent = (np.where(real[..., None], places, -np.inf).max(axis=-2) - low).max(axis=-1)
    inside = (low >= 0).all(axis=-1) & (np.where(real[..., None], places, 0).max(axis=(-1, -2)) <= 1)
    low = np.where(inside[..., None], 0.0, low)
    extent = np.where(inside, 1.0, np.maximum(extent, 1e-9))
    locs = (places - low[..., None, :]) / extent[..., None, None]
    unit = extent
    if instance.distance.shape[-1]:
        explicit = (instance.metric == EXPLICIT).any(axis=-1)
        distance = instance.distance[..., 0, :, :]
        longest = np.where(np.isfinite(distance), distance, 0.0).max(axis=(-1, -2))
        unit = np.where(explicit, np.maximum(longest, 1e-9), unit)

    def finite(values: Floats) -> Floats:
        return np.where(np.isfinite(values), values, 0.0)

    capacity = instance.capacity[..., :1, 0]
    mixed = (np.asarray(instance.backhaul) == MIXED) & (instance.pickup > 0).any(axis=(-1, -2))
    rows = np.ones((*locs.shape[:-2], depots))
    depot_rows = [
        (instance.end[..., :1] < 0) * rows,
        locs[..., :depots, 0],
        locs[..., :depots, 1],
        finite(instance.max_distance[..., :1] / unit[..., None]) * rows,
        finite(instance.windows[..., :depots, 0, 1] / unit[..., None]),
        mixed[..., None] * rows,
    ]
    load = np.where(np.isfinite(capacity), capacity, 1.0)
    stop_rows = [
        locs[..., depots:, 0],
        locs[..., depots:, 1],
        instance.delivery[..., depots:, 0] / load,
        instance.pickup[..., depots:, 0] / load,
        instance.windows[..., depots:, 0, 0] / unit[..., None],
        finite(instance.windows[..., depots:, 0, 1] / unit[..., None]),
        instance.service[..., depots:] / unit[..., None],
    ]
    return Features(
        np.stack(depot_rows, axis=-1).astype(np.float32),
        np.stack(stop_rows, axis=-1).astype(np.float32),
        unit,
    )
