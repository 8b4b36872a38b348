"""Paths: the arcs from one point of a network to another, with what they cost and how they run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.errors import ProblemError
from routeopt.problems.instance import Floats
from routeopt.problems.network import Network


class Step(NamedTuple):
    """A stretch of a path along one street."""

    name: str  # "" where the street has none
    arcs: NDArray[np.int32]
    length: float  # metres
    duration: float  # seconds; nan where the network has no times


@dataclass(frozen=True, eq=False)
class Path:
    """A shortest path, or the answer that there is none: it is true in a condition exactly if it was found.

    Parameters
    ----------
    network : Network
    arcs : (k,) int32 array
        Empty if it begins where it ends, or was not found.
    cost : float
        In the unit of the metric; inf if there is no path.
    origin : int
        The node at which it begins; -1: it begins on its first arc, or was not found.
    begin, end : float
        How far along its first arc it begins, and along its last arc it ends, from 0 to 1 by length.
    explain : callable, optional
        Returns why there is no path; it is called when `reason` is first asked for.
    """

    network: Network
    arcs: NDArray[np.int32]
    cost: float
    origin: int = -1
    begin: float = 0.0
    end: float = 1.0
    explain: Callable[[], str] | None = None

    @property
    def found(self) -> bool:
        """Whether there is a path."""
        return bool(np.isfinite(self.cost))

    @cached_property
    def reason(self) -> str:
        """Why there is no path; "" if there is one."""
        if self.found:
            return ""
        return self.explain() if self.explain else "there is no path"

    def __bool__(self) -> bool:
        return self.found

    def __repr__(self) -> str:
        return (
            f"<Path of {len(self.arcs)} arcs, cost {self.cost:g}>"
            if self.found
            else f"<no Path: {self.reason}>"
        )

    @cached_property
    def nodes(self) -> NDArray[np.int32]:
        """The nodes it comes by, in order; a point on an arc is none."""
        first = [self.origin] if self.origin >= 0 else []
        heads = self.network.head[self.arcs]
        if len(heads) and self.end < 1.0:
            heads = heads[:-1]
        return np.concatenate([np.array(first, np.int32), heads])

    @cached_property
    def shares(self) -> Floats:
        """How much of each arc is driven, (k,)."""
        shares = np.ones(len(self.arcs))
        if len(shares):
            shares[-1] -= 1.0 - self.end
            shares[0] -= self.begin
        return shares

    @property
    def length(self) -> float:
        """Metres; inf if there is no path."""
        return self.sum("length")

    @property
    def duration(self) -> float:
        """Seconds; inf if there is no path."""
        return self.sum("time")

    def sum(self, column: str) -> float:
        """Return a column of the arcs summed along the path; inf if there is no path.

        Raises
        ------
        ProblemError
            The network has no such column.
        """
        if column not in self.network.arcs:
            known = ", ".join(self.network.arcs) or "none"
            raise ProblemError(f"'{column}' is no column of the arcs; there are: {known}")
        if not self.found:
            return float("inf")
        return float(self.network.arcs[column][self.arcs] @ self.shares)

    @cached_property
    def line(self) -> Floats:
        """The points that it follows, (M, 2); empty if there is no path."""
        if not len(self.arcs):
            if self.network.places is None:
                raise ProblemError("the network has no coordinates")
            return self.network.places[[self.origin]] if self.origin >= 0 else np.empty((0, 2))
        lines = [self.network.line(int(arc)) for arc in self.arcs]
        scale = _scale(self.network)
        if len(lines) == 1:
            return _clip(lines[0], self.begin, self.end, scale)
        lines[0] = _clip(lines[0], self.begin, 1.0, scale)
        lines[-1] = _clip(lines[-1], 0.0, self.end, scale)
        return np.concatenate([lines[0], *(line[1:] for line in lines[1:])])

    @cached_property
    def steps(self) -> list[Step]:
        """Stretches along streets of one name, in order."""
        names = [self.network.label("name", int(arc)) for arc in self.arcs]
        steps = []
        for name, places in groupby(range(len(names)), key=lambda i: names[i]):
            chosen = list(places)
            arcs, shares = self.arcs[chosen], self.shares[chosen]
            length, duration = (
                float(np.asarray(self.network.arcs[column], np.float64)[arcs] @ shares)
                if column in self.network.arcs
                else float("nan")
                for column in ("length", "time")
            )
            steps.append(Step(name, arcs, length, duration))
        return steps


def _scale(network: Network) -> Floats:
    """Return by what coordinates are multiplied so that they measure alike in both directions."""
    if not network.geographic or network.places is None or not len(network.places):
        return np.ones(2)
    return np.array([np.cos(np.radians(network.places[:, 1].mean())), 1.0])


def _clip(line: Floats, begin: float, end: float, scale: Floats) -> Floats:
    """Return the part of a line between two shares of its length."""
    if begin <= 0.0 and end >= 1.0:
        return line
    travelled = np.concatenate([[0.0], np.cumsum(np.hypot(*(np.diff(line, axis=0) * scale).T))])
    a, b = begin * travelled[-1], end * travelled[-1]
    between = line[(travelled > a) & (travelled < b)]
    ends = [[np.interp(at, travelled, line[:, axis]) for axis in range(2)] for at in (a, b)]
    return np.concatenate([ends[:1], between, ends[1:]])
