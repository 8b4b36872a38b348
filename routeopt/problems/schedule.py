"""THE truth: a forward schedule, step by step, as a dispatcher would compute it by hand.

A route starts with :func:`begin`, goes from stop to stop with :func:`extend`, loads again with
:func:`reload` and ends with :func:`finish`. The clock is real: who is late stays late. Every cost and every
violation that anyone sees follows from these states. The functions use ``maximum`` as a global, so that
:func:`routeopt.problems.backend.bind` gives the same source to Numba and torch.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

from routeopt.problems.backend import bind
from routeopt.problems.instance import EPS

maximum: Any = max


class Node(NamedTuple):
    """What a node asks for. Loads are floats, or arrays with a last axis of load dimensions."""

    windows: Any  # ((early, late), …) ascending
    service: Any
    delivery: Any
    pickup: Any
    linehaul: Any  # 1 for a stop with deliveries
    backhaul: Any  # 1 for a stop with pickups only


class State(NamedTuple):
    """A vehicle that is ready to leave a node. Floats, arrays or tensors alike."""

    arrival: Any  # at the node
    begin: Any  # of the service there
    time: Any  # ready to leave
    distance: Any
    waiting: Any  # in all
    lateness: Any  # in all
    stops: Any  # served
    delivery: Any  # brought out for the stops of this trip so far
    pickup: Any  # taken on board in this trip, less what was handed over
    peak: Any  # highest load on board in this trip, whatever else it delivers not counted
    heaviest: Any  # highest peak of the trips that are over
    linehauls: Any  # stops with deliveries in this trip
    backhauls: Any  # stops with pickups in this trip
    misordered: Any  # stops with deliveries behind one with pickups, in all
    backhaul_only: Any  # trips of pickups only


def enter(windows: Any, arrival: Any) -> Any:
    """Return when service may begin for an arrival; behind the last window it begins late."""
    begin = maximum(arrival, windows[0][0])
    for k in range(1, len(windows)):
        missed = begin > windows[k - 1][1] + EPS
        begin = maximum(begin, missed * windows[k][0])
    return begin


def begin(depot: Node, time: Any, release: Any) -> State:
    """Start to load at `time`; leave when loaded, but not before `release`, the latest of the trip."""
    zero = 0.0 * (time + release)
    nothing = 0.0 * depot.delivery
    start = enter(depot.windows, time)
    loaded = start + depot.service
    leave = maximum(loaded, release)
    late = maximum(start - depot.windows[len(depot.windows) - 1][1], zero)
    return State(
        time, start, leave, zero, start - time + leave - loaded, late, zero,
        nothing, nothing, nothing, nothing, zero, zero, zero, zero,
    )  # fmt: skip


def extend(state: State, stop: Node, distance: Any, duration: Any) -> State:
    """Go on to a stop over a leg of this distance and duration, wait for its window, and serve it."""
    zero = 0.0 * state.time
    arrival = state.time + duration
    start = enter(stop.windows, arrival)
    onboard = state.pickup + stop.pickup
    return State(
        arrival,
        start,
        start + stop.service,
        state.distance + distance,
        state.waiting + start - arrival,
        state.lateness + maximum(start - stop.windows[len(stop.windows) - 1][1], zero),
        state.stops + 1.0,
        state.delivery + stop.delivery,
        onboard,
        maximum(state.peak + stop.delivery, onboard),
        state.heaviest,
        state.linehauls + stop.linehaul,
        state.backhauls + stop.backhaul,
        state.misordered + stop.linehaul * (state.backhauls > 0),
        state.backhaul_only,
    )


def finish(state: State, depot: Node, distance: Any, duration: Any) -> State:
    """Come back to a depot, where the trip ends."""
    zero = 0.0 * state.time
    nothing = 0.0 * state.pickup
    arrival = state.time + duration
    start = enter(depot.windows, arrival)
    return State(
        arrival,
        start,
        start,
        state.distance + distance,
        state.waiting + start - arrival,
        state.lateness + maximum(start - depot.windows[len(depot.windows) - 1][1], zero),
        state.stops,
        nothing,
        nothing,
        nothing,
        maximum(state.heaviest, state.peak),
        zero,
        zero,
        state.misordered,
        state.backhaul_only + 1.0 * (state.backhauls > 0) * (state.linehauls == 0),
    )


def reload(state: State, depot: Node, distance: Any, duration: Any, release: Any) -> State:
    """Come back to a depot and load for another trip, which leaves no earlier than `release`."""
    back = finish(state, depot, distance, duration)
    loaded = back.begin + depot.service
    leave = maximum(loaded, release)
    return State(
        back.arrival, back.begin, leave, back.distance, back.waiting + leave - loaded, back.lateness,
        back.stops, back.delivery, back.pickup, back.peak, back.heaviest,
        back.linehauls, back.backhauls, back.misordered, back.backhaul_only,
    )  # fmt: skip


RULES = ("enter", "begin", "extend", "finish", "reload")


def schedule(wrap: Callable[[Any], Any] | None = None, **operations: Any) -> SimpleNamespace:
    """Return the rules bound to other operations; see :func:`routeopt.problems.backend.bind`."""
    return bind(RULES, globals(), operations, wrap)
