"""A whole plan recomputed the slow and obvious way, from what was stated, not from compiled arrays.

Every number must be whole, or a tenth. Each route is driven from every possible starting time.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import inf, isfinite
from typing import NamedTuple

import numpy as np

RULES = {
    "exact": lambda legs: legs,
    "round": lambda legs: np.floor(legs + 0.5),
    "trunc": np.floor,
    "dimacs": lambda legs: np.floor(legs * 10) / 10,
}
TINY = 1e-6
LATEST = 125  # nothing opens later, so starting later changes nothing


class Plan(NamedTuple):
    """What the plan costs, which constraints it breaks, and which stops nobody serves who should."""

    cost: float
    broken: set[str]
    complete: bool


def evaluate(problem, routes) -> Plan:
    """Return cost, broken constraints and completeness of a plan."""
    cost, broken = 0.0, set()
    for kind, nodes in zip(routes.vehicle.tolist(), routes.lists(), strict=True):
        vehicle = problem.vehicles[kind]
        here, found = evaluate_route(problem, vehicle, nodes)
        cost += here
        broken |= found
    visits = [node for nodes in routes.lists() for node in nodes if node >= len(problem.depots)]
    broken |= together(problem, routes, visits)
    forfeited, complete = left_out(problem, set(visits))
    return Plan(cost + forfeited, broken, complete)


def depot_number(problem, stated):
    return stated if isinstance(stated, int) else problem.names.index(stated)


def matrices(problem, vehicle):
    legs = problem.legs[vehicle.profile]
    distance, duration = legs.matrix(problem.places)
    ratio = getattr(legs, "speed", None)  # straight legs: the rounded length decides how long it takes
    distance = RULES[legs.rounding](distance)
    return distance, RULES[legs.rounding](duration) if ratio is None else distance / ratio


def evaluate_route(problem, vehicle, nodes):
    broken = set()
    start = depot_number(problem, vehicle.start)
    end = (
        None
        if vehicle.open_end
        else depot_number(problem, vehicle.start if vehicle.end is None else vehicle.end)
    )
    route = [start, *nodes, *([] if end is None else [end])]
    distance, duration = matrices(problem, vehicle)
    length = sum(distance[a, b] for a, b in pairwise(route))
    lateness, spent = drive(problem, vehicle, route, duration, closed=end is not None)
    stops = [node for node in nodes if node >= len(problem.depots)]
    reloads = [node for node in nodes if node < len(problem.depots)]
    permitted = {depot_number(problem, stated) for stated in vehicle.reload_depots}
    broken |= {"late"} if lateness > TINY else set()
    broken |= {"max_distance"} if length > vehicle.max_distance + TINY else set()
    broken |= {"max_duration"} if spent > vehicle.max_duration + TINY else set()
    broken |= {"max_stops"} if len(stops) > vehicle.max_stops else set()
    broken |= {"reloads"} if set(reloads) - permitted or len(reloads) > vehicle.max_reloads else set()
    for node in stops:
        if not set(problem.stops[node - len(problem.depots)].skills) <= set(vehicle.skills):
            broken.add("skills")
    broken |= loads(problem, vehicle, route)
    overtime = max(spent - vehicle.overtime_after, 0) if isfinite(vehicle.overtime_after) else 0
    cost = vehicle.fixed_cost + vehicle.distance_cost * length + vehicle.duration_cost * spent
    return cost + vehicle.overtime_cost * overtime, broken


def windows_of(problem, node):
    if node < len(problem.depots):
        return [problem.depots[node].window]
    stated = problem.stops[node - len(problem.depots)].windows
    return [stated] if isinstance(stated[0], float | int) else list(stated)


def drive(problem, vehicle, route, duration, *, closed):
    """Return least lateness and, for that, least time spent, over all starting times."""
    first = max(problem.depots[route[0]].window[0], vehicle.shift[0])
    last = min(problem.depots[route[0]].window[1], vehicle.shift[1], LATEST)
    parts = 10 if problem.rounding == "dimacs" else 1
    starts = [k / parts for k in range(int(first) * parts, max(int(first), int(last)) * parts + 1)]
    found = (drive_from(problem, vehicle, route, duration, start, closed) for start in starts)
    return min((round(late, 6), round(spent, 6)) for late, spent in found)


def drive_from(problem, vehicle, route, duration, start, closed):
    clock, lateness = start, 0.0
    releases = release_times(problem, route)
    for k, node in enumerate(route):
        clock += duration[route[k - 1], node] if k else 0
        windows = windows_of(problem, node)
        at_end = closed and k == len(route) - 1
        if k == 0 or at_end:
            early, late = vehicle.shift
            windows = [(max(a, early), min(b, late)) for a, b in windows]
        open_later = [max(clock, a) for a, b in windows if max(clock, a) <= b + TINY]
        if open_later:
            clock = min(open_later)
        else:
            clock = max([clock, *(a for a, _ in windows)])
            lateness += clock - windows[-1][1]
        if at_end:
            break
        clock += problem.depots[node].service if node < len(problem.depots) else service(problem, node)
        if node < len(problem.depots):
            clock = max(clock, releases[k])
    return lateness, clock - start


def service(problem, node):
    return problem.stops[node - len(problem.depots)].service


def release_times(problem, route):
    first, times = len(problem.depots), {}
    for k, node in enumerate(route):
        if node < first:
            trip = []
            for other in route[k + 1 :]:
                if other < first:
                    break
                trip.append(other)
            times[k] = max([problem.stops[i - first].release for i in trip], default=0.0)
    return times


def loads(problem, vehicle, route):
    """Return the load constraints that a route breaks, trip by trip, dimension by dimension."""
    first, broken = len(problem.depots), set()
    trips, trip = [], []
    for node in [*route, 0]:
        if node < first:
            trips.append(trip)
            trip = []
        else:
            trip.append(node)
    shipped = shipment_loads(problem)
    for trip in trips:
        rows = [problem.stops[node - first] for node in trip]
        brings = [np.atleast_1d(np.asarray(row.delivery, float)) for row in rows]
        fetches = [np.atleast_1d(np.asarray(row.pickup, float)) for row in rows]
        sizes = (
            [len(load) for load in brings]
            + [len(load) for load in shipped.values()]
            + [np.size(vehicle.capacity)]
        )
        dimensions = max(sizes)
        capacity = np.full(dimensions, inf)
        capacity[: np.size(vehicle.capacity)] = vehicle.capacity
        onboard = sum((widen(load, dimensions) for load in brings), np.zeros(dimensions))
        over = (onboard > capacity).any()
        for node, load, back in zip(trip, brings, fetches, strict=True):
            onboard = onboard - widen(load, dimensions) + widen(back, dimensions)
            onboard = onboard + widen(shipped.get(node, np.zeros(1)), dimensions)
            over |= (onboard > capacity).any()
        broken |= {"capacity"} if over else set()
        kinds = [
            "brings" if load.any() else "fetches" if back.any() else ""
            for load, back in zip(brings, fetches, strict=True)
        ]
        if problem.backhaul != "mixed":
            if "fetches" in kinds and "brings" in kinds[kinds.index("fetches") :]:
                broken.add("order")
            if problem.backhaul == "strict" and "fetches" in kinds and "brings" not in kinds:
                broken.add("order")
    return broken


def widen(load, dimensions):
    return np.pad(load, (0, dimensions - len(load)))


def shipment_loads(problem):
    first, loads = len(problem.depots), {}
    for (a, b), amount in zip(problem.shipments.tolist(), problem.amounts, strict=True):
        loads[a + first], loads[b + first] = amount, -amount
    return loads


def together(problem, routes, visits):
    first, broken = len(problem.depots), set()
    if max(Counter(visits).values(), default=0) > 1:
        broken.add("visited_twice")
    for kind, number in Counter(routes.vehicle.tolist()).items():
        if number > min(problem.vehicles[kind].count or len(problem.stops), len(problem.stops)):
            broken.add("limited_fleet")
    groups = Counter(problem.stops.group[node - first] for node in set(visits))
    if any(number > 1 for group, number in groups.items() if group >= 0):
        broken.add("groups")
    for a, b in (problem.shipments + first).tolist():
        holders = [nodes for nodes in routes.lists() if a in nodes or b in nodes]
        good = (
            len(holders) == 1
            and a in holders[0]
            and b in holders[0]
            and holders[0].index(a) < holders[0].index(b)
        )
        if holders and not good:
            broken.add("shipments")
    for a, b in problem.fixed_edges.tolist():
        if not any({a, b} == set(pair) for pair in pairs_driven(problem, routes)):
            broken.add("fixed_edges")
    return broken


def pairs_driven(problem, routes):
    for kind, nodes in zip(routes.vehicle.tolist(), routes.lists(), strict=True):
        vehicle = problem.vehicles[kind]
        start = depot_number(problem, vehicle.start)
        end = depot_number(problem, vehicle.start if vehicle.end is None else vehicle.end)
        route = [start, *nodes, *([] if vehicle.open_end else [end])]
        yield from pairwise(route)


def left_out(problem, visited):
    first, stops = len(problem.depots), problem.stops
    cost, complete, groups = 0.0, True, {}
    for i in range(len(stops)):
        if stops.group[i] >= 0:
            groups.setdefault(int(stops.group[i]), []).append(i)
        elif i + first not in visited:
            complete &= isfinite(stops.prize[i])
            cost += stops.prize[i] if isfinite(stops.prize[i]) else 0.0
    for members in groups.values():
        served = [i for i in members if i + first in visited]
        if isfinite(stops.prize[members[0]]):
            best = max(stops.prize[i] for i in served) if served else 0.0
            cost += max(stops.prize[i] for i in members) - best
        else:
            complete &= bool(served)
    return cost, complete
