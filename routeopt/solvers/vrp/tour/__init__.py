"""One tour through all stops: chained Lin-Kernighan.

For problems in which one vehicle takes everything: no capacity, no times, no limits, legs as long in either
direction. Driven from here: portions of kernel work, each a few hundredths of a second.
Source: Applegate, Cook & Rohe, "Chained Lin-Kernighan for large traveling salesman problems", INFORMS
Journal on Computing 15 (2003).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from routeopt.problems.instance import Instance, Integers, Routes
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.vrp.beginning import appraise, refuse_unsupported
from routeopt.solvers.vrp.places import curve_order, distances, own_nodes, positions
from routeopt.solvers.waiting import made

if TYPE_CHECKING:
    from routeopt.solvers.vrp.tour.engine import TourEngine

_PORTION = 0.025  # seconds of kernel work between two looks at the clock
_FIRST_WORK = 20_000  # units of work of the first portion, well below that
_LEAST_WORK = 2_000  # units that are worth a look at the clock


@dataclass(frozen=True)
class LinKernighan:
    """Build and improve one tour through all stops by chained Lin-Kernighan.

    One thread is used. An iteration is a kick: four legs near each other are exchanged, and the tour repaired.
    A fleet is used as one vehicle, which is cheapest where no detour is a shortcut.

    Parameters
    ----------
    neighbours : int
        Stops that each stop is tried beside, up to 16.
    heat : float
        By how much a kick may lengthen the tour in the beginning, relative to a mean leg; it falls to 0 towards
        the end.
    """

    neighbours: int = 8
    heat: float = 0.4

    supports: ClassVar[frozenset[str]] = frozenset(
        {"limited_fleet", "fixed_cost", "distance_cost", "service_time", "durations", "fewest_vehicles"}
    )
    begins: ClassVar[bool] = True  # needs no plan to begin with

    def __post_init__(self) -> None:
        if not 1 <= self.neighbours <= 16:
            raise ValueError(f"neighbours must be from 1 to 16, not {self.neighbours}")
        if not 0 <= self.heat < np.inf:
            raise ValueError(f"heat must be 0 or more, not {self.heat}")

    def __call__(
        self,
        instance: Instance,
        start: Routes | None,
        *,
        stop: StopSignal,
        rng: np.random.Generator,
        threads: int,  # noqa: ARG002
    ) -> Iterator[Incumbent]:
        """Yield the start, or a tour along a curve, then ever better tours and heartbeats.

        Raises
        ------
        UnsupportedError
            The instance uses an attribute that is not in `supports`.
        """
        refuse_unsupported(instance, self.supports, "lk")
        if instance.stops == 0:
            return
        known = _first(instance, start, stop)
        yield known
        if stop.reached(0):
            return
        engine = yield from made(lambda: self._engine(instance, start, rng), known, stop)
        if engine is not None:
            yield from _drive(engine, instance, stop, known)

    def _engine(self, instance: Instance, start: Routes | None, rng: np.random.Generator) -> TourEngine:
        """Make the engine, with its kernels loaded or compiled."""
        from routeopt.solvers.vrp.tour.engine import TourEngine

        engine = TourEngine(instance, start, self.neighbours, self.heat, rng)
        engine.step(np.zeros(1, np.uint8), 0, 1.0, 0)  # no work
        return engine


def _first(instance: Instance, start: Routes | None, stop: StopSignal) -> Incumbent:
    """Return what to begin with: the start if it is complete and feasible, else a tour along a curve."""
    known = appraise(instance, start, stop, "lk")
    if known.answer is not None:
        return known
    return _with_tour(known, instance, own_nodes(instance)[curve_order(*positions(instance))])


def _with_tour(known: Incumbent, instance: Instance, nodes: Integers) -> Incumbent:
    """Return the incumbent with the tour of these nodes, unless it costs more."""
    nodes = np.roll(nodes, -int(np.flatnonzero(nodes == instance.start[0])[0]))
    if nodes[1] > nodes[-1]:  # of both directions always the same one
        nodes[1:] = nodes[:0:-1].copy()
    length = float(distances(instance, nodes, np.roll(nodes, -1)).sum())
    vehicle = float(instance.fixed_cost[0]) + instance.vehicle_weight
    cost = (float(instance.distance_cost[0]) * length + vehicle) / instance.scale
    if cost > known.objective or cost == np.inf:
        return known
    routes = Routes(nodes[1:], np.array([0, len(nodes) - 1]), np.zeros(1, np.int64))
    return known._replace(objective=cost, answer=routes)


def _drive(engine: TourEngine, instance: Instance, stop: StopSignal, known: Incumbent) -> Iterator[Incumbent]:
    """Let the engine work until it is time to stop, and yield after each portion."""
    rate = _FIRST_WORK / _PORTION  # units of work per second
    begin, length = time.perf_counter(), np.inf
    limit = int(min(stop.iterations, 2**62))
    while not stop.reached(engine.kicks):
        before = time.perf_counter()
        horizon = stop.iterations
        if not np.isfinite(horizon) and engine.kicks > 0:
            horizon = engine.kicks * (1.0 + stop.seconds_left() / (before - begin))
        work = max(_LEAST_WORK, int(rate * min(_PORTION, stop.seconds_left())))
        used = engine.step(stop.flag, limit, horizon, work)
        if used >= _LEAST_WORK:
            rate += 0.5 * (used / (time.perf_counter() - before) - rate)
        if engine.length < length:
            length = engine.length
            known = _with_tour(known, instance, engine.nodes())
        known = known._replace(seconds=stop.seconds(), iterations=engine.kicks)
        yield known
    if engine.length == length:  # of several tours as short not the one that the clock chose
        yield _with_tour(known, instance, engine.nodes())._replace(seconds=stop.seconds())
