"""The 48 variants that multi-task neural solvers are trained on, after RouteFinder.

Berto et al. (2025), "RouteFinder: towards foundation models for vehicle routing problems": the capacitated
problem with any of open routes (O), backhauls (B: behind the deliveries; MB: in any order), a limit on the
distance of a route (L), time windows (TW) and several depots (MD). :func:`sample` draws all attributes, for
one problem or a batch, and a variant keeps some of them.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import NamedTuple

import numpy as np

from routeopt.data.generators.options import check
from routeopt.data.generators.uniform import uniform_demands, uniform_places
from routeopt.problems.columns import Stops
from routeopt.problems.instance import Flags, Floats, Integers
from routeopt.problems.rows import Depot, Vehicle
from routeopt.problems.vrp import VRP

HORIZON = 4.6  # when the depots close
SERVICE = (0.15, 0.18)  # shortest and longest service
WINDOW = (0.18, 0.20)  # shortest and longest window
BACKHAUL_SHARE = 0.2  # of the stops, on average
LIMIT = 2.8  # about twice the diagonal: the greatest limit on the distance of a route
DEPOTS = 3  # of a problem with several


def _variants() -> dict[str, frozenset[str]]:
    """Return the attributes of each variant by its name."""
    named = {}
    for md, o, b, l, tw in product(("", "MD"), ("", "O"), ("", "B", "MB"), ("", "L"), ("", "TW")):  # noqa: E741
        plain = "vrp" if o or b or l or tw else "cvrp"
        named[f"{md}{o}{plain}{b}{l}{tw}".lower()] = frozenset({md, o, b, l, tw} - {""})
    return named


VARIANTS = _variants()


class Sample(NamedTuple):
    """Every attribute of a batch of problems; ``...`` is the batch, empty for a single problem."""

    depots: Floats  # (..., D, 2)
    places: Floats  # (..., n, 2) of the stops
    demands: Integers  # (..., n) 1 to 9, of deliveries and pickups alike
    backhaul: Flags  # (..., n) stops that have a pickup, where the variant has backhauls
    windows: Floats  # (..., n, 2)
    service: Floats  # (..., n)
    limit: Floats  # (...,) on the distance of a route
    capacity: int


def sample(rng: np.random.Generator, stops: int, depots: int = 1, batch: tuple[int, ...] = ()) -> Sample:
    """Draw all attributes of a batch of problems."""
    depot_places = uniform_places(rng, (*batch, depots))
    places = uniform_places(rng, (*batch, stops))
    distance = np.linalg.norm(places - depot_places[..., :1, :], axis=-1)  # from the first depot
    service = rng.uniform(*SERVICE, distance.shape)
    return Sample(
        depots=depot_places,
        places=places,
        demands=uniform_demands(rng, distance.shape),
        backhaul=rng.random(distance.shape) < BACKHAUL_SHARE,
        windows=windows(rng, distance, service),
        service=service,
        limit=limits(rng, depot_places, places),
        capacity=capacity(stops),
    )


def windows(rng: np.random.Generator, distance: Floats, service: Floats) -> Floats:
    """Return windows ``(..., 2)`` for stops this far ``(...,)`` from the depot; each alone is feasible."""
    width = rng.uniform(*WINDOW, distance.shape)
    room = HORIZON - service - width - 2 * distance
    early = distance + room * rng.random(distance.shape)
    return np.stack([early, early + width], axis=-1)


def limits(rng: np.random.Generator, depots: Floats, places: Floats) -> Floats:
    """Return limits ``(...,)`` that let a vehicle of the first depot reach every place and return."""
    nodes = np.concatenate([depots, places], axis=-2)
    farthest = np.linalg.norm(nodes - depots[..., :1, :], axis=-1).max(axis=-1)
    return np.asarray(rng.uniform(2 * farthest, np.maximum(LIMIT, 2 * farthest)))


def capacity(stops: int) -> int:
    """Return the capacity for a number of stops."""
    if stops <= 20:
        return 30
    return 30 + stops // 5 if stops <= 1000 else 230 + int((stops - 1000) / 33.3)


def variant(rng: np.random.Generator, stops: int, *, attributes: str | None = None, name: str = "") -> VRP:
    """Return a problem of one of the 48 variants.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    stops : int
        Number of stops.
    attributes : str, optional
        Name of the variant, such as "cvrp", "ovrpbltw" or "mdvrpmbtw"; by default any, with equal chances.
    name : str
        Name of the problem.
    """
    chosen = list(VARIANTS)[rng.integers(len(VARIANTS))] if attributes is None else str(attributes).lower()
    check(
        None
        if chosen in VARIANTS
        else f"attributes {attributes!r} is not a variant; use [md][o]vrp[b|mb][l][tw], or cvrp or mdcvrp: "
        + ", ".join(VARIANTS)
    )
    has = VARIANTS[chosen]
    return problem(sample(rng, stops, DEPOTS if "MD" in has else 1), has, name)


def problem(drawn: Sample, has: frozenset[str], name: str = "") -> VRP:
    """Return the problem that keeps these attributes, of VARIANTS, of a single sample."""
    backhaul = drawn.backhaul & bool(has & {"B", "MB"})
    timed = "TW" in has
    vehicle = Vehicle(
        capacity=float(drawn.capacity),
        open_end="O" in has,
        max_distance=float(drawn.limit) if "L" in has else np.inf,
    )
    window = (0.0, HORIZON if timed else np.inf)
    return VRP(
        Stops(
            drawn.places[:, 0],
            drawn.places[:, 1],
            delivery=np.where(backhaul, 0, drawn.demands),
            pickup=np.where(backhaul, drawn.demands, 0),
            windows=drawn.windows if timed else (0.0, np.inf),
            service=drawn.service if timed else 0.0,
        ),
        [replace(vehicle, start=depot) for depot in range(len(drawn.depots))],
        [Depot(float(x), float(y), window=window) for x, y in drawn.depots],
        backhaul="linehaul_first" if "B" in has else "mixed",
        name=name,
    )
