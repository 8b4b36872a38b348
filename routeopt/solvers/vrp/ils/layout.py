"""How the iterated local search keeps its plan: one record per node and route, and a log of what changed.

Nodes are the depot 0, the stops 1 .. n, and one copy of the depot per route: route r is a ring through its own
copy n + 1 + r. A record holds the present links and, once touched in an iteration, those from before: an
iteration is undone, or taken over, at the price of what it touched, never of the whole plan.

Each thread works on a part of the routes at a time, its own or all of them. Links never leave a part, so the
parts share these arrays; what a thread needs for itself is its :class:`Desk`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems import legs as straight
from routeopt.problems.backend import bind
from routeopt.solvers.compiled import inlined, inner, kernel
from routeopt.solvers.random import State, random_state
from routeopt.solvers.vrp.records import Matrix, Record, Records, U

straight_leg = bind(("straight_leg",), vars(straight), {}, kernel).straight_leg

NODE = np.dtype(
    {
        "names": [
            "next", "previous", "route", "arrival", "departure",  # the legs to it and from it
            "old_next", "old_previous", "old_route", "old_arrival", "old_departure",
            "stamp", "load", "place", "demand", "differs", "queued",
        ],
        "formats": [np.int32] * 16,  # one cache line
    }
)  # fmt: skip
ROUTE = np.dtype(
    [
        ("load", np.int32),
        ("stops", np.int32),
        ("old_load", np.int32),
        ("old_stops", np.int32),
        ("stamp", np.int32),
        ("ruined", np.int32),  # iteration in which a string was taken out of it
        ("current", np.int32),  # whether `load` and `place` of its nodes are
        ("part", np.int32),  # whose it is
    ]
)
NOW = np.dtype(
    [
        ("iteration", np.int64),  # the stamp
        ("logged", np.int64),  # nodes in the log
        ("logged_routes", np.int64),
        ("differing", np.int64),  # nodes whose link differs from the best plan
        ("cost", np.int64),  # of the part, relative to its start
        ("best", np.int64),
        ("used", np.int64),  # routes with stops
        ("blink", np.int64),  # places to be tried before one is overlooked
        ("part", np.int64),
        ("gain", np.float64),  # of a local search, on average
    ]
)


class Ground(NamedTuple):
    """What does not change during a search: n stops, R routes, K neighbours."""

    legs: Matrix | Records  # (n + 1 + R, n + 1 + R), or (n + 1 + R,) PLACE where that would be too large
    near: Matrix  # (n + 1, K) closest stops
    near_legs: Matrix  # (n + 1, <= K) legs to the first of them
    stops: int
    capacity: int


class Plan(NamedTuple):
    """The plan of all threads."""

    nodes: Records  # (n + 1 + R,) NODE
    routes: Records  # (R,) ROUTE
    best: NDArray[np.int32]  # (n + 1 + R,) `next` links of the best plan since the parts were dealt


class Desk(NamedTuple):
    """What one thread needs for itself."""

    log: NDArray[np.int32]  # nodes touched in this iteration
    route_log: NDArray[np.int32]
    differing: NDArray[np.int32]  # nodes whose link differs from the best plan
    queue: NDArray[np.int32]  # stops the local search has yet to look at
    rows: Matrix  # (4, n) scratch of whole routes
    removed: NDArray[np.int32]
    keys: NDArray[np.int64]
    move: Records  # (1,) MOVE
    state: State
    now: Records  # (1,) NOW


MOVE = np.dtype(
    [
        ("gain", np.int64),  # negative: what the plan costs more
        ("kind", np.int64),
        ("a", np.int64),
        ("b", np.int64),
        ("stop", np.int64),
        ("after", np.int64),
        ("other", np.int64),
        ("after_other", np.int64),
    ]
)


def new_plan(demand: NDArray[np.int32], routes: int) -> Plan:
    """Return a plan of empty routes; every stop waits to be linked."""
    stops = len(demand) - 1
    nodes = np.zeros(stops + 1 + routes, NODE)
    copies = np.arange(stops + 1, stops + 1 + routes)
    nodes["demand"][: stops + 1] = demand
    nodes["route"] = -1
    nodes["route"][copies] = np.arange(routes)
    nodes["next"][copies] = nodes["previous"][copies] = copies
    return Plan(nodes, np.zeros(routes, ROUTE), np.zeros(len(nodes), np.int32))


def new_desk(stops: int, routes: int, rng: np.random.Generator) -> Desk:
    """Return an empty desk."""
    nodes = stops + 1 + routes
    return Desk(
        log=np.zeros(nodes, np.int32),
        route_log=np.zeros(routes, np.int32),
        differing=np.zeros(nodes, np.int32),
        queue=np.zeros(8 * nodes, np.int32),
        rows=np.zeros((4, stops), np.int32),
        removed=np.zeros(stops, np.int32),
        keys=np.zeros(stops, np.int64),
        move=np.zeros(1, MOVE),
        state=random_state(rng),
        now=np.zeros(1, NOW),
    )


@inlined
def leg(legs: Matrix | Records, a: int, b: int) -> int:
    """Return the length of a leg; numba keeps only the branch for the kind of legs there are."""
    if legs.ndim == 2:
        return np.int64(legs[U(a), U(b)])
    return _straight(legs[U(a)], legs[U(b)], a == b)


@inner
def _straight(a: Record, b: Record, same: bool) -> int:
    if same:  # an empty route
        return np.int64(0)
    length = straight_leg(a.metric, a.rounding, a.x, a.y, b.x, b.y)
    return np.int64(np.rint(length * a.factor)) + a.opening + b.opening


@inlined
def touch(nodes: Records, log: NDArray[np.int32], now: Record, node: int) -> None:
    """Log a node, with its links from before this iteration."""
    record = nodes[U(node)]
    if record.stamp != now.iteration:
        record.stamp = now.iteration
        log[U(now.logged)] = node
        now.logged += 1
        record.old_next, record.old_previous = record.next, record.previous
        record.old_arrival, record.old_departure = record.arrival, record.departure
        record.old_route = record.route


@inlined
def touch_route(routes: Records, log: NDArray[np.int32], now: Record, route: int) -> None:
    """Log a route, which is about to change."""
    record = routes[U(route)]
    record.current = 0
    if record.stamp != now.iteration:
        record.stamp = now.iteration
        log[U(now.logged_routes)] = route
        now.logged_routes += 1
        record.old_load, record.old_stops = record.load, record.stops


@inner
def take_out(plan: Plan, legs: Matrix | Records, desk: Desk, stop: int) -> int:
    """Unlink a stop, and return what the plan costs more."""
    nodes, routes, now = plan.nodes, plan.routes, desk.now[0]
    node = nodes[U(stop)]
    before, after, route = node.previous, node.next, node.route
    touch(nodes, desk.log, now, before)
    touch(nodes, desk.log, now, stop)
    touch(nodes, desk.log, now, after)
    touch_route(routes, desk.route_log, now, route)
    length = leg(legs, before, after)
    more = length - node.arrival - node.departure
    nodes[U(before)].next, nodes[U(before)].departure = after, length
    nodes[U(after)].previous, nodes[U(after)].arrival = before, length
    node.route = -1
    routes[U(route)].load -= node.demand
    routes[U(route)].stops -= 1
    return more


@inner
def put_in(plan: Plan, legs: Matrix | Records, desk: Desk, stop: int, before: int) -> int:
    """Link a stop behind a node, and return what the plan costs more."""
    nodes, routes, now = plan.nodes, plan.routes, desk.now[0]
    after, route = nodes[U(before)].next, nodes[U(before)].route
    touch(nodes, desk.log, now, before)
    touch(nodes, desk.log, now, stop)
    touch(nodes, desk.log, now, after)
    touch_route(routes, desk.route_log, now, route)
    node = nodes[U(stop)]
    there, on = leg(legs, before, stop), leg(legs, stop, after)
    more = there + on - nodes[U(before)].departure
    nodes[U(before)].next, nodes[U(before)].departure = stop, there
    node.previous, node.next, node.route = before, after, route
    node.arrival, node.departure = there, on
    nodes[U(after)].previous, nodes[U(after)].arrival = stop, on
    routes[U(route)].load += node.demand
    routes[U(route)].stops += 1
    return more


@inner
def refresh(nodes: Records, routes: Records, stops: int, route: int) -> None:
    """Bring the places of a route's stops, and the loads up to them, up to date."""
    node = nodes[U(stops + 1 + route)].next
    load, place = np.int64(0), np.int64(0)
    while node <= stops:
        record = nodes[U(node)]
        load += record.demand
        place += 1
        record.load, record.place = load, place
        node = record.next
    routes[U(route)].current = 1


