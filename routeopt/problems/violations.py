"""Every bound that a plan breaks, by name, place and amount.

Amounts are in the instance's scaled units. The names are attributes from
:mod:`routeopt.problems.features`, or "unreachable" and "visited_twice".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from routeopt.problems.instance import EPS, LINEHAUL_FIRST, MIXED, STRICT, Instance, Routes
from routeopt.problems.legs import leg
from routeopt.problems.schedule import State

if TYPE_CHECKING:
    from routeopt.problems.evaluation import Evaluator


class Violation(NamedTuple):
    """One bound that does not hold."""

    constraint: str
    route: int | None  # None where no single route is to blame
    node: int  # -1 where no single node is to blame
    amount: float  # by how much; a count where nothing can be measured


class Drive(NamedTuple):
    """One route as it is driven."""

    nodes: list[int]  # start, visits, end (none behind an open end)
    states: list[State]  # ready to leave each of them

    @property
    def start(self) -> float:
        """Time at which loading begins."""
        return float(self.states[0].arrival)

    @property
    def duration(self) -> float:
        """Time from the start to the end."""
        return float(self.states[-1].time - self.states[0].arrival)

    @property
    def distance(self) -> float:
        """Length of the route."""
        return float(self.states[-1].distance)


def route_violations(evaluator: Evaluator, r: int, kind: int, drive: Drive) -> Iterator[Violation]:
    """Yield what one route breaks on its own."""
    data = evaluator.instance
    states, nodes = drive.states, drive.nodes
    last = states[-1]
    for k in range(1, len(nodes)):
        if not isfinite(sum(leg(data, int(data.profile[kind]), nodes[k - 1], nodes[k]))):
            yield Violation("unreachable", r, nodes[k], 1.0)
    before = 0.0
    for k, (i, state) in enumerate(zip(nodes, states, strict=True)):
        late, before = state.lateness - before, state.lateness
        if late > EPS:
            at_end = i < data.depots and k in (0, len(nodes) - 1)
            in_window = state.begin <= evaluator.node(i).windows[-1][1] + EPS
            yield Violation("shift" if at_end and in_window else "time_windows", r, i, float(late))
        if i >= data.depots and not data.allowed[kind, i]:
            yield Violation("skills", r, i, 1.0)
    yield from _load_violations(data, r, kind, drive)
    if data.backhaul != MIXED:
        yield from _order_violations(data, r, drive)
    for name, value, bound in (
        ("max_distance", last.distance, data.max_distance[kind]),
        ("max_duration", drive.duration, data.max_duration[kind]),
        ("max_stops", last.stops, data.max_stops[kind]),
    ):
        if value > bound + EPS:
            yield Violation(name, r, -1, float(value - bound))
    reloads = [i for i in nodes[1 : None if data.end[kind] < 0 else -1] if i < data.depots]
    for i in reloads:
        if not data.reload_depots[kind, i]:
            yield Violation("reloads", r, i, 1.0)
    if len(reloads) > data.max_reloads[kind] and all(data.reload_depots[kind, i] for i in reloads):
        yield Violation("reloads", r, -1, len(reloads) - float(data.max_reloads[kind]))


def _load_violations(data: Instance, r: int, kind: int, drive: Drive) -> Iterator[Violation]:
    """Yield the overload of each trip and dimension, at the stop that first makes it too heavy."""
    capacity = data.capacity[kind]
    heaviest, worst = np.zeros(len(capacity)), -1
    trips: list[tuple[np.ndarray, int]] = []
    for i, state in zip(drive.nodes, drive.states, strict=True):
        if i < data.depots:
            trips.append((heaviest, worst))
            heaviest, worst = np.zeros(len(capacity)), -1
            continue
        heaviest = np.atleast_1d(state.peak)
        if worst < 0 and (heaviest > capacity + EPS).any():
            worst = i
    for peak, where in [*trips, (heaviest, worst)]:
        for excess in peak - capacity:
            if excess > EPS:
                yield Violation("capacity", r, where, float(excess))


def _order_violations(data: Instance, r: int, drive: Drive) -> Iterator[Violation]:
    name = "linehaul_first" if data.backhaul == LINEHAUL_FIRST else "backhaul"
    before = 0.0
    for i, state in zip(drive.nodes, drive.states, strict=True):
        if state.misordered > before:
            yield Violation(name, r, i, 1.0)
        before = state.misordered
    last = drive.states[-1]
    only = last.backhaul_only + (last.backhauls > 0 and last.linehauls == 0)
    if data.backhaul == STRICT and only:
        yield Violation(name, r, -1, float(only))


def plan_violations(data: Instance, routes: Routes) -> Iterator[Violation]:
    """Yield what the routes break together."""
    visited = routes.visits[routes.visits >= data.depots]
    for kind, number in Counter(routes.vehicle.tolist()).items():
        if number > data.vehicle_count[kind]:
            yield Violation("limited_fleet", None, -1, float(number - data.vehicle_count[kind]))
    times = np.bincount(visited, minlength=data.nodes)
    if times.max(initial=0) <= 1 and not (data.group >= 0).any() and not len(data.shipments):
        yield from _edge_violations(data, routes)
        return
    route_of = {int(i): r for r, visits in enumerate(routes.lists()) for i in visits if i >= data.depots}
    for i in np.flatnonzero(times > 1).tolist():
        yield Violation("visited_twice", route_of[i], i, float(times[i] - 1))
    served = [int(i) for i in dict.fromkeys(visited.tolist()) if data.group[i] >= 0]
    groups = Counter(int(data.group[i]) for i in served)
    for i in served:
        if groups[int(data.group[i])] > 1:
            groups[int(data.group[i])] -= 1
            yield Violation("groups", route_of[i], i, 1.0)
    order = {int(i): k for k, i in reversed(list(enumerate(routes.visits.tolist())))}
    for a, b in data.shipments.tolist():
        if (a in route_of) != (b in route_of):
            yield Violation("shipments", route_of.get(a, route_of.get(b)), b if b in route_of else a, 1.0)
        elif a in route_of and (route_of[a] != route_of[b] or order[a] > order[b]):
            yield Violation("shipments", route_of[b], b, 1.0)
    yield from _edge_violations(data, routes)


def _edge_violations(data: Instance, routes: Routes) -> Iterator[Violation]:
    if not len(data.fixed_edges):
        return
    used = set()
    for kind, visits in zip(routes.vehicle, routes.lists(), strict=True):
        start, end = int(data.start[kind]), int(data.end[kind])
        nodes = [start, *visits, *([] if end < 0 else [end])]
        used |= {frozenset(pair) for pair in pairwise(nodes)}
    for a, b in data.fixed_edges.tolist():
        if frozenset((a, b)) not in used:
            yield Violation("fixed_edges", None, max(a, b), 1.0)
