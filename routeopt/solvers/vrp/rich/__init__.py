"""Iterated local search for almost every attribute: ruin, recreate, polish, and anneal.

Strings of neighbouring stops are taken out, put back where they cost least, and what has changed is
polished by local search; the result is kept by the rule of simulated annealing, or undone from a log, so
that an iteration costs what it touches. No plan ever breaks a bound: a stop that fits nowhere waits outside.
Source: Christiaens & Vanden Berghe, "Slack induction by string removals for vehicle routing problems",
Transportation Science 54 (2020).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from routeopt.problems.features import FEATURES
from routeopt.problems.instance import Instance, Routes
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.vrp.beginning import appraise, refuse_unsupported
from routeopt.solvers.vrp.rich.parameters import RichParameters
from routeopt.solvers.waiting import made

if TYPE_CHECKING:
    from routeopt.solvers.vrp.rich.engine import Engine


@dataclass(frozen=True)
class RichILS(RichParameters):
    """Improve routes by iterated local search, whatever their attributes.

    All `threads` work on the same plan. An iteration is one string removal with what follows.

    Parameters
    ----------
    neighbours : int
        Stops before, and as many behind, that each stop is tried next to.
    removed : float
        Stops taken out in an iteration, on average.
    polished : float
        Share of the iterations that are polished by local search.
    hot, cold : float
        Temperature at the begin and the end, in legs to a close neighbour.
    """

    supports: ClassVar[frozenset[str]] = frozenset(FEATURES) - {"shipments", "reloads", "fixed_edges"}

    def __call__(
        self,
        instance: Instance,
        start: Routes | None,
        *,
        stop: StopSignal,
        rng: np.random.Generator,
        threads: int,
    ) -> Iterator[Incumbent]:
        """Yield the start if it is feasible, then ever better answers and heartbeats.

        Raises
        ------
        UnsupportedError
            The instance uses an attribute that is not in `supports`.
        """
        refuse_unsupported(instance, self.supports, "rich")
        known = appraise(instance, start, stop, "rich")
        yield known
        if not instance.stops or stop.reached(0):
            return
        engine = yield from made(lambda: self._engine(instance, start, rng, threads), known, stop)
        if engine is not None:
            yield from engine.drive(stop, known)

    def _engine(
        self, instance: Instance, start: Routes | None, rng: np.random.Generator, threads: int
    ) -> Engine:
        from routeopt.solvers.vrp.rich.engine import Engine

        return Engine(instance, start, rng, self, threads)
