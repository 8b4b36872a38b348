"""Recreate: put the removed stops back, each where it costs least, some places overlooked.

Source: Christiaens & Vanden Berghe, "Slack induction by string removals for vehicle routing problems",
Transportation Science 54 (2020); places next to the closest stops only, as in granular search.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inner
from routeopt.solvers.random import below, uniform
from routeopt.solvers.vrp.ils.habits import Habits
from routeopt.solvers.vrp.ils.layout import Desk, Ground, Plan, leg, put_in
from routeopt.solvers.vrp.records import U

_AT_RANDOM, _BY_DEMAND, _FAR_FIRST, _CLOSE_FIRST = 4, 4, 2, 1  # how often each order is drawn
_FAR = np.int64(1 << 60)


@inner
def recreate(
    ground: Ground, plan: Plan, desk: Desk, habits: Habits, removed: int, mine: NDArray[np.int32]
) -> tuple[bool, int]:
    """Put back the stops listed in `desk.removed`, into the routes of this part.

    A route is opened only for a stop that fits nowhere else. Returns whether all found a place, and what
    the plan costs more.
    """
    _sort(ground, plan, desk, removed)
    more = 0
    for i in range(removed):
        stop = desk.removed[i]
        place = _beside_neighbours(ground, plan, desk, habits, stop)
        if place < 0:
            place = _anywhere(ground, plan, stop, mine)
        if place < 0:
            return False, more
        more += put_in(plan, ground.legs, desk, stop, place)
    return True, more


@inner
def _sort(ground: Ground, plan: Plan, desk: Desk, removed: int) -> None:
    """Bring the removed stops into one of four orders, drawn at random."""
    stops, keys, state = desk.removed, desk.keys, desk.state
    order = below(state, _AT_RANDOM + _BY_DEMAND + _FAR_FIRST + _CLOSE_FIRST)
    for i in range(removed):
        stop = stops[i]
        if order < _AT_RANDOM:
            key = below(state, 1 << 30)
        elif order < _AT_RANDOM + _BY_DEMAND:
            key = -np.int64(plan.nodes[U(stop)].demand)
        elif order < _AT_RANDOM + _BY_DEMAND + _FAR_FIRST:
            key = -leg(ground.legs, 0, stop)
        else:
            key = leg(ground.legs, 0, stop)
        j = i
        while j > 0 and keys[U(j - 1)] > key:
            keys[U(j)], stops[U(j)] = keys[U(j - 1)], stops[U(j - 1)]
            j -= 1
        keys[U(j)], stops[U(j)] = key, stop


@inner
def _beside_neighbours(ground: Ground, plan: Plan, desk: Desk, habits: Habits, stop: int) -> int:
    """Return the node behind which the stop costs least, beside one of its neighbours; -1: it fits nowhere."""
    nodes, routes, legs, now = plan.nodes, plan.routes, ground.legs, desk.now[0]
    near, near_legs = ground.near, ground.near_legs
    room = ground.capacity - nodes[U(stop)].demand
    least, place = _FAR, np.int32(-1)
    for k in range(habits.tried):
        neighbour = near[U(stop), U(k)]
        node = nodes[U(neighbour)]
        number = node.route
        if number < 0:
            continue
        route = routes[U(number)]
        if route.load > room or route.part != now.part:
            continue
        now.blink -= 1
        if now.blink <= 0:
            now.blink = 1 + int(np.log(1.0 - uniform(desk.state)) / np.log(1.0 - habits.blink))
            continue
        there = np.int64(near_legs[U(stop), U(k)])
        more = there + leg(legs, stop, node.next) - node.departure
        if more < least:
            least, place = more, neighbour
        more = there + leg(legs, stop, node.previous) - node.arrival
        if more < least:
            least, place = more, node.previous
    return place


@inner
def _anywhere(ground: Ground, plan: Plan, stop: int, mine: NDArray[np.int32]) -> int:
    """Return the cheapest place in any of these routes that has room, else an empty route, else -1."""
    nodes, routes, legs = plan.nodes, plan.routes, ground.legs
    room = ground.capacity - nodes[U(stop)].demand
    least, place, empty = _FAR, np.int32(-1), np.int32(-1)
    for i in range(len(mine)):
        route = routes[U(mine[i])]
        node = np.int32(ground.stops + 1 + mine[i])
        if route.stops == 0:
            empty = node
        elif route.load <= room:
            while True:
                following = nodes[U(node)].next
                more = leg(legs, stop, node) + leg(legs, stop, following) - nodes[U(node)].departure
                if more < least:
                    least, place = more, node
                node = following
                if node > ground.stops:
                    break
    return place if place >= 0 else empty
