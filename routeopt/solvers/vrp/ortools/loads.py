"""What a vehicle carries, as dimensions of the routing model.

Deliveries are on board from the depot on, pickups until the end. Where both occur, the load on board starts at
what the route delivers, which is known at its end only: this ties one dimension to another.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from routeopt.problems.instance import LINEHAUL_FIRST, MIXED, STRICT
from routeopt.solvers.vrp.ortools.ground import Ground
from routeopt.solvers.vrp.ortools.scaling import Whole, scale_of

_MOST_LOAD = float(1 << 40)


def add_loads(model: Any, ground: Ground) -> None:
    """Limit the load on board in each dimension that some vehicle limits."""
    instance = ground.instance
    for k in range(instance.delivery.shape[1]):
        capacity = instance.capacity[ground.kinds, k]
        delivery, pickup = ground.of_nodes(instance.delivery[:, k]), ground.of_nodes(instance.pickup[:, k])
        if not np.isfinite(capacity).any() or not (delivery.any() or pickup.any()):
            continue
        total = float(delivery.sum() + np.abs(pickup).sum())
        scale = scale_of([delivery, pickup, np.minimum(capacity, total)], total, _MOST_LOAD)
        most = np.minimum(scale.down(capacity), scale.total)
        out = scale.up(delivery)
        back = np.sign(pickup).astype(np.int64) * scale.up(np.abs(pickup))
        _limit(model, ground, out, back, most, f"load {k}")


def _limit(model: Any, ground: Ground, out: Whole, back: Whole, most: Whole, name: str) -> None:
    """Limit one kind of load: what is brought out, and what is taken on board or, below 0, handed over."""
    if out.any():
        _count(model, out, most, f"{name} out")
    if back.any():
        _count(model, back, most, f"{name} back")
    apart = ground.instance.backhaul != MIXED and not (out * back).any()
    if out.any() and back.any() and not apart:
        _count(model, back - out, most, name, from_zero=False)
        onboard = model.GetDimensionOrDie(name)
        brought = model.GetDimensionOrDie(f"{name} out")
        for vehicle in range(len(most)):
            loaded = onboard.CumulVar(model.Start(vehicle))
            model.solver().Add(loaded >= brought.CumulVar(model.End(vehicle)))


def _count(model: Any, amounts: Whole, most: Whole, name: str, *, from_zero: bool = True) -> None:
    amount = model.RegisterUnaryTransitVector(amounts.tolist())
    model.AddDimensionWithVehicleCapacity(amount, 0, most.tolist(), from_zero, name)


def add_order(model: Any, manager: Any, ground: Ground) -> None:
    """Put deliveries before pickups; with strict backhauls a route has a delivery before its first pickup."""
    instance = ground.instance
    if instance.backhaul not in (STRICT, LINEHAUL_FIRST):
        return
    brings = np.asarray(instance.delivery.any(axis=1))
    fetches = np.asarray((instance.pickup > 0).any(axis=1)) & ~brings
    for name, counted in (("pickups", fetches), ("deliveries", brings)):
        numbers = ground.of_nodes(counted.astype(np.float64)).astype(np.int64)
        _count(model, numbers, np.full(len(ground.kinds), max(1, numbers.sum())), name)
    pickups, deliveries = model.GetDimensionOrDie("pickups"), model.GetDimensionOrDie("deliveries")
    for place in ground.stops.tolist():
        index, node = manager.NodeToIndex(place), ground.nodes[place]
        if brings[node]:
            pickups.CumulVar(index).SetMax(0)
        elif fetches[node] and instance.backhaul == STRICT:
            deliveries.CumulVar(index).SetMin(1)
