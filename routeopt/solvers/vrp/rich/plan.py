"""A plan for the rich search to begin with, and back to routes."""

from __future__ import annotations

import numpy as np

from routeopt.problems.instance import Instance, Routes
from routeopt.solvers.vrp.rich.layout import (
    ABSENCE,
    BANKED,
    BEST_COST,
    BEST_MISSING,
    COST,
    MISSING,
    NODE,
    ROUTE,
    ROUTES_USED,
    Field,
    Plan,
)
from routeopt.solvers.vrp.stretches import LOADING, LEAVE_EARLY, LEAVE_LATE


def empty_plan(instance: Instance, field: Field) -> Plan:
    """Return a plan without routes: all requests are in the bank."""
    count, fleet = instance.nodes, int(field.first[-1])
    nodes, routes = np.zeros(count + fleet, NODE), np.zeros(fleet, ROUTE)
    _describe_stops(instance, nodes)
    _describe_routes(instance, field, nodes, routes)
    leaders = np.unique(field.leader[instance.depots :])
    bank, shelf = np.zeros(count, np.int32), np.full(count, -1, np.int32)
    bank[: len(leaders)], shelf[leaders] = leaders, np.arange(len(leaders))
    dimensions = field.loads.shape[1]
    kept = count + fleet if field.mixed else 1
    counts, sums = np.zeros(10, np.int64), np.zeros(5)
    mandatory = np.isinf(field.price[leaders])
    counts[BANKED], counts[MISSING] = len(leaders), mandatory.sum()
    counts[BEST_MISSING] = len(leaders) + 1
    sums[COST], sums[BEST_COST] = field.price[leaders[~mandatory]].sum(), np.inf
    sums[ABSENCE] = mandatory.sum()
    return Plan(
        nodes=nodes,
        routes=routes,
        until=np.zeros((kept, dimensions, 3)),
        onward=np.zeros((kept, dimensions, 3)),
        empties=np.arange(fleet).astype(np.int32),
        heights=instance.vehicle_count.astype(np.int64),
        bank=bank,
        shelf=shelf,
        absences=np.ones(count),
        touched=np.zeros(count + fleet, np.int32),
        touched_routes=np.zeros(fleet, np.int32),
        dirty=np.zeros(count + fleet, np.int32),
        best=np.where(np.arange(count + fleet) < count, -1, np.arange(count + fleet)).astype(np.int32),
        requests=np.zeros(2 * count, np.int32),
        keys=np.zeros(2 * count),
        sequence=np.zeros(count + 1, np.int64),
        counts=counts,
        sums=sums,
    )


def _describe_stops(i: Instance, nodes: np.ndarray) -> None:
    stops = nodes[: i.nodes]
    for link in ("following", "preceding", "route"):
        nodes[link] = -1
    stops["out"] = stops["into"] = np.arange(i.nodes)
    stops["early"], stops["late"] = i.windows[:, 0, 0], i.windows[:, -1, 1]
    stops["service"], stops["load"] = i.service, i.delivery[:, 0]
    brings = i.delivery.any(axis=1)
    stops["linehauls"], stops["backhauls"] = brings, (i.pickup > 0).any(axis=1) & ~brings


def _describe_routes(i: Instance, field: Field, nodes: np.ndarray, routes: np.ndarray) -> None:
    kind = np.repeat(np.arange(len(i.start)), i.vehicle_count)
    vehicles, number = field.task.vehicles[kind], np.arange(len(routes))
    rings, end = nodes[i.nodes :], i.end[kind]
    rings["route"], rings["following"], rings["preceding"] = number, number + i.nodes, number + i.nodes
    rings["out"], rings["into"] = i.start[kind], np.where(end < 0, i.nodes, end)
    rings["until"] = vehicles[:, LOADING]
    rings["until_early"], rings["until_late"] = vehicles[:, LEAVE_EARLY], vehicles[:, LEAVE_LATE]
    rings["ready"] = rings["until_early"] + rings["until"]
    row = 3 * i.nodes + kind  # where stretches keep the arrival of a vehicle type
    from routeopt.solvers.vrp.stretches import EARLY, LATE

    rings["early"] = rings["onward_early"] = field.stretches[row, EARLY]
    rings["late"] = rings["latest"] = field.stretches[row, LATE]
    routes["kind"], routes["profile"], routes["spot"] = kind, i.profile[kind], number - field.first[kind]
    routes["capacity"] = np.inf if field.mixed else i.capacity[kind, 0]
    routes["rate"], routes["opening"] = i.distance_cost[kind], i.fixed_cost[kind] + i.vehicle_weight
    routes["most_distance"], routes["most_duration"] = i.max_distance[kind], i.max_duration[kind]
    routes["most_stops"] = i.max_stops[kind]


def best_routes(instance: Instance, field: Field, plan: Plan) -> Routes:
    """Return the best plan found."""
    lists, kinds, following = [], [], plan.best.tolist()
    for r in range(len(plan.routes)):
        visits, node = [], following[instance.nodes + r]
        while node < instance.nodes:
            visits.append(node)
            node = following[node]
        if visits:
            lists.append(visits)
            kinds.append(int(plan.routes["kind"][r]))
    return Routes.from_lists(lists, kinds)
