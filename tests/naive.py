"""Slow and obvious twins of the rules and kernels: the oracles of the property tests."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A stop, or a depot, with whole-numbered attributes; and the leg that leads to it."""

    depot: bool
    early: int
    late: int
    service: int
    release: int
    delivery: int
    pickup: int
    distance: int  # of the leg that leads here
    duration: int


class Drive(NamedTuple):
    """What one driver notes in the evening."""

    start: int
    duration: int
    waiting: int
    warp: int  # time travelled back, so that nobody is served late
    lateness: int  # with a clock that never goes back


def drive(route: list[Place], start: int, *, warps: bool) -> Drive:
    """Simulate a route minute by minute from a depot to a depot."""
    clock, waiting, warp, lateness = start, 0, 0, 0
    for k, place in enumerate(route):
        clock += place.duration if k else 0
        while clock < place.early:
            clock, waiting = clock + 1, waiting + 1
        if clock > place.late:
            lateness += clock - place.late
            if warps:
                warp += clock - place.late
                clock = place.late
        if place.depot and k == len(route) - 1:
            break
        clock += place.service
        if place.depot:
            while clock < release_of_trip(route, k):
                clock, waiting = clock + 1, waiting + 1
    # Time spent is what the clock shows, plus what was taken back on the way.
    return Drive(start, clock - start + warp, waiting, warp, lateness)


def release_of_trip(route: list[Place], depot: int) -> int:
    """Return the latest release among the stops up to the next depot."""
    latest = 0
    for place in route[depot + 1 :]:
        if place.depot:
            break
        latest = max(latest, place.release)
    return latest


def best_drive(route: list[Place], horizon: int, *, warps: bool) -> Drive:
    """Try every starting time: least warp or lateness, then least duration, then the earliest start."""
    drives = [drive(route, start, warps=warps) for start in range(horizon + 1)]
    return min(drives, key=lambda d: (d.warp if warps else d.lateness, d.duration, d.start))


def trips(route: list[Place]) -> list[list[Place]]:
    """Cut a route at its depots."""
    cut: list[list[Place]] = []
    for place in route:
        if place.depot:
            cut.append([])
        else:
            cut[-1].append(place)
    return cut[:-1]


def heaviest(route: list[Place]) -> int:
    """Return the highest load that is ever on board."""
    most = 0
    for trip in trips(route):
        onboard = sum(place.delivery for place in trip)
        most = max(most, onboard)
        for place in trip:
            onboard += place.pickup - place.delivery
            most = max(most, onboard)
    return most


def misordered(route: list[Place]) -> int:
    """Count the stops with deliveries that come behind a stop of pickups only in the same trip."""
    return sum(
        bool(place.delivery) and any(other.pickup and not other.delivery for other in trip[:k])
        for trip in trips(route)
        for k, place in enumerate(trip)
    )


def backhaul_only(route: list[Place]) -> int:
    """Count the trips that pick up and deliver nothing."""
    return sum(
        any(place.pickup and not place.delivery for place in trip)
        and not any(place.delivery for place in trip)
        for trip in trips(route)
    )
