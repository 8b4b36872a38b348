"""Limits of a route apart from load and time: its length, its number of stops; and the order of shipments."""

from __future__ import annotations

from typing import Any

import numpy as np

from routeopt.solvers.vrp.ortools.ground import Ground
from routeopt.solvers.vrp.ortools.scaling import scale_of

_MOST_LENGTH = float(1 << 40)


def add_length(model: Any, ground: Ground) -> None:
    """Limit the distance of each route."""
    instance, kinds = ground.instance, ground.kinds
    if not np.isfinite(instance.max_distance[kinds]).any():
        return
    profiles = instance.profile[kinds]
    legs = {profile: ground.legs(profile)[0] for profile in np.unique(profiles).tolist()}
    total = max(float(np.where(np.isfinite(part), part, 0.0).max(axis=1).sum()) for part in legs.values())
    scale = scale_of([*legs.values(), np.minimum(instance.max_distance[kinds], total)], total, _MOST_LENGTH)
    registered = {
        profile: model.RegisterTransitMatrix(scale.up(part).tolist()) for profile, part in legs.items()
    }
    model.AddDimensionWithVehicleTransitAndCapacity(
        [registered[profile] for profile in profiles.tolist()],
        0,
        np.minimum(scale.down(instance.max_distance[kinds]), scale.total).tolist(),
        True,
        "length",
    )


def add_positions(model: Any, manager: Any, ground: Ground) -> None:
    """Limit the stops of each route, and put the pickup of a shipment before its delivery on one vehicle."""
    instance, stops = ground.instance, len(ground.stops)
    place = {int(node): k for k, node in enumerate(ground.nodes)}
    shipments = [(place[a], place[b]) for a, b in instance.shipments.tolist() if a in place]
    most = np.minimum(instance.max_stops[ground.kinds], stops).astype(np.int64)
    if not shipments and (most == stops).all():
        return
    each = model.RegisterUnaryTransitVector(
        (np.arange(len(ground.nodes)) >= ground.first).astype(int).tolist()
    )
    model.AddDimensionWithVehicleCapacity(each, 0, most.tolist(), True, "position")
    position, solver = model.GetDimensionOrDie("position"), model.solver()
    for pickup, delivery in shipments:
        a, b = manager.NodeToIndex(pickup), manager.NodeToIndex(delivery)
        model.AddPickupAndDelivery(a, b)
        solver.Add(model.VehicleVar(a) == model.VehicleVar(b))
        solver.Add(position.CumulVar(a) <= position.CumulVar(b))
