"""A plan for the rich search to begin with, and back to routes."""

from __future__ import annotations

import numpy as np

from routeopt.problems.instance import Flags, Instance, Integers, Routes
from routeopt.solvers.vrp.records import Records
from routeopt.solvers.vrp.rich.layout import (
    ABSENCE,
    BANK,
    BANKED,
    BEST_COST,
    BEST_MISSING,
    COST,
    EMPTIES,
    LINE,
    MISSING,
    NODE,
    OWN,
    OWNED,
    ROUTE,
    ROUTES_USED,
    Field,
    Plan,
)
from routeopt.solvers.vrp.rich.near import remoteness
from routeopt.solvers.vrp.stretches import EARLY, LATE, LEAVE_EARLY, LEAVE_LATE, LOADING


def empty_plan(instance: Instance, field: Field) -> Plan:
    """Return a plan without routes: all requests are in the bank."""
    count, fleet = instance.nodes, int(field.first[-1])
    nodes, routes = aligned(count + fleet, NODE), aligned(fleet, ROUTE)
    _describe_stops(instance, nodes)
    _describe_groups(instance, nodes)
    _describe_routes(instance, field, nodes, routes)
    leaders = np.unique(nodes["leader"][instance.depots : count])
    nodes["shelf"][leaders] = np.arange(len(leaders))
    lists = np.zeros((8, count + fleet), np.int32)
    lists[BANK, : len(leaders)] = leaders
    lists[EMPTIES, :fleet] = np.arange(fleet)
    lists[OWN, : instance.stops] = np.arange(instance.depots, count)
    dimensions = field.loads.shape[1]
    kept = count + fleet if field.mixed else 1
    counts, sums = np.zeros(12, np.int64), np.zeros(5)
    price = nodes["price"][leaders]
    counts[BANKED], counts[MISSING] = len(leaders), np.isinf(price).sum()
    counts[BEST_MISSING], counts[OWNED] = len(leaders) + 1, instance.stops
    sums[COST], sums[BEST_COST] = price[np.isfinite(price)].sum(), np.inf
    sums[ABSENCE] = counts[MISSING]
    return Plan(
        nodes=nodes,
        routes=routes,
        until=np.zeros((kept, dimensions, 3)),
        onward=np.zeros((kept, dimensions, 3)),
        lists=lists,
        heights=instance.vehicle_count.astype(np.int64),
        sequence=np.zeros(count + 1, np.int64),
        counts=counts,
        sums=sums,
    )


def aligned(count: int, kind: np.dtype[np.void]) -> Records:
    """Return so many records of zeros that begin at a line of the cache."""
    memory = np.zeros(count * kind.itemsize + LINE, np.uint8)
    begin = -memory.ctypes.data % LINE
    return memory[begin : begin + count * kind.itemsize].view(kind)


def _describe_groups(i: Instance, nodes: np.ndarray) -> None:
    """Note what each stop loses when it serves its group, what a group loses unserved, leaders and rings."""
    nodes["best"], nodes["shelf"], nodes["absences"] = -1, -1, 1.0
    nodes["best"][i.nodes :] = np.arange(i.nodes, len(nodes))
    stops = nodes[: i.nodes]
    stops["price"], stops["remoteness"] = i.prize, remoteness(i)
    stops["leader"] = stops["other"] = np.arange(i.nodes)
    for group in np.unique(i.group[i.group >= 0]):
        members = np.flatnonzero(i.group == group)
        stops["leader"][members], stops["other"][members] = members[0], np.roll(members, -1)
        highest = i.prize[members].max()
        stops["price"][members] = highest
        if np.isfinite(highest):
            stops["extra"][members] = highest - i.prize[members]


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
    rings["early"] = rings["onward_early"] = field.stretches[row, EARLY]
    rings["late"] = rings["latest"] = field.stretches[row, LATE]
    routes["kind"], routes["profile"], routes["spot"] = kind, i.profile[kind], number - field.first[kind]
    routes["capacity"] = np.inf if field.mixed else i.capacity[kind, 0]
    routes["rate"], routes["opening"] = i.distance_cost[kind], i.fixed_cost[kind] + i.vehicle_weight
    routes["most_distance"], routes["most_duration"] = i.max_distance[kind], i.max_duration[kind]
    routes["most_stops"] = i.max_stops[kind]


def load(i: Instance, field: Field, plan: Plan, start: Routes, taken: Flags) -> Integers:
    """Link the routes of a start that are to be taken, as far as vehicles and stops allow; return their numbers.

    What cannot be taken is struck off. Their sums are left to the kernel.
    """
    nodes, routes, used = plan.nodes, plan.routes, np.zeros(len(i.start), np.int64)
    served, slots = np.zeros(i.nodes, bool), []
    for number, (kind, visits) in enumerate(zip(start.vehicle.tolist(), start.lists(), strict=True)):
        leaders = plan.nodes["leader"][visits]
        if (
            not taken[number]
            or used[kind] == i.vehicle_count[kind]
            or min(visits) < i.depots
            or served[leaders].any()
            or len(set(leaders.tolist())) < len(leaders)
        ):
            taken[number] = False
            continue
        r = int(field.first[kind + 1] - 1 - used[kind])  # the stack of empty ones is used from its end
        used[kind] += 1
        served[leaders] = True
        ring = i.nodes + r
        tour = np.array([ring, *visits, ring])
        nodes["following"][tour[:-1]], nodes["preceding"][tour[1:]] = tour[1:], tour[:-1]
        nodes["route"][visits] = r
        routes["count"][r], routes["load"][r], routes["spot"][r] = (
            len(visits),
            i.delivery[visits, 0].sum(),
            -1,
        )
        slots.append(r)
    plan.heights[:] -= used
    left = np.flatnonzero((nodes["shelf"][: i.nodes] >= 0) & ~served)
    nodes["shelf"] = -1
    plan.lists[BANK, : len(left)], nodes["shelf"][left] = left, np.arange(len(left))
    plan.counts[BANKED], plan.counts[ROUTES_USED] = len(left), len(slots)
    plan.counts[MISSING] = np.isinf(nodes["price"][left]).sum()
    plan.sums[ABSENCE] = plan.counts[MISSING]
    return np.array(slots, np.int64)


def best_routes(instance: Instance, plan: Plan) -> Routes:
    """Return the best plan found."""
    lists, kinds, following = [], [], plan.nodes["best"].tolist()
    for r in range(len(plan.routes)):
        visits, node = [], following[instance.nodes + r]
        while node < instance.nodes:
            visits.append(node)
            node = following[node]
        if visits:
            lists.append(visits)
            kinds.append(int(plan.routes["kind"][r]))
    return Routes.from_lists(lists, kinds)
