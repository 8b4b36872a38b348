"""THE algebra: a stretch of route as a value, and an associative ``join`` of two stretches.

For the regular core – distance, duration, waiting, one window a node, time warp, loads with deliveries and
pickups, backhaul order, release, reloads – a segment has a fixed size, so a search evaluates any move by
joining the stretches that it leaves whole. Time windows follow Vidal et al. (2013,
doi:10.1016/j.cor.2012.07.018): being late is undone by going back in time, which is counted as warp; zero
warp means what zero lateness means in :mod:`routeopt.problems.schedule`. Depot visits cut a route into
trips; a segment keeps its first and last trip open, since goods released late for a stop still to come
hold up the departure of the whole trip. A node with several windows enters with their hull, a lower bound.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from types import SimpleNamespace
from typing import Any, NamedTuple

from routeopt.problems import backend
from routeopt.problems.backend import bind

maximum: Any = max
minimum: Any = min
choose: Any = backend.choose


class Span(NamedTuple):
    """Time: all that matters of a stretch when its starting time is free."""

    duration: Any  # least time from start to end, waiting and service included
    waiting: Any  # within that
    warp: Any  # least time to go back so that nobody is served late
    early: Any  # starting earlier only adds waiting
    late: Any  # starting later only adds warp


class Load(NamedTuple):
    """Loads of a trip; floats, or arrays with a last axis of load dimensions."""

    delivery: Any
    pickup: Any
    peak: Any  # highest load on board


class Order(NamedTuple):
    """Which stops of a trip bring and which fetch."""

    linehauls: Any
    backhauls: Any
    misordered: Any  # linehauls behind a backhaul


class Trip(NamedTuple):
    """A stretch without a depot inside; the release acts on the departure, wherever that will be."""

    span: Span
    release: Any
    load: Load
    order: Order


class Segment(NamedTuple):
    """A stretch of route. Without a depot inside, head and tail are the same open trip."""

    distance: Any
    stops: Any
    depots: Any  # depot visits inside
    head: Trip  # up to the first depot visit
    middle: Span  # from the first depot visit to the last, trips between included
    tail: Trip  # behind the last depot visit
    heaviest: Any  # highest peak of the closed trips
    misordered: Any  # of the closed trips
    backhaul_only: Any  # closed trips of pickups only


def join_span(a: Span, b: Span, duration: Any) -> Span:
    """Append `b` to `a` over a leg of this duration (Vidal et al. 2013, with waiting made explicit)."""
    shift = a.duration - a.warp + duration
    zero = 0.0 * shift
    waiting = maximum(b.early - shift - a.late, zero)
    warp = maximum(a.early + shift - b.late, zero)
    return Span(
        a.duration + b.duration + duration + waiting,
        a.waiting + b.waiting + waiting,
        a.warp + b.warp + warp,
        maximum(b.early - shift, a.early) - waiting,
        minimum(b.late - shift, a.late) + warp,
    )


def join_load(a: Load, b: Load) -> Load:
    """Append loads: what `b` delivers is on board all through `a`, what `a` picked up all through `b`."""
    return Load(
        a.delivery + b.delivery,
        a.pickup + b.pickup,
        maximum(a.peak + b.delivery, a.pickup + b.peak),
    )


def join_order(a: Order, b: Order) -> Order:
    """Append orders: behind a backhaul, every linehaul is out of order."""
    return Order(
        a.linehauls + b.linehauls,
        a.backhauls + b.backhauls,
        a.misordered + choose(a.backhauls > 0, b.linehauls, b.misordered),
    )


def join_trip(a: Trip, b: Trip, duration: Any) -> Trip:
    """Append `b` to `a` within one trip."""
    return Trip(
        join_span(a.span, b.span, duration),
        maximum(a.release, b.release),
        join_load(a.load, b.load),
        join_order(a.order, b.order),
    )


def close(before: Span, trip: Trip, after: Span) -> Span:
    """Put a whole trip between two depot visits; it leaves the first no earlier than its release."""
    zero = 0.0 * trip.release
    gate = Span(zero, zero, zero, trip.release, zero + inf)
    return join_span(join_span(join_span(before, gate, zero), trip.span, zero), after, zero)


def join(a: Segment, b: Segment, distance: Any, duration: Any) -> Segment:
    """Append `b` to `a` over a leg of this distance and duration. Associative."""
    inner = join_trip(a.tail, b.head, duration)
    depot_in_a, depot_in_b = a.depots > 0, b.depots > 0
    closed = depot_in_a & depot_in_b
    zero = 0.0 * inner.span.duration
    only = 1.0 * (inner.order.backhauls > 0) * (inner.order.linehauls == 0)
    peak = maximum(a.heaviest, b.heaviest)
    return Segment(
        a.distance + b.distance + distance,
        a.stops + b.stops,
        a.depots + b.depots,
        choose(depot_in_a, a.head, inner),
        choose(closed, close(a.middle, inner, b.middle), choose(depot_in_a, a.middle, b.middle)),
        choose(depot_in_b, b.tail, inner),
        choose(closed, maximum(peak, inner.load.peak), peak),
        a.misordered + b.misordered + choose(closed, inner.order.misordered, zero),
        a.backhaul_only + b.backhaul_only + choose(closed, only, zero),
    )


def at_stop(
    early: Any,
    late: Any,
    service: Any,
    release: Any,
    delivery: Any,
    pickup: Any,
    linehaul: Any,
    backhaul: Any,
) -> Segment:
    """Return the segment of one stop."""
    zero = 0.0 * (service + release)
    nothing = 0.0 * delivery
    trip = Trip(
        Span(service, zero, zero, early, late),
        release,
        Load(delivery, pickup, maximum(maximum(delivery, pickup), nothing)),
        Order(linehaul, backhaul, zero),
    )
    empty = Span(zero, zero, zero, zero, zero + inf)
    return Segment(zero, zero + 1.0, zero, trip, empty, trip, nothing, zero, zero)


def at_depot(early: Any, late: Any, service: Any, nothing: Any) -> Segment:
    """Return the segment of one depot visit; `nothing` is an empty load, with its dimensions."""
    zero = 0.0 * service
    empty = Span(zero, zero, zero, zero, zero + inf)
    trip = Trip(empty, zero, Load(nothing, nothing, nothing), Order(zero, zero, zero))
    return Segment(
        zero, zero, zero + 1.0, trip, Span(service, zero, zero, early, late), trip, nothing, zero, zero
    )


RULES = ("join_span", "join_load", "join_order", "join_trip", "close", "join", "at_stop", "at_depot")


def algebra(wrap: Callable[[Any], Any] | None = None, **operations: Any) -> SimpleNamespace:
    """Return the rules bound to other operations; see :func:`routeopt.problems.backend.bind`."""
    return bind(RULES, globals(), operations, wrap)
