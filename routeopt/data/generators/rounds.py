"""Delivery rounds on real streets: stops along the arcs of a network, in the hours and weights of a city's day."""

from __future__ import annotations

from typing import Any

import numpy as np

from routeopt.data.bundled import load_network, networks
from routeopt.data.generators.city import OPEN, hours, parcels
from routeopt.data.generators.options import check
from routeopt.problems.columns import Stops
from routeopt.problems.instance import Floats
from routeopt.problems.network import Network
from routeopt.problems.rows import Depot, Vehicle
from routeopt.problems.vrp import VRP

WAGE = 24 / 3600  # euros a second
LEAST_LENGTH = 1e-9  # metres: so that arcs without any length have places too, where there are no others


def deliveries(
    rng: np.random.Generator, stops: int, *, network: Network | str = "helsinki", name: str = ""
) -> VRP:
    """Return a day of deliveries on a street network; vans cost euros, and legs are the quickest ways.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    stops : int
        Number of stops. Like the depot they lie anywhere along the arcs, the longer the likelier.
    network : Network or str
        With coordinates in degrees; or the name of one that comes with routeopt.
    name : str
        Name of the problem.
    """
    check(_wrong(network))
    streets = load_network(network) if isinstance(network, str) else network
    places = street_places(rng, streets, stops + 1)
    weights = parcels(rng, stops)
    return VRP(
        Stops(
            places[1:, 0],
            places[1:, 1],
            delivery=weights,
            windows=hours(rng, stops),
            service=60 * (rng.integers(2, 7, stops) + np.ceil(weights / 10)),
            geographic=True,
        ),
        [Vehicle("van", None, 500.0, 40.0, 0.4 / 1000, WAGE)],
        [Depot(lon=float(places[0, 0]), lat=float(places[0, 1]), window=OPEN)],
        legs=streets,
        name=name,
    )


def street_places(rng: np.random.Generator, network: Network, count: int) -> Floats:
    """Return places ``(count, 2)`` on the arcs of a network, rounded to about a decimetre."""
    length = np.asarray(network.arcs["length"], np.float64) + LEAST_LENGTH
    arcs = rng.choice(len(length), size=count, p=length / length.sum())
    places = [
        _along(network.line(int(arc)), share) for arc, share in zip(arcs, rng.random(count), strict=True)
    ]
    return np.round(np.array(places), 6)


def _along(line: Floats, share: float) -> list[float]:
    """Return the point at a share of a line's length, in degrees: close enough within one street."""
    travelled = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    return [float(np.interp(share * travelled[-1], travelled, line[:, axis])) for axis in range(2)]


def _wrong(network: Any) -> str | None:
    """Return what is wrong with the network, or None."""
    if isinstance(network, str):
        known = ", ".join(networks())
        return (
            None
            if network in networks()
            else f"network must be one of {known}, or a Network, not '{network}'"
        )
    if not isinstance(network, Network):
        return f"network must be a Network or the name of one, not {network!r}"
    if not network.geographic or "length" not in network.arcs or not len(network.head):
        return "network must have arcs with a length, and coordinates in degrees"
    return None
