"""How a tour is kept while it is searched, and how one is changed and changed back.

Stops, the depot among them, are numbers 0 .. n - 1. The tour is an array of stops by place, with the place of
each stop beside it: who follows whom, and what lies between two legs, costs nothing to ask. A change rewrites
all places but those of its longest stretch, and what it overwrites goes to a log, so that taking a change back
costs no more than making it did.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems import legs as rules
from routeopt.problems.backend import bind
from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.stretches import part

Numbers = NDArray[np.int32]
Record = Any  # one element of an array of records, by reference

MOST_LEGS = 8  #: that one move exchanges
MOST_NEIGHBOURS = 16  #: of a stop

STATE = np.dtype(
    [
        ("change", np.int64),  # of the length since the last kick, whole
        ("logged", np.int64),  # entries in the log
        ("full", np.int64),  # whether a change did not fit into the log
        ("first", np.int64),  # where the queue begins
        ("waiting", np.int64),  # stops in the queue
        ("kicked", np.int64),  # whether a kick is under way
        ("kicks", np.int64),  # finished so far
        ("length", np.int64),  # of the tour before the kick, whole
        ("shortest", np.int64),  # of all tours before a kick
        ("work", np.int64),  # left before control goes back to the caller
        ("cuts", np.int64, 4),  # of the kick, in ascending order
    ]
)
_LOG = 8  # entries of the log for each stop
_LEAST_LOG = 4096
_FAR = 1 << 62

_straight_leg = bind(("straight_leg",), vars(rules), {}, kernel).straight_leg


class Ground(NamedTuple):
    """What does not change during a search: n stops, K neighbours."""

    legs: Numbers  # (n, n) whole, or (0, 0): computed from the coordinates
    x: NDArray[np.float64]  # (n,)
    y: NDArray[np.float64]
    near: Numbers  # (n, K) stops that are worth following or preceding each stop, nearest first
    near_legs: Numbers  # (n, K) how far they are
    metric: int
    rounding: int
    factor: float  # whole units per unit of distance


class Tour(NamedTuple):
    """The tour at work, the stops that wait to be tried, and the log of changes."""

    order: Numbers  # (n,) stop at each place
    place: Numbers  # (n,) place of each stop
    buffer: Numbers  # (n,) scratch
    queue: Numbers  # (n,) ring of stops whose legs have changed
    queued: NDArray[np.uint8]  # (n,)
    best: Numbers  # (n,) the shortest tour, unless it is the one at work
    log: Numbers  # (L, 2) place and the stop that was there
    state: NDArray[np.void]  # (1,) STATE


class Trial(NamedTuple):
    """The move that is being put together: legs taken out, and for each level what could come next.

    Leg i out of the tour goes from stop ``2 i`` to stop ``2 i + 1``; legs from ``2 i + 1`` to ``2 i + 2`` come
    in, and one from the last stop to the first. A leg out is a cut, numbered by the place before it.
    """

    stops: NDArray[np.int64]  # (2 MOST_LEGS,)
    cuts: NDArray[np.int64]  # (MOST_LEGS,)
    sides: NDArray[np.int64]  # (MOST_LEGS,) 0: stop 2 i is before the cut, 1: behind it
    sorted: NDArray[np.int64]  # (MOST_LEGS,) legs out in the order of their cuts
    rank: NDArray[np.int64]  # (MOST_LEGS,) inverse of `sorted`
    tried: NDArray[np.int64]  # (MOST_LEGS,) choices done
    found: NDArray[np.int64]  # (MOST_LEGS,) choices there are
    choices: NDArray[np.int64]  # (MOST_LEGS, 2 MOST_NEIGHBOURS, 4) gain, stop, stop, side
    breadth: NDArray[np.int64]  # (levels,) choices kept at each level
    strict: int  # legs out from which on the tour must be closed at every level


def new_tour(order: Numbers) -> Tour:
    """Return a tour that visits the stops in this order, all of them waiting to be tried."""
    count = len(order)
    place = np.empty(count, np.int32)
    place[order] = np.arange(count, dtype=np.int32)
    state = np.zeros(1, STATE)
    state["waiting"] = count
    state["shortest"] = _FAR
    return Tour(
        order=order.astype(np.int32),
        place=place,
        buffer=np.zeros(count, np.int32),
        queue=order.astype(np.int32),
        queued=np.ones(count, np.uint8),
        best=order.astype(np.int32),
        log=np.zeros((_LOG * count + _LEAST_LOG, 2), np.int32),
        state=state,
    )


def new_trial(breadth: tuple[int, ...], strict: int) -> Trial:
    """Return room for a move of up to ``len(breadth) + 1`` legs."""
    return Trial(
        stops=np.zeros(2 * MOST_LEGS, np.int64),
        cuts=np.zeros(MOST_LEGS, np.int64),
        sides=np.zeros(MOST_LEGS, np.int64),
        sorted=np.zeros(MOST_LEGS, np.int64),
        rank=np.zeros(MOST_LEGS, np.int64),
        tried=np.zeros(MOST_LEGS, np.int64),
        found=np.zeros(MOST_LEGS, np.int64),
        choices=np.zeros((MOST_LEGS, 2 * MOST_NEIGHBOURS, 4), np.int64),
        breadth=np.array(breadth, np.int64),
        strict=strict,
    )


@part
def leg(ground: Ground, a: int, b: int) -> int:
    """Return the whole length of a leg."""
    if ground.legs.shape[0] > 0:
        return np.int64(ground.legs[a, b])
    straight = _straight_leg(
        ground.metric, ground.rounding, ground.x[a], ground.y[a], ground.x[b], ground.y[b]
    )
    return np.int64(ground.factor * straight + 0.5)


@kernel
def tour_length(ground: Ground, tour: Tour) -> int:
    """Return the whole length of a tour."""
    length, before = 0, np.int64(tour.order[len(tour.order) - 1])
    for k in range(len(tour.order)):
        stop = np.int64(tour.order[k])
        length += leg(ground, before, stop)
        before = stop
    return length


@part
def neighbour(tour: Tour, stop: int, side: int) -> int:
    """Return the stop behind this one on side 0, that before it on side 1."""
    place = np.int64(tour.place[stop])
    if side == 0:
        place += 1
        return np.int64(tour.order[0 if place == len(tour.order) else place])
    return np.int64(tour.order[(len(tour.order) if place == 0 else place) - 1])


@part
def cut_beside(tour: Tour, stop: int, side: int) -> int:
    """Return the cut behind a stop on side 0, that before it on side 1."""
    place = np.int64(tour.place[stop])
    if side == 0:
        return place
    return (len(tour.order) if place == 0 else place) - 1


@part
def enqueue(tour: Tour, now: Record, stop: int) -> None:
    """Let a stop be tried, if it does not wait already."""
    if tour.queued[stop] == 0:
        tour.queued[stop] = 1
        last = now.first + now.waiting
        count = len(tour.queue)
        tour.queue[last - count if last >= count else last] = stop
        now.waiting += 1


@part
def dequeue(tour: Tour, now: Record) -> int:
    """Return the stop that has waited longest."""
    stop = np.int64(tour.queue[now.first])
    now.first = 0 if now.first + 1 == len(tour.queue) else now.first + 1
    now.waiting -= 1
    tour.queued[stop] = 0
    return stop


@part
def take(tour: Tour, filled: int, begin: int, count: int, step: int) -> int:
    """Append the stops of so many places to the buffer, walking forward or back; return how many it holds."""
    last, place = len(tour.order) - 1, begin
    for k in range(filled, filled + count):
        tour.buffer[k] = tour.order[place]
        place += step
        if place > last:
            place = 0
        elif place < 0:
            place = last
    return filled + count


@part
def rewrite(tour: Tour, now: Record, begin: int, filled: int) -> None:
    """Put the stops in the buffer on the places from `begin` on."""
    last, place = len(tour.order) - 1, begin
    now.work -= filled >> 5
    if now.kicked:
        for k in range(filled):
            tour.log[now.logged + k, 0] = place + k if place + k <= last else place + k - last - 1
            tour.log[now.logged + k, 1] = tour.order[tour.log[now.logged + k, 0]]
        now.logged += filled
    for k in range(filled):
        stop = tour.buffer[k]
        tour.order[place] = stop
        tour.place[stop] = place
        place = 0 if place == last else place + 1


@part
def take_back(tour: Tour, now: Record) -> None:
    """Undo all that the log tells."""
    now.work -= now.logged >> 5
    for k in range(now.logged - 1, -1, -1):
        place, stop = tour.log[k, 0], tour.log[k, 1]
        tour.order[place] = stop
        tour.place[stop] = place
    now.logged = 0
