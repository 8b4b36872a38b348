"""Validation of a whole problem at once: every message says what is wrong, where, and what would fix it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from routeopt.errors import ProblemError
from routeopt.problems.legs import Matrix
from routeopt.problems.rows import Vehicle

if TYPE_CHECKING:
    from routeopt.problems.vrp import VRP

SHOWN = 5  # messages of one kind before the rest is counted


def validate(problem: VRP) -> list[str]:
    """Return one message for each thing in the problem that contradicts itself."""
    checks = (
        _places,
        _loads,
        _times,
        _windows,
        _names,
        _groups,
        _shipments,
        _backhauls,
        _depots,
        _fleet,
        _legs,
    )
    return [message for check in checks for message in check(problem)]


def _each(problem: VRP, bad: Any, text: str, *columns: Any) -> Iterator[str]:
    """Yield `text` for the first few stops where `bad` holds, with the values of `columns` filled in."""
    rows = np.flatnonzero(bad)
    first = len(problem.depots)
    for row in rows[:SHOWN]:
        yield f"stop '{problem.names[first + row]}': " + text.format(*(column[row] for column in columns))
    if len(rows) > SHOWN:
        yield f"... and {len(rows) - SHOWN} more stops: {text.split('{')[0].strip()}"


def _places(problem: VRP) -> Iterator[str]:
    stops = problem.stops
    if not len(stops):
        yield "stops: there are none; state at least one stop"
    if not problem.depots:
        yield "depots: there are none; state where the vehicles start"
    explicit = not any(hasattr(legs, "speed") for legs in problem.legs.values())
    places = problem.places
    bad: Any = ~np.isfinite(places)
    if explicit:
        bad &= ~np.isnan(places)  # an explicit matrix needs no coordinates
    bad = bad.any(axis=1)
    for d in np.flatnonzero(bad[: len(problem.depots)]):
        x, y = places[d]
        yield f"depot '{problem.names[d]}': its coordinates must be finite numbers, not {x}, {y}"
    yield from _each(
        problem,
        bad[len(problem.depots) :],
        "its coordinates must be finite numbers, not {}, {}",
        stops.x,
        stops.y,
    )
    if any(depot.geographic != stops.geographic for depot in problem.depots) and len(stops):
        yield "coordinates: some places are in degrees (lon, lat) and some are planar (x, y); use one kind"
    if stops.geographic:
        outside = (abs(stops.x) > 180) | (abs(stops.y) > 90)
        yield from _each(
            problem, outside, "lon {} lat {} is not on the globe; are they swapped?", stops.x, stops.y
        )


def _loads(problem: VRP) -> Iterator[str]:
    for name in ("delivery", "pickup"):
        values = getattr(problem.stops, name)
        bad = ~((values >= 0) & np.isfinite(values))
        yield from _each(
            problem, bad.any(axis=1), name + " must be a finite number, 0 or more, not {}", values
        )


def _times(problem: VRP) -> Iterator[str]:
    for name in ("service", "release"):
        values = getattr(problem.stops, name)
        bad = ~((values >= 0) & np.isfinite(values))
        yield from _each(problem, bad, name + " must be a finite time, 0 or more, not {}", values)
    prize = problem.stops.prize
    yield from _each(problem, ~(prize >= 0), "prize must be 0 or more, not {}", prize)


def _windows(problem: VRP) -> Iterator[str]:
    windows = problem.stops.windows
    early, late = windows[..., 0], windows[..., 1]
    bad = (~(early >= 0) | ~np.isfinite(early) | np.isnan(late)).any(axis=1)
    yield from _each(problem, bad, "a window must start at a finite time, 0 or later, not {}", windows)
    reverse = (late < early).any(axis=1) & ~bad
    yield from _each(problem, reverse, "its window {} ends before it starts; swap the two times", windows)
    overlap = (early[:, 1:] < late[:, :-1]) & (early[:, 1:] != early[:, :-1])
    yield from _each(
        problem, overlap.any(axis=1) & ~reverse & ~bad, "its windows {} overlap or are not in order", windows
    )


def _names(problem: VRP) -> Iterator[str]:
    for kind, names in (("name", problem.names), ("vehicle", problem.vehicle_names)):
        for name, number in Counter(names).items():
            if number > 1:
                yield f"{kind} '{name}' is used {number} times; give each its own"


def _groups(problem: VRP) -> Iterator[str]:
    group, prize = problem.stops.group, problem.stops.prize
    optional = np.isfinite(prize)
    members = group >= 0
    both = set(group[members & optional]) & set(group[members & ~optional])
    yield from _each(
        problem,
        np.isin(group, list(both)) & optional,
        "it has a prize but other stops of its group have none; give all of them one, or none",
    )


def _shipments(problem: VRP) -> Iterator[str]:
    pairs, amounts, stops = problem.shipments, problem.amounts, problem.stops
    names, first = problem.names, len(problem.depots)
    for number, (a, b) in enumerate(pairs.tolist(), 1):
        if a == b:
            yield f"shipment {number}: it is picked up and delivered at the same stop '{names[first + a]}'"
    for row, number in Counter(pairs.ravel().tolist()).items():
        if number > 1 and row >= 0:
            yield f"stop '{names[first + row]}': it belongs to {number} shipments; state one stop for each"
    for index in np.flatnonzero(~((amounts >= 0) & np.isfinite(amounts)).all(axis=1)):
        yield f"shipment {index + 1}: its amount must be a finite number, 0 or more, not {amounts[index]}"
    paired = np.zeros(len(stops), bool)
    paired[pairs[pairs >= 0]] = True
    loaded = paired & (stops.delivery.any(axis=1) | stops.pickup.any(axis=1))
    yield from _each(
        problem, loaded, "a stop of a shipment has no delivery or pickup of its own; use the amount"
    )
    for number, (a, b) in enumerate(pairs.tolist(), 1):
        if min(a, b) >= 0 and np.isfinite(stops.prize[a]) != np.isfinite(stops.prize[b]):
            yield f"shipment {number}: one stop has a prize, the other has none; give both one, or none"
    yield from _each(
        problem, paired & (stops.group >= 0), "it is in a shipment and in a group; use one of the two"
    )


def _backhauls(problem: VRP) -> Iterator[str]:
    if problem.backhaul == "mixed":
        return
    stops = problem.stops
    if len(problem.shipments):
        yield f"backhaul '{problem.backhaul}' cannot be combined with shipments"
    both = stops.delivery.any(axis=1) & stops.pickup.any(axis=1)
    yield from _each(
        problem, both, f"with backhaul '{problem.backhaul}' a stop has a delivery or a pickup, not both"
    )


def _depots(problem: VRP) -> Iterator[str]:
    for name, depot in zip(problem.names, problem.depots, strict=False):
        early, late = depot.window
        if not (0 <= early <= late and early < np.inf):
            yield f"depot '{name}': its window {depot.window} must start at 0 or later and end after that"
        if not 0 <= depot.service < np.inf:
            yield f"depot '{name}': service must be a finite time, 0 or more, not {depot.service}"


def _fleet(problem: VRP) -> Iterator[str]:
    if not problem.vehicles:
        yield "vehicles: there are none; state at least one type"
    known = {*range(len(problem.depots)), *problem.names[: len(problem.depots)]}
    for name, vehicle in zip(problem.vehicle_names, problem.vehicles, strict=True):
        for message in _vehicle(vehicle, known, problem):
            yield f"'{name}': {message}"


def _vehicle(vehicle: Vehicle, known: set[int | str], problem: VRP) -> Iterator[str]:
    if vehicle.count is not None and (vehicle.count < 1 or vehicle.count != int(vehicle.count)):
        yield f"count must be a whole number, 1 or more, not {vehicle.count}"
    capacity = np.atleast_1d(np.asarray(vehicle.capacity, np.float64))
    dimensions = problem.stops.delivery.shape[1]
    if not (capacity >= 0).all():
        yield f"capacity must be 0 or more, not {vehicle.capacity}"
    if len(capacity) not in (1, max(dimensions, problem.amounts.shape[1])):
        yield f"capacity has {len(capacity)} dimensions, but the stops have {dimensions}"
    for field in ("fixed_cost", "distance_cost", "duration_cost", "overtime_cost"):
        if not 0 <= getattr(vehicle, field) < np.inf:
            yield f"{field} must be a finite number, 0 or more, not {getattr(vehicle, field)}"
    for field in ("overtime_after", "max_distance", "max_duration", "max_stops", "max_reloads"):
        if not getattr(vehicle, field) >= 0:
            yield f"{field} must be 0 or more, not {getattr(vehicle, field)}"
    places = [
        ("start", vehicle.start),
        ("end", vehicle.end),
        *(("reload depot", d) for d in vehicle.reload_depots),
    ]
    for field, depot in places:
        if depot is not None and depot not in known:
            yield f"{field}: there is no depot {depot!r}; use its number from 0, or its name"
    if vehicle.open_end and vehicle.end is not None:
        yield "open_end and end contradict each other; state one of them"
    early, late = vehicle.shift
    if not (0 <= early <= late and early < np.inf):
        yield f"shift {vehicle.shift} must start at 0 or later and end after its start"
    if vehicle.profile not in problem.legs:
        yield f"profile '{vehicle.profile}' has no legs; the problem has {sorted(problem.legs)}"


def _legs(problem: VRP) -> Iterator[str]:
    for profile, legs in problem.legs.items():
        if isinstance(legs, Matrix):
            try:
                legs.matrix(problem.places)
            except ProblemError as error:
                yield from (f"legs '{profile}': {message}" for message in error.messages)
        speed = getattr(legs, "speed", 1.0)
        if not 0 < speed < np.inf:
            yield f"legs '{profile}': speed must be a positive number, not {speed}"
    if len({legs.rounding for legs in problem.legs.values()}) > 1:
        yield "legs: the profiles have different rounding rules; use one"
