"""Hybrid genetic search: a small population of good answers, crossed, searched and kept apart.

The plain family (one depot, one kind of load, symmetric legs) counts in whole distances
and loads; the timed family adds windows, durations, limits and directed legs.
Source: Vidal, "Hybrid genetic search for the CVRP", C&OR 140 (2022).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.features import features_of
from routeopt.problems.instance import Instance, Routes
from routeopt.problems.legs import DENSE_LIMIT
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.vrp import plain
from routeopt.solvers.vrp.beginning import appraise, refuse_unsupported
from routeopt.solvers.vrp.hgs.islands import evolve_islands
from routeopt.solvers.vrp.hgs.parameters import HGSParameters
from routeopt.solvers.waiting import made

if TYPE_CHECKING:
    from routeopt.solvers.vrp.hgs.engine import Engine

_TIMED = frozenset({"time_windows", "shift", "max_duration", "max_distance", "duration_cost", "asymmetric"})
_MOST_STOPS = 10_000  # the matrix takes 0.4 GB there


@dataclass(frozen=True)
class HGS(HGSParameters):
    """Improve routes by hybrid genetic search.

    Each of `threads` has a population of its own, and the best individuals travel. An iteration is the local
    search of one individual. Beyond 10 000 stops, or where times matter and there is no matrix, only the start
    comes back.

    Parameters
    ----------
    neighbours : int
        Closest stops that each stop is tried with, up to 60; half as many where a guide chooses them.
    population : int, optional
        Individuals that survive in each half of the population, the feasible and the infeasible one, up
        to 25. By default chosen from the number of stops and the iterations, or else the time, allowed.
    elite : int
        Individuals that survive by cost alone.
    close : int
        Relatives that count in an individual's diversity.
    feasible_share : float
        Share of local searches that the penalties let end feasible.
    patience : int
        Individuals without a better answer after which the population is made anew.
    """

    supports: ClassVar[frozenset[str]] = plain.FEATURES | _TIMED
    wants_guide: ClassVar[bool] = True
    wants_starts: ClassVar[bool] = True

    def __call__(
        self,
        instance: Instance,
        start: Routes | None,
        *,
        stop: StopSignal,
        rng: np.random.Generator,
        threads: int,
        guide: NDArray[np.int32] | None = None,
        starts: Sequence[Routes] = (),
    ) -> Iterator[Incumbent]:
        """Yield the start if it is feasible, then ever better answers and heartbeats.

        What a `guide` says, (n, k) nodes, chooses the neighbours that each stop is tried with. Further `starts`
        join the first populations, dealt out to the threads.

        Raises
        ------
        UnsupportedError
            The instance uses an attribute that is not in `supports`.
        """
        refuse_unsupported(instance, self.supports, "hgs")
        known = appraise(instance, start, stop, "hgs")
        yield known
        timed = bool(features_of(instance) & _TIMED)
        most = DENSE_LIMIT if timed else _MOST_STOPS
        if not 0 < instance.stops <= most or stop.reached(0):
            return
        first = [] if start is None else [start]
        engines = yield from made(
            lambda: [
                self._engine(instance, [*first, *starts[number::threads]], guide, each, timed)
                for number, each in enumerate(rng.spawn(threads))
            ],
            known,
            stop,
        )
        if engines is not None:
            yield from evolve_islands(engines, stop, known)

    def _engine(
        self,
        instance: Instance,
        starts: Sequence[Routes],
        guide: NDArray[np.int32] | None,
        rng: np.random.Generator,
        timed: bool,
    ) -> Engine:
        """Make the engine of the leanest family that knows all attributes; only its kernels are compiled."""
        if timed:
            from routeopt.solvers.vrp.hgs.timed import TimedEngine as Family
        else:
            from routeopt.solvers.vrp.hgs.plain import PlainEngine as Family
        parameters = self if guide is None else replace(self, neighbours=max(1, self.neighbours // 2))
        engine = Family(instance, parameters, starts, rng, guide)
        engine.evolve(np.zeros(1, np.uint8), 0, 0)  # no work: loads or compiles the kernel
        return engine
