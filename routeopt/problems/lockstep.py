"""All routes in lockstep: the same schedule on arrays, one step of every route at a time.

Driving a million stops one by one takes Python a minute; in lockstep it takes as many steps as the longest
route has stops. It tells distance and duration of each route and which routes may break a bound: those are
driven one by one afterwards, to name what they break.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from routeopt.problems.instance import EPS, MIXED, STRICT, Flags, Floats, Instance, Integers, Routes
from routeopt.problems.legs import legs
from routeopt.problems.schedule import Node, State, schedule

_RULES = schedule(maximum=np.maximum)
_WIDTH = 8  # routes that are driven at once on average, below which one by one is quicker


class Totals(NamedTuple):
    """What each route comes to."""

    distance: Floats  # (R,)
    duration: Floats  # (R,)
    suspect: Flags  # (R,) it may break a bound


def fits(instance: Instance, routes: Routes) -> bool:
    """Return whether there are enough routes for lockstep, without reloads or a choice of windows."""
    lengths = np.diff(routes.offsets)
    return bool(
        len(lengths)
        and len(routes.visits) >= _WIDTH * lengths.max()
        and (routes.visits >= instance.depots).all()
        and (instance.windows[:, 0] == instance.windows[:, -1]).all()
    )


def totals(instance: Instance, routes: Routes) -> Totals:
    """Return what the routes come to, each started as :meth:`routeopt.problems.evaluation.Evaluator.drive` does.

    Every route visits a stop, and only stops.
    """
    order = np.argsort(-np.diff(routes.offsets), kind="stable")
    fleet = _Fleet(instance, routes, order)
    last, slack = fleet.drive(fleet.opening)
    delay = np.minimum(slack, last.waiting)
    start = fleet.opening + delay
    if (delay > 0).any():
        last, _ = fleet.drive(start)
    distance, duration, suspect = (np.empty(len(order), kind) for kind in (float, float, bool))
    distance[order], duration[order] = last.distance, last.time - start
    suspect[order] = fleet.broken(last, start)
    return Totals(distance, duration, suspect)


class _Fleet:
    """Routes in the order of their lengths, the longest first, so that those still under way come first."""

    def __init__(self, instance: Instance, routes: Routes, order: Integers) -> None:
        self._instance = instance
        self._kind = routes.vehicle[order]
        self._first, self._length = routes.offsets[order], np.diff(routes.offsets)[order]
        self._visits = routes.visits
        self._start, self._end = instance.start[self._kind], instance.end[self._kind]
        releases = np.maximum.reduceat(instance.release[routes.visits], routes.offsets[:-1])
        self._release = np.maximum(releases[order], 0.0)
        self._unreachable = np.zeros(len(order), bool)
        self.opening = self._depot(self._start, self._kind).windows[0][0]  #: when each may begin to load

    def drive(self, time: Floats) -> tuple[State, Floats]:
        """Drive all routes from these times; return their last states, and by how much they could start later."""
        depot = self._depot(self._start, self._kind)
        state = _rows(
            _RULES.begin(depot, time, self._release), np.arange(len(time))
        )  # each field its own array
        slack = np.maximum(0.0, depot.windows[0][1] - state.begin)
        at = self._start.copy()
        for step in range(int(self._length[0])):
            active = slice(0, int(np.searchsorted(-self._length, -step)))  # longer than the steps behind
            stop = self._visits[self._first[active] + step]
            node = self._node(stop)
            now = _RULES.extend(_rows(state, active), node, *self._leg(active, at[active], stop))
            for field, value in zip(state, now, strict=True):
                field[active] = value
            slack[active] = np.minimum(slack[active], _spare(now, node))
            at[active] = stop
        closed = np.flatnonzero(self._end >= 0)
        if len(closed):
            depot = self._depot(self._end[closed], self._kind[closed])
            now = _RULES.finish(
                _rows(state, closed), depot, *self._leg(closed, at[closed], self._end[closed])
            )
            for field, value in zip(state, now, strict=True):
                field[closed] = value
            slack[closed] = np.minimum(slack[closed], _spare(now, depot))
        return state, slack

    def broken(self, last: State, start: Floats) -> Flags:
        """Return which routes may break a bound."""
        data, kind = self._instance, self._kind
        load = np.maximum(last.heaviest, last.peak)
        broken: Flags = self._unreachable | (last.lateness > EPS)
        broken |= (load > data.capacity[kind] + EPS).any(axis=1)
        for value, bound in (
            (last.distance, data.max_distance),
            (last.time - start, data.max_duration),
            (last.stops, data.max_stops),
        ):
            broken |= value > bound[kind] + EPS
        if data.backhaul != MIXED:
            only = last.backhaul_only + (last.backhauls > 0) * (last.linehauls == 0)
            broken |= (last.misordered > 0) | ((data.backhaul == STRICT) & (only > 0))
        if not data.allowed.all():
            rows = np.repeat(np.arange(len(kind)), self._length)
            steps = np.arange(len(rows)) - np.repeat(np.cumsum(self._length) - self._length, self._length)
            stops = self._visits[self._first[rows] + steps]
            broken[rows[~data.allowed[kind[rows], stops]]] = True
        return broken

    def _node(self, i: Integers) -> Node:
        data = self._instance
        brings, fetches = data.delivery[i].any(axis=1), (data.pickup[i] > 0).any(axis=1)
        return Node(
            ((data.windows[i, 0, 0], data.windows[i, 0, 1]),),
            data.service[i],
            data.delivery[i],
            data.pickup[i],
            brings.astype(float),
            (fetches & ~brings).astype(float),
        )

    def _depot(self, i: Integers, kind: Integers) -> Node:
        """Return the depots as starts or ends of these vehicle types, open while their shifts last."""
        node, shift = self._node(i), self._instance.shift[kind]
        early, late = node.windows[0]
        return node._replace(windows=((np.maximum(early, shift[:, 0]), np.minimum(late, shift[:, 1])),))

    def _leg(self, rows: Any, a: Integers, b: Integers) -> tuple[Floats, Floats]:
        """Return distances and durations; an unreachable leg counts 0 here, and its route as broken."""
        distance, duration = legs(self._instance, self._instance.profile[self._kind[rows]], a, b)
        reachable = np.isfinite(distance + duration)
        if not reachable.all():
            self._unreachable[rows] |= ~reachable
            distance, duration = np.where(reachable, distance, 0.0), np.where(reachable, duration, 0.0)
        return distance, duration


def _rows(state: State, rows: Any) -> State:
    return State(*(field[rows] for field in state))


def _spare(state: State, node: Node) -> Floats:
    """Return by how much a start could be delayed without missing the window of this node."""
    spare: Floats = state.waiting + np.maximum(0.0, node.windows[0][1] - state.begin)
    return spare
