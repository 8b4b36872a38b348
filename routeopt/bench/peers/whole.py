"""An instance in whole numbers, for peers that take no others.

Whole numbers stay as they are; others are counted in thousandths, as is usual, or finer where a mean leg
would have fewer than five digits. Times are rounded up and the ends of windows down, distances are rounded
up where they are limited, loads up and capacities down: what fits in whole numbers fits. What an answer
costs is computed from the problem itself, as ever.
"""

from __future__ import annotations

from math import ceil, log10
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.errors import RouteoptError
from routeopt.problems.instance import EPS, EXPLICIT, HAVERSINE, Floats, Instance, Integers
from routeopt.problems.legs import Euclidean, Haversine, apply_rounding

FAR = 1 << 44  #: an unreachable leg, and PyVRP's largest value
NEVER = 1 << 40  #: a bound that is not in use
MOST_NODES = 12_000  # a matrix of whole numbers takes 1.2 GB then

_DIGITS, _MEAN_LEG = 3, 1e4
_RATES = (1, 10, 100, 1000)


class Whole(NamedTuple):
    """The numbers of an instance; all but `scale` are whole."""

    scale: float  # whole units of cost for one of the user's
    distance: Integers  # (P, N, N)
    duration: Integers  # (P, N, N)
    delivery: Integers  # (N, K)
    pickup: Integers  # (N, K)
    capacity: Integers  # (T, K)
    windows: Integers  # (N, W, 2)
    service: Integers  # (N,)
    release: Integers  # (N,)
    prize: Integers  # (N,) in units of cost
    shift: Integers  # (T, 2)
    max_distance: Integers  # (T,)
    max_duration: Integers  # (T,)
    fixed_cost: Integers  # (T,) in units of cost; where fewer vehicles come first, what makes it so is in it
    distance_cost: Integers  # (T,) units of cost per unit of distance
    duration_cost: Integers  # (T,)


def whole_numbers(instance: Instance) -> Whole:
    """Return an instance in whole numbers."""
    i = instance
    distance, duration = full_matrices(i)
    rate = _rate(np.concatenate([i.distance_cost, i.duration_cost]))
    factor = _factor(
        distance, duration, i.windows, i.service, i.release, i.shift, i.max_distance, i.max_duration,
        i.prize * rate, i.fixed_cost * rate,
    )  # fmt: skip
    money = factor * rate
    limited = bool(np.isfinite(i.max_distance).any())
    load = _load_factor(i, factor)
    return Whole(
        scale=money * i.scale,
        distance=_legs(_up(distance * factor, FAR) if limited else _near(distance * factor, FAR)),
        duration=_legs(_up(duration * factor, FAR)),
        delivery=_up(i.delivery * load),
        pickup=np.where(i.pickup < 0, -_up(-i.pickup * load), _up(i.pickup * load)),
        capacity=_down(i.capacity * load),
        windows=_inside(i.windows * factor),
        service=_up(i.service * factor),
        release=_up(i.release * factor),
        prize=_near(i.prize * money),
        shift=_inside(i.shift * factor),
        max_distance=_down(i.max_distance * factor),
        max_duration=_down(i.max_duration * factor),
        fixed_cost=_near((i.fixed_cost + i.vehicle_weight) * money),
        distance_cost=_near(i.distance_cost * rate),
        duration_cost=_near(i.duration_cost * rate),
    )


def full_matrices(instance: Instance) -> tuple[Floats, Floats]:
    """Return distance and duration ``(P, N, N)``, computed from coordinates where they are not stored.

    Raises
    ------
    RouteoptError
        When there are too many nodes for a matrix.
    """
    if instance.nodes > MOST_NODES:
        raise RouteoptError(
            f"it needs full matrices, and {instance.nodes:,} nodes are too many for them here"
        )
    if instance.distance.size:
        return instance.distance, instance.duration
    places = np.column_stack([instance.x, instance.y])
    distances, durations = [], []
    for metric, rounding, speed in zip(instance.metric, instance.rounding, instance.speed, strict=True):
        assert metric != EXPLICIT
        legs = Haversine() if metric == HAVERSINE else Euclidean()
        distances.append(apply_rounding(legs.matrix(places)[0], int(rounding)))
        durations.append(distances[-1] / speed)
    return np.array(distances), np.array(durations)


def vehicles_to_offer(instance: Instance) -> Integers:
    """Return how many vehicles of each type to offer a peer that slows down with each of them, (T,).

    Where only loads can call for another vehicle, a type is offered a fifth and five more than would carry
    all loads, if it has so many.
    """
    counts = instance.vehicle_count
    others = (instance.max_distance, instance.max_duration, instance.max_stops, instance.windows[:, -1, 1])
    if any(np.isfinite(bound).any() for bound in others) or not instance.allowed.all():
        return counts
    loads = np.maximum(instance.delivery, instance.pickup).sum(axis=0)
    with np.errstate(divide="ignore"):
        needed = (loads / instance.capacity).max(axis=1)
    offered: Integers = np.minimum(counts, np.ceil(1.2 * np.maximum(needed, 1.0)).astype(np.int64) + 5)
    return offered


def _legs(matrices: Integers) -> Integers:
    """Return the legs with nothing from a place to itself, which nobody drives."""
    nodes = np.arange(matrices.shape[1])
    matrices[:, nodes, nodes] = 0
    return matrices


def _factor(distance: Floats, *others: Floats) -> float:
    """Return 1 where these are whole, else the power of ten that leaves enough of them when rounded."""
    finite = [values[np.isfinite(values)] for values in (distance, *others)]
    if all(np.array_equal(values, np.rint(values)) for values in finite):
        return 1.0
    mean = float(finite[0].mean()) or 1.0
    return 10.0 ** max(_DIGITS, ceil(log10(_MEAN_LEG / mean)))


def _rate(rates: Floats) -> int:
    """Return what makes costs per unit whole, or nearly so."""
    fits = (rate for rate in _RATES if np.allclose(rates * rate, np.rint(rates * rate), atol=1e-9))
    return next(fits, _RATES[-1])


def _load_factor(instance: Instance, factor: float) -> float:
    """Return what loads are multiplied by: thousandths beside rounded legs, for PyVRP weighs one by the other."""
    loads = np.concatenate([instance.delivery, instance.pickup])
    return 1.0 if factor == 1 and np.array_equal(loads, np.rint(loads)) else 1000.0


def _bounded(values: Floats, most: int) -> Integers:
    return np.where(np.isfinite(values), np.clip(values, -most, most), most).astype(np.int64)


def _near(values: Floats, most: int = NEVER) -> Integers:
    return _bounded(np.rint(values), most)


def _up(values: Floats, most: int = NEVER) -> Integers:
    return _bounded(np.ceil(values - EPS), most)


def _down(values: Floats) -> Integers:
    return _bounded(np.floor(values + EPS), NEVER)


def _inside(windows: Floats) -> NDArray[np.int64]:
    return np.stack([_up(windows[..., 0]), _down(windows[..., 1])], axis=-1)
