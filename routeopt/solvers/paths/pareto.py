"""All best compromises between several criteria: the Pareto set of paths, by setting labels.

A label is a way to a node with its sum of each criterion. Labels are settled in lexicographic order of these sums,
raised by lower bounds of what is still to come; one that is not better than a settled label of its node, or of the
end, in some criterion, is dropped. Sources: Hansen 1980; Martins, European Journal of Operational Research 16 (1984).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.errors import ProblemError
from routeopt.problems.instance import Integers
from routeopt.problems.network import Network
from routeopt.problems.paths import Path
from routeopt.problems.positions import Ends
from routeopt.solvers.paths.assembly import assembled
from routeopt.solvers.paths.dijkstra import new_desk, one_to_all
from routeopt.solvers.paths.graph import inward
from routeopt.solvers.paths.label_setting import Bounds, Criteria, Labels, grown, set_labels
from routeopt.solvers.paths.reasons import why_unreachable
from routeopt.solvers.paths.same_arc import direct
from routeopt.solvers.paths.seeds import ends_of, read_point, seeds_of
from routeopt.solvers.paths.weights import Weights, read_weights

_MOST = 2_000_000
_FREE = np.iinfo(np.int64).max // 4  # the limit of a criterion without one


class Compromise(NamedTuple):
    """A path that no other one betters in all criteria."""

    path: Path  # its cost is the first criterion
    costs: tuple[float, ...]  # by each criterion, in its unit


def pareto(
    network: Network,
    a: Any,
    b: Any,
    criteria: Sequence[str] = ("time", "length"),
    *,
    limits: Mapping[str, float] | None = None,
    most: int = _MOST,
) -> list[Compromise]:
    """Return one path for each Pareto-optimal combination of costs, the best by the first criterion first.

    Parameters
    ----------
    network : Network
        Closed arcs are not used.
    a, b : int, (lon, lat), or Positions of one point
    criteria : sequence of str
        Two or more columns of the arcs, 0 or more.
    limits : mapping of str to float, optional
        What a path may cost at most by some criteria.
    most : int
        How many labels may be made. The set can be huge; limits keep it small.

    Returns
    -------
    list of Compromise
        Empty if there is no path within the limits.

    Raises
    ------
    ProblemError
        A criterion is not known, or more than `most` labels are needed.

    Examples
    --------
    >>> slow_and_short = {"time": np.array([9.0, 1.0, 1.0]), "length": np.array([1.0, 2.0, 2.0])}
    >>> network = Network.from_arcs([0, 0, 1], [2, 1, 2], arcs=slow_and_short)
    >>> [compromise.costs for compromise in pareto(network, 0, 2)]
    [(2.0, 4.0), (9.0, 1.0)]
    """
    return _Search(network, a, b, criteria, limits or {}).run(most, first_only=False)


def constrained(
    network: Network,
    a: Any,
    b: Any,
    minimise: str = "time",
    *,
    limits: Mapping[str, float],
    most: int = _MOST,
) -> Path:
    """Return the path that is best by one criterion among those that keep limits by others.

    Parameters
    ----------
    network : Network
    a, b : int, (lon, lat), or Positions of one point
    minimise : str
        A column of the arcs.
    limits : mapping of str to float
        What a path may cost at most by columns, such as ``{"length": 5000}``.
    most : int
        As in :func:`pareto`.

    Raises
    ------
    ProblemError
        A column is not known, or more than `most` labels are needed.
    """
    criteria = [minimise, *(name for name in limits if name != minimise)]
    search = _Search(network, a, b, criteria, limits)
    found = search.run(most, first_only=True)
    if found:
        return found[0].path
    if np.isinf(search.least(0)):
        explain = partial(why_unreachable, network, search.weights[0], *search.points, *search.ends)
        return Path(network, np.empty(0, np.int32), np.inf, explain=explain)
    shown = ", ".join(f"{name} {limit:g}" for name, limit in limits.items())
    least = ", ".join(f"{name} {search.least(i):g}" for i, name in enumerate(criteria) if name in limits)
    reason = f"no path keeps the limits ({shown}); the least possible, each on its own: {least}"
    return Path(network, np.empty(0, np.int32), np.inf, explain=lambda: reason)


class _Search:
    """A search between two points by several criteria."""

    def __init__(
        self, network: Network, a: Any, b: Any, names: Sequence[str], limits: Mapping[str, float]
    ) -> None:
        _check(network, names, limits)
        self.network = network
        self.weights = _weights(network, names)
        self.points = read_point(network, a), read_point(network, b)
        self.ends: tuple[Ends, Ends] = (
            ends_of(network, self.points[0]),
            ends_of(network, self.points[1], backwards=True),
        )
        none = np.empty((0, len(network.head)))
        self._seeds = [tuple(seeds_of(w, end, none) for end in self.ends) for w in self.weights]
        self.units = np.stack([w.units for w in self.weights], axis=1)
        self.to_end = np.stack([self._bound(i) for i in range(len(names))], axis=1)
        self._along = [direct(w, self.points[0].positions, self.points[1].positions) for w in self.weights]
        self.limits = np.array(
            [
                int(min(np.floor(limits[name] / w.resolution + 1e-6), _FREE)) if name in limits else _FREE
                for name, w in zip(names, self.weights, strict=True)
            ]
        )

    def least(self, i: int) -> float:
        """Return the least that any path costs by a criterion."""
        start = self._seeds[i][0]
        there = self.to_end[start.nodes, i]
        costs = np.concatenate([(there + start.costs)[there >= 0], self._along[i].units])
        return float(costs.min() * self.weights[i].resolution) if len(costs) else float("inf")

    def run(self, most: int, first_only: bool) -> list[Compromise]:
        """Return the compromises, or only the first."""
        starts, goals = ([seeds[side] for seeds in self._seeds] for side in range(2))
        criteria = Criteria(
            self.network.first_out, self.network.head, self.units,
            starts[0].nodes, np.stack([s.costs for s in starts], axis=1),
            goals[0].nodes, np.stack([s.costs for s in goals], axis=1),
        )  # fmt: skip
        bounds = Bounds(self.to_end, self.limits)
        labels = Labels.empty(self.network.size, min(most, 4 * self.network.size + 1024), len(self.weights))
        while True:
            made, ends = set_labels(criteria, bounds, labels, first_only)
            if made >= 0:
                break
            if len(labels.node) >= most:
                raise ProblemError(
                    f"there are more than {most} labels between these points; set limits, such as "
                    "limits={'length': …}, fewer criteria, or a larger most"
                )
            labels = grown(labels, min(most, 4 * len(labels.node)))
        found = [self._compromise(labels, int(label), goals) for label in labels.ends[:ends]]
        return self._with_direct(found, first_only)

    def _bound(self, i: int) -> Integers:
        """Return the least that the way from each node to the end costs by a criterion, (n,); -1: there is none."""
        into = inward(self.network, self.units[:, i])
        found = np.empty(self.network.size, np.int64)
        one_to_all(into, new_desk(into), self._seeds[i][1], found)
        return found

    def _compromise(self, labels: Labels, label: int, goals: list[Any]) -> Compromise:
        end, label = int(labels.arc[label]), int(labels.parent[label])
        costs = labels.cost[label] + np.array([g.costs[end] for g in goals])
        arcs = []
        while labels.parent[label] >= 0:
            arcs.append(int(labels.arc[label]))
            label = int(labels.parent[label])
        begin = int(labels.arc[label])
        first: Weights = self.weights[0]
        path = assembled(
            self.network, first, self.ends, (begin, end), np.array(arcs[::-1], np.int32), int(costs[0])
        )
        return Compromise(path, self._in_units(costs))

    def _in_units(self, costs: Integers) -> tuple[float, ...]:
        return tuple(float(c) * w.resolution for c, w in zip(costs, self.weights, strict=True))

    def _with_direct(self, found: list[Compromise], first_only: bool) -> list[Compromise]:
        """Return compromises with the way along the arc on which both points lie, where it is one."""
        along = self._along
        if not all(d.pair.size for d in along):
            return found
        units: NDArray[np.int64] = np.array([d.units[0] for d in along])
        if (units > self.limits).any():
            return found
        arc, begin, end = along[0].arc, float(along[0].begin[0]), float(along[0].end[0])
        origin = int(self.network.tail[arc[0]]) if begin <= 0.0 else -1
        costs = self._in_units(units)
        path = Path(self.network, arc[:1], costs[0], origin=origin, begin=begin, end=end)
        if any(all(c <= d for c, d in zip(other.costs, costs, strict=True)) for other in found):
            return found
        kept = [o for o in found if not all(c >= d for c, d in zip(o.costs, costs, strict=True))]
        ordered = sorted([*kept, Compromise(path, costs)], key=lambda compromise: compromise.costs)
        return ordered[:1] if first_only else ordered


def _weights(network: Network, names: Sequence[str]) -> list[Weights]:
    """Return the weights of each criterion, with those arcs closed that any of them closes."""
    weights = [read_weights(network, name) for name in names]
    shut = np.stack([w.units < 0 for w in weights])
    if (shut.any(axis=0) != shut.all(axis=0)).any():
        network = network.close(shut.any(axis=0))
        weights = [read_weights(network, name) for name in names]
    return weights


def _check(network: Network, names: Sequence[str], limits: Mapping[str, float]) -> None:
    known = ", ".join(network.arcs) or "none"
    errors = [f"'{n}' is no column of the arcs; there are: {known}" for n in names if n not in network.arcs]
    errors += [
        f"limits: '{n}' is not among the criteria {', '.join(names)}" for n in limits if n not in names
    ]
    errors += [f"limits: {n} must be 0 or more, not {v}" for n, v in limits.items() if not v >= 0]
    if not names:
        errors.append("criteria: give one or more columns of the arcs")
    if errors:
        raise ProblemError(errors)
