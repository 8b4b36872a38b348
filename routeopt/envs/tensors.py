"""Problems as tensors, and back: which arrays of a batch of instances an environment needs.

A key is there only if some problem of the batch uses it, so that what nobody uses costs nothing. Amounts are
float64 in the units of the instances, because the rules' tolerance is finer than float32; what networks see is
float32 and scaled.

=================  =============  ======================================================================
key                shape          what
=================  =============  ======================================================================
depot_features     (B, D, 6)      what a network sees of depots and stops, see
stop_features      (B, n, 7)      :mod:`routeopt.solvers.vrp.neural.features`
locs               (B, N, 2)      coordinates as in the features
unit               (B, 1)         the length and the time that are 1 in the features
nodes              (B, 1)         N without padding
x, y               (B, N)         where legs are straight lines
distance_matrix    (B, N, N)      where they are not; inf is unreachable
duration_matrix    (B, N, N)      where windows are used, too, and durations are not the distances
delivery, pickup   (B, N)
early, late        (B, N)         the window
service            (B, N)
timed              (B, 1)         the problem has windows
capacity           (B, 1)
limit              (B, 1)         on the distance of a route
open               (B, 1)         routes end at their last stop
linehaul_first     (B, 1)         deliveries come before pickups; then there are, too,
linehaul           (B, N)         1 for a stop with a delivery
backhaul           (B, N)         1 for a stop with a pickup only
rate               (B, 1)         cost of a unit of distance, in the user's money
fixed              (B, 1)         cost of a vehicle
=================  =============  ======================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tensordict import TensorDict

from routeopt.data.generators.batches import neutral
from routeopt.errors import ProblemError, UnsupportedError
from routeopt.problems.instance import (
    EUCLIDEAN,
    EXPLICIT,
    LINEHAUL_FIRST,
    MIXED,
    Flags,
    Instance,
)
from routeopt.solvers.vrp.neural.features import features
from routeopt.solvers.vrp.neural.stated import (
    SUPPORTS as SUPPORTS,
    explicit,
    has_windows,
    lacking_of,
    straight,
)


def stack(instances: Sequence[Instance]) -> Instance:
    """Return instances along a first axis, padded to the largest; legs that are straight lines without matrices.

    Raises
    ------
    UnsupportedError
        An instance uses attributes that are not in SUPPORTS.
    ProblemError
        There are none, or they differ in the number of depots.
    """
    if not instances:
        raise ProblemError("there are no problems; give one or more")
    lacking = frozenset().union(*(lacking_of(instance) for instance in instances))
    if lacking:
        raise UnsupportedError("vrp environment", lacking, "leave them out of the problem")
    depots = sorted({int(instance.depots) for instance in instances})
    if len(depots) > 1:
        raise ProblemError(
            f"the problems have {' and '.join(map(str, depots))} depots; make a batch for each number of depots"
        )
    if all(straight(instance) for instance in instances):
        empty = np.zeros((1, 0, 0))
        return Instance.stack([instance._replace(distance=empty, duration=empty) for instance in instances])
    return Instance.stack([explicit(instance) for instance in instances])


def tensors(stacked: Instance) -> TensorDict:
    """Return the tensors of instances that :func:`stack` joined."""
    nodes, scale = np.asarray(stacked.nodes)[:, None], np.asarray(stacked.scale)[:, None]
    depots = np.unique(stacked.depots)
    if len(depots) != 1:
        raise ProblemError("the problems differ in the number of depots; make a batch for each")
    real = np.arange(stacked.x.shape[1]) < nodes
    seen = features(stacked)
    locs = np.concatenate([seen.depots[..., 1:3], seen.stops[..., :2]], axis=1)
    columns: dict[str, Any] = {
        "depot_features": seen.depots.astype(np.float32),
        "stop_features": seen.stops.astype(np.float32),
        "locs": locs.astype(np.float32),
        "unit": np.asarray(seen.unit, np.float64)[:, None],
        "nodes": nodes.astype(np.int64),
        "delivery": stacked.delivery[..., 0],
        "capacity": stacked.capacity[:, :1, 0],
        "open": stacked.end[:, :1] < 0,
        "rate": stacked.distance_cost[:, :1] / scale,
        **_clock(stacked, real),
    }
    if (stacked.pickup > 0).any():
        columns["pickup"] = stacked.pickup[..., 0]
        ordered = (np.asarray(stacked.backhaul) == LINEHAUL_FIRST)[:, None]
        if ordered.any():
            brings = stacked.delivery[..., 0] > 0
            fetches = (stacked.pickup[..., 0] > 0) & ~brings
            columns |= {"linehaul_first": ordered, "linehaul": brings * 1.0, "backhaul": fetches * 1.0}
    if np.isfinite(stacked.max_distance[:, 0]).any():
        columns["limit"] = stacked.max_distance[:, :1]
    if stacked.fixed_cost.any():
        columns["fixed"] = stacked.fixed_cost[:, :1] / scale
    if not stacked.distance.size:
        columns |= {"x": stacked.x, "y": stacked.y}
    else:
        reachable = np.isfinite(stacked.distance[:, 0] + stacked.duration[:, 0])
        columns["distance_matrix"] = np.where(reachable, stacked.distance[:, 0], np.inf)
        if "early" in columns and not np.array_equal(stacked.distance, stacked.duration):
            columns["duration_matrix"] = np.where(reachable, stacked.duration[:, 0], np.inf)
    data = {name: torch.from_numpy(np.ascontiguousarray(column)) for name, column in columns.items()}
    return TensorDict(data, batch_size=[len(real)])


def _clock(stacked: Instance, real: Flags) -> dict[str, NDArray[Any]]:
    early, late = stacked.windows[..., 0, 0], stacked.windows[..., 0, 1]
    timed = (has_windows(early, late) & real).any(axis=1, keepdims=True)
    if not timed.any():
        return {}
    return {"early": early, "late": late, "service": stacked.service, "timed": np.asarray(timed)}


def instances(td: TensorDict) -> list[Instance]:
    """Return the instances whose tensors these are, with one vehicle type a depot, unscaled and without padding."""
    arrays = {name: value.detach().cpu().numpy() for name, value in td.items()}
    return [
        _instance({name: value[row] for name, value in arrays.items()}) for row in range(len(arrays["nodes"]))
    ]


def _instance(row: dict[str, np.ndarray]) -> Instance:
    nodes, depots = int(row["nodes"][0]), len(row["depot_features"])
    zeros = np.zeros(nodes)
    straight_legs = "distance_matrix" not in row
    locs = row["locs"][:nodes].astype(np.float64)
    alone = Instance(*(np.asarray(field)[0] for field in neutral(locs[None], depots)))
    windows = np.stack([row.get("early", zeros)[:nodes], row.get("late", zeros + np.inf)[:nodes]], axis=-1)
    distance = alone.distance if straight_legs else row["distance_matrix"][None, :nodes, :nodes]
    duration = row["duration_matrix"][None, :nodes, :nodes] if "duration_matrix" in row else distance
    return alone._replace(
        nodes=nodes,
        depots=depots,
        scale=1.0,
        backhaul=LINEHAUL_FIRST if row.get("linehaul_first", np.zeros(1))[0] else MIXED,
        vehicle_weight=0.0,
        x=row.get("x", locs[:, 0])[:nodes],
        y=row.get("y", locs[:, 1])[:nodes],
        delivery=row["delivery"][:nodes, None],
        pickup=row.get("pickup", zeros)[:nodes, None],
        windows=windows[:, None],
        service=row.get("service", zeros)[:nodes],
        capacity=np.full((depots, 1), row["capacity"][0]),
        fixed_cost=np.full(depots, row.get("fixed", np.zeros(1))[0]),
        distance_cost=np.full(depots, row["rate"][0]),
        end=np.full(depots, -1) if row["open"][0] else alone.end,
        max_distance=np.full(depots, row.get("limit", np.full(1, np.inf))[0]),
        metric=np.array([EUCLIDEAN if straight_legs else EXPLICIT]),
        distance=distance,
        duration=duration,
    )
