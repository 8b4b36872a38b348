"""Legs: how far and how long it is from one place to another.

A :class:`Legs` turns places into matrices and gives the geometry of a leg for drawing. Here are
straight lines with the rounding rules of the benchmarks, great circles, and explicit matrices;
a street network implements the same protocol.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from routeopt.errors import ProblemError
from routeopt.problems.instance import (
    DIMACS,
    EUCLIDEAN,
    EXPLICIT,
    HAVERSINE,
    ROUND,
    ROUNDINGS,
    TRUNC,
    Floats,
    Instance,
    Integers,
)

EARTH_RADIUS = 6_371_008.8  # metres, mean
DENSE_LIMIT = 4000  # nodes; beyond it legs are computed from coordinates instead of stored


@runtime_checkable
class Legs(Protocol):
    """Distances and durations between places."""

    @property
    def rounding(self) -> str:
        """One of "exact", "round", "trunc" and "dimacs"."""
        ...

    def matrix(self, places: Floats) -> tuple[Floats, Floats]:
        """Return distance and duration, both ``(N, N)``, between places ``(N, 2)``, before rounding."""
        ...

    def geometry(self, places: Floats, a: int, b: int) -> Floats:
        """Return the line ``(M, 2)`` that the leg from place `a` to place `b` follows."""
        ...


class _Straight:
    rounding: str

    def geometry(self, places: Floats, a: int, b: int) -> Floats:
        """Return the straight line between the two places."""
        return np.asarray(places)[[a, b]]

    def __post_init__(self) -> None:
        if self.rounding not in ROUNDINGS:
            raise ProblemError(f"rounding '{self.rounding}' is not known; use one of {', '.join(ROUNDINGS)}")

    def rounded(self, rounding: str) -> Any:
        """Return the same legs under another rounding rule."""
        return replace(self, rounding=rounding)  # type: ignore[type-var]


@dataclass(frozen=True)
class Euclidean(_Straight):
    """Straight lines in the plane.

    Parameters
    ----------
    rounding : {"exact", "round", "trunc", "dimacs"}
        Unrounded, nearest integer, floor, or tenths truncated.
    speed : float
        Distance per unit of time.
    """

    rounding: str = "exact"
    speed: float = 1.0

    def matrix(self, places: Floats) -> tuple[Floats, Floats]:
        """Return both matrices."""
        x, y = np.asarray(places, np.float64).T
        distance = np.sqrt((x[:, None] - x) ** 2 + (y[:, None] - y) ** 2)
        return distance, distance / self.speed


@dataclass(frozen=True)
class Haversine(_Straight):
    """Great circles over places in degrees (longitude, latitude): metres and seconds.

    Parameters
    ----------
    rounding : {"exact", "round", "trunc", "dimacs"}
        As for :class:`Euclidean`.
    speed : float
        Metres per second; the default is 50 km/h.
    """

    rounding: str = "exact"
    speed: float = 50 / 3.6

    def matrix(self, places: Floats) -> tuple[Floats, Floats]:
        """Return both matrices."""
        lon, lat = np.radians(np.asarray(places, np.float64).T)
        half = np.sin((lat[:, None] - lat) / 2) ** 2
        half += np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
        distance = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
        return distance, distance / self.speed


@dataclass(frozen=True, eq=False)
class Matrix(_Straight):
    """Explicit legs: rows and columns are the depots, then the stops. ``inf`` is unreachable.

    Parameters
    ----------
    distance : (N, N) array
        Length of each leg.
    duration : (N, N) array, optional
        Time of each leg; the distance by default.
    rounding : {"exact", "round", "trunc", "dimacs"}
        As for :class:`Euclidean`.
    """

    distance: ArrayLike
    duration: ArrayLike | None = None
    rounding: str = "exact"

    def matrix(self, places: Floats) -> tuple[Floats, Floats]:
        """Return both matrices, after checking them against the places."""
        distance = np.asarray(self.distance, np.float64)
        duration = distance if self.duration is None else np.asarray(self.duration, np.float64)
        problems = []
        for name, values in (("distance", distance), ("duration", duration)):
            n = len(places)
            if values.shape != (n, n):
                problems.append(
                    f"{name} matrix: shape {values.shape}, but there are {n} places (depots and stops)"
                )
                continue
            bad = np.argwhere(~(values >= 0))
            if len(bad):
                i, j = bad[0]
                problems.append(
                    f"{name} matrix: {len(bad)} entries are negative or no number, the first {values[i, j]} "
                    f"in row {i + 1}, column {j + 1}"
                )
        if problems:
            raise ProblemError(problems)
        return distance, duration


def apply_rounding(values: Floats, rounding: int) -> Floats:
    """Round legs by one of the rules EXACT, ROUND, TRUNC and DIMACS (which multiplies by ten)."""
    if rounding == ROUND:
        return np.floor(values + 0.5)
    if rounding == TRUNC:
        return np.floor(values)
    if rounding == DIMACS:
        return np.floor(10.0 * values)
    return values


def leg(instance: Instance, profile: int, i: int, j: int) -> tuple[float, float]:
    """Return distance and duration of the leg from `i` to `j`; compiles under Numba as it stands."""
    if instance.distance.shape[1] > 0:
        return instance.distance[profile, i, j], instance.duration[profile, i, j]
    distance = straight_leg(
        instance.metric[profile],
        instance.rounding[profile],
        instance.x[i],
        instance.y[i],
        instance.x[j],
        instance.y[j],
    )
    return distance, distance / instance.speed[profile]


def straight_leg(metric: int, rounding: int, x: float, y: float, x2: float, y2: float) -> float:
    """Return the rounded length of one straight leg; compiles under Numba as it stands."""
    if metric == EUCLIDEAN:
        distance = math.sqrt((x - x2) ** 2 + (y - y2) ** 2)
    else:
        lon, lat, lon2, lat2 = math.radians(x), math.radians(y), math.radians(x2), math.radians(y2)
        half = math.sin((lat - lat2) / 2) ** 2
        half += math.cos(lat) * math.cos(lat2) * math.sin((lon - lon2) / 2) ** 2
        distance = 2 * EARTH_RADIUS * math.asin(math.sqrt(min(half, 1.0)))
    if rounding == ROUND:
        return math.floor(distance + 0.5)
    if rounding == TRUNC:
        return math.floor(distance)
    if rounding == DIMACS:
        return math.floor(10.0 * distance)
    return distance


def legs(instance: Instance, profile: Integers | int, i: Integers, j: Integers) -> tuple[Floats, Floats]:
    """Return distances and durations of many legs, the arguments broadcast against each other."""
    if instance.distance.shape[1] > 0:
        return instance.distance[profile, i, j], instance.duration[profile, i, j]
    if np.ndim(profile) and len(instance.metric) > 1:
        shape = np.broadcast_shapes(np.shape(profile), np.shape(i), np.shape(j))
        profile, i, j = (np.broadcast_to(index, shape) for index in (profile, i, j))
        distance, duration = np.empty(shape), np.empty(shape)
        for p in np.unique(profile):
            own = profile == p
            distance[own], duration[own] = legs(instance, int(p), i[own], j[own])
        return distance, duration
    p = int(np.max(profile, initial=0))
    x, y, x2, y2 = instance.x[i], instance.y[i], instance.x[j], instance.y[j]
    if instance.metric[p] == EUCLIDEAN:
        straight = np.sqrt((x - x2) ** 2 + (y - y2) ** 2)
    else:
        lon, lat, lon2, lat2 = np.radians(x), np.radians(y), np.radians(x2), np.radians(y2)
        half = np.sin((lat - lat2) / 2) ** 2
        half = half + np.cos(lat) * np.cos(lat2) * np.sin((lon - lon2) / 2) ** 2
        straight = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    distance = apply_rounding(straight, int(instance.rounding[p]))
    return distance, distance / instance.speed[p]


def compile_legs(legs: Legs, places: Floats) -> tuple[int, int, float, Floats, Floats]:
    """Return metric code, rounding code, speed, distance and duration for an Instance.

    The matrices are empty where straight legs between many places are better computed than stored.
    """
    rounding = ROUNDINGS.index(legs.rounding)
    metric = (
        EUCLIDEAN if isinstance(legs, Euclidean) else HAVERSINE if isinstance(legs, Haversine) else EXPLICIT
    )
    speed = float(getattr(legs, "speed", 1.0))
    if metric and len(places) > DENSE_LIMIT:
        return metric, rounding, speed, np.zeros((0, 0)), np.zeros((0, 0))
    distance, duration = legs.matrix(places)
    if metric:
        distance = apply_rounding(distance, rounding)
        return metric, rounding, speed, distance, distance / speed
    return metric, rounding, speed, apply_rounding(distance, rounding), apply_rounding(duration, rounding)
