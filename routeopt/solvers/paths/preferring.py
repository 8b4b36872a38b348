"""Paths that keep preferences as far as they can be kept, and say which could not be and why."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from routeopt.problems.instance import Floats
from routeopt.problems.paths import Path
from routeopt.solvers.paths.preferences import Marked, RoutePreferences, Unkept, marked

if TYPE_CHECKING:
    from routeopt.solvers.paths.front import ShortestPaths

_RELUCTANCE = 1000.0  # how many times as dear avoided arcs seem where there is no way without them


@dataclass(frozen=True, eq=False)
class PreferredPath:
    """A path from point to point, or the answer that there is none; true in a condition exactly if it was found.

    Parameters
    ----------
    legs : tuple of Path
        From the start to the first point to come by, from there to the next, and so on to the end. Their cost is
        that of the metric, without what preferences add.
    order : tuple of int
        Which points of `via` it comes by, in turn.
    unkept : tuple of Unkept
        The preferences that could not be kept.
    """

    legs: tuple[Path, ...]
    order: tuple[int, ...]
    unkept: tuple[Unkept, ...]

    def __bool__(self) -> bool:
        return self.found

    @property
    def found(self) -> bool:
        """Whether all legs were found."""
        return all(self.legs)

    @property
    def cost(self) -> float:
        """In the unit of the metric; inf if a leg was not found."""
        return sum(leg.cost for leg in self.legs)

    @property
    def reason(self) -> str:
        """Why there is no path; "" if there is one."""
        return "; ".join(
            f"leg {i + 1} of {len(self.legs)}: {leg.reason}" for i, leg in enumerate(self.legs) if not leg
        )

    @cached_property
    def line(self) -> Floats:
        """The points that it follows, (M, 2)."""
        return np.concatenate([leg.line for leg in self.legs])

    def sum(self, column: str) -> float:
        """Return a column of the arcs summed along the path; inf if there is none."""
        return sum(leg.sum(column) for leg in self.legs)


class Preferring:
    """Shortest paths of a network under preferences.

    Parameters
    ----------
    paths : ShortestPaths
    preferences : RoutePreferences

    Raises
    ------
    ProblemError
        The preferences name roads that the network does not know.
    """

    def __init__(self, paths: ShortestPaths, preferences: RoutePreferences) -> None:
        self.paths, self.preferences = paths, preferences
        self._marked: Marked = marked(paths.network, preferences)
        weights = paths.weights
        self._plain = np.where(weights.units < 0, np.inf, weights.units * weights.resolution)
        self._liked = self._plain.copy()
        for word, arcs in self._marked.scaled.items():
            self._liked[arcs] *= preferences.factors[word]
        self._avoided = np.zeros(len(self._plain), bool)
        for arcs in self._marked.avoided.values():
            self._avoided |= arcs
        self._strict = paths.reweighted(np.where(self._avoided, np.inf, self._liked))

    @cached_property
    def _reluctant(self) -> ShortestPaths:
        """The shortest paths where avoided arcs are not closed, but very dear."""
        # an arc without weight is to be shunned too
        least = self._liked[np.isfinite(self._liked) & (self._liked > 0)].min(initial=1.0)
        dear = (self._liked + least) * _RELUCTANCE
        return self.paths.reweighted(np.where(self._avoided, dear, self._liked))

    def path(self, a: Any, b: Any) -> PreferredPath:
        """Return the best path between two points by way of the points of the preferences.

        Parameters
        ----------
        a, b : int, (lon, lat), or Positions of one point
        """
        order = self._order(a, b)
        points = [a, *(self.preferences.via[i] for i in order), b]
        legs = tuple(self._leg(p, q) for p, q in pairwise(points))
        return PreferredPath(legs, order, tuple(self._unkept(legs)))

    def _order(self, a: Any, b: Any) -> tuple[int, ...]:
        """Return in which order the points to come by are visited."""
        via = self.preferences.via
        given = tuple(range(len(via)))
        if not self.preferences.any_order or len(via) < 2:
            return given
        points = [a, *via, b]
        cost = np.array([[self._leg_cost(p, q) for q in points] for p in points])
        return _best_order(cost)

    def _leg_cost(self, a: Any, b: Any) -> float:
        found = self._strict.distance(a, b)
        return found if np.isfinite(found) or not self._avoided.any() else self._reluctant.distance(a, b)

    def _leg(self, a: Any, b: Any) -> Path:
        found = self._strict.path(a, b)
        if not found and self._avoided.any():
            found = self._reluctant.path(a, b)
        if not found:
            return self.paths.path(a, b)  # its reason speaks of the network alone
        cost = float(self._plain[found.arcs] @ found.shares)
        return Path(found.network, found.arcs, cost, found.origin, found.begin, found.end)

    def _unkept(self, legs: tuple[Path, ...]) -> list[Unkept]:
        unkept = [Unkept(word, reason, float("nan")) for word, reason in self._marked.unknown.items()]
        if not all(legs):
            return unkept
        for word, arcs in self._marked.avoided.items():
            used = [leg for leg in legs if arcs[leg.arcs].any()]
            if used:
                length = sum(_length(leg, arcs) for leg in used)
                reason = (
                    f"no way keeps clear of all that is to be avoided; this one uses {length:,.0f} m of it"
                )
                unkept.append(Unkept(word, reason, length))
        return unkept


def _length(leg: Path, arcs: np.ndarray) -> float:
    """Return how far a leg drives on some arcs, in metres."""
    if "length" not in leg.network.arcs:
        return float("nan")
    chosen = arcs[leg.arcs]
    return float(leg.network.arcs["length"][leg.arcs[chosen]] @ leg.shares[chosen])


def _best_order(cost: Floats) -> tuple[int, ...]:
    """Return the cheapest order of the points between the first and the last row (Held and Karp 1962)."""
    k = len(cost) - 2
    best: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {
        (1 << i, i): (float(cost[0, i + 1]), (i,)) for i in range(k)
    }
    for _ in range(k - 1):
        longer: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {}
        for (visited, last), (sofar, order) in best.items():
            for i in range(k):
                if visited & 1 << i:
                    continue
                key, option = (visited | 1 << i, i), (sofar + float(cost[last + 1, i + 1]), (*order, i))
                if key not in longer or option < longer[key]:
                    longer[key] = option
        best = longer
    return min((c + cost[last + 1, -1], order) for (_, last), (c, order) in best.items())[1]
