"""Which candidates become alternatives: those that keep every limit, in the order in which they are offered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Floats, Integers
from routeopt.problems.paths import Path
from routeopt.solvers.paths.local_optimality import is_locally_optimal, measured
from routeopt.solvers.paths.query import Candidate, Query


@dataclass(frozen=True, eq=False)
class Alternative:
    """A path beside the shortest one, with measures of how good it is (Abraham et al. 2010).

    Parameters
    ----------
    path : Path
    stretch : float
        Its cost as a multiple of that of the shortest path.
    sharing : float
        The share of its cost on arcs of the alternatives before it, 0 to 1; 0 of the first.
    """

    path: Path
    stretch: float
    sharing: float
    measure: Callable[[], tuple[float, float]] = field(repr=False)

    @property
    def local(self) -> float:
        """Local optimality: every part, from node to node, that costs less is a shortest path.

        As a share of the cost of the shortest path; `stretch` if the whole is a shortest path from node to node.
        """
        return self._measures[0]

    @property
    def bounded_stretch(self) -> float:
        """Uniformly bounded stretch: the largest stretch of any part, from node to node."""
        return self._measures[1]

    @cached_property
    def _measures(self) -> tuple[float, float]:
        return self.measure()


class Selection:
    """The alternatives that were chosen so far, and the limits for those to come.

    Parameters
    ----------
    query : Query
    first : Path
        A shortest path, which is the first of them.
    k : int
        How many are wanted.
    stretch, sharing, local : float
        As in :func:`~routeopt.solvers.paths.alternatives.alternatives`.
    """

    def __init__(
        self, query: Query, first: Path, k: int, stretch: float, sharing: float, local: float
    ) -> None:
        self.query, self.wanted, self.sharing = query, k, sharing
        self.shortest = round(first.cost / query.paths.resolution)
        self.dearest = int(stretch * self.shortest)
        self.bound = local * self.shortest
        self.taken = np.zeros(len(query.units), bool)
        self.accepted: list[Alternative] = []
        self._known = {_name(first)}
        whole = partial(_whole, 1.0)
        self._accept(Alternative(first, 1.0, 0.0, whole))

    def offer(self, candidate: Candidate) -> bool:
        """Take a candidate if it keeps all limits, and return whether it does."""
        cost = self.query.cost(candidate)
        nodes = self.query.nodes(candidate)
        if cost > self.dearest or len(np.unique(nodes)) < len(nodes):
            return False
        path = self.query.path(candidate)
        if _name(path) in self._known or _turns_back(path):
            return False
        sharing = self.shared(path)
        at = np.concatenate([[0], np.cumsum(self.query.units[candidate.arcs])])
        engine = self.query.paths.engine
        if sharing > self.sharing or not is_locally_optimal(engine, nodes, at, self.bound, candidate.via):
            return False
        stretch = cost / self.shortest if self.shortest else 1.0
        measure = partial(_measure, self, nodes, at, stretch)
        self._accept(Alternative(path, stretch, sharing, measure))
        return True

    def shared(self, path: Path) -> float:
        """Return the share of a path's cost that lies on arcs taken."""
        costs: Floats = path.shares * self.query.units[path.arcs]
        total = costs.sum()
        if total == 0:
            return float(self.taken[path.arcs].mean()) if len(path.arcs) else 1.0
        return float(costs[self.taken[path.arcs]].sum() / total)

    def _accept(self, alternative: Alternative) -> None:
        self.accepted.append(alternative)
        self.taken[alternative.path.arcs] = True
        self._known.add(_name(alternative.path))


def _measure(
    selection: Selection, nodes: NDArray[np.int32], at: Integers, stretch: float
) -> tuple[float, float]:
    """Return local optimality and uniformly bounded stretch of an alternative."""
    least, worst = measured(selection.query.paths.engine, nodes, at)
    if least < 0 or not selection.shortest:
        return stretch, worst
    return least / selection.shortest, worst


def _whole(local: float) -> tuple[float, float]:
    return local, 1.0


def _name(path: Path) -> tuple[bytes, float, float]:
    return path.arcs.tobytes(), path.begin, path.end


def _turns_back(path: Path) -> bool:
    """Return whether a path that begins or ends on an arc comes by there again, in either direction."""
    partly = [i for i, part in ((0, path.origin < 0), (-1, path.end < 1.0)) if part and len(path.arcs)]
    if not partly:
        return False
    twins = path.network.twin[path.arcs]
    streets = np.where(twins < 0, path.arcs, np.minimum(path.arcs, twins))
    return any(int((streets == streets[i]).sum()) > 1 for i in partly)
