"""From an instance to what the rich search knows of it."""

from __future__ import annotations

import numpy as np

from routeopt.problems.instance import EUCLIDEAN, MIXED, Floats, Instance
from routeopt.solvers.vrp.rich.layout import Field
from routeopt.solvers.vrp.rich.near import closest, promising
from routeopt.solvers.vrp.stretches import prepare, stretches

_STORED = 400  # nodes up to which straight legs are faster read out of a matrix than computed


def make_field(instance: Instance, neighbours: int) -> Field:
    """Return what does not change during a search."""
    i = instance
    stops = np.arange(i.depots, i.nodes)
    delivery, pickup = i.delivery, np.maximum(i.pickup, 0.0)
    loads = np.stack([delivery, pickup, np.maximum(delivery, pickup)], axis=2)
    computed = i.nodes > _STORED and (i.metric == EUCLIDEAN).all()
    distance, duration = (_padded(legs[:, :0, :0] if computed else legs) for legs in (i.distance, i.duration))
    if np.array_equal(distance, duration):
        duration = distance
    back, duration_back = _transposed(distance), _transposed(duration)
    if duration is distance:
        duration_back = back
    windows = i.windows[stops]
    lasting = i.duration_cost.any() or i.overtime_cost.any() or np.isfinite(i.max_duration).any()
    return Field(
        task=prepare(i)._replace(distance=distance, duration=duration),
        places=np.column_stack([i.x, i.y]),
        ways=np.column_stack([i.metric, i.rounding, i.speed]).astype(np.float64),
        stretches=stretches(i),
        distance_back=back,
        duration_back=duration_back,
        near=promising(i, neighbours),
        around=closest(i),
        loads=np.ascontiguousarray(loads),
        first=np.concatenate([[0], np.cumsum(i.vehicle_count)]).astype(np.int64),
        depots=int(i.depots),
        mixed=bool(pickup.any() or delivery.shape[1] > 1),
        ordered=i.backhaul != MIXED,
        lasting=bool(lasting),
        exact=bool(i.release.any() or (windows[:, 0] != windows[:, -1]).any()),
        symmetric=back is distance,
        windowed=bool((windows[:, 0, 0] > 0).any() or np.isfinite(windows[:, -1, 1]).any()),
        choosy=not i.allowed.all(),
    )


def _padded(matrices: Floats) -> Floats:
    """Return the matrices with one more place, which is next to all others."""
    if not matrices.size:
        return matrices
    return np.pad(matrices, ((0, 0), (0, 1), (0, 1)))


def _transposed(matrices: Floats) -> Floats:
    """Return the matrices transposed, or the same ones where that changes nothing."""
    turned = matrices.transpose(0, 2, 1)
    return matrices if np.array_equal(turned, matrices) else np.ascontiguousarray(turned)
