"""Engines: one way each to answer the questions of the front, over nodes and whole weights.

An engine keeps one desk a thread. `settled` counts the nodes that its searches have settled, for comparisons.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Floats, Integers
from routeopt.problems.network import Network
from routeopt.solvers.paths import (
    bidirectional,
    buckets,
    companions,
    customisation,
    dijkstra,
    hierarchy,
    landmarks,
    sweep,
    unpacking,
    upward,
)
from routeopt.solvers.paths.graph import inward, outward
from routeopt.solvers.paths.seeds import Seeds
from routeopt.solvers.paths.tree import Tree, columns_along
from routeopt.solvers.paths.weights import Weights


class Trace(NamedTuple):
    """A path that an engine found."""

    distance: int  # -1: there is none
    begin: int  # which seed of the source it leaves by
    end: int  # by which seed of the target it comes
    arcs: NDArray[np.int32]


class Engine(Protocol):
    """What the front asks."""

    settled: int

    def distances(self, sources: Seeds, targets: Seeds) -> Integers:
        """Return the distance of each pair of points, -1: unreachable."""

    def trace(self, source: Seeds, target: Seeds) -> Trace:
        """Return a shortest path between two points."""

    def tree(self, source: Seeds) -> Integers:
        """Return the distance of each node, -1: unreachable."""

    def matrix(
        self, sources: Seeds, targets: Seeds, columns: Floats, threads: int
    ) -> tuple[Integers, Floats]:
        """Return distances (S, T), and other columns (C, m) along the same paths (S, T, C)."""


class _Desks(threading.local):
    """One desk a thread, made when it is first asked for."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make

    @cached_property
    def own(self) -> Any:
        return self.make()


class Dijkstra:
    """Nothing is prepared: a search for each pair, a tree for each row of a matrix."""

    def __init__(self, network: Network, weights: Weights) -> None:
        self.network, self.weights, self.settled = network, weights, 0
        self.out = outward(network, weights.units)
        self._desks = _Desks(lambda: dijkstra.new_desk(self.out))

    def distances(self, sources: Seeds, targets: Seeds) -> Integers:
        """Return the distance of each pair of points."""
        found = np.empty(len(sources.rows) - 1, np.int64)
        self.settled += dijkstra.distances(self.out, self._desks.own, sources, targets, found)
        return found

    def trace(self, source: Seeds, target: Seeds) -> Trace:
        """Return a shortest path between two points."""
        *found, settled = dijkstra.trace(self.out, self._desks.own, source, target)
        self.settled += settled
        return Trace(*found)

    def tree(self, source: Seeds) -> Integers:
        """Return the distance of each node."""
        found = np.empty(self.network.size, np.int64)
        self.settled += dijkstra.one_to_all(self.out, self._desks.own, source, found)
        return found

    def matrix(
        self, sources: Seeds, targets: Seeds, columns: Floats, threads: int
    ) -> tuple[Integers, Floats]:
        """Return distances and other columns along the same paths."""
        k = len(sources.rows) - 1
        with ThreadPoolExecutor(max(1, threads)) as pool:
            rows = list(pool.map(lambda i: self._row(sources.part(i, i + 1), targets, columns), range(k)))
        across = len(targets.rows) - 1
        found = np.array([row for row, _ in rows], np.int64).reshape(k, across)
        return found, np.array([extra for _, extra in rows]).reshape(k, across, len(columns))

    def _row(self, source: Seeds, targets: Seeds, columns: Floats) -> tuple[Integers, Floats]:
        units = self.tree(source)
        across = len(targets.rows) - 1
        ends = np.where(
            units[targets.nodes] < 0, np.iinfo(np.int64).max, units[targets.nodes] + targets.costs
        )
        best = np.full(across, -1, np.int64)
        point = np.repeat(np.arange(across), np.diff(targets.rows))
        for end in np.argsort(-ends, kind="stable"):  # the least comes last
            if units[targets.nodes[end]] >= 0:
                best[point[end]] = end
        reached = best >= 0
        found = np.where(reached, ends[best] if len(ends) else -1, -1)
        extra = np.full((across, len(columns)), np.inf)
        if len(columns) and reached.any():
            tree = Tree(self.network, self.weights, source, units)
            start = np.zeros((self.network.size, len(columns)))
            for i in np.argsort(-source.costs, kind="stable"):
                start[source.nodes[i]] = source.columns[i]
            summed = np.empty((int(reached.sum()), len(columns)))
            columns_along(self.network.tail, tree.arc, targets.nodes[best[reached]], columns, start, summed)
            extra[reached] = summed + targets.columns[best[reached]]
        return found, extra


