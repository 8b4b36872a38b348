"""Many problems of the 48 variants at once, stacked as arrays without a problem being made of each: for training.

Row by row the arrays are those of :func:`routeopt.data.generators.routefinder.problem`, padded as
:meth:`routeopt.problems.instance.Instance.stack` pads them; only that the legs are left to be computed from the
coordinates.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from routeopt.data.generators.options import check
from routeopt.data.generators.routefinder import DEPOTS, HORIZON, VARIANTS, Sample, sample
from routeopt.problems.instance import (
    EUCLIDEAN,
    EXACT,
    LINEHAUL_FIRST,
    MIXED,
    Flags,
    Floats,
    Instance,
    Integers,
)

BASIC = tuple(name for name, has in VARIANTS.items() if not has & {"MD", "MB"})  #: the 16 of one depot


def mixed_batch(rng: np.random.Generator, stops: Integers, variants: Sequence[str] = BASIC) -> Instance:
    """Return problems of these numbers of stops, each of one of the variants with equal chances.

    With the 16 of BASIC that is the training data of RouteFinder (Berto et al. 2025): every problem is open,
    limited, timed or has backhauls with probability one half each.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    stops : (B,) array
        Number of stops of each problem.
    variants : sequence of str
        Names of VARIANTS, all with one depot or all with several.

    Raises
    ------
    ProblemError
        A variant is not known, or some have one depot and others several.
    """
    unknown = [name for name in variants if name not in VARIANTS]
    several = {"MD" in VARIANTS[name] for name in variants if name in VARIANTS}
    check(
        f"variants {unknown} are not known; use names of {', '.join(VARIANTS)}" if unknown else None,
        "variants with one depot and with several do not fit into one batch; draw a batch of each"
        if len(several) > 1
        else None,
        None if len(variants) else "variants are none; name one or more",
    )
    depots = DEPOTS if several == {True} else 1
    chosen = rng.integers(len(variants), size=len(stops))
    flags = {
        mark: np.array([mark in VARIANTS[name] for name in variants])[chosen]
        for mark in ("O", "B", "MB", "L", "TW")
    }
    sizes = np.unique(stops)
    if len(sizes) == 1:
        return stacked(sample(rng, int(sizes[0]), depots, (len(stops),)), flags)
    rows = [np.flatnonzero(stops == size) for size in sizes]
    return Instance.join(
        [
            stacked(
                sample(rng, int(size), depots, (len(at),)), {mark: has[at] for mark, has in flags.items()}
            )
            for size, at in zip(sizes, rows, strict=True)
        ],
        rows,
    )


def stacked(drawn: Sample, flags: dict[str, Flags]) -> Instance:
    """Return the arrays of a batch of samples, of which each keeps its own attributes.

    Parameters
    ----------
    drawn : Sample
        Of a batch ``(B,)``.
    flags : dict
        Which samples ``(B,)`` have "O", "B", "MB", "L" and "TW".
    """
    timed = flags["TW"][:, None, None]
    backhaul = drawn.backhaul & (flags["B"] | flags["MB"])[:, None]
    depots = drawn.depots.shape[1]
    plain = neutral(np.concatenate([drawn.depots, drawn.places], axis=1), depots)
    fleet = np.ones((len(plain.x), depots))

    def nodes(at_depots: ArrayLike, at_stops: Floats) -> Floats:
        shape = (len(at_stops), depots, *at_stops.shape[2:])
        return np.concatenate([np.broadcast_to(at_depots, shape), at_stops], axis=1)

    closing = np.where(timed, HORIZON, np.inf)
    opening_hours = np.concatenate([np.zeros_like(closing), closing], axis=-1)
    changed: dict[str, Any] = {
        "backhaul": np.where(flags["B"], LINEHAUL_FIRST, MIXED),
        "delivery": nodes(0.0, np.where(backhaul, 0.0, drawn.demands))[..., None],
        "pickup": nodes(0.0, np.where(backhaul, drawn.demands, 0.0))[..., None],
        "windows": nodes(opening_hours, np.where(timed, drawn.windows, [0.0, np.inf]))[:, :, None],
        "service": nodes(0.0, np.where(timed[..., 0], drawn.service, 0.0)),
        "capacity": fleet[..., None] * drawn.capacity,
        "end": np.where(flags["O"][:, None], -1, plain.end),
        "max_distance": np.where(flags["L"], drawn.limit, np.inf)[:, None] * fleet,
    }
    return plain._replace(**changed)


def neutral(places: Floats, depots: int) -> Instance:
    """Return problems ``(B, N, 2)`` that ask for nothing: a vehicle type at each depot, and straight legs."""
    batch, nodes, _ = places.shape
    stops = nodes - depots
    zero, fleet = np.zeros((batch, nodes)), np.ones((batch, depots))
    fields: dict[str, Any] = {
        "nodes": np.full(batch, nodes),
        "depots": np.full(batch, depots),
        "scale": np.ones(batch),
        "backhaul": np.full(batch, MIXED),
        "vehicle_weight": np.zeros(batch),
        "x": places[..., 0].copy(),
        "y": places[..., 1].copy(),
        "delivery": zero[..., None],
        "pickup": zero[..., None],
        "windows": np.tile([0.0, np.inf], (batch, nodes, 1, 1)),
        "service": zero,
        "release": zero,
        "prize": np.where(np.arange(nodes) < depots, 0.0, np.inf) + zero,
        "group": np.full((batch, nodes), -1),
        "shipments": np.zeros((batch, 0, 2), np.int64),
        "fixed_edges": np.zeros((batch, 0, 2), np.int64),
        "vehicle_count": np.full((batch, depots), stops),
        "capacity": np.inf * fleet[..., None],
        "fixed_cost": 0 * fleet,
        "distance_cost": fleet,
        "duration_cost": 0 * fleet,
        "overtime_cost": 0 * fleet,
        "overtime_after": np.inf * fleet,
        "start": np.tile(np.arange(depots), (batch, 1)),
        "end": np.tile(np.arange(depots), (batch, 1)),
        "shift": np.tile([0.0, np.inf], (batch, depots, 1)),
        "max_distance": np.inf * fleet,
        "max_duration": np.inf * fleet,
        "max_stops": np.inf * fleet,
        "max_reloads": np.inf * fleet,
        "reload_depots": np.zeros((batch, depots, depots), bool),
        "profile": np.zeros((batch, depots), np.int64),
        "allowed": np.ones((batch, depots, nodes), bool),
        "metric": np.full((batch, 1), EUCLIDEAN),
        "rounding": np.full((batch, 1), EXACT),
        "speed": np.ones((batch, 1)),
        "distance": np.zeros((batch, 1, 0, 0)),
        "duration": np.zeros((batch, 1, 0, 0)),
    }
    return Instance(**fields)
