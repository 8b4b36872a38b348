"""Problems between points of a pool whose legs are all known: asymmetric distances and durations of streets.

After RRNCO (Son et al. 2025, "Neural combinatorial optimization for real-world routing"): points on the streets
of a place, the matrices between them computed once, and problems of points drawn from the pool, their
coordinates and matrices scaled to 0 … 1. Demands and capacities are those of Kool et al. (2019); windows those of
RouteFinder, made of durations.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.data.bundled import load_network
from routeopt.data.generators.batches import neutral
from routeopt.data.generators.rounds import street_places
from routeopt.data.generators.routefinder import HORIZON, SERVICE, windows
from routeopt.data.generators.uniform import uniform_capacity, uniform_demands
from routeopt.problems.instance import EXPLICIT, Flags, Floats, Instance, Integers
from routeopt.problems.network import Network

SPREADS = ("uniform", "cluster", "clusters", "mixed")
CENTRES = 5  # of the spreads with several clusters


class Pool(NamedTuple):
    """Points, every one of which can be reached from every other."""

    places: Floats  # (M, 2)
    distance: Floats  # (M, M)
    duration: Floats  # (M, M)


def street_pool(rng: np.random.Generator, network: Network | str, points: int) -> Pool:
    """Return points on the streets of a network, fewer than asked for where some are cut off from the others."""
    streets = load_network(network) if isinstance(network, str) else network
    places = street_places(rng, streets, points)
    distance, duration = streets.legs.matrix(places)
    there = np.isfinite(distance)
    hub = int((there.sum(axis=0) + there.sum(axis=1)).argmax())
    kept = np.flatnonzero(there[hub] & there[:, hub])
    return Pool(places[kept], distance[np.ix_(kept, kept)], duration[np.ix_(kept, kept)])


def pool_batch(
    rng: np.random.Generator, pool: Pool, stops: int, timed: Flags, spread: str = "uniform"
) -> Instance:
    """Return problems of a depot and stops from the pool.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    pool : Pool
        More than `stops` points.
    stops : int
        Number of stops.
    timed : (B,) array
        Which problems have time windows.
    spread : {"uniform", "cluster", "clusters", "mixed"}
        Points anywhere, the nearest ones to a centre, to any of five, or half and half.
    """
    points = drawn_points(rng, pool, (len(timed), stops + 1), spread)
    entries = points[:, :, None] * len(pool.places) + points[:, None, :]
    distance, duration = np.take(pool.distance, entries), np.take(pool.duration, entries)
    distance /= distance.max(axis=(1, 2), keepdims=True)
    duration /= duration.max(axis=(1, 2), keepdims=True)
    low, high = pool.places[points].min(axis=1), pool.places[points].max(axis=1)
    places = (pool.places[points] - low[:, None]) / (high - low)[:, None]
    there, back = duration[:, 0, 1:], duration[:, 1:, 0]
    farthest = np.maximum(there, back)
    service = rng.uniform(*SERVICE, there.shape)
    early_late = windows(rng, farthest, service) - (farthest - there)[..., None]
    plain = neutral(places, 1)
    has = timed[:, None]
    hours = np.where(
        has[..., None],
        np.concatenate([np.tile([0.0, HORIZON], (len(timed), 1, 1)), early_late], axis=1),
        [0.0, np.inf],
    )
    demands = uniform_demands(rng, there.shape).astype(np.float64)
    return plain._replace(
        delivery=np.pad(demands, ((0, 0), (1, 0)))[..., None],
        windows=hours[:, :, None],
        service=np.pad(np.where(has, service, 0.0), ((0, 0), (1, 0))),
        capacity=np.full_like(plain.capacity, uniform_capacity(stops)),
        metric=np.full_like(plain.metric, EXPLICIT),
        distance=distance[:, None],
        duration=duration[:, None],
    )


def drawn_points(rng: np.random.Generator, pool: Pool, size: tuple[int, int], spread: str) -> Integers:
    """Return points ``(B, n)`` of the pool, in any order, none twice in a problem."""
    batch, count = size
    chance = rng.random((batch, len(pool.places)))
    if spread == "uniform":
        return chance.argsort(axis=1)[:, :count]
    clustered = count - count // 2 if spread == "mixed" else count
    centres = rng.integers(len(pool.places), size=(batch, 1 if spread == "cluster" else CENTRES))
    remoteness = (pool.distance + pool.distance.T)[centres].min(axis=1)
    near = np.zeros(chance.shape, bool)
    np.put_along_axis(near, remoteness.argsort(axis=1, kind="stable")[:, :clustered], True, axis=1)
    points = np.where(near, chance - 1.0, chance).argsort(axis=1)[:, :count]
    return rng.permuted(points, axis=1)
