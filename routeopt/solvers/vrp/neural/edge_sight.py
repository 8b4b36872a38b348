"""Where the edge scorer looks: the depots and the nearest stops of each stop, their legs, and when they can be served.

The nearest stops are those that can come before or behind a stop: a leg with waiting that nothing avoids counts for
more, and a pair of which neither can follow the other is left out while there are others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.problems.instance import EUCLIDEAN, MIXED, Floats, Instance, Integers
from routeopt.problems.legs import legs
from routeopt.solvers.vrp.neighbours import nearest_by_legs, nearest_by_position

POOL = 3  # times as many stops are looked at where some may be unable to follow each other
WAITING = 0.2  # what a unit of unavoidable waiting counts against one of travel, when the nearest are chosen
LOCAL = 5  # nearest legs whose mean tells how dense stops lie


class Sight(NamedTuple):
    """What features are computed from. N nodes, n stops, D depots, C candidates of each stop."""

    heads: Integers  # (n, C)
    there: Floats  # (n, C) cost of the leg to a candidate
    back: Floats  # (n, C) and from it
    time_there: Floats  # (n, C)
    time_back: Floats  # (n, C)
    home: Floats  # (n, D) mean cost between a stop and a depot
    around: Floats  # (N,) mean cost of the nearest legs
    day: float  # how long the day is; 0: times do not matter
    early: Floats  # (N,) earliest begin of service, coming from a depot
    late: Floats  # (N,) latest begin, when the vehicle must get back
    service: Floats  # (N,)
    brings: Floats  # (N,) delivery as a part of the capacity
    fetches: Floats  # (N,) pickup as a part of the capacity


def sight_of(i: Instance, nearest: int) -> Sight:
    """Return what there is to see: the depots and the nearest stops of each stop, and their legs."""
    stops, depots = np.arange(i.depots, i.nodes)[:, None], np.arange(i.depots)[None]
    away, time_away = cost_legs(i, stops, depots)
    home, time_home = cost_legs(i, depots, stops)
    day, early, late = _day(i, time_away, time_home)
    limited = day > 0 or bool((i.pickup > 0).any())
    pool = _pool(i, nearest * POOL if limited else nearest)
    there, time_there = cost_legs(i, stops, pool)
    back, time_back = cost_legs(i, pool, stops)
    if limited:
        first = _promising(i, stops, pool, (there, back), (time_there, time_back), (early, late))
        order = np.argsort(first, axis=1, kind="stable")[:, :nearest]
        pool = np.take_along_axis(pool, order, axis=1)
        there, back, time_there, time_back = (
            np.take_along_axis(array, order, axis=1) for array in (there, back, time_there, time_back)
        )
    mean_home = 0.5 * (away + home)
    capacity = i.capacity.max(axis=0)
    return Sight(
        np.concatenate([np.broadcast_to(depots, (len(stops), i.depots)), pool], axis=1),
        np.concatenate([away, there], axis=1),
        np.concatenate([home, back], axis=1),
        np.concatenate([time_away, time_there], axis=1),
        np.concatenate([time_home, time_back], axis=1),
        mean_home,
        _around(0.5 * (there + back), mean_home),
        day,
        early,
        late,
        i.service,
        (i.delivery / capacity).max(axis=1, initial=0.0),
        (np.maximum(i.pickup, 0.0) / capacity).max(axis=1, initial=0.0),
    )


def cost_legs(instance: Instance, tails: Integers, heads: Integers) -> tuple[Floats, Floats]:
    """Return costs of legs for the first vehicle type (distances where legs cost nothing), and durations."""
    distance, duration = legs(instance, int(instance.profile[0]), tails, heads)
    by_distance, by_time = float(instance.distance_cost[0]), float(instance.duration_cost[0])
    if by_time == 0:
        return distance, duration
    return by_distance * distance + by_time * duration, duration


def _pool(i: Instance, count: int) -> Integers:
    """Return the nearest stops of each stop, the nearer direction counted."""
    if i.distance.size and i.metric[i.profile[0]] != EUCLIDEAN:
        nodes = np.arange(i.nodes)
        cost, _ = cost_legs(i, nodes[:, None], nodes)
        return nearest_by_legs(np.minimum(cost, cost.T), count, i.depots).astype(np.int64)
    return nearest_by_position(i.x, i.y, count, i.depots).astype(np.int64)


def _day(i: Instance, away: Floats, home: Floats) -> tuple[float, Floats, Floats]:
    """Return the length of the day, and when each node can be begun with, from a depot and on the way to one."""
    early, late = i.windows[:, 0, 0].copy(), i.windows[:, -1, 1].copy()
    opens, closes = early[: i.depots].min(), late[: i.depots].max()
    stops = slice(i.depots, None)
    early[stops] = np.maximum(early[stops], opens + home.min(axis=1))
    if (i.end >= 0).all():
        late[stops] = np.minimum(late[stops], closes - i.service[stops] - away.min(axis=1))
    finite = late[np.isfinite(late)]
    if not len(finite):
        return 0.0, early, late
    end = float(max(finite.max(), closes if np.isfinite(closes) else 0.0))
    return max(end - float(opens), 1e-9), early - opens, np.minimum(late, end) - opens


def _promising(
    i: Instance,
    stops: Integers,
    pool: Integers,
    cost: tuple[Floats, Floats],
    time: tuple[Floats, Floats],
    bounds: tuple[Floats, Floats],
) -> Floats:
    """Return how far candidates are, with waiting that cannot be avoided; inf where neither can follow."""
    early, late = bounds
    brings, fetches = np.asarray(i.delivery.any(axis=1)), np.asarray((i.pickup > 0).any(axis=1))
    ranks = []
    for tail, head, leg, duration in ((stops, pool, cost[0], time[0]), (pool, stops, cost[1], time[1])):
        ready = i.service[tail] + duration
        with np.errstate(invalid="ignore"):
            waiting = np.nan_to_num(np.maximum(early[head] - late[tail] - ready, 0.0), posinf=0.0)
        rank = leg * (1 + WAITING * waiting / np.maximum(duration, 1e-12))
        cannot = np.asarray(early[tail] + ready > late[head])
        if i.backhaul != MIXED:
            cannot |= fetches[tail] & np.logical_not(brings[tail]) & brings[head]
        ranks.append(np.where(cannot, np.inf, rank))
    return np.minimum(*ranks)


def _around(near: Floats, home: Floats) -> Floats:
    """Return the mean of the nearest legs of each node: (n, k) of the stops and (n, D) of the depots."""
    least = np.partition(home, min(LOCAL, len(home)) - 1, axis=0)[:LOCAL].mean(axis=0)
    legs_of_stops = np.sort(near, axis=1)[:, :LOCAL] if near.shape[1] else home
    return np.maximum(np.concatenate([least, legs_of_stops.mean(axis=1)]), 1e-12)
