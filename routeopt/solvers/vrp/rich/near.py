"""Which stops lie next to each other, and which may well follow each other.

Where windows are tight the closest stop may be one that cannot follow. Candidates are ranked by distance,
with waiting that cannot be avoided on top, and pairs that cannot follow each other are left out.
"""

from __future__ import annotations

import numpy as np

from routeopt.problems.instance import MIXED, Flags, Floats, Instance
from routeopt.solvers.vrp.neighbours import nearest_by_legs, nearest_by_position
from routeopt.solvers.vrp.rich.layout import Int32

AROUND = 100  # closest stops that are kept for strings
WAITING = 0.2  # what a unit of unavoidable waiting counts against one of distance


def closest(i: Instance) -> Int32:
    """Return the closest stops of each node, the nearer direction counted; depots have none of use."""
    lists = np.zeros((i.nodes, max(0, min(AROUND, i.stops - 1))), np.int32)
    if i.distance.size:
        legs = i.distance.min(axis=0)
        found = nearest_by_legs(np.minimum(legs, legs.T), AROUND, i.depots)
    else:
        found = nearest_by_position(i.x, i.y, AROUND, i.depots)
    lists[i.depots :] = found
    return lists


def promising(i: Instance, count: int) -> Int32:
    """Return where each stop is tried: behind node v, or before it where the entry is ~v.

    Half of the entries are stops that come before it, half those that come behind, by turns.
    """
    half = max(0, min(count, i.stops - 1))
    lists = np.zeros((i.nodes, 2 * half), np.int32)  # a depot, which is in no route, fills up
    pool = None if i.distance.size else nearest_by_position(i.x, i.y, min(4 * count, AROUND), i.depots)
    for u in range(i.depots, i.nodes):
        others = np.arange(i.depots, i.nodes) if pool is None else pool[u - i.depots].astype(np.int64)
        before, behind = _ranks(i, u, others)
        for ranks, side, turned in ((before, 0, False), (behind, 1, True)):
            chosen = _least(ranks, half)
            lists[u, side : side + 2 * len(chosen) : 2] = ~others[chosen] if turned else others[chosen]
    return lists


def _ranks(i: Instance, u: int, others: np.ndarray) -> tuple[Floats, Floats]:
    """Return how well others come before a stop, and behind it; inf where they cannot."""
    there, away, time_there, time_away = _legs(i, u, others)
    early, late, service = i.windows[:, 0, 0], i.windows[:, -1, 1], i.service
    brings: Flags = np.asarray(i.delivery.any(axis=1))
    fetches = (i.pickup > 0).any(axis=1) & ~brings
    ranks = []
    for distance, time, first, second in ((there, time_there, others, u), (away, time_away, u, others)):
        with np.errstate(invalid="ignore"):
            waiting = np.nan_to_num(np.maximum(early[second] - late[first] - service[first] - time, 0.0))
        rank = distance + WAITING * waiting
        rank = np.where(early[first] + service[first] + time > late[second], np.inf, rank)
        if i.backhaul != MIXED:
            rank = np.where(fetches[first] & brings[second], np.inf, rank)
        ranks.append(np.where(others == u, np.inf, rank))
    return ranks[0], ranks[1]


def _legs(i: Instance, u: int, others: np.ndarray) -> tuple[Floats, Floats, Floats, Floats]:
    """Return distances from others to a stop and back, and the durations."""
    if i.distance.size:
        return (
            i.distance[:, others, u].min(axis=0),
            i.distance[:, u, others].min(axis=0),
            i.duration[:, others, u].min(axis=0),
            i.duration[:, u, others].min(axis=0),
        )
    distance = np.hypot(i.x[others] - i.x[u], i.y[others] - i.y[u])  # ranks need neither scale nor metric
    return distance, distance, np.zeros_like(distance), np.zeros_like(distance)


def _least(ranks: Floats, count: int) -> np.ndarray:
    """Return the numbers of the least finite ranks, ascending."""
    finite = int(np.isfinite(ranks).sum())
    chosen = (
        np.argsort(ranks, kind="stable") if len(ranks) <= count else np.argpartition(ranks, count - 1)[:count]
    )
    chosen = chosen[np.argsort(ranks[chosen], kind="stable")]
    return chosen[: min(count, finite)]


def remoteness(i: Instance) -> Floats:
    """Return the distance of each node from the closest start."""
    starts = np.unique(i.start)
    if i.distance.size:
        return np.ascontiguousarray(i.distance[:, starts].min(axis=(0, 1)))
    return np.hypot(i.x - i.x[starts][:, None], i.y - i.y[starts][:, None]).min(axis=0)
