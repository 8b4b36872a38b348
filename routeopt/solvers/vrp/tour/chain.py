"""Chained search: kick a tour in one neighbourhood, repair it with moves, keep the outcome or take it back.

A kick is a double bridge, the one exchange of four legs that no sequence of moves finds: four legs near each
other, and the three shorter stretches between them in reverse order. Only the stops whose legs change are
tried again, so that a kick costs the same in a large tour as in a small one.
Sources: Martin, Otto & Felten, Complex Systems 5 (1991); Applegate, Cook & Rohe (2003).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import kernel
from routeopt.solvers.random import State, below, uniform
from routeopt.solvers.vrp.stretches import part
from routeopt.solvers.vrp.tour.layout import (
    Ground,
    Record,
    Tour,
    Trial,
    dequeue,
    enqueue,
    leg,
    rewrite,
    take,
    take_back,
)
from routeopt.solvers.vrp.tour.moves import improve

BRIDGE = 4  #: legs that a kick exchanges

_LEAST_STOPS = 5  # in fewer every tour is one move from the best
_WALK = 15  # steps from one leg to the next, at most
_ALONG_SHARE = 0.2  # of the kicks
_ALONG = 100  # stops between two legs along the tour, at most


@kernel
def search(
    ground: Ground,
    tour: Tour,
    trial: Trial,
    state: State,
    flag: NDArray[np.uint8],
    kicks: int,
    horizon: float,
    heat: float,
    work: int,
) -> int:
    """Go on until so many kicks are done in all, the work is used up or the flag is set; return the work done.

    A kick may leave the tour somewhat longer, `heat` in the mean to begin with and nothing after `horizon` kicks.
    """
    now = tour.state[0]
    now.work = work
    while now.work > 0 and flag[0] == 0:
        if now.waiting > 0 and not now.full:
            now.work -= 1
            stop = dequeue(tour, now)
            while True:
                gain = improve(ground, tour, trial, now, stop)
                now.change -= gain
                if gain == 0:
                    break
        else:
            settle(tour, now, -heat * max(0.0, 1.0 - now.kicks / horizon) * np.log(1.0 - uniform(state)))
            if now.kicks >= kicks:
                break
            kick(ground, tour, now, state)
    return work - now.work


@part
def settle(tour: Tour, now: Record, allowed: float) -> None:
    """End a kick: keep what it led to unless the tour is longer by more than is allowed."""
    if now.full or (now.kicked and now.change > allowed):
        take_back(tour, now)
        while now.waiting > 0:
            dequeue(tour, now)
    else:
        if now.change > 0 and now.length == now.shortest:
            remember(tour, now)
        now.length += now.change
        now.shortest = min(now.shortest, now.length)
    now.kicks += now.kicked
    now.change = now.logged = now.full = now.kicked = 0


@part
def remember(tour: Tour, now: Record) -> None:
    """Keep the tour as it was before the kick."""
    for k in range(len(tour.order)):
        tour.best[k] = tour.order[k]
    for k in range(now.logged - 1, -1, -1):
        tour.best[tour.log[k, 0]] = tour.log[k, 1]


@part
def kick(ground: Ground, tour: Tour, now: Record, state: State) -> None:
    """Exchange four legs, found by a walk from neighbour to neighbour, or now and then along the tour."""
    now.kicked = 1
    now.work -= 1
    count = len(tour.order)
    if count < _LEAST_STOPS:
        return
    place, along = below(state, count), uniform(state) < _ALONG_SHARE
    steps = 1 + below(state, min(_ALONG, count // BRIDGE) if along else _WALK)
    chosen = choose_cut(now.cuts, 0, place)
    while chosen < BRIDGE:
        if along:
            place = (place + 1 + below(state, steps)) % count
        else:
            stop = np.int64(tour.order[place])
            for _ in range(steps):
                stop = np.int64(ground.near[stop, below(state, ground.near.shape[1])])
            place = np.int64(tour.place[stop])
        size = choose_cut(now.cuts, chosen, place)
        if size == chosen:  # again among the same few stops
            place = below(state, count)
        chosen = size
    bridge(ground, tour, now)


@part
def choose_cut(cuts: NDArray[np.int64], chosen: int, cut: int) -> int:
    """Put a cut among the chosen ones, in ascending order, if it is new; return how many there are then."""
    at = chosen
    while at > 0 and cuts[at - 1] >= cut:
        at -= 1
    if at < chosen and cuts[at] == cut:
        return chosen
    for k in range(chosen, at, -1):
        cuts[k] = cuts[k - 1]
    cuts[at] = cut
    return chosen + 1


@part
def bridge(ground: Ground, tour: Tour, now: Record) -> None:
    """Reverse the order of the three shorter of the stretches between four cuts."""
    count, cuts = len(tour.order), now.cuts
    longest, length = 3, cuts[0] + count - cuts[3]
    for k in range(3):
        if cuts[k + 1] - cuts[k] > length:
            longest, length = k, cuts[k + 1] - cuts[k]
    for k in range(BRIDGE):
        now.change -= leg_behind(ground, tour, cuts[k])
        enqueue(tour, now, np.int64(tour.order[cuts[k]]))
        enqueue(tour, now, np.int64(tour.order[0 if cuts[k] + 1 == count else cuts[k] + 1]))
    filled, place = 0, cuts[(longest + 1) % BRIDGE]
    for back in range(3, 0, -1):
        one, other = cuts[(longest + back) % BRIDGE], cuts[(longest + back + 1) % BRIDGE]
        size = other - one if other > one else other - one + count
        filled = take(tour, filled, 0 if one + 1 == count else one + 1, size, 1)
    rewrite(tour, now, 0 if place + 1 == count else place + 1, filled)
    now.change += leg_behind(ground, tour, place)
    for back in range(3, 0, -1):
        one, other = cuts[(longest + back) % BRIDGE], cuts[(longest + back + 1) % BRIDGE]
        place += other - one if other > one else other - one + count
        now.change += leg_behind(ground, tour, place if place < count else place - count)


@part
def leg_behind(ground: Ground, tour: Tour, place: int) -> int:
    """Return the length of the leg behind a place."""
    after = 0 if place + 1 == len(tour.order) else place + 1
    return leg(ground, np.int64(tour.order[place]), np.int64(tour.order[after]))
