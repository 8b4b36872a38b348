"""The arcs that a search may use, with their weights in one type that sums exactly or as floats do."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routeopt.errors import ProblemError
from routeopt.problems.instance import Integers
from routeopt.problems.network import Indices, Network

UNREACHED = np.iinfo(np.int64).max  # the distance, in whole numbers, of a node that no path reaches
_LARGEST = 2**62  # what labels stay below, until a negative cycle is noticed


class OpenArcs(NamedTuple):
    """The arcs of a network that are open, in rows by their tail; those at weight inf are not."""

    first_out: Integers  # (n + 1,)
    tail: Indices  # (m,)
    head: Indices  # (m,)
    weight: NDArray[Any]  # (m,) int64 or float64
    number: Indices  # (m,) what the network calls each arc


def open_arcs(network: Network, metric: str | ArrayLike) -> OpenArcs:
    """Return the open arcs of a network with their weights, which may be negative.

    Parameters
    ----------
    metric : str or (m,) array
        The name of a column of the arcs, or weights. Whole numbers stay whole, all else becomes float64; weight inf
        closes an arc.

    Raises
    ------
    ProblemError
        There is no such column; weights do not fit the arcs, are not numbers, are -inf, or are whole numbers
        whose sums along a path could exceed 64 bits.
    """
    weight = _weights(network, metric)
    shut = np.zeros(len(weight), bool) if network.closed is None else network.closed
    if weight.dtype == np.float64:
        shut = shut | np.isposinf(weight)
    if not shut.any():
        everything = np.arange(len(weight), dtype=np.int32)
        return OpenArcs(network.first_out, network.tail, network.head, weight, everything)
    number = np.flatnonzero(~shut).astype(np.int32)
    first_out = np.concatenate([[0], np.cumsum(~shut)])[network.first_out]
    return OpenArcs(first_out, network.tail[number], network.head[number], weight[number], number)


def source_nodes(network: Network, source: ArrayLike) -> Integers:
    """Return the nodes where a search begins, (k,)."""
    nodes = np.atleast_1d(np.asarray(source))
    if not np.issubdtype(nodes.dtype, np.integer) or nodes.ndim > 1:
        raise ProblemError(f"source: a node is a number from 0 to {network.size - 1}, not {source!r}")
    wrong = nodes[(nodes < 0) | (nodes >= network.size)]
    if len(wrong):
        raise ProblemError(f"source: nodes are 0 to {network.size - 1}, not {wrong[0]}")
    return nodes.astype(np.int64)


def _weights(network: Network, metric: str | ArrayLike) -> NDArray[Any]:
    m, n = len(network.head), network.size
    if isinstance(metric, str) and metric not in network.arcs:
        known = ", ".join(sorted(network.arcs)) or "none"
        raise ProblemError(f"metric {metric!r}: no such column (there are: {known}); or give {m} weights")
    name = f"metric {metric!r}" if isinstance(metric, str) else "metric"
    given = np.asarray(network.arcs[metric] if isinstance(metric, str) else metric)
    if given.shape != (m,):
        raise ProblemError(f"{name}: shape {given.shape}, but there are {m} arcs")
    if np.issubdtype(given.dtype, np.integer):
        if m and max(-int(given.min()), int(given.max())) * 16 * (m + n) > _LARGEST:
            raise ProblemError(f"{name}: sums of such large whole numbers exceed 64 bits; make them float64")
        return given.astype(np.int64)
    try:
        weight = given.astype(np.float64)
    except (TypeError, ValueError):
        raise ProblemError(f"{name}: weights must be numbers, not {given.dtype}") from None
    wrong = np.flatnonzero(np.isnan(weight) | np.isneginf(weight))
    if len(wrong):
        raise ProblemError(f"{name}: {weight[wrong[0]]} at arc {wrong[0]} and {len(wrong) - 1} others")
    return weight
