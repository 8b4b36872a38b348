"""Savings: every stop has its own route at first, and the two routes whose joining saves most become one.

The parallel version of Clarke & Wright (1964), with pairs from neighbour lists as in Arnold, Gendreau &
Sörensen (2019), so that no matrix is needed. A route is kept as a stretch in both directions: turning one
round and joining two are single operations, and whether the vehicle can drive the result is exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.features import features_of
from routeopt.problems.instance import EXPLICIT, Floats, Instance, Integers, Routes
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.neighbours import nearest_by_legs, nearest_by_position
from routeopt.solvers.vrp.one_fleet import SUPPORTS, copy, incumbent, route_price
from routeopt.solvers.vrp.plain import FEATURES, plain
from routeopt.solvers.vrp.plain_savings import PlainSavings
from routeopt.solvers.vrp.stretches import (
    END,
    OPENING,
    PROFILE,
    START,
    Task,
    join,
    leg,
    nothing,
    onward,
    part,
    prepare,
    stretches,
    until,
)


@dataclass(frozen=True)
class Savings:
    """Clarke & Wright's savings.

    Parameters
    ----------
    neighbours : int
        How many of the nearest stops of each are tried next to it.

    Notes
    -----
    Where the fleet is too small for the routes that are left, the emptiest stay at home and the plan is
    incomplete; regret insertion completes it.
    """

    neighbours: int = 100
    supports: ClassVar[frozenset[str]] = SUPPORTS - {"backhaul"}  # a pickup alone is no route to begin with
    constructs: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.neighbours < 1:
            raise ValueError(f"neighbours must be 1 or more, not {self.neighbours}")

    def __call__(
        self,
        instance: Instance,
        start: Routes | None,  # noqa: ARG002
        *,
        stop: StopSignal,
        rng: np.random.Generator,  # noqa: ARG002
        threads: int,  # noqa: ARG002
    ) -> Iterator[Incumbent]:
        """Yield the one plan there is; its objective is infinite when it is incomplete."""
        if features_of(instance) <= FEATURES:
            found = _plain_plan(instance, self.neighbours, stop)
            if found is not None:
                yield found
                return
        task = prepare(instance)
        chains = _single_stops(task, instance)
        most = int(instance.vehicle_count[0])
        _merge(task, chains, *_pairs(instance, task, self.neighbours))
        _crowd(task, chains, instance.depots, most)
        _orient(task, chains, instance.depots)
        kept = _fullest(chains, instance.depots, most)
        routes = Routes.from_lists([_stops_of(chains, root) for root in kept])
        yield incumbent(instance, routes, float(chains.cost[kept].sum()), stop, "savings")


def _plain_plan(instance: Instance, neighbours: int, stop: StopSignal) -> Incumbent | None:
    """Return the plan of an instance of the plain family, where load and distance are all there is.

    None where it takes more vehicles than there are, or a leg that cannot be driven.
    """
    case = plain(instance)
    tour, begins = PlainSavings(case, case.near(neighbours)).routes()
    if len(begins) > case.vehicles:
        return None
    routes = case.routes(tour, np.append(begins, len(tour)))
    objective = case.objective(routes)
    return Incumbent(stop.seconds(), 1, objective, None, routes, "savings") if objective < np.inf else None


class Chains(NamedTuple):
    """Routes as chains of stops, which may be turned round; each is known by one of its stops, the root."""

    root: Integers  # (N,) another stop on the way to the root of the chain
    ends: Integers  # (N, 2) of a root: first and last stop
    links: Integers  # (N, 2) stops next to a stop, in no order; -1: none
    stops: Integers  # (N,) of a root: number of stops
    cost: Floats  # (N,) of a root: cost of the route without its opening; inf: no chain
    left: Integers  # (1,) chains
    rows: Floats  # stretches; that "until" a root is its whole chain, that "onward" the chain turned round


def _single_stops(task: Task, instance: Instance) -> Chains:
    """Return a chain for every stop."""
    n, numbers = instance.nodes, np.arange(instance.nodes)
    rows = stretches(instance)
    rows[n : 2 * n], rows[2 * n : 3 * n] = rows[:n], rows[:n]
    chains = Chains(
        numbers.copy(),
        np.column_stack([numbers, numbers]),
        np.full((n, 2), -1),
        np.ones(n, np.int64),
        np.full(n, np.inf),
        np.array([instance.stops]),
        rows,
    )
    _price_single(task, chains, instance.depots)
    return chains


def _pairs(instance: Instance, task: Task, neighbours: int) -> tuple[Integers, Integers]:
    """Return pairs of near stops, those first that save most distance when they follow each other."""
    near = _neighbours(instance, neighbours)
    one = np.repeat(np.arange(instance.depots, instance.nodes), near.shape[1])
    other = near.ravel().astype(np.int64)
    listed_twice = (near[other - instance.depots] == one[:, None]).any(axis=1)
    keep = (one < other) | ~listed_twice
    one, other = one[keep], other[keep]
    saved = _saved(task, one, other)
    order = np.argsort(-saved, kind="stable")
    return one[order], other[order]


def _neighbours(instance: Instance, count: int) -> NDArray[np.int32]:
    """Return the nearest stops (N - depots, count) of each stop."""
    profile = int(instance.profile[0])
    if instance.metric[profile] == EXPLICIT:
        legs = instance.distance[profile]
        return nearest_by_legs(np.minimum(legs, legs.T), count, instance.depots)
    return nearest_by_position(instance.x, instance.y, count, instance.depots)


@kernel
def _saved(task, one, other):
    """Return the distance that each pair saves over a return to the depot, in its better direction."""
    profile, start, end = (
        int(task.vehicles[0, PROFILE]),
        int(task.vehicles[0, START]),
        int(task.vehicles[0, END]),
    )
    saved = np.empty(len(one))
    for k in range(len(one)):
        i, j = one[k], other[k]
        there = leg(task, profile, start, j)[0] - leg(task, profile, i, j)[0]
        back = leg(task, profile, start, i)[0] - leg(task, profile, j, i)[0]
        if end >= 0:
            there += leg(task, profile, i, end)[0]
            back += leg(task, profile, j, end)[0]
        saved[k] = max(there, back)
    return saved


@kernel
def _price_single(task, chains, depots):
    """Price the routes of one stop; a stop that no route can serve alone is in no chain."""
    for i in range(depots, len(chains.root)):
        chains.cost[i] = route_price(task, chains.rows, i, i, i)
        chains.left[0] -= not chains.cost[i] < np.inf


@part
def _find(chains, i):
    """Return the root of the chain of a stop, and shorten the way to it."""
    while chains.root[i] != i:
        chains.root[i] = chains.root[chains.root[i]]
        i = chains.root[i]
    return i


@part
def _turn(task, chains, a):
    """Turn a chain round."""
    rows, ahead, back = chains.rows, until(task, a), onward(task, a)
    for k in range(rows.shape[1]):
        rows[ahead, k], rows[back, k] = rows[back, k], rows[ahead, k]
    chains.ends[a, 0], chains.ends[a, 1] = chains.ends[a, 1], chains.ends[a, 0]


@part
def _joined_price(task, chains, a, b):
    """Return the cost of chain `a` followed by chain `b`, and leave the stretch in the second working row."""
    joined = nothing(task) + 2
    distance, duration = leg(task, int(task.vehicles[0, PROFILE]), chains.ends[a, 1], chains.ends[b, 0])
    join(chains.rows, until(task, a), until(task, b), distance, duration, joined)
    return route_price(task, chains.rows, joined, chains.ends[a, 0], chains.ends[b, 1])


@part
def _join(task, chains, a, b, cost):
    """Put chain `b` behind chain `a`; the stretch is in the second working row."""
    i, j = chains.ends[a, 1], chains.ends[b, 0]
    distance, duration = leg(task, int(task.vehicles[0, PROFILE]), j, i)
    join(chains.rows, onward(task, b), onward(task, a), distance, duration, onward(task, a))
    copy(chains.rows, nothing(task) + 2, until(task, a))
    chains.links[i, 1 if chains.links[i, 0] >= 0 else 0] = j
    chains.links[j, 1 if chains.links[j, 0] >= 0 else 0] = i
    chains.ends[a, 1] = chains.ends[b, 1]
    chains.root[b] = a
    chains.stops[a] += chains.stops[b]
    chains.cost[a], chains.cost[b] = cost, np.inf
    chains.left[0] -= 1


@kernel
def _merge(task, chains, one, other):
    """Join the chains of each pair in turn where that is allowed and saves cost."""
    opening = task.vehicles[0, OPENING]
    for k in range(len(one)):
        i, j = one[k], other[k]
        if chains.links[i, 1] >= 0 or chains.links[j, 1] >= 0:
            continue  # inside its chain
        a, b = _find(chains, i), _find(chains, j)
        apart = chains.cost[a] + chains.cost[b] + opening
        if a == b or not apart < np.inf:
            continue
        for _ in range(2):
            if chains.ends[a, 1] != i:
                _turn(task, chains, a)
            if chains.ends[b, 0] != j:
                _turn(task, chains, b)
            cost = _joined_price(task, chains, a, b)
            if cost < apart:
                _join(task, chains, a, b, cost)
                break
            i, j, a, b = j, i, b, a


@kernel
def _crowd(task, chains, depots, most):
    """Join chains, whatever that costs, until the fleet suffices or nothing more can be joined."""
    roots = np.array([i for i in range(depots, len(chains.root)) if chains.cost[i] < np.inf])
    joined = True
    while joined and chains.left[0] > most:
        joined = False
        for a in roots:
            if chains.left[0] <= most:
                break
            if not chains.cost[a] < np.inf:
                continue
            least, best, best_turns = np.inf, -1, 0
            for b in roots:
                if a == b or not chains.cost[b] < np.inf:
                    continue
                for turns in range(4):
                    _turn(
                        task, chains, a if turns % 2 else b
                    )  # all four ways of putting one behind the other
                    more = _joined_price(task, chains, a, b) - chains.cost[a] - chains.cost[b]
                    if more < least:
                        least, best, best_turns = more, b, turns
            if best >= 0:
                for turns in range(best_turns + 1):
                    _turn(task, chains, a if turns % 2 else best)
                _join(task, chains, a, best, _joined_price(task, chains, a, best))
                joined = True


@kernel
def _orient(task, chains, depots):
    """Turn every chain into its better direction."""
    for a in range(depots, len(chains.root)):
        if chains.cost[a] < np.inf:
            first, last = chains.ends[a, 0], chains.ends[a, 1]
            ahead = route_price(task, chains.rows, until(task, a), first, last)
            turned = route_price(task, chains.rows, onward(task, a), last, first)
            chains.cost[a] = min(ahead, turned)
            if turned < ahead:
                _turn(task, chains, a)


def _fullest(chains: Chains, depots: int, most: int) -> Integers:
    """Return the roots of the chains that a vehicle is left for, those with most stops first."""
    roots = np.flatnonzero(np.isfinite(chains.cost[depots:])) + depots
    return roots[np.argsort(-chains.stops[roots], kind="stable")][:most]


def _stops_of(chains: Chains, root: int) -> list[int]:
    """Return the stops of a chain, from its first to its last."""
    before, stop = -1, int(chains.ends[root, 0])
    stops = [stop]
    while stop != chains.ends[root, 1]:
        one, other = chains.links[stop].tolist()
        before, stop = stop, other if one == before else one
        stops.append(stop)
    return stops
