"""From an instance to what the rich search knows of it."""

from __future__ import annotations

import numpy as np

from routeopt.problems.instance import MIXED, Floats, Instance, Integers
from routeopt.solvers.vrp.rich.layout import Field
from routeopt.solvers.vrp.rich.near import closest, promising
from routeopt.solvers.vrp.stretches import prepare, stretches


def make_field(instance: Instance, neighbours: int) -> Field:
    """Return what does not change during a search."""
    i = instance
    nodes, stops = i.nodes, np.arange(i.depots, i.nodes)
    delivery, pickup = i.delivery, np.maximum(i.pickup, 0.0)
    loads = np.stack([delivery, pickup, np.maximum(delivery, pickup)], axis=2)
    extra, price, leader, other = _groups(i)
    distance, duration = _padded(i.distance), _padded(i.duration)
    if np.array_equal(distance, duration):
        duration = distance
    back, duration_back = _transposed(distance), _transposed(duration)
    if duration is distance:
        duration_back = back
    windows = i.windows[stops]
    lasting = i.duration_cost.any() or i.overtime_cost.any() or np.isfinite(i.max_duration).any()
    return Field(
        task=prepare(i),
        stretches=stretches(i),
        distance=distance,
        distance_back=back,
        duration=duration,
        duration_back=duration_back,
        near=promising(i, neighbours),
        around=closest(i),
        loads=np.ascontiguousarray(loads),
        extra=extra,
        price=price,
        leader=leader,
        other=other,
        remoteness=_remoteness(i),
        first=np.concatenate([[0], np.cumsum(i.vehicle_count)]).astype(np.int64),
        allowed=np.ascontiguousarray(i.allowed),
        stops=stops.astype(np.int32),
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


def _groups(i: Instance) -> tuple[Floats, Floats, Integers, Integers]:
    """Return what each stop loses when it serves its group, what a group loses unserved, leaders and rings."""
    nodes = np.arange(i.nodes)
    extra, price = np.zeros(i.nodes), i.prize.copy()
    leader, other = nodes.astype(np.int32), nodes.astype(np.int32)
    for group in np.unique(i.group[i.group >= 0]):
        members = np.flatnonzero(i.group == group)
        leader[members], other[members] = members[0], np.roll(members, -1)
        price[members] = i.prize[members].max()
        if np.isfinite(price[members[0]]):
            extra[members] = price[members] - i.prize[members]
    return extra, price, leader, other


def _remoteness(i: Instance) -> Floats:
    """Return the distance of each node from the closest start."""
    starts = np.unique(i.start)
    if i.distance.size:
        return np.ascontiguousarray(i.distance[:, starts].min(axis=(0, 1)))
    return np.hypot(i.x - i.x[starts][:, None], i.y - i.y[starts][:, None]).min(axis=0)
