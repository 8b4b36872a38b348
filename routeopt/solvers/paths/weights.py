"""Weights of arcs as whole numbers, so that sums along paths are exact and compare without error.

Whole weights stay what they are, and so do distances. Others are counted in a unit: the finest power of ten, down to
1e-12 of the unit of the metric, at which every sum along a path fits beside a node into 64 bits. On a city in seconds
that is a microsecond; see `resolution` of the front.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from routeopt.errors import ProblemError
from routeopt.problems.instance import Floats, Integers
from routeopt.problems.network import Network
from routeopt.solvers.paths.keys import LARGEST, node_bits

CLOSED = -1  #: the weight of an arc that no path may use
_FINEST = 1e-12


class Weights(NamedTuple):
    """Weights of the m arcs of a network."""

    units: Integers  # (m,) or CLOSED
    resolution: float  # how much of the metric one unit is


def read_weights(network: Network, metric: str | ArrayLike) -> Weights:
    """Return the weights of a column of arcs, or of an array (m,); inf, and closed arcs, are CLOSED.

    Raises
    ------
    ProblemError
        There is no such column, or its length is wrong, or some weight is negative or no number.
    """
    values, name = _values(network, metric)
    usable = np.isfinite(values) if network.closed is None else np.isfinite(values) & ~network.closed
    _check(values, name)
    return round_weights(network, values, usable)


def round_weights(network: Network, values: Floats, usable: ArrayLike) -> Weights:
    """Return valid weights, of which only some can be used, in whole units."""
    open_arcs = np.asarray(usable, bool)
    resolution = _resolution(network, values, open_arcs)
    units = np.full(len(values), CLOSED, np.int64)
    # dividing by 1e-6 is less exact than multiplying by 1e6, which is a whole number
    scaled = values[open_arcs] * round(1 / resolution) if resolution < 1 else values[open_arcs] / resolution
    units[open_arcs] = np.rint(scaled).astype(np.int64)
    return Weights(units, resolution)


def _values(network: Network, metric: str | ArrayLike) -> tuple[Floats, str]:
    m = len(network.head)
    if isinstance(metric, str):
        if metric not in network.arcs:
            known = ", ".join(network.arcs) or "none"
            raise ProblemError(f"metric '{metric}' is no column of the arcs; there are: {known}")
        return np.asarray(network.arcs[metric], np.float64), f"arcs[{metric!r}]"
    values = np.asarray(metric, np.float64)
    if values.shape != (m,):
        raise ProblemError(f"metric: shape {values.shape}, but there are {m} arcs; give one weight for each")
    return values, "metric"


def _check(values: Floats, name: str) -> None:
    errors = []
    for wrong, what in (
        (np.isnan(values), "is not a number; give inf to an arc that may not be used"),
        (values < 0, "is negative; routeopt.bellman_ford takes negative weights"),
    ):
        if wrong.any():
            first = int(np.argmax(wrong))
            others = f" (and of {wrong.sum() - 1} more)" if wrong.sum() > 1 else ""
            errors.append(f"{name}: the weight {values[first]} of arc {first}{others} {what}")
    if errors:
        raise ProblemError(errors)


def _resolution(network: Network, values: Floats, usable: ArrayLike) -> float:
    """Return the unit: 1 for whole numbers, else the finest power of ten that leaves room for sums."""
    chosen = np.where(np.asarray(usable, bool), values, 0.0)
    room = float(LARGEST >> node_bits(network.size))
    longest = _longest(network, chosen)
    if longest <= room and (chosen == np.rint(chosen)).all():
        return 1.0
    power = int(np.ceil(np.log10(longest / room)))  # longest > 0: zeros are whole
    return max(_FINEST, float(f"1e{power}"))


def _longest(network: Network, values: Floats) -> float:
    """Return what no shortest path exceeds: from each node, its heaviest arc once."""
    if not len(values):
        return 0.0
    begins = network.first_out[:-1][np.diff(network.first_out) > 0]
    return float(np.maximum.reduceat(values, begins).sum())
