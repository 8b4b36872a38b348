"""A pair of points between which several paths are sought, and the arcs on which they may run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Flags, Integers
from routeopt.problems.network import Network
from routeopt.problems.paths import Path
from routeopt.problems.positions import Ends
from routeopt.solvers.paths.assembly import assembled
from routeopt.solvers.paths.bidirectional import Desks, Sides
from routeopt.solvers.paths.dijkstra import new_desk
from routeopt.solvers.paths.graph import inward, outward
from routeopt.solvers.paths.seeds import Seeds, ends_of, read_point, seeds_of
from routeopt.solvers.paths.weights import CLOSED, Weights

if TYPE_CHECKING:
    from routeopt.solvers.paths.front import ShortestPaths


class Candidate(NamedTuple):
    """Arcs from a seed of the start to a seed of the end."""

    begin: int
    end: int
    arcs: NDArray[np.int32]
    via: int = (
        -1
    )  # which of its nodes, if the paths from the start to it and from it to the end are shortest ones


@dataclass(frozen=True, eq=False)
class Query:
    """What all methods for alternatives begin with.

    Parameters
    ----------
    paths : ShortestPaths
    ends : pair of Ends
        Of the start and of the end.
    within : (m,) bool array, optional
        Arcs that alternatives may use.
    """

    paths: ShortestPaths
    ends: tuple[Ends, Ends]
    within: Flags | None = None

    @property
    def network(self) -> Network:
        """The network of all arcs."""
        return self.paths.network

    @property
    def units(self) -> Integers:
        """Weights of all arcs, (m,)."""
        return self.paths.weights.units

    @cached_property
    def start(self) -> Seeds:
        """Where paths begin."""
        return seeds_of(self.paths.weights, self.ends[0], np.empty((0, len(self.units))))

    @cached_property
    def goal(self) -> Seeds:
        """Where paths end."""
        return seeds_of(self.paths.weights, self.ends[1], np.empty((0, len(self.units))))

    @cached_property
    def usable(self) -> Integers:
        """Weights of the arcs that alternatives may use, CLOSED for all others, (m,)."""
        return self.units if self.within is None else np.where(self.within, self.units, CLOSED)

    @cached_property
    def sides(self) -> Sides:
        """The usable arcs, out of each node and into each node."""
        if self.within is None:
            return self.paths.sides
        return Sides(outward(self.network, self.usable), inward(self.network, self.usable))

    def desks(self) -> Desks:
        """Return what searches of the sides write to."""
        return Desks(new_desk(self.sides.out), new_desk(self.sides.into))

    def nodes(self, candidate: Candidate) -> NDArray[np.int32]:
        """Return the nodes of a candidate, in order."""
        begin = self.start.nodes[candidate.begin : candidate.begin + 1]
        return np.concatenate([begin, self.network.head[candidate.arcs]]).astype(np.int32)

    def cost(self, candidate: Candidate) -> int:
        """Return what a candidate costs, in whole units."""
        ends = self.start.costs[candidate.begin] + self.goal.costs[candidate.end]
        return int(ends + self.units[candidate.arcs].sum())

    def path(self, candidate: Candidate) -> Path:
        """Return a candidate as a path."""
        seeds = candidate.begin, candidate.end
        weights: Weights = self.paths.weights
        return assembled(self.network, weights, self.ends, seeds, candidate.arcs, self.cost(candidate))


def read_query(paths: ShortestPaths, a: Any, b: Any, within: Flags | None = None) -> Query:
    """Return the query between two points: nodes, coordinates or positions."""
    network = paths.network
    start, goal = read_point(network, a), read_point(network, b)
    return Query(paths, (ends_of(network, start), ends_of(network, goal, backwards=True)), within)
