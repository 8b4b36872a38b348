"""Moves in the manner of Lin and Kernighan: legs out and legs in by turns, as long as the sum is a gain.

From a stop a leg is taken out; its other end is joined to a near stop, a leg of which is taken out in turn,
and so on, a few levels deep and ever fewer choices wide. As soon as closing the tour is a gain, it is done.
On the way the legs need not close to one tour, which lets moves in that no series of reversals reaches with
gains only; whether they do is told by walking from cut to cut, however long the tour.
Sources: Lin & Kernighan, Operations Research 21 (1973); Applegate, Cook & Rohe, "Chained Lin-Kernighan for
large traveling salesman problems", INFORMS Journal on Computing 15 (2003); Helsgaun, EJOR 126 (2000).
"""

from __future__ import annotations

import numpy as np

from routeopt.solvers.vrp.stretches import part
from routeopt.solvers.vrp.tour.layout import (
    Ground,
    Record,
    Tour,
    Trial,
    cut_beside,
    enqueue,
    leg,
    neighbour,
    rewrite,
    take,
)


@part
def improve(ground: Ground, tour: Tour, trial: Trial, now: Record, first: int) -> int:
    """Carry out the first move found that begins at a stop and gains; return the gain, 0 if there is none."""
    most = len(trial.breadth) + 1
    for side in range(2):
        second = neighbour(tour, first, side)
        trial.stops[0], trial.stops[1] = first, second
        take_out(trial, 0, cut_beside(tour, first, side), side)
        list_choices(ground, tour, trial, 0, leg(ground, first, second))
        level = 0
        while level >= 0:
            chosen = trial.tried[level]
            if chosen == trial.found[level]:
                put_back(trial, level)
                level -= 1
                continue
            trial.tried[level] += 1
            now.work -= 1
            legs = level + 2  # out, once this choice is made
            gain, joined = trial.choices[level, chosen, 0], trial.choices[level, chosen, 1]
            last, side_chosen = trial.choices[level, chosen, 2], trial.choices[level, chosen, 3]
            trial.stops[2 * level + 2], trial.stops[2 * level + 3] = joined, last
            take_out(trial, level + 1, cut_beside(tour, joined, side_chosen), side_chosen)
            closed = gain - leg(ground, last, first)
            if closed > 0 and one_tour(trial, legs):
                carry_out(tour, trial, now, legs)
                return 0 if now.full else closed
            if legs < most and (legs < trial.strict or one_tour(trial, legs)):
                level += 1
                list_choices(ground, tour, trial, level, gain)
            else:
                put_back(trial, level + 1)
    return 0


@part
def list_choices(ground: Ground, tour: Tour, trial: Trial, level: int, gain: int) -> None:
    """List the best ways on from a level: stops to join its last stop with, and a leg of theirs to take out."""
    last, breadth, found = trial.stops[2 * level + 1], trial.breadth[level], 0
    before, behind = neighbour(tour, last, 1), neighbour(tour, last, 0)
    choices = trial.choices
    for k in range(ground.near.shape[1]):
        left = gain - ground.near_legs[last, k]
        if left <= 0:
            break
        joined = np.int64(ground.near[last, k])
        if joined in (before, behind):
            continue
        for side in range(2):
            cut = cut_beside(tour, joined, side)
            out = False
            for i in range(level + 1):
                out |= trial.cuts[i] == cut
            if out:
                continue
            other = neighbour(tour, joined, side)
            value = left + leg(ground, joined, other)
            at = found
            while at > 0 and choices[level, at - 1, 0] < value:
                at -= 1
            if at == breadth:
                continue
            found = min(found + 1, breadth)
            for i in range(found - 1, at, -1):
                for j in range(4):
                    choices[level, i, j] = choices[level, i - 1, j]
            choices[level, at, 0], choices[level, at, 1] = value, joined
            choices[level, at, 2], choices[level, at, 3] = other, side
    trial.tried[level], trial.found[level] = 0, found


@part
def take_out(trial: Trial, i: int, cut: int, side: int) -> None:
    """Make this cut leg `i`, the last one so far."""
    trial.cuts[i], trial.sides[i] = cut, side
    at = i
    while at > 0 and trial.cuts[trial.sorted[at - 1]] > cut:
        trial.sorted[at] = trial.sorted[at - 1]
        trial.rank[trial.sorted[at]] = at
        at -= 1
    trial.sorted[at], trial.rank[i] = i, at


@part
def put_back(trial: Trial, i: int) -> None:
    """Forget leg `i`, the last one so far."""
    for at in range(trial.rank[i], i):
        trial.sorted[at] = trial.sorted[at + 1]
        trial.rank[trial.sorted[at]] = at


@part
def across(trial: Trial, legs: int, rank: int, side: int) -> tuple[int, int]:
    """Return the end of a stretch that a leg in joins with this one; ends are ranks of cuts with a side."""
    i = trial.sorted[rank]
    stop = 2 * i + (side ^ trial.sides[i])
    stop += 1 if stop & 1 else 2 * legs - 1
    stop -= 2 * legs if stop >= 2 * legs else 0
    return trial.rank[stop >> 1], trial.sides[stop >> 1] ^ (stop & 1)


@part
def one_tour(trial: Trial, legs: int) -> bool:
    """Return whether the stretches between the cuts, joined by the legs in, make one tour."""
    rank, side, seen = 0, 1, 0
    while True:
        seen += 1
        if side == 1:
            rank, side = across(trial, legs, 0 if rank + 1 == legs else rank + 1, 0)
        else:
            rank, side = across(trial, legs, (legs if rank == 0 else rank) - 1, 1)
        if rank == 0 and side == 1:
            return seen == legs


@part
def carry_out(tour: Tour, trial: Trial, now: Record, legs: int) -> None:
    """Join the stretches between the cuts by the legs in; the longest one stays where it is."""
    count, longest, length = len(tour.order), 0, 0
    for rank in range(legs):
        size = stretch(trial, count, legs, rank)
        if size > length:
            longest, length = rank, size
    if now.kicked and now.logged + count - length > len(tour.log):
        now.full = 1
        return
    rank, side, filled = 0 if longest + 1 == legs else longest + 1, 0, 0
    begin = trial.cuts[trial.sorted[rank]] + 1
    while True:
        rank, side = across(trial, legs, rank, side)
        if rank == longest and side == 1:
            break
        cut = trial.cuts[trial.sorted[rank]]
        if side == 1:
            filled = take(
                tour, filled, 0 if cut + 1 == count else cut + 1, stretch(trial, count, legs, rank), 1
            )
            rank, side = 0 if rank + 1 == legs else rank + 1, 0
        else:
            rank, side = (legs if rank == 0 else rank) - 1, 1
            filled = take(tour, filled, cut, stretch(trial, count, legs, rank), -1)
    rewrite(tour, now, 0 if begin == count else begin, filled)
    for k in range(2 * legs):
        enqueue(tour, now, trial.stops[k])


@part
def stretch(trial: Trial, count: int, legs: int, rank: int) -> int:
    """Return how many stops lie between a cut and the next one."""
    if rank + 1 == legs:
        return trial.cuts[trial.sorted[0]] + count - trial.cuts[trial.sorted[rank]]
    return trial.cuts[trial.sorted[rank + 1]] - trial.cuts[trial.sorted[rank]]
