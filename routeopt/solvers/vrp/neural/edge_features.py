"""What the edge scorer sees of a problem: each stop with its depots and its nearest stops, and how they lie.

Everything is a ratio of lengths, times or loads of the same problem, computed from legs alone. So it is the same
for a problem that is scaled, turned or mirrored, and any matrix will do: angles come from the law of cosines,
and how far is far is told by the nearest legs of a stop. A leg counts by what it costs the first vehicle type.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import EUCLIDEAN, MIXED, Floats, Instance, Integers
from routeopt.problems.legs import legs
from routeopt.solvers.vrp.neighbours import nearest_by_legs, nearest_by_position

Float32 = NDArray[np.float32]
Int32 = NDArray[np.int32]

NEAREST = 20  #: stops that each stop is linked with
POOL = 3  # times as many are looked at where some may be unable to follow each other
WAITING = 0.2  # what a unit of unavoidable waiting counts against one of travel, when the nearest are chosen
LOCAL = 5  # nearest legs whose mean tells how dense stops lie
MOST = 4.0  # no feature is farther from 0

WHOLE, STOP = 9, 11  # features of the whole problem, and of a stop besides those
NODE, EDGE = WHOLE + STOP + 1, 19  #: features of a node and of an edge


class EdgeGraph(NamedTuple):
    """A problem as a graph: N nodes, of which n are stops and the first D depots.

    The candidates of a stop, to which it has edges, are the depots, in order, then its k nearest stops.
    """

    depots: int  # D
    heads: Int32  # (n, D + k) node of each candidate, the nearest first
    nodes: Float32  # (N, NODE)
    edges: Float32  # (n, D + k, EDGE)


class _Sight(NamedTuple):
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


def edge_graph(instance: Instance, nearest: int = NEAREST) -> EdgeGraph:
    """Return the graph of a problem that has a stop.

    Parameters
    ----------
    instance : Instance
        The problem, not a batch.
    nearest : int
        Stops that each stop is linked with; fewer where there are no more.
    """
    sight = _sight(instance, nearest)
    nodes = np.zeros((instance.nodes, NODE))
    nodes[:, :WHOLE] = _whole(instance, sight)
    nodes[instance.depots :, WHOLE : WHOLE + STOP] = _stop_rows(instance, sight)
    nodes[: instance.depots, -1] = 1.0
    return EdgeGraph(
        instance.depots,
        sight.heads.astype(np.int32),
        _plain(nodes),
        _plain(_edge_rows(instance, sight)),
    )


def cost_legs(instance: Instance, tails: Integers, heads: Integers) -> tuple[Floats, Floats]:
    """Return costs of legs for the first vehicle type (distances where legs cost nothing), and durations."""
    distance, duration = legs(instance, int(instance.profile[0]), tails, heads)
    by_distance, by_time = float(instance.distance_cost[0]), float(instance.duration_cost[0])
    if by_time == 0:
        return distance, duration
    return by_distance * distance + by_time * duration, duration


def _sight(i: Instance, nearest: int) -> _Sight:
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
        pool, there, back, time_there, time_back = (
            np.take_along_axis(array, order, axis=1) for array in (pool, there, back, time_there, time_back)
        )
    mean_home = 0.5 * (away + home)
    capacity = i.capacity.max(axis=0)
    return _Sight(
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
    brings, fetches = i.delivery.any(axis=1), (i.pickup > 0).any(axis=1)
    ranks = []
    for tail, head, leg, duration in ((stops, pool, cost[0], time[0]), (pool, stops, cost[1], time[1])):
        ready = i.service[tail] + duration
        with np.errstate(invalid="ignore"):
            waiting = np.nan_to_num(np.maximum(early[head] - late[tail] - ready, 0.0), posinf=0.0)
        rank = leg * (1 + WAITING * waiting / np.maximum(duration, 1e-12))
        cannot = early[tail] + ready > late[head]
        if i.backhaul != MIXED:
            cannot |= fetches[tail] & ~brings[tail] & brings[head]
        ranks.append(np.where(cannot, np.inf, rank))
    return np.minimum(*ranks)


def _around(near: Floats, home: Floats) -> Floats:
    """Return the mean of the nearest legs of each node: (n, k) of the stops and (n, D) of the depots."""
    least = np.partition(home, min(LOCAL, len(home)) - 1, axis=0)[:LOCAL].mean(axis=0)
    legs_of_stops = np.sort(near, axis=1)[:, :LOCAL] if near.shape[1] else home
    return np.maximum(np.concatenate([least, legs_of_stops.mean(axis=1)]), 1e-12)


def _whole(i: Instance, s: _Sight) -> Floats:
    """Return the facts of the whole problem, (WHOLE,)."""
    load = max(float(s.brings.sum()), float(s.fetches.sum()))
    farthest = 2 * float(s.home.min(axis=1).max())
    limit = float(i.max_distance[0])
    return np.array(
        [
            np.log1p(i.stops / load) if load > 0 else MOST,  # stops that fill a vehicle
            np.log1p(s.home.min(axis=1).mean() / s.around[i.depots :].mean()),
            (i.end < 0).any(),
            s.day > 0,
            farthest / limit if np.isfinite(limit) and limit > 0 else 0.0,
            i.backhaul != MIXED and s.fetches.any(),
            i.backhaul == MIXED and s.fetches.any(),
            i.depots > 1,
            i.vehicle_count.sum() == 1,
        ],
        np.float64,
    )


def _stop_rows(i: Instance, s: _Sight) -> Floats:
    """Return the features of stops, (n, STOP)."""
    stop = slice(i.depots, None)
    home, around = s.home.min(axis=1), s.around[stop]
    day = s.day or 1.0
    timed = s.day > 0
    mean = max(float((s.brings[stop] + s.fetches[stop]).mean()), 1e-12)
    columns = [
        s.brings[stop],
        s.fetches[stop],
        np.log1p((s.brings[stop] + s.fetches[stop]) / mean),
        np.log1p(home / home.mean()) if home.any() else home,
        np.log(around / around.mean()),
        np.log1p(home / around),
        timed * s.early[stop] / day,
        timed * (s.late[stop] if timed else 0.0) / day,
        timed * ((s.late[stop] - s.early[stop]) if timed else 0.0) / day,
        timed * s.service[stop] / day,
        np.log1p(np.ptp(s.home, axis=1) / around),
    ]
    return np.column_stack([np.broadcast_to(column, home.shape) for column in columns])


def _edge_rows(i: Instance, s: _Sight) -> Floats:
    """Return the features of edges, (n, C, EDGE)."""
    stops = np.arange(i.depots, i.nodes)[:, None]
    depots, (count, candidates) = i.depots, s.heads.shape
    near = candidates - depots
    nearest = s.home.argmin(axis=1)  # the depot that a stop is seen from
    from_depot = s.home[np.arange(count), nearest][:, None]
    behind = np.zeros((count, candidates))  # the same depot as the candidate sees it
    behind[:, depots:] = s.home[s.heads[:, depots:] - depots, nearest[:, None]]
    leg = 0.5 * (s.there + s.back)
    both = from_depot + behind
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = (from_depot**2 + behind**2 - leg**2) / (2 * from_depot * behind)
    cosine = np.clip(np.nan_to_num(cosine, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0)
    cosine[:, :depots] = 0.0
    saved = (both - leg) / np.maximum(both, 1e-12)
    saved[:, :depots] = 0.0
    is_depot = np.zeros((count, candidates))
    is_depot[:, :depots] = 1.0
    rank, returned = _ranks(s, depots, leg)
    around, around_head = s.around[stops], s.around[s.heads]
    load = s.brings + s.fetches
    fetches = (s.fetches > 0) & (s.brings == 0)
    columns = [
        np.log1p(s.there / around),
        np.log1p(s.back / around),
        np.log1p(leg / around_head),
        leg / np.maximum(leg[:, depots:].max(axis=1, initial=0.0, keepdims=True), 1e-12),
        rank / max(near, 1),
        returned / max(near, 1),
        cosine,
        saved,
        is_depot,
        load[stops] + load[s.heads],
        1.0 * fetches[stops] - fetches[s.heads],
        *_timing(i, s, stops),
        np.log1p(s.time_there / np.maximum(s.there, 1e-12) * s.there.mean() / max(s.time_there.mean(), 1e-12)),
        np.log(around_head / around),
    ]
    return np.stack([np.clip(np.broadcast_to(c, leg.shape), -MOST, MOST) for c in columns], axis=-1)


def _ranks(s: _Sight, depots: int, leg: Floats) -> tuple[Floats, Floats]:
    """Return the place of each candidate among those of a stop, and of the stop among those of the candidate.

    From 0; the place of a depot is the number of nearer stops. Who is not a candidate has place k.
    """
    count, candidates = leg.shape
    near = candidates - depots
    rank = np.empty((count, candidates))
    rank[:, depots:] = np.arange(near)
    rank[:, :depots] = (leg[:, depots:, None] < leg[:, None, :depots]).sum(axis=1)
    returned = np.full((count, candidates), float(near))
    order = np.argsort(leg[:, :depots], axis=0, kind="stable")
    places = np.arange(count, dtype=float)[:, None] * near / max(count, 1)  # in parts, as many as k
    np.put_along_axis(returned[:, :depots], order, np.broadcast_to(places, order.shape), axis=0)
    # the edge back, found by its number among all edges in order of tail and head
    tails = np.repeat(np.arange(count), near)
    heads = (s.heads[:, depots:] - depots).ravel()
    keys, wanted = tails * count + heads, heads * count + tails
    order = np.argsort(keys)
    found = np.minimum(np.searchsorted(keys, wanted, sorter=order), max(len(keys) - 1, 0))
    if len(keys):
        hit = order[found]
        mutual = keys[hit] == wanted
        returned[:, depots:] = np.where(mutual, hit % near, near).reshape(count, near)
    return rank, returned


def _timing(i: Instance, s: _Sight, stops: Integers) -> list[Floats | float]:
    """Return waiting, slack and the gap between windows in both directions, in parts of the day."""
    if s.day == 0:
        return [0.0] * 6
    columns: list[Floats | float] = []
    for tail, head, duration in ((stops, s.heads, s.time_there), (s.heads, stops, s.time_back)):
        ready = s.service[tail] + duration
        columns += [
            np.maximum(s.early[head] - s.late[tail] - ready, 0.0) / s.day,
            np.clip((s.late[head] - s.early[tail] - ready) / s.day, -1.0, 1.0),
            np.clip((s.early[head] - s.early[tail] - ready) / s.day, -1.0, 1.0),
        ]
    return columns


def _plain(rows: Floats) -> Float32:
    """Return features as the network takes them."""
    return np.ascontiguousarray(np.clip(rows, -MOST, MOST), np.float32)
