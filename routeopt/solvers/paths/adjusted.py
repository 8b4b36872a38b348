"""Searches between two points on weights of which a few change from one search to the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from routeopt.problems.instance import Integers
from routeopt.solvers.paths import bidirectional
from routeopt.solvers.paths.query import Candidate, Query


class Adjusted:
    """The usable arcs of a query with weights of their own.

    Parameters
    ----------
    query : Query
    units : (m,) int64 array
        Weights to begin with; negative ones are ignored where the arc is not usable.
    scale : float
        How much larger they are than those of the query.
    """

    def __init__(self, query: Query, units: Integers, scale: float = 1.0) -> None:
        out, into = query.sides
        self.sides = bidirectional.Sides(
            *(
                side._replace(arcs=units[side.arc] << side.bits | (side.arcs & ((1 << side.bits) - 1)))
                for side in (out, into)
            )
        )
        self._desks = query.desks()
        self._start = query.start._replace(costs=np.rint(query.start.costs * scale).astype(np.int64))
        self._goal = query.goal._replace(costs=np.rint(query.goal.costs * scale).astype(np.int64))
        self._places = tuple(np.full(len(units), -1, np.int64) for _ in range(2))
        for place, side in zip(self._places, self.sides, strict=True):
            place[side.arc] = np.arange(len(side.arc))
        self._ends = query.network.tail, query.network.head

    def set(self, arcs: ArrayLike, units: Integers) -> None:
        """Give some usable arcs new weights."""
        for place, side in zip(self._places, self.sides, strict=True):
            at = place[np.asarray(arcs)]
            node = side.arcs[at] & ((1 << side.bits) - 1)
            side.arcs[at] = units << side.bits | node

    def bar(self, arc: int) -> None:
        """Take an arc out: it leads back to where it begins."""
        self._lead(arc, (self._ends[0][arc], self._ends[1][arc]))

    def allow(self, arc: int) -> None:
        """Put an arc in again."""
        self._lead(arc, (self._ends[1][arc], self._ends[0][arc]))

    def _lead(self, arc: int, ends: tuple[int, int]) -> None:
        for place, side, node in zip(self._places, self.sides, ends, strict=True):
            at = place[arc]
            side.arcs[at] = side.arcs[at] >> side.bits << side.bits | int(node)

    def search(self) -> Candidate | None:
        """Return a shortest path, or None if there is none."""
        distance, begin, end, arcs, _ = bidirectional.trace(self.sides, self._desks, self._start, self._goal)
        return None if distance < 0 else Candidate(begin, end, arcs)