class Bidirectional(Dijkstra):
    """Nothing is prepared: a search from both ends for each pair."""

    def __init__(self, network: Network, weights: Weights) -> None:
        super().__init__(network, weights)
        self.sides = bidirectional.Sides(self.out, inward(network, weights.units))
        self._pairs = _Desks(
            lambda: bidirectional.Desks(dijkstra.new_desk(self.sides.out), dijkstra.new_desk(self.sides.into))
        )

    def distances(self, sources: Seeds, targets: Seeds) -> Integers:
        """Return the distance of each pair of points."""
        found = np.empty(len(sources.rows) - 1, np.int64)
        self.settled += bidirectional.distances(self.sides, self._pairs.own, sources, targets, found)
        return found

    def trace(self, source: Seeds, target: Seeds) -> Trace:
        """Return a shortest path between two points."""
        *found, settled = bidirectional.trace(self.sides, self._pairs.own, source, target)
        self.settled += settled
        return Trace(*found)


class Landmarks(Dijkstra):
    """A few landmarks are chosen first; they guide the search for each pair."""

    def __init__(self, network: Network, weights: Weights) -> None:
        super().__init__(network, weights)
        bounds = landmarks.choose(self.out, inward(network, weights.units))
        self._guides = _Desks(lambda: landmarks.new_guide(bounds))

    def distances(self, sources: Seeds, targets: Seeds) -> Integers:
        """Return the distance of each pair of points."""
        found = np.empty(len(sources.rows) - 1, np.int64)
        self.settled += landmarks.distances(
            self.out, self._desks.own, self._guides.own, sources, targets, found
        )
        return found

    def trace(self, source: Seeds, target: Seeds) -> Trace:
        """Return a shortest path between two points."""
        *found, settled = landmarks.trace(self.out, self._desks.own, self._guides.own, source, target)
        self.settled += settled
        return Trace(*found)


class Contracted:
    """A contraction hierarchy is built first; then everything is quick."""

    def __init__(self, made: hierarchy.Hierarchy) -> None:
        self.hierarchy, self.settled = made, 0
        self._desks = _Desks(lambda: upward.new_desk(made))

    def distances(self, sources: Seeds, targets: Seeds) -> Integers:
        """Return the distance of each pair of points."""
        found = np.empty(len(sources.rows) - 1, np.int64)
        self.settled += upward.distances(
            self.hierarchy, self._desks.own, self._numbered(sources), self._numbered(targets), found
        )
        return found

    def trace(self, source: Seeds, target: Seeds) -> Trace:
        """Return a shortest path between two points."""
        *found, settled = unpacking.trace(
            self.hierarchy, self._desks.own, self._numbered(source), self._numbered(target)
        )
        self.settled += settled
        return Trace(*found)

    def tree(self, source: Seeds) -> Integers:
        """Return the distance of each node."""
        n = len(self.hierarchy.number)
        label, found = np.empty(n, np.int64), np.empty(n, np.int64)
        queue = self._desks.own.forward
        self.settled += sweep.sweep(self.hierarchy, queue, self._numbered(source), label, found)
        return found

    def matrix(
        self, sources: Seeds, targets: Seeds, columns: Floats, threads: int
    ) -> tuple[Integers, Floats]:
        """Return distances and other columns along the same paths."""
        sums = companions.along(self.hierarchy, columns)
        a, b = self._numbered(sources), self._numbered(targets)
        return buckets.many_to_many(self.hierarchy, sums, a, b, threads)

    def _numbered(self, seeds: Seeds) -> Seeds:
        """Return seeds with nodes of the hierarchy."""
        return seeds._replace(nodes=self.hierarchy.number[seeds.nodes])


class Customised(Contracted):
    """A hierarchy on a skeleton that other weights can use as well."""

    def __init__(self, skeleton: customisation.Skeleton, weights: Weights) -> None:
        super().__init__(customisation.customise(skeleton, weights.units))
        self.skeleton = skeleton
