"""The one vocabulary of attributes: what a problem uses, and what a solver takes.

``problem.features`` is the set of these names in use; a solver declares ``supports``.
"""

from __future__ import annotations

import numpy as np

from routeopt.problems.instance import EXPLICIT, LINEHAUL_FIRST, STRICT, Instance

FEATURES = {
    "capacity": "loads share a finite vehicle capacity",
    "pickup": "stops hand goods over for the depot, in any order with deliveries",
    "backhaul": "in each trip deliveries come before pickups, and a trip has at least one delivery",
    "linehaul_first": "in each trip deliveries come before pickups; trips of pickups only are allowed",
    "load_dimensions": "more than one kind of load is counted",
    "time_windows": "stops or depots with a window in which service begins",
    "several_windows": "a stop with more than one time window",
    "service_time": "time spent at a stop or loading at a depot",
    "release": "goods that are not at the depot from the beginning",
    "prizes": "stops that may be left out at the loss of their prize",
    "groups": "alternatives of which one is served",
    "skills": "stops that only some vehicles may serve",
    "shipments": "goods taken from one stop to another by the same vehicle",
    "fixed_edges": "stops that must follow each other",
    "depots": "more than one depot where vehicles start or end",
    "heterogeneous_fleet": "vehicles that differ in more than their name and their depots",
    "limited_fleet": "fewer vehicles than stops",
    "fixed_cost": "a cost for each vehicle used",
    "distance_cost": "a cost per unit of distance other than 1",
    "duration_cost": "a cost per unit of route duration",
    "overtime": "a cost for route duration beyond regular hours",
    "open_end": "routes that end at their last stop",
    "other_end": "vehicles that end at another depot than they started from",
    "shift": "vehicles that are available for part of the day",
    "max_distance": "a limit on the distance of a route",
    "max_duration": "a limit on the duration of a route",
    "max_stops": "a limit on the number of stops in a route",
    "reloads": "vehicles that may return to a depot and load again",
    "profiles": "vehicles that travel by different matrices",
    "asymmetric": "legs that differ by direction",
    "durations": "travel times that are not the distances",
    "fewest_vehicles": "fewer vehicles come before lower cost",
}

#: Attributes with which a route driven backwards is another one.
DIRECTED = frozenset(
    {"pickup", "backhaul", "linehaul_first", "time_windows", "release", "shipments", "open_end", "other_end",
     "asymmetric", "shift", "reloads", "durations"}
)  # fmt: skip


def features_of(instance: Instance) -> frozenset[str]:
    """Return the attributes in use, by comparing each with its neutral value."""
    i, depots = instance, instance.depots
    finite_capacity = bool(np.isfinite(i.capacity).any())
    shipment_nodes = i.shipments.ravel()
    pickup = i.pickup.copy()
    pickup[shipment_nodes] = 0.0
    fleet = np.column_stack(
        [i.capacity, i.fixed_cost, i.distance_cost, i.duration_cost, i.overtime_cost, i.overtime_after,
         i.shift, i.max_distance, i.max_duration, i.max_stops, i.max_reloads,
         i.reload_depots, i.profile, i.allowed]
    )  # fmt: skip
    windows = i.windows
    ends = np.where(i.end < 0, i.start, i.end)
    explicit = i.metric == EXPLICIT
    present = {
        "capacity": finite_capacity and bool(i.delivery.any() or i.pickup.any()),
        "pickup": bool(pickup.any()) and i.backhaul not in (STRICT, LINEHAUL_FIRST),
        "backhaul": i.backhaul == STRICT and bool(pickup.any()),
        "linehaul_first": i.backhaul == LINEHAUL_FIRST and bool(pickup.any()),
        "load_dimensions": i.delivery.shape[1] > 1,
        "time_windows": bool((windows[:, 0, 0] > 0).any() or np.isfinite(windows[:, -1, 1]).any()),
        "several_windows": windows.shape[1] > 1,
        "service_time": bool(i.service.any()),
        "release": bool(i.release.any()),
        "prizes": bool(np.isfinite(i.prize[depots:]).any()),
        "groups": bool((i.group >= 0).any()),
        "skills": not i.allowed[:, depots:].all(),
        "shipments": len(i.shipments) > 0,
        "fixed_edges": len(i.fixed_edges) > 0,
        "depots": len(set(i.start) | set(ends)) > 1,
        "heterogeneous_fleet": bool((fleet != fleet[0]).any()),
        "limited_fleet": bool(i.vehicle_count.sum() < i.stops),
        "fixed_cost": bool(i.fixed_cost.any()),
        "distance_cost": bool((i.distance_cost != 1).any()),
        "duration_cost": bool(i.duration_cost.any()),
        "overtime": bool((i.overtime_cost > 0).any() and np.isfinite(i.overtime_after).any()),
        "open_end": bool((i.end < 0).any()),
        "other_end": bool((ends != i.start).any()),
        "shift": bool((i.shift[:, 0] > 0).any() or np.isfinite(i.shift[:, 1]).any()),
        "max_distance": bool(np.isfinite(i.max_distance).any()),
        "max_duration": bool(np.isfinite(i.max_duration).any()),
        "max_stops": bool(np.isfinite(i.max_stops).any()),
        "reloads": bool(((i.max_reloads > 0) & i.reload_depots.any(axis=1)).any()),
        "profiles": len(set(i.profile)) > 1,
        "asymmetric": _asymmetric(i.distance, explicit) or _asymmetric(i.duration, explicit),
        "durations": bool((i.speed[~explicit] != 1).any())
        or (i.distance.size > 0 and not np.array_equal(i.distance, i.duration)),
        "fewest_vehicles": i.vehicle_weight > 0,
    }
    return frozenset(name for name, used in present.items() if used)


def _asymmetric(matrices: np.ndarray, explicit: np.ndarray) -> bool:
    return any(used and not np.array_equal(m, m.T) for m, used in zip(matrices, explicit, strict=True))
