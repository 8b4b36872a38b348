"""When each stop is served, as a dimension of the routing model: windows, releases, shifts, durations.

The clock of a vehicle shows when its loading begins, then when each service begins, then when it is back;
behind an open end, when the last service is over.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from routeopt.problems.instance import Floats
from routeopt.solvers.vrp.ortools.ground import NOWHERE, Ground
from routeopt.solvers.vrp.ortools.scaling import Scale, Whole, scale_of

_MOST_TIME = float(1 << 38)


class Clock(NamedTuple):
    """Whole times, and what passes between two places."""

    scale: Scale
    horizon: int
    passing: dict[int, Whole]  # (M, M) service and leg, by travel profile
    loading: Whole  # (M,) at the start


def new_clock(ground: Ground) -> Clock | None:
    """Return the clock of the model, or None where time has no consequence."""
    instance = ground.instance
    kinds = np.unique(ground.kinds)
    legs = {profile: ground.legs(profile) for profile in np.unique(instance.profile[kinds]).tolist()}
    paid = (
        instance.duration_cost[kinds].any()
        or (instance.overtime_cost[kinds] * np.isfinite(instance.overtime_after[kinds])).any()
    )
    bounds = [instance.windows[:, -1, 1], instance.shift[kinds, 1], instance.max_duration[kinds]]
    unreachable = any(not np.isfinite(part).all() for pair in legs.values() for part in pair)
    if not paid and not unreachable and not any(np.isfinite(bound).any() for bound in bounds):
        return None
    service = ground.of_nodes(instance.service)
    horizon = _horizon(ground, kinds, [duration for _, duration in legs.values()], service)
    scale = scale_of(
        [instance.windows, instance.release, service, instance.shift[kinds], instance.max_duration[kinds],
         instance.overtime_after[kinds], *(duration for _, duration in legs.values())],
        horizon,
        _MOST_TIME,
    )  # fmt: skip
    return Clock(
        scale,
        scale.total,
        {profile: _passing(ground, scale, service, *pair) for profile, pair in legs.items()},
        scale.up(service),
    )


def _horizon(ground: Ground, kinds: Whole, durations: list[Floats], service: Floats) -> float:
    """Return a time by which every sensible route is over."""
    instance = ground.instance
    longest = np.max([np.where(np.isfinite(legs), legs, 0.0).max(axis=1) for legs in durations], axis=0)
    opening = instance.windows[:, :, 0].max(initial=0.0)
    begin = max(opening, instance.shift[kinds, 0].max(initial=0.0), instance.release.max(initial=0.0))
    bound = begin + float((longest + service).sum())
    closing = np.minimum(instance.shift[kinds, 1], instance.windows[instance.end[kinds], -1, 1])
    closing[instance.end[kinds] < 0] = np.inf
    return max(begin, min(bound, float(closing.max(initial=0.0))), 1.0)


def _passing(ground: Ground, scale: Scale, service: Floats, distance: Floats, duration: Floats) -> Whole:
    """Return what passes (M, M) from the begin of a service to the arrival at the next place."""
    passing = scale.up(service)[:, None] + scale.up(duration)
    passing[~np.isfinite(distance + duration)] = scale.total + 1
    passing[: ground.first, : ground.first] = 0  # a vehicle that is not used
    return passing


def add_times(model: Any, manager: Any, ground: Ground, clock: Clock) -> None:
    """Limit when stops are served, and when and how long vehicles are out."""
    instance = ground.instance
    profiles = instance.profile[ground.kinds]
    registered = {
        profile: model.RegisterTransitMatrix(passing.tolist()) for profile, passing in clock.passing.items()
    }
    model.AddDimensionWithVehicleTransits(
        [registered[profile] for profile in profiles.tolist()], clock.horizon, clock.horizon, False, "time"
    )
    time = model.GetDimensionOrDie("time")
    for place in ground.stops.tolist():
        _open(time.CumulVar(manager.NodeToIndex(place)), clock, instance.windows[ground.nodes[place]])
    for vehicle, kind in enumerate(ground.kinds.tolist()):
        shift = instance.shift[kind]
        for index, depot in (
            (model.Start(vehicle), int(instance.start[kind])),
            (model.End(vehicle), int(instance.end[kind])),
        ):
            if depot != NOWHERE:
                hours = instance.windows[depot, 0]
                both = np.array([[max(hours[0], shift[0]), min(hours[1], shift[1])]])
                _open(time.CumulVar(index), clock, both)
        if np.isfinite(instance.max_duration[kind]):
            longest = min(int(clock.scale.down(instance.max_duration[kind])), clock.horizon)
            time.SetSpanUpperBoundForVehicle(longest, vehicle)
    if instance.release[ground.nodes[ground.first :]].any():
        _release(model, manager, ground, clock)


def _open(begin: Any, clock: Clock, windows: Floats) -> None:
    """Let the service begin within one of the windows."""
    early = np.minimum(clock.scale.up(windows[:, 0]), clock.horizon).tolist()
    late = np.clip(clock.scale.down(windows[:, 1]), early, clock.horizon).tolist()
    begin.SetRange(early[0], late[-1])
    closed = [(a + 1, b - 1) for a, b in zip(late[:-1], early[1:], strict=True) if a + 1 < b]
    if closed:  # a constraint, for a variable would list the values that it loses
        begin.solver().Add(begin.NotMember(*map(list, zip(*closed, strict=True))))


def _release(model: Any, manager: Any, ground: Ground, clock: Clock) -> None:
    """Let a loaded vehicle leave no earlier than the latest release of its stops."""
    same = model.RegisterUnaryTransitVector([0] * len(ground.nodes))
    model.AddDimension(same, 0, clock.horizon, False, "departure")
    departure, time = model.GetDimensionOrDie("departure"), model.GetDimensionOrDie("time")
    releases = clock.scale.up(ground.of_nodes(ground.instance.release)).tolist()
    for place in ground.stops.tolist():
        departure.CumulVar(manager.NodeToIndex(place)).SetMin(releases[place])
    for vehicle, place in enumerate(ground.starts.tolist()):
        start = model.Start(vehicle)
        ready = time.CumulVar(start) + time.SlackVar(start) + int(clock.loading[place])
        model.solver().Add(ready >= departure.CumulVar(start))
