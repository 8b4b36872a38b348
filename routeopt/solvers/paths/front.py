"""ShortestPaths: one front for paths, distances, matrices, trees and isochrones of a network."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from routeopt import registry
from routeopt.errors import ProblemError
from routeopt.problems.instance import Floats, Integers
from routeopt.problems.network import Network
from routeopt.problems.paths import Path
from routeopt.solvers.paths import hierarchy
from routeopt.solvers.paths.assembly import assembled
from routeopt.solvers.paths.bidirectional import Sides
from routeopt.solvers.paths.customisation import skeleton
from routeopt.solvers.paths.engines import Bidirectional, Contracted, Customised, Dijkstra, Engine, Landmarks
from routeopt.solvers.paths.graph import inward, outward
from routeopt.solvers.paths.isochrone import Isochrone, within
from routeopt.solvers.paths.reasons import why_unreachable
from routeopt.solvers.paths.same_arc import Direct, direct
from routeopt.solvers.paths.seeds import (
    Points,
    Seeds,
    ends_of,
    read_point,
    read_points,
    seeds_of,
)
from routeopt.solvers.paths.tree import Tree
from routeopt.solvers.paths.weights import Weights, read_weights

if TYPE_CHECKING:
    from routeopt.solvers.paths.preferences import RoutePreferences
    from routeopt.solvers.paths.preferring import Preferring
    from routeopt.solvers.paths.selection import Alternative

METHODS: Mapping[str, Callable[[Network, Weights], Engine]] = {
    "dijkstra": Dijkstra,
    "bidirectional": Bidirectional,
    "landmarks": Landmarks,
    "hierarchy": lambda network, weights: Contracted(hierarchy.build(network, weights.units)),
    "customisable": lambda network, weights: Customised(skeleton(network), weights),
}
_SMALL = 500  # nodes up to which preparing anything costs more than it saves


@dataclass(frozen=True, eq=False)
class PathMatrix:
    """What shortest paths between all pairs cost, and other columns along the same paths.

    ``matrix["length"]`` is a column.

    Parameters
    ----------
    cost : (S, T) float64 array
        In the unit of the metric; inf: unreachable.
    columns : mapping of str to (S, T) float64 array
    """

    cost: Floats
    columns: Mapping[str, Floats]

    def __getitem__(self, column: str) -> Floats:
        return self.columns[column]


class ShortestPaths:
    """Exact shortest paths of a network; everything is prepared when it is made.

    Points are numbers of nodes, or ``(lon, lat)`` (in the plane: ``(x, y)``), which are snapped to the nearest arc that
    can be used, or :class:`~routeopt.problems.positions.Positions`.

    Parameters
    ----------
    network : Network
        Its closed arcs are not used.
    metric : str or (m,) array
        What is minimised: a column of the arcs, or weights of 0 or more; inf closes an arc.
    method : str
        ``"hierarchy"`` (contraction hierarchy, Geisberger et al. 2008) prepares for a second or so a quarter of a
        million nodes and answers in microseconds; ``"customisable"`` (Dibbelt et al. 2016) answers less quickly and is
        made for :meth:`reweighted`; ``"landmarks"`` (Goldberg and Harrelson 2005) guides each search by a few trees;
        ``"dijkstra"`` and ``"bidirectional"`` prepare nothing. ``"auto"`` takes the
        hierarchy but for tiny networks.
    threads : int, optional
        Threads of a matrix; by default one a core.

    Attributes
    ----------
    resolution : float
        Weights are counted in whole multiples of it, so that answers are exact: 1 for whole weights, else the finest
        power of ten that fits, such as 1e-6.
    settled : int
        Nodes that all searches so far have settled.

    Raises
    ------
    ProblemError
        A weight is negative (:func:`routeopt.bellman_ford` takes those) or no number, or the metric or the method is
        not known.

    Examples
    --------
    >>> from routeopt.data.generators.streets import street_grid
    >>> paths = ShortestPaths(street_grid(100), metric="length")
    >>> path = paths.path(0, 9)
    >>> path.found, bool(np.isclose(path.cost, path.length))
    (True, True)
    """

    def __init__(
        self,
        network: Network,
        metric: str | ArrayLike = "time",
        method: str = "auto",
        threads: int | None = None,
    ) -> None:
        if method not in {"auto", *METHODS}:
            raise ProblemError(f"method '{method}' is not known; there are: auto, {', '.join(METHODS)}")
        self.network, self.metric, self.method = network, metric, method
        self.threads = threads or os.cpu_count() or 1
        self._weights = read_weights(network, metric)
        if method == "auto":
            self.method = "hierarchy" if network.size > _SMALL else "bidirectional"
        self.engine = METHODS[self.method](network, self._weights)
        self._skeleton = self.engine.skeleton if isinstance(self.engine, Customised) else None

    def __repr__(self) -> str:
        return f"<ShortestPaths in {self.network!r} by {self.method}>"

    @property
    def weights(self) -> Weights:
        """The metric in whole units."""
        return self._weights

    @property
    def resolution(self) -> float:
        """How much of the metric one whole unit is."""
        return self._weights.resolution

    @property
    def settled(self) -> int:
        """Nodes that all searches so far have settled."""
        return self.engine.settled

    def reweighted(self, metric: str | ArrayLike) -> ShortestPaths:
        """Return the shortest paths of the same network with other weights, such as those of the traffic just now.

        The first call makes what does not depend on weights, if the method is not ``"customisable"`` already; every
        other one, on this object or on those it returned, takes milliseconds.

        Parameters
        ----------
        metric : str or (m,) array
            As for the class; inf closes an arc.
        """
        result = copy(self)
        result.__dict__.pop("sides", None)
        result.metric, result._weights = metric, read_weights(self.network, metric)
        if self.method in {"dijkstra", "bidirectional", "landmarks"}:
            result.engine = METHODS[self.method](self.network, result._weights)
            return result
        if self._skeleton is None:
            self._skeleton = result._skeleton = skeleton(self.network)
        assert result._skeleton is not None
        result.method = "customisable"
        result.engine = Customised(result._skeleton, result._weights)
        return result

    def path(self, a: Any, b: Any) -> Path:
        """Return a shortest path between two points; if there is none, one that says why.

        Parameters
        ----------
        a, b : int, (lon, lat), or Positions of one point

        Raises
        ------
        ProblemError
            A number is no node of the network.
        """
        source, target = read_point(self.network, a), read_point(self.network, b)
        start, goal = ends_of(self.network, source), ends_of(self.network, target, backwards=True)
        none = np.empty((0, len(self.network.head)))
        found = self.engine.trace(seeds_of(self._weights, start, none), seeds_of(self._weights, goal, none))
        along = direct(self._weights, source.positions, target.positions)
        if along.pair.size and (found.distance < 0 or along.units[0] <= found.distance):
            return self._along(along)
        if found.distance < 0:
            explain = partial(why_unreachable, self.network, self._weights, source, target, start, goal)
            return Path(self.network, found.arcs, np.inf, explain=explain)
        seeds = found.begin, found.end
        return assembled(self.network, self._weights, (start, goal), seeds, found.arcs, found.distance)

    def _along(self, along: Direct) -> Path:
        """Return the path that stays on the arc where both points are."""
        begin, end = float(along.begin[0]), float(along.end[0])
        return Path(
            self.network,
            along.arc[:1],
            float(along.units[0]) * self.resolution,
            origin=int(self.network.tail[along.arc[0]]) if begin <= 0.0 else -1,
            begin=begin,
            end=end,
        )

    def distance(self, a: Any, b: Any) -> float:
        """Return the distance between two points, inf: unreachable."""
        network = self.network
        return float(self._distances(read_point(network, a), read_point(network, b))[0])

    def distances(self, sources: Any, targets: Any) -> Floats:
        """Return the distance of each pair of points, the i-th of both, (k,); inf: unreachable.

        Raises
        ------
        ProblemError
            Their numbers differ, or some number is no node.
        """
        a, b = read_points(self.network, sources), read_points(self.network, targets)
        if a.number != b.number:
            raise ProblemError(
                f"distances: {a.number} sources, but {b.number} targets; matrix takes all pairs"
            )
        return self._distances(a, b)

    def _distances(self, a: Points, b: Points) -> Floats:
        none = np.empty((0, len(self.network.head)))
        units = self.engine.distances(self._seeds(a, none), self._seeds(b, none, backwards=True))
        along = direct(self._weights, a.positions, b.positions)
        for i, cost in zip(along.pair, along.units, strict=True):
            units[i] = cost if units[i] < 0 else min(units[i], cost)
        return self._in_metric(units)

    def matrix(self, sources: Any, targets: Any = None, columns: Sequence[str] = ()) -> PathMatrix:
        """Return what shortest paths from all sources to all targets cost.

        Parameters
        ----------
        sources, targets : (k,) nodes, (k, 2) coordinates, or Positions
            Targets are the sources by default.
        columns : sequence of str
            Columns of the arcs to sum along the same paths, such as ``("length", "time")``.

        Raises
        ------
        ProblemError
            A column is not known, or some number is no node.
        """
        unknown = [name for name in columns if name not in self.network.arcs]
        if unknown:
            known = ", ".join(self.network.arcs) or "none"
            raise ProblemError(f"'{name}' is no column of the arcs; there are: {known}" for name in unknown)
        a = read_points(self.network, sources)
        b = a if targets is None else read_points(self.network, targets)
        extra = np.array([self.network.arcs[name] for name in columns], np.float64)
        extra = extra.reshape(len(columns), len(self.network.head))
        units, sums = self.engine.matrix(
            self._seeds(a, extra), self._seeds(b, extra, backwards=True), extra, self.threads
        )
        along = direct(self._weights, a.positions, b.positions, every=True)
        for k, place in enumerate(along.pair):
            i, j = divmod(int(place), b.number)
            if units[i, j] < 0 or along.units[k] <= units[i, j]:
                units[i, j] = along.units[k]
                sums[i, j] = extra[:, along.arc[k]] * (along.end[k] - along.begin[k])
        return PathMatrix(self._in_metric(units), {name: sums[:, :, c] for c, name in enumerate(columns)})

    def tree(self, a: Any) -> Tree:
        """Return the shortest paths from a point to all nodes."""
        seeds = self._seeds(read_point(self.network, a), np.empty((0, len(self.network.head))))
        return Tree(self.network, self._weights, seeds, self.engine.tree(seeds))

    def isochrone(self, a: Any, limit: float | Sequence[float]) -> Isochrone | list[Isochrone]:
        """Return what can be reached from a point within a limit, or each of several, in the unit of the metric."""
        tree = self.tree(a)
        limits = np.atleast_1d(np.asarray(limit, np.float64))
        if np.isnan(limits).any():
            raise ProblemError("limit: nan is not a number")
        found = [within(tree, float(value)) for value in limits]
        return found if np.ndim(limit) else found[0]

    def alternatives(
        self, a: Any, b: Any, k: int = 3, method: str = "via", **limits: Any
    ) -> list[Alternative]:
        """Return up to k good paths between two points, the shortest first, each different from those before it.

        See :func:`routeopt.solvers.paths.alternatives.alternatives` for methods and limits.
        """
        found: list[Alternative] = registry.load("routeopt.solvers.paths.alternatives:alternatives")(
            self, a, b, k, method, **limits
        )
        return found

    def preferring(self, preferences: RoutePreferences) -> Preferring:
        """Return paths that avoid, favour and come by what the preferences say."""
        found: Preferring = registry.load("routeopt.solvers.paths.preferring:Preferring")(self, preferences)
        return found

    @cached_property
    def sides(self) -> Sides:
        """The arcs out of each node and into each node, for searches that no hierarchy serves."""
        if isinstance(self.engine, Bidirectional):
            return self.engine.sides
        return Sides(outward(self.network, self._weights.units), inward(self.network, self._weights.units))

    def _seeds(self, points: Points, columns: Floats, backwards: bool = False) -> Seeds:
        return seeds_of(self._weights, ends_of(self.network, points, backwards), columns)

    def _in_metric(self, units: Integers) -> Floats:
        return np.where(units < 0, np.inf, units * self.resolution)