@inner
def undo(plan: Plan, desk: Desk) -> None:
    """Restore what this iteration has touched."""
    now = desk.now[0]
    for i in range(now.logged):
        node = plan.nodes[U(desk.log[i])]
        node.next, node.previous = node.old_next, node.old_previous
        node.arrival, node.departure, node.route = node.old_arrival, node.old_departure, node.old_route
    for i in range(now.logged_routes):
        route = plan.routes[U(desk.route_log[i])]
        route.load, route.stops, route.current = route.old_load, route.old_stops, 0


@inner
def keep(plan: Plan, desk: Desk, more: int) -> None:
    """Take over what this iteration has touched, and remember the best plan."""
    nodes, now, differing = plan.nodes, desk.now[0], desk.differing
    now.cost += more
    for i in range(now.logged_routes):
        route = plan.routes[U(desk.route_log[i])]
        now.used += np.int64(route.stops > 0) - np.int64(route.old_stops > 0)
    for i in range(now.logged):
        node = desk.log[i]
        if nodes[U(node)].differs == 0:
            nodes[U(node)].differs = 1
            differing[U(now.differing)] = node
            now.differing += 1
    if now.cost < now.best:
        now.best = now.cost
        for i in range(now.differing):
            node = differing[i]
            nodes[U(node)].differs = 0
            plan.best[U(node)] = nodes[U(node)].next
        now.differing = 0
