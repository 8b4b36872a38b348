"""Ruin: take strings of stops out of routes that lie side by side.

Source: Christiaens & Vanden Berghe, "Slack induction by string removals for vehicle routing problems",
Transportation Science 54 (2020).
"""

from __future__ import annotations

from routeopt.solvers.compiled import inner
from routeopt.solvers.random import below, uniform
from routeopt.solvers.vrp.ils.habits import Habits
from routeopt.solvers.vrp.ils.layout import Desk, Ground, Plan, take_out
from routeopt.solvers.vrp.records import U

_LENGTHEN = 0.01  # chance that one more stop in the middle of a split string stays


@inner
def ruin(ground: Ground, plan: Plan, desk: Desk, habits: Habits, seed: int, stops: int) -> tuple[int, int]:
    """Take strings out of the routes of the seed and of its neighbours, in a part of so many stops.

    Returns how many stops were removed, listed in `desk.removed`, and what the plan costs more.
    """
    nodes, routes, now, state = plan.nodes, plan.routes, desk.now[0], desk.state
    longest = min(float(habits.string), stops / now.used)
    strings = int(uniform(state) * (4.0 * habits.removals / (1.0 + longest) - 1.0) + 1.0)
    removed, more, done = 0, 0, 0
    stop, k = seed, -1
    while True:
        route = nodes[U(stop)].route
        if route >= 0 and routes[U(route)].part == now.part and routes[U(route)].ruined != now.iteration:
            routes[U(route)].ruined = now.iteration
            removed, extra = _take_string(ground, plan, desk, habits, stop, longest, removed)
            more += extra
            done += 1
        k += 1
        if done >= strings or k >= ground.near.shape[1]:
            return removed, more
        stop = ground.near[U(seed), U(k)]


@inner
def _take_string(
    ground: Ground, plan: Plan, desk: Desk, habits: Habits, stop: int, longest: float, removed: int
) -> tuple[int, int]:
    """Take a string that contains the stop out of its route; some stops in its middle may stay."""
    nodes, state, stops = plan.nodes, desk.state, ground.stops
    count = plan.routes[U(nodes[U(stop)].route)].stops
    length = min(int(uniform(state) * min(longest, float(count)) + 1.0), count)
    stay = 0
    if 1 < length < count and uniform(state) < habits.split:
        stay = 1
        while length + stay < count and uniform(state) < _LENGTHEN:
            stay += 1
    total = length + stay
    ahead = below(state, total)  # stops of the string before this one, where the route has as many
    first, last, found = stop, stop, 1
    while found <= ahead and nodes[U(first)].previous <= stops:
        first = nodes[U(first)].previous
        found += 1
    while found < total and nodes[U(last)].next <= stops:
        last = nodes[U(last)].next
        found += 1
    while found < total:
        first = nodes[U(first)].previous
        found += 1
    begin = 1 + below(state, length - 1) if stay > 0 else total
    more, node = 0, first
    for i in range(total):
        following = nodes[U(node)].next
        if i < begin or i >= begin + stay:
            more += take_out(plan, ground.legs, desk, node)
            desk.removed[U(removed)] = node
            removed += 1
        node = following
    return removed, more
