"""Time-window segments as packed integer records, and the arrays of the timed search.

A sequence of visits is summed up by its duration, time warp (how far the clock must be turned
back to keep every window), the earliest and latest start that cost neither more waiting nor more
warp, its waiting and its length (Nagata, Bräysy & Dullaert 2010; Vidal et al. 2013). Two sums join in
constant time. Every stop keeps the sum of its route up to itself and from itself on, so a changed route
is priced by joining a head, a few stops and a tail. Route r is a cycle through its own copy of the
depot, node ``stops + 1 + r``; a record takes 32 integers, two cache lines.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inlined, inner

# columns of a node's record
NEXT, PREVIOUS, ROUTE, POSITION, DEMAND, LOAD, TESTED, COST = 0, 1, 2, 3, 4, 5, 6, 7
TURNED = 8  # cost of the route up to here when driven backwards, less its cost forwards
SERVICE, OPEN, CLOSE = 9, 10, 11
UNTIL, ONWARD = 16, 22  # first columns of the sums up to and from the node
DURATION, WARP, EARLIEST, LATEST, WAITING, LENGTH = 0, 1, 2, 3, 4, 5  # a sum
WIDTH = 32

# columns of a route's record
COUNT, FILLED, TIME, LATE, WAITED, REACH, MODIFIED, SWAPPED, LEGS = 0, 1, 2, 3, 4, 5, 6, 7, 8

# of the slot of a stop and a route: the column that says when it was found, behind three times cost and
# place, and its width
FOUND, SLOT = 6, 8

# rates and limits
PER_LOAD, PER_TIME, PER_LENGTH, PER_WAIT, CAPACITY, MOST_TIME, MOST_LENGTH = 0, 1, 2, 3, 4, 5, 6

# the clock: where the search stands, so that it can be interrupted anywhere and go on
MOVES, EMPTY = 0, 1  # moves so far; an empty route or -1
ROUND, MOVED, SWAPPING, PLACE = 2, 3, 4, 5  # of the local search of one individual
WORK = 6  # what may be done before the kernel returns

Int32 = NDArray[np.int32]


class Field(NamedTuple):
    """What prices a move: few arrays, because every call hands them over. W is stops + 1 + fleet."""

    nodes: Int32  # (W, 32)
    cost: Int32  # (W, W) of a leg, with the fixed cost of a vehicle on the legs out of the depot
    travel: Int32  # (W, W) duration of a leg
    length: Int32  # (W, W) distance of a leg, or (1, 1) where routes may be of any length
    rates: NDArray[np.float64]  # (7,) penalties per unit of load, time and length, cost of waiting, limits


class TimedPlan(NamedTuple):
    """The routes under search and what is remembered about them. Nodes are depot, stops, a depot per route."""

    near: Int32  # (stops + 1, K) neighbours of each stop
    routes: NDArray[np.int64]  # (fleet, 9)
    charge: NDArray[np.float64]  # (fleet,) penalties and waiting cost
    clock: NDArray[np.int64]  # (7,)
    order: Int32  # (stops,) in which stops are tried
    route_order: Int32  # (fleet,)
    slots: Int32  # (stops + 1, 8 * fleet) three best insertions of a stop into a route, and when found
    reaches: NDArray[np.uint64]  # (stops + 1 + fleet,) bit set of the routes near a stop or a route
    buffer: NDArray[np.float64]  # (stops, 4)


@inlined
def entry(table, row, column):
    """Read one integer of a table; the unsigned row spares the test for negative indices."""
    return np.int64(table[np.uintp(row), np.uintp(column)])


@inlined
def record(table, row, column, value):
    """Write one integer of a table."""
    table[np.uintp(row), np.uintp(column)] = value


@inlined
def begin(nodes, head):
    """Return the running sum of the route up to and including `head`."""
    return (
        head,
        entry(nodes, head, UNTIL + DURATION),
        entry(nodes, head, UNTIL + WARP),
        entry(nodes, head, UNTIL + EARLIEST),
        entry(nodes, head, UNTIL + LATEST),
        entry(nodes, head, UNTIL + WAITING),
        entry(nodes, head, UNTIL + LENGTH),
    )


@inlined
def visit(field, running, stop):
    """Return the running sum after one more stop."""
    last, duration, warp, earliest, latest, waiting, length = running
    nodes = field.nodes
    travel = entry(field.travel, last, stop)
    offset = duration - warp + travel
    opens, closes = entry(nodes, stop, OPEN), entry(nodes, stop, CLOSE)
    wait = max(opens - offset - latest, 0)
    late = max(earliest + offset - closes, 0)
    if len(field.length) > 1:
        length += entry(field.length, last, stop)
    return (
        stop,
        duration + travel + wait + entry(nodes, stop, SERVICE),
        warp + late,
        max(opens - offset, earliest) - wait,
        min(closes - offset, latest) + late,
        waiting + wait,
        length,
    )


@inner
def follow(field, running, first, last):
    """Return the running sum after the stretch of a route from `first` to `last`."""
    running = visit(field, running, first)
    while first != last:
        first = entry(field.nodes, first, NEXT)
        running = visit(field, running, first)
    return running


@inner
def retrace(field, running, last, first):
    """Return the running sum after the stretch of a route from `first` to `last`, driven backwards."""
    running = visit(field, running, last)
    while last != first:
        last = entry(field.nodes, last, PREVIOUS)
        running = visit(field, running, last)
    return running


@inlined
def close(field, running, tail):
    """Return duration, warp, waiting and length of a route that goes on as it did from `tail`."""
    last, duration, warp, earliest, latest, waiting, length = running
    nodes = field.nodes
    travel = entry(field.travel, last, tail)
    offset = duration - warp + travel
    wait = max(entry(nodes, tail, ONWARD + EARLIEST) - offset - latest, 0)
    late = max(earliest + offset - entry(nodes, tail, ONWARD + LATEST), 0)
    if len(field.length) > 1:
        length += entry(field.length, last, tail) + entry(nodes, tail, ONWARD + LENGTH)
    return (
        duration + travel + wait + entry(nodes, tail, ONWARD + DURATION),
        warp + late + entry(nodes, tail, ONWARD + WARP),
        waiting + wait + entry(nodes, tail, ONWARD + WAITING),
        length,
    )


@inlined
def surcharge(rates, load, sums):
    """Return what a route costs beyond its legs: waiting, and penalties for what it breaks.

    Time beyond the longest duration counts as warp does: both say how late the route is.
    """
    duration, warp, waiting, length = sums
    late = warp + max(duration - warp - rates[MOST_TIME], 0.0)
    over = max(load - rates[CAPACITY], 0.0)
    far = max(length - rates[MOST_LENGTH], 0.0)
    return (
        rates[PER_LOAD] * over + rates[PER_TIME] * late + rates[PER_LENGTH] * far + rates[PER_WAIT] * waiting
    )


@inlined
def spliced(field, load, head, first, second, tail):
    """Return the surcharge of a route: up to `head`, at most two stops, on from `tail`; -1 is no stop."""
    running = begin(field.nodes, head)
    if first >= 0:
        running = visit(field, running, first)
        if second >= 0:
            running = visit(field, running, second)
    return surcharge(field.rates, load, close(field, running, tail))


@inlined
def depot_of(plan, route):
    """Return the route's copy of the depot."""
    return len(plan.near) + np.int64(route)


