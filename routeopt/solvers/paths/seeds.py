"""Where searches begin and end: nodes, or points on arcs, from which up to two nodes are reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routeopt.errors import ProblemError
from routeopt.problems.instance import Floats, Integers
from routeopt.problems.network import Network
from routeopt.problems.positions import Ends, Positions, arrivals, departures
from routeopt.solvers.paths.weights import Weights


class Seeds(NamedTuple):
    """Where the searches of k points begin: those of point i in ``rows[i]`` to ``rows[i + 1]``."""

    rows: Integers  # (k + 1,)
    nodes: NDArray[np.int32]
    costs: Integers  # to begin, or to end, there
    columns: Floats  # (E, C) the same in other columns

    def part(self, begin: int, end: int) -> Seeds:
        """Return the seeds of some of the points."""
        a, b = self.rows[begin], self.rows[end]
        return Seeds(self.rows[begin : end + 1] - a, self.nodes[a:b], self.costs[a:b], self.columns[a:b])


class Points(NamedTuple):
    """What was asked for: nodes, or positions on arcs."""

    nodes: NDArray[np.int32]  # (k,), empty if positions are given
    positions: Positions | None

    @property
    def number(self) -> int:
        """Number of points."""
        return len(self.nodes) if self.positions is None else len(self.positions.arc)


def read_point(network: Network, point: Any) -> Points:
    """Return one point: a node, a pair of coordinates, or positions, which must be one."""
    if isinstance(point, Positions):
        if len(point.arc) != 1:
            raise ProblemError(
                f"{len(point.arc)} positions, where a path has one at each end; use distances or matrix"
            )
        return Points(np.empty(0, np.int32), point)
    if isinstance(point, int | np.integer) and 0 <= point < network.size:
        return Points(np.array([point], np.int32), None)
    return read_points(network, [point])


def read_points(network: Network, points: ArrayLike | Positions | Sequence[Any]) -> Points:
    """Return points given as nodes (k,), as coordinates (k, 2) to be snapped, or as positions.

    Raises
    ------
    ProblemError
        Some number is no node of the network, or the shape fits neither.
    """
    if isinstance(points, Positions):
        return Points(np.empty(0, np.int32), points)
    given = np.asarray(points)
    if given.ndim == 2 and given.shape[1] == 2:
        return Points(np.empty(0, np.int32), network.snap(given.astype(np.float64)))
    if given.ndim != 1 or (len(given) and given.dtype.kind not in "iu"):
        raise ProblemError(
            f"points: {given.dtype} of shape {given.shape}; give numbers of nodes (k,), coordinates (k, 2) or Positions"
        )
    wrong = np.flatnonzero((given < 0) | (given >= network.size))
    if len(wrong):
        raise ProblemError(
            f"points: {given[wrong[0]]} (number {wrong[0]}, and {len(wrong) - 1} more) is no node;"
            f" nodes are 0 to {network.size - 1}"
        )
    return Points(given.astype(np.int32), None)


def ends_of(network: Network, points: Points, backwards: bool = False) -> Ends:
    """Return the nodes from which paths leave points, or by which they come to them."""
    if points.positions is not None:
        return (arrivals if backwards else departures)(network, points.positions)
    k = len(points.nodes)
    return Ends(np.arange(k + 1), points.nodes, np.full(k, -1, np.int32), np.zeros(k))


def seeds_of(weights: Weights, ends: Ends, columns: Floats) -> Seeds:
    """Return what searches begin with; `columns` (C, m) are carried along. Closed arcs lead nowhere."""
    if not ends.share.any():  # nodes, mostly
        k = len(ends.node)
        return Seeds(ends.first, ends.node, np.zeros(k, np.int64), np.zeros((k, len(columns))))
    units = weights.units[ends.arc] if len(weights.units) else np.zeros(len(ends.arc), np.int64)
    used = ends.share > 0
    kept = ~used | (units >= 0)
    costs = np.where(used, np.rint(ends.share * units), 0).astype(np.int64)[kept]
    extra = np.zeros((len(kept), len(columns)))
    extra[used] = (columns[:, ends.arc[used]] * ends.share[used]).T
    rows = np.concatenate([[0], np.cumsum(kept)])[ends.first]
    return Seeds(rows, ends.node[kept], costs, extra[kept])


def kept_ends(weights: Weights, ends: Ends) -> Integers:
    """Return which ends the rows of :func:`seeds_of` stand for."""
    if not ends.share.any():
        return np.arange(len(ends.arc))
    return np.flatnonzero((ends.share <= 0) | (weights.units[ends.arc] >= 0))
