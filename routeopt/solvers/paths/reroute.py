"""Paths after a closure: each is kept, planned anew, or declared failed with the reason; none is passed over."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from routeopt.errors import ProblemError
from routeopt.problems.instance import Integers
from routeopt.problems.network import Indices, Network
from routeopt.problems.paths import Path
from routeopt.problems.pieces import mirrored
from routeopt.problems.positions import Positions
from routeopt.solvers.paths.front import ShortestPaths

_log = logging.getLogger(__name__)


class Outcome(NamedTuple):
    """What became of one path."""

    status: Literal["kept", "rerouted", "failed"]
    path: Path | None  # what is to be driven from where one is; None: failed
    extra: float  # what that costs more than what was left of the path before; inf: failed
    reason: str  # why it was not kept; "" if it was
    closed: Integers  # arcs ahead on the path before that can no longer be used


@dataclass(frozen=True, eq=False)
class Rerouted:
    """What became of each path, in order.

    Parameters
    ----------
    outcomes : tuple of Outcome
    """

    outcomes: tuple[Outcome, ...]

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.outcomes)

    def __len__(self) -> int:
        return len(self.outcomes)

    def __getitem__(self, i: int) -> Outcome:
        return self.outcomes[i]

    def __repr__(self) -> str:
        counts = Counter(outcome.status for outcome in self.outcomes)
        shown = ", ".join(f"{counts[status]} {status}" for status in ("kept", "rerouted", "failed"))
        return f"<Rerouted: {shown}>"

    @property
    def failed(self) -> list[int]:
        """Which paths have none to take their place."""
        return [i for i, outcome in enumerate(self.outcomes) if outcome.status == "failed"]


def reroute(
    before: Sequence[Path],
    now: Network | ShortestPaths,
    *,
    driven: ArrayLike | None = None,
    metric: str | ArrayLike = "time",
) -> Rerouted:
    """Plan paths anew that use an arc which is closed now, and say what became of each.

    Each decision but "kept" is logged: a warning for each path that failed, else an information.

    Parameters
    ----------
    before : sequence of Path
        Paths of the same network before arcs were closed.
    now : Network or ShortestPaths
        The network as it is now, of the same arcs; ShortestPaths of it save preparing them.
    driven : (k,) integers, optional
        How many arcs of each path are behind its traveller, who stands at the end of the last of them and plans from
        there. By default all stand at their start.
    metric : str or (m,) array
        What is minimised if `now` is a Network; the paths before should have been planned by the same.

    Raises
    ------
    ProblemError
        Some path belongs to a network of other arcs, or `driven` does not fit the paths.
    """
    paths = now if isinstance(now, ShortestPaths) else ShortestPaths(now, metric)
    behind = _read_driven(before, driven)
    m = len(paths.network.head)
    strange = [i for i, path in enumerate(before) if len(path.network.head) != m]
    if strange:
        raise ProblemError(
            f"path {i}: its network has {len(before[i].network.head)} arcs, this one {m}; close arcs of the same"
            " network with network.close"
            for i in strange
        )
    planner = _Planner(paths)
    outcomes = []
    for i, (path, count) in enumerate(zip(before, behind.tolist(), strict=True)):
        outcome = planner.outcome(path, count)
        outcomes.append(outcome)
        if outcome.status == "rerouted":
            _log.info("path %d is rerouted at an extra cost of %g: %s", i, outcome.extra, outcome.reason)
        elif outcome.status == "failed":
            _log.warning("path %d failed: %s", i, outcome.reason)
    return Rerouted(tuple(outcomes))


def _read_driven(before: Sequence[Path], driven: ArrayLike | None) -> Integers:
    counts = np.zeros(len(before), np.int64) if driven is None else np.asarray(driven, np.int64).ravel()
    if len(counts) != len(before):
        raise ProblemError(f"driven: {len(counts)} numbers for {len(before)} paths")
    errors = [
        f"driven: {count} arcs of path {i}, which has {len(path.arcs)}"
        for i, (path, count) in enumerate(zip(before, counts.tolist(), strict=True))
        if not 0 <= count <= len(path.arcs)
    ]
    if errors:
        raise ProblemError(errors)
    return counts


class _Planner:
    """Decides for one path after the other."""

    def __init__(self, paths: ShortestPaths) -> None:
        self.paths, self.network = paths, paths.network
        metric = paths.metric
        self._weight = np.asarray(self.network.arcs[metric] if isinstance(metric, str) else metric)

    @cached_property
    def _mirrored(self) -> Indices:
        return mirrored(self.network)

    def outcome(self, path: Path, behind: int) -> Outcome:
        """Return what becomes of a path of which some arcs are behind."""
        if not path.found:
            reason = f"there was no path before: {path.reason}"
            return Outcome("failed", None, float("inf"), reason, np.zeros(0, np.int64))
        ahead = path.arcs[behind:].astype(np.int64)
        closed = ahead[self.paths.weights.units[ahead] < 0]
        rest = self._rest(path, behind)
        if not len(closed):
            return Outcome("kept", rest, 0.0, "", closed)
        reason = _named(path.network, closed)
        found = self.paths.path(self._start(path, behind), self._end(path))
        if not found:
            return Outcome("failed", None, float("inf"), f"{reason}; {found.reason}", closed)
        return Outcome("rerouted", found, found.cost - rest.cost, reason, closed)

    def _rest(self, path: Path, behind: int) -> Path:
        """Return what is left of a path, at the cost that it had."""
        if not behind:
            return path
        cost = float(self._weight[path.arcs[behind:]] @ path.shares[behind:])
        at_node = behind < len(path.arcs) or path.end >= 1.0
        origin = int(path.network.head[path.arcs[behind - 1]]) if at_node else -1
        end = path.end if behind < len(path.arcs) else 1.0
        return Path(path.network, path.arcs[behind:], cost, origin=origin, end=end)

    def _start(self, path: Path, behind: int) -> int | Positions:
        """Return from where a path is planned anew."""
        if behind:
            return int(self.network.head[path.arcs[behind - 1]])
        return path.origin if path.origin >= 0 else self._on_arc(path, 0, path.begin)

    def _end(self, path: Path) -> int | Positions:
        return int(self.network.head[path.arcs[-1]]) if path.end >= 1.0 else self._on_arc(path, -1, path.end)

    def _on_arc(self, path: Path, i: int, fraction: float) -> Positions:
        """Return the point on an arc at which a path begins or ends."""
        arc = path.arcs[[i]]
        place = np.full((1, 2), np.nan) if self.network.places is None else path.line[[i]]
        return Positions(arc, self._mirrored[arc], np.array([fraction]), place, np.zeros(1), ("",))


def _named(network: Network, arcs: Integers) -> str:
    """Return that arcs are closed, in words: how many, and on which streets."""
    names = [network.label("name", int(arc)) for arc in arcs]
    streets = ", ".join(name for name in dict.fromkeys(names) if name)
    shown = f" ({streets})" if streets else ""
    return f"{len(arcs)} arcs{shown} are closed" if len(arcs) > 1 else f"1 arc{shown} is closed"