@inner
def refresh(field, plan, route):
    """Recompute positions, loads and sums of a route from its links."""
    nodes = field.nodes
    depot = depot_of(plan, route)
    node, count, load, turned, legs = depot, 0, 0, 0, 0
    running = (
        depot,
        entry(nodes, depot, SERVICE),
        0,
        entry(nodes, depot, OPEN),
        entry(nodes, depot, CLOSE),
        0,
        0,
    )
    _store(nodes, depot, UNTIL, running)
    while True:
        following = entry(nodes, node, NEXT)
        cost = entry(field.cost, node, following)
        record(nodes, node, COST, cost)
        record(nodes, following, PREVIOUS, node)
        legs += cost
        if following == depot:
            break
        if count > 0:
            turned += entry(field.cost, following, node) - cost
        count += 1
        load += entry(nodes, following, DEMAND)
        running = visit(field, running, following)
        _store(nodes, following, UNTIL, running)
        record(nodes, following, ROUTE, route)
        record(nodes, following, POSITION, count)
        record(nodes, following, LOAD, load)
        record(nodes, following, TURNED, turned)
        node = following
    sums = close(field, running, depot)
    routes = plan.routes
    routes[route, COUNT], routes[route, FILLED], routes[route, LEGS] = count, load, legs
    routes[route, TIME], routes[route, LATE], routes[route, WAITED], routes[route, REACH] = sums
    routes[route, MODIFIED] = plan.clock[MOVES]
    plan.charge[route] = surcharge(field.rates, load, sums)
    while node != depot:
        _prepend(field, node)
        node = entry(nodes, node, PREVIOUS)


@inlined
def _store(nodes, node, column, running):
    record(nodes, node, column + DURATION, running[1])
    record(nodes, node, column + WARP, running[2])
    record(nodes, node, column + EARLIEST, running[3])
    record(nodes, node, column + LATEST, running[4])
    record(nodes, node, column + WAITING, running[5])
    record(nodes, node, column + LENGTH, running[6])


@inlined
def _prepend(field, node):
    """Store the sum from a node on, given that of its successor."""
    nodes = field.nodes
    following = entry(nodes, node, NEXT)
    travel = entry(field.travel, node, following)
    service = entry(nodes, node, SERVICE)
    offset = service + travel
    earliest, latest = entry(nodes, following, ONWARD + EARLIEST), entry(nodes, following, ONWARD + LATEST)
    opens, closes = entry(nodes, node, OPEN), entry(nodes, node, CLOSE)
    wait = max(earliest - offset - closes, 0)
    late = max(opens + offset - latest, 0)
    length = entry(nodes, following, ONWARD + LENGTH)
    if len(field.length) > 1:
        length += entry(field.length, node, following)
    running = (
        node,
        offset + wait + entry(nodes, following, ONWARD + DURATION),
        late + entry(nodes, following, ONWARD + WARP),
        max(earliest - offset, opens) - wait,
        min(latest - offset, closes) + late,
        wait + entry(nodes, following, ONWARD + WAITING),
        length,
    )
    _store(nodes, node, ONWARD, running)
