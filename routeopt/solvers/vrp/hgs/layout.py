"""How the plain family keeps an answer while it searches.

Nodes are the depot 0, the stops 1 .. n, and one copy of the depot per route: route r is a
ring through its own copy n + 1 + r. The matrix of legs has a row and a column for each
copy, so that no index is ever mapped. What a move must know about a node is one record of
32 bytes, next to each other in memory; so is what it must know about a route.
Inner functions take arrays and records, not the tuples they belong to: each array taken
out of a tuple costs an atomic count of references.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inlined, inner
from routeopt.solvers.vrp.records import Matrix, Record, Records, U
from routeopt.solvers.vrp.sorting import argsort

FAR = 1 << 30  #: more than any detour through one stop, and still an int32

NODE = np.dtype(
    [
        ("next", np.int32),
        ("previous", np.int32),
        ("route", np.int32),
        ("place", np.int32),  # in its route, from 1; 0 for a depot copy
        ("load", np.int32),  # of the route up to and with this stop
        ("leg", np.int32),  # to the next node
        ("demand", np.int32),
        ("tested", np.int32),  # number of moves when its neighbours were last tried
    ],
    align=True,
)
ROUTE = np.dtype(
    [
        ("load", np.int32),
        ("stops", np.int32),
        ("changed", np.int32),  # number of moves when it last changed
        ("tested", np.int32),  # number of moves when SWAP* last tried it
        ("penalty", np.float64),  # for its excess load
        ("reach", np.uint64),  # bit r % 64: some stop has a neighbour in route r
    ],
    align=True,
)
INSERTION = np.dtype(
    [
        ("first", np.int32),  # extra distance at the cheapest place of a route
        ("after", np.int32),  # the node there
        ("second", np.int32),
        ("after_second", np.int32),
        ("third", np.int32),
        ("after_third", np.int32),
        ("changed", np.int32),  # the route's `changed` when this was computed
        ("route", np.int32),
    ],
    align=True,
)
CANDIDATE = np.dtype([("node", np.int32), ("gain", np.int32), ("demand", np.int32)], align=True)
SEARCH_STATE = np.dtype(
    [
        ("stops", np.int64),
        ("capacity", np.int64),
        ("penalty", np.float64),  # per unit of load above the capacity
        ("passes", np.int64),  # passes over all stops so far
        ("found", np.int64),  # moves in this round
        ("swapping", np.int64),  # whether this round has come to SWAP*
        ("position", np.int64),  # where the interrupted pass goes on
        ("work", np.int64),  # left before control goes back to the caller
        ("moves", np.int64),  # clock of the stamps
        ("empty", np.int64),  # an empty route, or -1
    ]
)


class Ground(NamedTuple):
    """What does not change during a search: n stops, R routes, K neighbours."""

    legs: Matrix  # (n + 1 + R, n + 1 + R)
    demand: NDArray[np.int32]  # (n + 1,)
    near: Matrix  # (n + 1, K) closest stops; their order is shuffled now and then
    x: NDArray[np.float64]  # (n + 1,) relative to the depot
    y: NDArray[np.float64]
    stops: int
    routes: int
    capacity: int
    least_routes: int  # that can carry all demand


class Plan(NamedTuple):
    """The individual that is being searched, and scratch."""

    nodes: Records  # (n + 1 + R,) NODE
    routes: Records  # (R,) ROUTE
    stop_order: NDArray[np.int32]  # (n,) in which stops are tried
    route_order: NDArray[np.int32]  # (R,)
    reach: NDArray[np.uint64]  # (n + 1,) bit r % 64: has a neighbour in route r
    insertions: Records  # (n + 1, a power of two) INSERTION
    candidates: Records  # (n + 2,) CANDIDATE
    child: NDArray[np.int32]  # (n,) giant tour
    cuts: NDArray[np.int32]  # (R + 1,)
    taken: NDArray[np.uint8]  # (n + 1,) scratch
    keys: NDArray[np.float64]  # (R,) scratch
    ranking: NDArray[np.int32]  # (R,) scratch
    state: Records  # (1,) SEARCH_STATE


def new_plan(ground: Ground) -> Plan:
    """Return a plan without routes."""
    stops, routes = ground.stops, ground.routes
    ways = 1 << min(6, (routes - 1).bit_length())
    nodes = np.zeros(stops + 1 + routes, NODE)
    nodes["demand"][: stops + 1] = ground.demand
    nodes["route"][stops + 1 :] = np.arange(routes)
    insertions = np.zeros((stops + 1, ways), INSERTION)
    insertions["route"] = -1
    state = np.zeros(1, SEARCH_STATE)
    state["stops"], state["capacity"] = stops, ground.capacity
    return Plan(
        nodes=nodes,
        routes=np.zeros(routes, ROUTE),
        stop_order=np.arange(1, stops + 1, dtype=np.int32),
        route_order=np.arange(routes, dtype=np.int32),
        reach=np.zeros(stops + 1, np.uint64),
        insertions=insertions,
        candidates=np.zeros(stops + 2, CANDIDATE),
        child=np.zeros(stops, np.int32),
        cuts=np.zeros(routes + 1, np.int32),
        taken=np.zeros(stops + 1, np.uint8),
        keys=np.zeros(routes),
        ranking=np.zeros(routes, np.int32),
        state=state,
    )


@inlined
def leg(legs: Matrix, a: int, b: int) -> int:
    """Return the length of a leg."""
    return legs[U(a), U(b)]


@inlined
def link(nodes: Records, a: int, b: int) -> None:
    """Let b follow a."""
    nodes[U(a)].next = b
    nodes[U(b)].previous = a


@inlined
def penalised(load: int, now: Record) -> float:
    """Return the penalty for the load of a route."""
    return now.penalty * max(load - now.capacity, 0)


@inner
def refresh(nodes: Records, routes: Records, legs: Matrix, now: Record, route: int) -> None:
    """Bring the records of a route and its nodes up to date with its `next` links."""
    depot = np.int32(now.stops + 1 + route)
    load, place = np.int64(0), np.int64(0)
    node = depot
    while True:
        after = nodes[U(node)].next
        nodes[U(node)].leg = leg(legs, node, after)
        nodes[U(after)].previous = node
        if after == depot:
            break
        place += 1
        load += nodes[U(after)].demand
        nodes[U(after)].route = route
        nodes[U(after)].place = place
        nodes[U(after)].load = load
        node = after
    record = routes[U(route)]
    record.load = load
    record.stops = place
    record.changed = now.moves
    record.penalty = penalised(load, now)


@inner
def note_change(nodes: Records, routes: Records, legs: Matrix, now: Record, one: int, other: int) -> None:
    """Count a move that changed one or two routes, and bring their records up to date."""
    now.moves += 1
    refresh(nodes, routes, legs, now, one)
    if other != one:
        refresh(nodes, routes, legs, now, other)
        if now.empty == one or now.empty == other or routes[U(one)].stops == 0 or routes[U(other)].stops == 0:
            find_empty(routes, now)


@inner
def find_empty(routes: Records, now: Record) -> None:
    """Note an empty route, if there is one."""
    now.empty = -1
    for route in range(len(routes)):
        if routes[route].stops == 0:
            now.empty = route
            break


@inner
def load_routes(
    ground: Ground, plan: Plan, tour: NDArray[np.int32], offsets: NDArray[np.int32], size: int
) -> None:
    """Link the nodes as the routes of a giant tour say; further routes are empty."""
    for route in range(ground.routes):
        depot = np.int32(ground.stops + 1 + route)
        node = depot
        if route < size:
            for i in range(offsets[route], offsets[route + 1]):
                link(plan.nodes, node, tour[i])
                node = tour[i]
        link(plan.nodes, node, depot)


@inner
def store_routes(
    ground: Ground, plan: Plan, tour: NDArray[np.int32], offsets: NDArray[np.int32]
) -> tuple[int, int]:
    """Write the routes as a giant tour, in the order of their directions from the depot.

    Returns the number of routes and their distance. The order lets a slice of the tour
    hold routes that lie side by side, which is what a crossover should pass on.
    """
    nodes, used = plan.nodes, 0
    for route in range(ground.routes):
        if plan.routes[route].stops == 0:
            plan.keys[route] = np.inf
            continue
        x, y, used = 0.0, 0.0, used + 1
        node = nodes[ground.stops + 1 + route].next
        while node <= ground.stops:
            x += ground.x[node]
            y += ground.y[node]
            node = nodes[node].next
        plan.keys[route] = np.arctan2(y, x)
    argsort(plan.keys, ground.routes, plan.ranking)
    position, distance = 0, 0
    for place in range(used):
        offsets[place] = position
        node = np.int32(ground.stops + 1 + plan.ranking[place])
        distance += nodes[node].leg
        node = nodes[node].next
        while node <= ground.stops:
            tour[position] = node
            position += 1
            distance += nodes[node].leg
            node = nodes[node].next
    offsets[used] = position
    return used, distance
