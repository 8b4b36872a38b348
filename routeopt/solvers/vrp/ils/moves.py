"""Moves of the local search: the best one that brings a stop next to one of its neighbours.

All moves keep to the capacity. The new leg between the two is shorter than one of the stop's present legs, or
the pair is not looked at (granular search with gain pruning). Legs are read in the rows of the stop, the one
before and the one behind it, which stay in the processor's cache while its neighbours are tried.
Sources: Vidal, C&OR 140 (2022); Toth & Vigo, INFORMS J. on Computing 15 (2003).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.solvers.compiled import inlined, inner
from routeopt.solvers.vrp.ils.layout import Desk, Ground, Plan, leg, put_in, refresh, take_out
from routeopt.solvers.vrp.ils.rewriting import rewrite
from routeopt.solvers.vrp.records import Record, Records, U

NONE, TAILS, HEADS, REVERSE, PLACE = 0, 1, 2, 3, 4  #: kinds; the first three rewrite whole routes

_NEVER = np.int64(1 << 60)  # more than any move costs


class Around(NamedTuple):
    """A stop and what stands next to it."""

    stop: int
    before: int
    after: int
    route: int
    demand: int
    arrival: int  # length of the leg from the one before
    departure: int  # length of the leg to the one behind
    removal: int  # what the plan costs more without it: never positive where legs obey the triangle


@inlined
def around(plan: Plan, ground: Ground, u: int) -> Around:
    """Return the surroundings of a stop."""
    node = plan.nodes[U(u)]
    before, after = np.int64(node.previous), np.int64(node.next)
    arrival, departure = np.int64(node.arrival), np.int64(node.departure)
    return Around(
        u,
        before,
        after,
        np.int64(node.route),
        np.int64(node.demand),
        arrival,
        departure,
        leg(ground.legs, before, after) - arrival - departure,
    )


@inlined
def _propose_rewriting(move: Record, more: int, kind: int, a: int, b: int) -> None:
    move.gain, move.kind, move.a, move.b = -more, kind, a, b


@inlined
def _propose_places(move: Record, more: int, stop: int, after: int, other: int, after_other: int) -> None:
    move.gain, move.kind = -more, PLACE
    move.stop, move.after, move.other, move.after_other = stop, after, other, after_other


@inlined
def find_move(ground: Ground, plan: Plan, move: Record, u: Around, v: int, between: int) -> None:
    """Write into `move` the best move that makes u and v neighbours; `between` is the leg they would share."""
    nodes, routes = plan.nodes, plan.routes
    move.gain, move.kind = 0, NONE
    other = np.int64(nodes[U(v)].route)
    if other == u.route:
        _within(ground, plan, move, u, v, between)
        if v not in (u.before, u.after):
            _relocate(ground, nodes, move, u, v, between, ground.capacity)
        return
    load, load_v = np.int64(routes[U(u.route)].load), np.int64(routes[U(other)].load)
    _exchange_ends(ground, plan, move, u, v, between)
    _swap(ground, nodes, move, u, v, between, load, load_v)
    room = ground.capacity - load_v - u.demand
    if room >= 0:
        _relocate(ground, nodes, move, u, v, between, room)


@inlined
def _exchange_ends(ground: Ground, plan: Plan, move: Record, u: Around, v: int, between: int) -> None:
    """2-opt*: two routes exchange what follows, or one's head goes to the other's, turned round.

    Loads and places up to the stops are only asked for, and brought up to date, where the legs promise a gain.
    """
    legs, node_v = ground.legs, plan.nodes[U(v)]
    tails_behind, heads_behind, tails_before, heads_before = _NEVER, _NEVER, _NEVER, _NEVER
    if between < u.departure:
        base = between - u.departure
        tails_behind = base + leg(legs, u.after, node_v.previous) - node_v.arrival
        heads_behind = base + leg(legs, u.after, node_v.next) - node_v.departure
    if between < u.arrival:
        base = between - u.arrival
        tails_before = base + leg(legs, u.before, node_v.next) - node_v.departure
        heads_before = base + leg(legs, u.before, node_v.previous) - node_v.arrival
    if min(min(tails_behind, heads_behind), min(tails_before, heads_before)) < -move.gain:
        _check_ends(ground, plan, move, u.stop, v, tails_behind, heads_behind, tails_before, heads_before)


@inner
def _check_ends(
    ground: Ground,
    plan: Plan,
    move: Record,
    u: int,
    v: int,
    tails_behind: int,
    heads_behind: int,
    tails_before: int,
    heads_before: int,
) -> None:
    """Propose the best of the four exchanges at u and v that keeps to the capacity."""
    nodes, routes, capacity = plan.nodes, plan.routes, ground.capacity
    node, node_v = nodes[U(u)], nodes[U(v)]
    _bring_up_to_date(ground, plan, node.route)
    _bring_up_to_date(ground, plan, node_v.route)
    load, load_v = np.int64(routes[U(node.route)].load), np.int64(routes[U(node_v.route)].load)
    to_u, to_v = np.int64(node.load), np.int64(node_v.load)
    ahead_u, ahead_v = to_u - node.demand, to_v - node_v.demand
    both = load + load_v
    if tails_behind < -move.gain and max(to_u + load_v - ahead_v, ahead_v + load - to_u) <= capacity:
        _propose_rewriting(move, tails_behind, TAILS, node.place, node_v.place - 1)
    if heads_behind < -move.gain and max(to_u + to_v, both - to_u - to_v) <= capacity:
        _propose_rewriting(move, heads_behind, HEADS, node.place, node_v.place)
    if tails_before < -move.gain and max(to_v + load - ahead_u, ahead_u + load_v - to_v) <= capacity:
        _propose_rewriting(move, tails_before, TAILS, node.place - 1, node_v.place)
    if heads_before < -move.gain and max(ahead_u + ahead_v, both - ahead_u - ahead_v) <= capacity:
        _propose_rewriting(move, heads_before, HEADS, node.place - 1, node_v.place - 1)


@inlined
def _bring_up_to_date(ground: Ground, plan: Plan, route: int) -> None:
    if plan.routes[U(route)].current == 0:
        refresh(plan.nodes, plan.routes, ground.stops, route)


@inlined
def _swap(
    ground: Ground, nodes: Records, move: Record, u: Around, v: int, between: int, load: int, load_v: int
) -> None:
    """Exchange u with the stop behind v, or with the one before it."""
    legs, capacity = ground.legs, ground.capacity
    node_v = nodes[U(v)]
    out = between - u.arrival - u.departure
    w = node_v.next
    if w <= ground.stops:
        shift = u.demand - nodes[U(w)].demand
        if load_v + shift <= capacity and load - shift <= capacity:
            beyond = nodes[U(w)].next
            more = out + leg(legs, u.before, w) + leg(legs, u.after, w)
            more += leg(legs, u.stop, beyond) - node_v.departure - nodes[U(w)].departure
            if more < -move.gain:
                _propose_places(move, more, w, u.before, u.stop, v)
    w = node_v.previous
    if w <= ground.stops:
        shift = u.demand - nodes[U(w)].demand
        if load_v + shift <= capacity and load - shift <= capacity:
            beyond = nodes[U(w)].previous
            more = out + leg(legs, u.before, w) + leg(legs, u.after, w)
            more += leg(legs, u.stop, beyond) - node_v.arrival - nodes[U(w)].arrival
            if more < -move.gain:
                _propose_places(move, more, w, u.before, u.stop, beyond)


@inlined
def _within(ground: Ground, plan: Plan, move: Record, u: Around, v: int, between: int) -> None:
    """2-opt: turn the stretch between the two round."""
    legs, node, node_v = ground.legs, plan.nodes[U(u.stop)], plan.nodes[U(v)]
    if between < u.departure and v != u.after:
        more = between + leg(legs, u.after, node_v.next) - u.departure - node_v.departure
        if more < -move.gain:
            _bring_up_to_date(ground, plan, u.route)
            a, b = min(node.place, node_v.place), max(node.place, node_v.place)
            _propose_rewriting(move, more, REVERSE, a, b)
    if between < u.arrival and v != u.before:
        more = between + leg(legs, u.before, node_v.previous) - u.arrival - node_v.arrival
        if more < -move.gain:
            _bring_up_to_date(ground, plan, u.route)
            a, b = min(node.place, node_v.place), max(node.place, node_v.place)
            _propose_rewriting(move, more, REVERSE, a - 1, b - 1)


@inlined
def _relocate(
    ground: Ground, nodes: Records, move: Record, u: Around, v: int, between: int, room: int
) -> None:
    """Move u behind or before v, alone or with the stop behind or before it, for which there must be room."""
    legs, node_v = ground.legs, nodes[U(v)]
    before_v, after_v = np.int64(node_v.previous), np.int64(node_v.next)
    arrival_v, departure_v = np.int64(node_v.arrival), np.int64(node_v.departure)
    more = u.removal + between + leg(legs, u.stop, after_v) - departure_v
    if more < -move.gain:
        _propose_places(move, more, u.stop, v, -1, -1)
    more = u.removal + between + leg(legs, u.stop, before_v) - arrival_v
    if more < -move.gain:
        _propose_places(move, more, u.stop, before_v, -1, -1)
    w = u.after
    if w <= ground.stops and nodes[U(w)].demand <= room:
        beyond = nodes[U(w)].next
        base = between + leg(legs, u.before, beyond) - u.arrival - nodes[U(w)].departure
        more = base + leg(legs, w, after_v) - departure_v
        if more < -move.gain and after_v != u.stop:
            _propose_places(move, more, u.stop, v, w, u.stop)
        more = base + leg(legs, w, before_v) - arrival_v
        if more < -move.gain and before_v != w:
            _propose_places(move, more, w, before_v, u.stop, w)
    w = u.before
    if w <= ground.stops and nodes[U(w)].demand <= room:
        beyond = nodes[U(w)].previous
        base = between + leg(legs, u.after, beyond) - u.departure - nodes[U(w)].arrival
        more = base + leg(legs, w, after_v) - departure_v
        if more < -move.gain and after_v != w:
            _propose_places(move, more, u.stop, v, w, u.stop)
        more = base + leg(legs, w, before_v) - arrival_v
        if more < -move.gain and before_v != u.stop:
            _propose_places(move, more, w, before_v, u.stop, w)


@inner
def make_move(ground: Ground, plan: Plan, desk: Desk, u: int, v: int) -> None:
    """Carry out the move that `find_move` found for u and v."""
    move = desk.move[0]
    if move.kind == PLACE:
        take_out(plan, ground.legs, desk, move.stop)
        if move.other >= 0:
            take_out(plan, ground.legs, desk, move.other)
        put_in(plan, ground.legs, desk, move.stop, move.after)
        if move.other >= 0:
            put_in(plan, ground.legs, desk, move.other, move.after_other)
    else:
        one, other = plan.nodes[U(u)].route, plan.nodes[U(v)].route
        rewrite(ground, plan, desk, move.kind, one, move.a, other, move.b)
