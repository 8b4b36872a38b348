"""Legs along the arcs of a network: the quickest way from stop to stop, how long it is, and how it runs."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from routeopt.errors import ProblemError
from routeopt.problems.instance import ROUNDINGS, Floats
from routeopt.problems.network import Network
from routeopt.problems.positions import Positions
from routeopt.solvers.paths.front import ShortestPaths


@dataclass(frozen=True, eq=False)
class StreetLegs:
    """Legs along a network; places are taken to the nearest arc, and the way to it does not count.

    Parameters
    ----------
    network : Network
    metric : str
        Column of the arcs that is minimised. Distance and duration are those of the same path.
    limit : float, optional
        A place farther from the network than this cannot be reached; metres, by default 1 000, where the network
        is geographic.
    rounding : {"exact", "round", "trunc", "dimacs"}
        As for :class:`~routeopt.problems.legs.Euclidean`.

    Raises
    ------
    ProblemError
        The network has neither lengths nor times, or no column of that name, or the rounding is not known.
    """

    network: Network
    metric: str = "time"
    limit: float | None = None
    rounding: str = "exact"

    def __post_init__(self) -> None:
        known = self.network.arcs
        errors = []
        if not {"length", "time"} & set(known):
            errors.append("the arcs of the network have neither 'length' nor 'time'")
        elif self.metric not in known and self.metric != "time":
            errors.append(f"the arcs of the network have no '{self.metric}'; use one of {', '.join(known)}")
        if self.network.places is None:
            errors.append("the network has no coordinates to find stops by")
        if self.rounding not in ROUNDINGS:
            errors.append(f"rounding '{self.rounding}' is not known; use one of {', '.join(ROUNDINGS)}")
        if errors:
            raise ProblemError(errors)

    def __getstate__(self) -> dict[str, object]:
        """Return what is pickled: what finds the paths belongs to the threads of one process."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def rounded(self, rounding: str) -> StreetLegs:
        """Return the same legs under another rounding rule."""
        return replace(self, rounding=rounding)

    @cached_property
    def paths(self) -> ShortestPaths:
        """What finds the paths; made when it is first asked for."""
        return ShortestPaths(self.network, self.metric if self.metric in self.network.arcs else "length")

    def matrix(self, places: Floats) -> tuple[Floats, Floats]:
        """Return distance and duration, both ``(N, N)``; inf where there is no way."""
        columns = [name for name in ("length", "time") if name in self.network.arcs]
        found = self.paths.matrix(self._positions(places), columns=columns)
        unreachable = np.isinf(found.cost)
        for name in columns:
            found[name][unreachable] = np.inf
        return found[columns[0]], found[columns[-1]]

    def geometry(self, places: Floats, a: int, b: int) -> Floats:
        """Return the line ``(M, 2)`` from place to place along the network; straight where there is no way."""
        ends = np.asarray(places, np.float64)[[a, b]]
        positions = self._positions(places)
        path = self.paths.path(positions.at(a), positions.at(b))
        return np.concatenate([ends[:1], path.line, ends[1:]]) if path.found else ends

    def why_unreachable(self, places: Floats, node: int) -> str:
        """Return why a place has no position on the network, to be put behind its name; "" where it has one."""
        return self._positions(places).reason[node]

    def _positions(self, places: Floats) -> Positions:
        """Return where places are on the network; those asked for last are remembered."""
        known = self.__dict__.get("_snapped")
        if known is None or known[0] is not places:
            known = places, self.network.snap(places, limit=self.limit)
            self.__dict__["_snapped"] = known
        positions: Positions = known[1]
        return positions
