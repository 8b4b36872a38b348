"""A day of deliveries in a city: degrees, metres, seconds of the day, kilograms.

Half of the stops are scattered over a disc, half lie in a few districts; the depot stands at the edge. Some
stops take their goods at any time of the working day, some in the morning or the afternoon, some within two
hours. Most goods are parcels, some are heavy. The samplers take a NumPy generator and a size, ``n`` or
``(batch, n)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, cos, radians

import numpy as np

from routeopt.data.generators.options import check, number, one_of
from routeopt.data.generators.shapes import Size, shape
from routeopt.problems.columns import Stops
from routeopt.problems.instance import Floats
from routeopt.problems.legs import EARTH_RADIUS, Haversine
from routeopt.problems.rows import Depot, Vehicle
from routeopt.problems.vrp import VRP

HELSINKI = (24.9414, 60.1711)  # the railway station
HOUR = 3600.0
SPEED = 25 / 3.6  # metres per second as the crow flies, in traffic
OPEN = (7 * HOUR, 19 * HOUR)  # the depot: time to reach the farthest stop by 8, and to return after 18
DAY, MORNING, AFTERNOON = (8, 18), (8, 12), (13, 18)  # hours in which goods are taken
SHARES = (0.40, 0.25, 0.20)  # of the stops with these hours; the others name two hours between 8 and 18
LARGEST = 10_000  # metres, of the radius
DISTRICTS = 6
FLEETS = ("vans", "mixed")


def deliveries(
    rng: np.random.Generator,
    stops: int,
    *,
    centre: Sequence[float] = HELSINKI,
    radius: float = 5000.0,
    fleet: str = "vans",
    name: str = "",
) -> VRP:
    """Return a day of deliveries; each stop alone is feasible.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    stops : int
        Number of stops.
    centre : (float, float)
        Longitude and latitude of the middle, in degrees; by default Helsinki.
    radius : float
        Of the city, 100 to 10 000 metres.
    fleet : {"vans", "mixed"}
        As many equal vans as needed, at a cost of 1 a metre; or a few cargo bikes and trucks besides,
        with costs in euros.
    name : str
        Name of the problem.
    """
    check(_centre(centre), number("radius", radius, 100, LARGEST), one_of("fleet", fleet, FLEETS))
    places = degrees(disc_places(rng, stops), centre, radius)
    edge = rng.uniform(0.0, 2 * np.pi)
    lon, lat = degrees(0.8 * np.array([np.cos(edge), np.sin(edge)]), centre, radius).tolist()
    weights = parcels(rng, stops)
    return VRP(
        Stops(
            places[:, 0],
            places[:, 1],
            delivery=weights,
            windows=hours(rng, stops),
            service=60 * (rng.integers(2, 7, stops) + np.ceil(weights / 10)),
            geographic=True,
        ),
        _mixed(stops) if fleet == "mixed" else [Vehicle("van", capacity=500.0)],
        [Depot(lon=lon, lat=lat, window=OPEN)],
        legs=Haversine(speed=SPEED),
        name=name,
    )


def disc_places(rng: np.random.Generator, size: Size) -> Floats:
    """Return places ``(*size, 2)`` in the unit disc: each anywhere or in one of the districts of its row."""
    *rows, n = shape(size)
    districts = 0.8 * _disc(rng, (*rows, DISTRICTS))
    home = np.take_along_axis(districts, rng.integers(0, DISTRICTS, (*rows, n, 1)), axis=-2)
    crowded = rng.random((*rows, n, 1)) < 0.5
    places = np.where(crowded, rng.normal(home, 0.08), _disc(rng, (*rows, n)))
    beyond = np.asarray(np.linalg.norm(places, axis=-1, keepdims=True)).clip(1.0)
    return np.asarray(places / beyond)


def _disc(rng: np.random.Generator, size: tuple[int, ...]) -> Floats:
    radius, angle = np.sqrt(rng.random(size)), rng.uniform(0.0, 2 * np.pi, size)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)


def degrees(places: Floats, centre: Sequence[float], radius: float) -> Floats:
    """Return places of the unit disc as longitude and latitude, to about a decimetre."""
    north = np.degrees(radius / EARTH_RADIUS)
    east = north / cos(radians(centre[1]))
    return np.asarray(np.round(np.asarray(centre) + places * np.array([east, north]), 6))


def parcels(rng: np.random.Generator, size: Size) -> Floats:
    """Return weights in kilograms: four of five stops get 1 to 10, the others 20 to 60."""
    light, heavy = rng.integers(1, 11, size), rng.integers(20, 61, size)
    return np.where(rng.random(size) < 0.8, light, heavy).astype(np.float64)


def hours(rng: np.random.Generator, size: Size) -> Floats:
    """Return windows ``(*size, 2)`` in seconds of the day."""
    kind = np.searchsorted(np.cumsum(SHARES), rng.random(size), side="right")
    slot = rng.integers(8, 17, size)
    early = np.choose(kind, [DAY[0], MORNING[0], AFTERNOON[0], slot])
    late = np.choose(kind, [DAY[1], MORNING[1], AFTERNOON[1], slot + 2])
    return np.asarray(np.stack([early, late], axis=-1) * HOUR)


def _mixed(stops: int) -> list[Vehicle]:
    """Return a fleet that can serve everything: only the small and the large vehicles are few."""
    wage = 24 / HOUR  # euros a second
    return [
        Vehicle("cargo bike", ceil(stops / 50), 100.0, 10.0, 0.0001, wage, max_distance=40_000.0),
        Vehicle("van", None, 500.0, 40.0, 0.0004, wage),
        Vehicle("truck", ceil(stops / 200), 1500.0, 90.0, 0.0009, wage),
    ]


def _centre(centre: object) -> str | None:
    """Return what is wrong with the centre, or None."""
    bounds = (179, 80)  # degrees; where a disc stays on one map
    if isinstance(centre, Sequence) and len(centre) == 2:
        parts = [number("", part, -bound, bound) for part, bound in zip(centre, bounds, strict=True)]
        if parts == [None, None]:
            return None
    return f"centre must be (longitude, latitude) in degrees, -179 to 179 and -80 to 80, not {centre!r}"
