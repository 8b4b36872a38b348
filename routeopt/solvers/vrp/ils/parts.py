"""Parts: groups of routes that lie together, each for one thread at a time.

The routes are halved again and again by straight lines through the middle of their centres, in directions
drawn anew for every round, so that no border between two parts lasts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.vrp.halving import halve
from routeopt.solvers.vrp.ils.layout import Plan
from routeopt.solvers.vrp.ils.setting import list_stops


class Part(NamedTuple):
    """Routes of the plan, and the stops they visit."""

    number: int
    stops: NDArray[np.int32]
    routes: NDArray[np.int32]
    used: int  # routes that visit stops


def deal(
    plan: Plan,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    parts: int,
    rng: np.random.Generator,
) -> list[Part]:
    """Deal all routes out to so many parts of about as many stops each; empty ones are dealt evenly.

    The plan is that of the links in `plan.best`. `x` and `y` are the positions of the depot and the stops,
    shape (n + 1,).
    """
    stops = len(x) - 1
    visits = np.empty(stops, np.int32)
    offsets = np.empty(len(plan.routes) + 1, np.int64)
    list_stops(plan.best, stops, visits, offsets)
    sizes = np.diff(offsets)
    used, empty = np.flatnonzero(sizes), np.flatnonzero(sizes == 0)
    groups = [used]
    if parts > 1 and len(used):
        centre_x = np.add.reduceat(x[visits], offsets[used]) / sizes[used]
        centre_y = np.add.reduceat(y[visits], offsets[used]) / sizes[used]
        groups = halve(np.arange(len(used)), centre_x, centre_y, sizes[used], parts, rng)
        groups = [used[group] for group in groups if len(group)]
    dealt = []
    for number, group in enumerate(groups):
        routes = np.concatenate([group, empty[number :: len(groups)]]).astype(np.int32)
        own = [visits[offsets[route] : offsets[route + 1]] for route in group]
        plan.routes["part"][routes] = number
        dealt.append(Part(number, np.concatenate(own) if own else visits[:0], routes, len(group)))
    return dealt
