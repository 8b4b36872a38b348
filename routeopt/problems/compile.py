"""From a stated problem to arrays: the one place where names, defaults and units are resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from routeopt.problems.columns import load_row
from routeopt.problems.instance import BACKHAULS, DIMACS, Flags, Floats, Instance
from routeopt.problems.legs import compile_legs

if TYPE_CHECKING:
    from routeopt.problems.vrp import VRP


def compile_problem(problem: VRP) -> Instance:
    """Return the arrays of a validated problem."""
    stops, depots = problem.stops, problem.depots
    profiles = sorted({vehicle.profile for vehicle in problem.vehicles})
    legs = [compile_legs(problem.legs[profile], problem.places) for profile in profiles]
    metric, rounding, speed, distance, duration = zip(*legs, strict=True)
    scale = 10.0 if rounding[0] == DIMACS else 1.0
    delivery, pickup = _loads(problem)
    windows = np.concatenate(
        [
            np.repeat(
                np.array([[depot.window] for depot in depots], np.float64), stops.windows.shape[1], axis=1
            ),
            stops.windows,
        ]
    )
    none = np.zeros(len(depots))
    fleet = _fleet(problem, delivery.shape[1], scale)
    instance = Instance(
        nodes=len(problem.places),
        depots=len(depots),
        scale=scale,
        backhaul=BACKHAULS.index(problem.backhaul),
        vehicle_weight=0.0,
        x=problem.places[:, 0].copy(),
        y=problem.places[:, 1].copy(),
        delivery=delivery,
        pickup=pickup,
        windows=windows * scale,
        service=np.concatenate([[depot.service for depot in depots], stops.service]) * scale,
        release=np.concatenate([none, stops.release]) * scale,
        prize=np.concatenate([none, stops.prize]) * scale,
        group=np.concatenate([none.astype(np.int64) - 1, stops.group]),
        shipments=problem.shipments + len(depots),
        fixed_edges=problem.fixed_edges,
        profile=np.array([profiles.index(vehicle.profile) for vehicle in problem.vehicles], np.int64),
        metric=np.array(metric, np.int64),
        rounding=np.array(rounding, np.int64),
        speed=np.array(speed),
        distance=np.array(distance),
        duration=np.array(duration),
        **fleet,
    )
    if problem.objective == "fewest_vehicles":
        instance = instance._replace(vehicle_weight=_outweigh(instance))
    return instance


def _loads(problem: VRP) -> tuple[Floats, Floats]:
    """Return delivery and pickup per node (N, K); a shipment is taken on at one stop and off at the other."""
    stops, first = problem.stops, len(problem.depots)
    sizes = (np.size(vehicle.capacity) for vehicle in problem.vehicles)
    dimensions = max(stops.delivery.shape[1], problem.amounts.shape[1], *sizes)
    delivery, pickup = np.zeros((2, len(problem.places), dimensions))
    delivery[first:, : stops.delivery.shape[1]] = stops.delivery
    pickup[first:, : stops.pickup.shape[1]] = stops.pickup
    amounts = np.zeros((len(problem.shipments), dimensions))
    amounts[:, : problem.amounts.shape[1]] = problem.amounts
    pickup[problem.shipments[:, 0] + first] += amounts
    pickup[problem.shipments[:, 1] + first] -= amounts
    return delivery, pickup


def _fleet(problem: VRP, dimensions: int, scale: float) -> dict[str, Any]:
    vehicles = problem.vehicles

    def column(field: str, factor: float = 1.0) -> Floats:
        return np.array([getattr(vehicle, field) for vehicle in vehicles], np.float64) * factor

    def depot(stated: int | str) -> int:
        return stated if isinstance(stated, int | np.integer) else problem.index[stated]

    def end(stated: int | str | None, start: int | str) -> int:
        return depot(start if stated is None else stated)

    reloads = np.zeros((len(vehicles), len(problem.depots)), bool)
    for row, vehicle in zip(reloads, vehicles, strict=True):
        row[[depot(d) for d in vehicle.reload_depots]] = True
    capacity = np.full((len(vehicles), dimensions), np.inf)
    for row, vehicle in zip(capacity, vehicles, strict=True):
        row[: np.size(vehicle.capacity)] = load_row(vehicle.capacity, np.size(vehicle.capacity))
    unlimited = len(problem.stops)
    return {
        "vehicle_count": np.array([min(v.count or unlimited, unlimited) for v in vehicles], np.int64),
        "capacity": capacity,
        "fixed_cost": column("fixed_cost", scale),
        "distance_cost": column("distance_cost"),
        "duration_cost": column("duration_cost"),
        "overtime_cost": column("overtime_cost"),
        "overtime_after": column("overtime_after", scale),
        "start": np.array([depot(v.start) for v in vehicles], np.int64),
        "end": np.array([-1 if v.open_end else end(v.end, v.start) for v in vehicles], np.int64),
        "shift": column("shift", scale),
        "max_distance": column("max_distance", scale),
        "max_duration": column("max_duration", scale),
        "max_stops": column("max_stops"),
        "max_reloads": column("max_reloads"),
        "reload_depots": reloads,
        "allowed": _allowed(problem),
    }


def _allowed(problem: VRP) -> Flags:
    allowed = np.ones((len(problem.vehicles), len(problem.places)), bool)
    for row, vehicle in zip(allowed, problem.vehicles, strict=True):
        for skill, asked in problem.stops.skills.items():
            if skill not in vehicle.skills:
                row[len(problem.depots) :] &= ~asked
    return allowed


def _outweigh(instance: Instance) -> float:
    """Return more than any plan can cost apart from the number of its vehicles.

    A plan leaves each node once at most, so the longest legs out of every node bound its distance.
    """
    if instance.distance.size:
        longest = np.where(np.isfinite(instance.distance), instance.distance, 0).max(axis=(0, 2)).sum()
    else:
        spread = np.ptp(instance.x) + np.ptp(instance.y)
        longest = instance.nodes * (spread + 1) * instance.scale
    rate = (instance.distance_cost + instance.duration_cost + instance.overtime_cost).max()
    finite = instance.prize[np.isfinite(instance.prize)].sum()
    idle = instance.windows[np.isfinite(instance.windows)].max(initial=0.0) + instance.service.sum()
    return float(
        np.ceil(2 * rate * (longest + idle) + instance.fixed_cost.max() * instance.stops + finite + 1)
    )
