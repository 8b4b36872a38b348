"""How the rich search keeps a plan: one record a stop, one a route, and a log of what an iteration touched.

Nodes are those of the instance, depots first, and one more for each route: route r is a ring through its
own node ``N + r``, which stands for its start and its end alike. Every vehicle type has routes of its own,
most of them empty. What a place for another stop must know about the nodes around it is the first 64 bytes
of a record, one line of the cache. A plan breaks no bound, so that a stretch is summed up without lateness:
its shortest duration, and when it may begin for that (see :mod:`routeopt.problems.segment`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Floats, Integers
from routeopt.solvers.vrp.records import Records
from routeopt.solvers.vrp.stretches import Task

Int32 = NDArray[np.int32]

NODE = np.dtype(
    [
        ("following", np.int32),
        ("preceding", np.int32),
        ("route", np.int32),  # -1: not served
        ("out", np.int32),  # place that legs from here begin at
        ("into", np.int32),  # place that legs to here end at; the one behind all others is everywhere
        ("tried", np.int32),  # search for a place that came past last
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
        ("linehauls", np.int32),  # whether it brings
        ("backhauls", np.int32),  # whether it only fetches
        ("linehauls_on", np.int32),  # from here on
        ("backhauls_until", np.int32),  # up to here
        ("stamp", np.int32),  # iteration that touched it last
        ("old_following", np.int32),
        ("old_preceding", np.int32),
        ("old_route", np.int32),
        ("dirty", np.int32),  # may differ from the best plan
        ("queued", np.int32),
        ("place", np.int32),  # in its route, from 1
        ("listed", np.int32),  # waits for local search
        ("leader", np.int32),  # first stop of its group
        ("other", np.int32),  # next stop of its group, in a ring
        ("best", np.int32),  # following node in the best plan, -1: not served
        ("shelf", np.int32),  # place of a leader in the bank, -1: none
        ("extra", np.float64),  # lost when this stop serves its group
        ("price", np.float64),  # lost when the group is not served; inf: must be
        ("absences", np.float64),  # how often a leader was left out
        ("remoteness", np.float64),  # distance from the depots
        ("key", np.float64),  # by which a leader to be inserted is sorted
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
        ("searched", np.int32),  # search for a place that went through it last
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

LINE = 64  #: bytes of a line of the cache; records begin at one


def _whole_lines(kind: np.dtype[np.void]) -> np.dtype[np.void]:
    """Return a record that fills whole lines of the cache."""
    offsets = [kind.fields[name][1] for name in kind.names]  # type: ignore[index, union-attr]
    formats = [kind.fields[name][0] for name in kind.names]  # type: ignore[index, union-attr]
    size = -(-kind.itemsize // LINE) * LINE
    return np.dtype(
        {"names": list(kind.names or ()), "formats": formats, "offsets": offsets, "itemsize": size},
        align=True,
    )


NODE, ROUTE = _whole_lines(NODE), _whole_lines(ROUTE)

# counts of a plan
TOUCHED, TOUCHED_ROUTES, ITERATION, DIRTY, ROUTES_USED, BANKED = range(6)
REQUESTS, BLINK, SEARCHES, MISSING, BEST_MISSING, OWNED = range(6, 12)
# sums of a plan
COST, BEST_COST, ABSENCE, OUTSIDE, ABSENCE_NOW = range(5)


# lists of a plan: nodes and routes touched in an iteration, nodes that may differ from the best plan, leaders
# that are not served and leaders to insert, stops that wait for local search, the stacks of empty routes
# of each vehicle type, from its first route on, and the stops of this plan: a thread's is a part of the whole
TOUCHED_NODES, CHANGED_ROUTES, DIFFERING, BANK, TO_INSERT, QUEUE, EMPTIES, OWN = range(8)


class Field(NamedTuple):
    """What does not change. N nodes, M = N + 1 places, R routes, T vehicle types, P profiles, K loads.

    The matrices of the task have a place behind all others, which is next to each of them.
    """

    task: Task
    places: Floats  # (N, 2)
    ways: Floats  # (P, 3) metric, rounding and speed
    stretches: Floats  # rows for driving a route by the clock
    distance_back: Floats  # transposed, (P, M, M), or (P, 0, 0)
    duration_back: Floats
    near: Int32  # (N, W) where to try a stop: behind node v, or before it where ~v
    around: Int32  # (N, A) closest stops
    loads: Floats  # (N, K, 3) delivery, pickup and peak of each stop
    first: Integers  # (T + 1,) first route of each vehicle type
    depots: int
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
    lists: Int32  # (8, N + R) by the names above
    heights: Integers  # (T,) of the stacks of empty routes
    sequence: Integers  # (N,) a route to be driven by the clock
    counts: Integers  # (12,) by the names above
    sums: Floats  # (5,) by the names above
