"""How the rich search keeps a plan: one record a stop, one a route, and a log of what an iteration touched.

Nodes are those of the instance, depots first, and one more for each route: route r is a ring through its
own node ``N + r``, which stands for its start and its end alike. Every vehicle type has routes of its own,
most of them empty. What a place for another stop must know about the nodes around it is the first 64 bytes
of a record, one line of the cache. A plan breaks no bound, so that a stretch is summed up without lateness:
its shortest duration, and when it may begin for that (see :mod:`routeopt.problems.segment`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Flags, Floats, Integers
from routeopt.solvers.vrp.stretches import Task

Int32 = NDArray[np.int32]
Records = NDArray[np.void]
Record = Any  # one element of such an array, by reference

NODE = np.dtype(
    [
        ("following", np.int32),
        ("preceding", np.int32),
        ("route", np.int32),  # -1: not served
        ("out", np.int32),  # place that legs from here begin at
        ("into", np.int32),  # place that legs to here end at; the one behind all others is everywhere
        ("stamp", np.int32),  # iteration that touched it last
        ("ready", np.float64),  # earliest departure
        ("latest", np.float64),  # latest arrival that keeps all windows from here on
        ("leg", np.float64),  # distance to the following node
        ("early", np.float64),
        ("late", np.float64),
        ("service", np.float64),
        ("until", np.float64),  # duration from the start of loading up to here, service included
        ("until_early", np.float64),
        ("until_late", np.float64),
        ("onward", np.float64),  # duration from here on, service included
        ("onward_early", np.float64),
        ("distance", np.float64),  # up to here
        ("load", np.float64),  # delivered, in the first dimension
        ("carried", np.float64),  # the same, up to here
        ("linehauls", np.int32),  # whether it brings; up to here for the ring
        ("backhauls", np.int32),
        ("linehauls_on", np.int32),  # from here on
        ("backhauls_until", np.int32),  # up to here
        ("old_following", np.int32),
        ("old_preceding", np.int32),
        ("old_route", np.int32),
        ("dirty", np.int32),  # may differ from the best plan
        ("queued", np.int32),
        ("place", np.int32),  # in its route, from 1
        ("listed", np.int32),  # waits for local search
    ],
    align=True,
)
ROUTE = np.dtype(
    [
        ("count", np.int32),  # stops
        ("kind", np.int32),
        ("profile", np.int32),
        ("measured", np.int32),  # whether its sums are up to date
        ("stamp", np.int32),
        ("ruined", np.int32),  # iteration that last took a string out of it
        ("old_count", np.int32),
        ("spot", np.int32),  # in the stack of empty routes; -1: not in it
        ("load", np.float64),  # delivered, in the first dimension
        ("capacity", np.float64),
        ("rate", np.float64),  # cost per unit of distance
        ("cost", np.float64),  # without the opening; inf where a bound is broken
        ("duration", np.float64),
        ("timely", np.float64),  # the part of the cost that is for the duration
        ("distance", np.float64),
        ("most_distance", np.float64),
        ("most_duration", np.float64),
        ("most_stops", np.float64),
        ("opening", np.float64),
        ("old_load", np.float64),
        ("old_cost", np.float64),
    ],
    align=True,
)

# counts of a plan
TOUCHED, TOUCHED_ROUTES, ITERATION, DIRTY, ROUTES_USED, BANKED, REQUESTS, BLINK, MISSING, BEST_MISSING = range(
    10
)
# sums of a plan
COST, BEST_COST, ABSENCE, OUTSIDE, ABSENCE_NOW = range(5)


class Field(NamedTuple):

    task: Task
    stretches: Floats  # rows for driving a route by the clock
    distance: Floats  # (P, M, M), or (P, 0, 0)
    distance_back: Floats  # transposed
    duration: Floats
    duration_back: Floats
    near: Int32  # (N, W) where to try a stop: behind node v, or before it where ~v
    around: Int32  # (N, A) closest stops
    loads: Floats  # (N, K, 3) delivery, pickup and peak of each stop
    extra: Floats  # (N,) lost when this stop serves its group
    price: Floats  # (N,) lost when the group is not served; inf: must be
    leader: Int32  # (N,) first of the group
    other: Int32  # (N,) next of the group, in a ring
    remoteness: Floats  # (N,) distance from the depots
    first: Integers  # (T + 1,) first route of each vehicle type
    allowed: Flags  # (T, N)
    stops: Int32  # (n,)
    mixed: bool  # loads need more than a sum
    ordered: bool  # deliveries come before pickups
    lasting: bool  # durations cost something, or are limited
    exact: bool  # routes are driven by the clock
    symmetric: bool  # distances do not differ by direction
    windowed: bool  # some stop has a window
    choosy: bool  # some vehicle may not serve some stop


class Plan(NamedTuple):
    """The routes under search, and what is needed to undo an iteration."""

    nodes: Records  # (N + R,) NODE
    routes: Records  # (R,) ROUTE
    until: Floats  # (N + R, K, 3) loads up to a node, where they are mixed
    onward: Floats  # (N + R, K, 3)
    empties: Int32  # (R,) stack of empty routes of each vehicle type, from its first route on
    heights: Integers  # (T,) of the stacks
    bank: Int32  # (N,) leaders that are not served
    shelf: Int32  # (N,) place of a leader in the bank, -1: none
    absences: Floats  # (N,) how often a leader was left out
    touched: Int32  # (N + R,)
    touched_routes: Int32  # (R,)
    dirty: Int32  # (N + R,)
    best: Int32  # (N + R,) following node in the best plan, -1: not served
    requests: Int32  # (2 N,) leaders to insert
    keys: Floats  # (2 N,) by which they are sorted
    queue: Int32  # (N,) stops that wait for local search
    sequence: Integers  # (N,) a route to be driven by the clock
    counts: Integers  # (10,) by the names above
    sums: Floats  # (5,) by the names above
