"""Ruin and recreate as a link of a chain: a plan is annealed, guided by the prices of the relaxation."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from routeopt.problems.flow_instance import FlowInstance, FlowPaths
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.flows.plan import Plan, begun, known
from routeopt.solvers.flows.ruin import Tide, anneal
from routeopt.solvers.random import random_state
from routeopt.solvers.waiting import HEARTBEAT, made

_FIRST = 100  # iterations of the first round; the others take a heartbeat
_UNTIMED = 2000  # iterations of a round where iterations are limited


@dataclass(frozen=True)
class Ruin:
    """Take flows off a link and let others have what becomes free; or let a rejected flow in, whoever has to leave.

    Losses and temperatures are in mean weights of a flow.

    Parameters
    ----------
    removals : int
        Flows that are taken off a link at a time, at most.
    force : float
        How often a rejected flow is let in instead.
    blink : float
        How often a flow is passed over when there is room for it.
    loss : float
        What a flow's path may lose against the prices of the relaxation.
    warm, cold : float
        Temperature to begin and to end with.
    """

    removals: int = 10
    force: float = 0.3
    blink: float = 0.2
    loss: float = 0.05
    warm: float = 0.15
    cold: float = 0.02

    def __post_init__(self) -> None:
        if self.removals < 1:
            raise ValueError(f"removals must be 1 or more, not {self.removals}")
        for name in ("force", "blink"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be from 0 to below 1, not {getattr(self, name)}")
        if not self.loss >= 0 or not 0 < self.cold <= self.warm:
            raise ValueError("loss must be 0 or more, warm and cold above 0, warm no less than cold")

    def __call__(
        self,
        instance: FlowInstance,
        start: FlowPaths | None,
        *,
        stop: StopSignal,
        rng: np.random.Generator,
        threads: int,  # noqa: ARG002
    ) -> Iterator[Incumbent]:
        """Yield the start, then ever better plans and heartbeats."""
        best = known(instance, start, stop, "ruin")
        yield best
        plan = yield from made(lambda: self._begun(instance, start, stop), best, stop)
        if plan is None:
            return
        tide, state, done, round_ = self._tide(plan), random_state(rng), 0, _FIRST
        timed = math.isinf(stop.iterations)
        begin, seconds = time.perf_counter(), stop.seconds_left()
        while not stop.reached(done):
            progress = (time.perf_counter() - begin) / seconds if timed else done / stop.iterations
            heat = plan.mean_weight * self.warm * (self.cold / self.warm) ** min(progress, 1.0)
            since = time.perf_counter()
            wanted = round_ if timed else int(min(_UNTIMED, stop.iterations - done))
            done += anneal(
                instance,
                plan.pool,
                tide,
                self.removals,
                self.blink,
                self.force,
                heat,
                wanted,
                state,
                stop.flag,
            )
            took = max(time.perf_counter() - since, 1e-6)
            round_ = max(int(min(HEARTBEAT, stop.seconds_left()) / took * wanted), 1)
            if tide.value[1] > best.objective:
                paths = plan.pool.paths(tide.best)
                best = best._replace(objective=int(tide.value[1]), bound=plan.bound, answer=paths)
            best = best._replace(seconds=stop.seconds(), iterations=done)
            yield best

    def _begun(self, instance: FlowInstance, start: FlowPaths | None, stop: StopSignal) -> Plan:
        plan = begun(instance, start, stop)
        plan.fill()
        return plan

    def _tide(self, plan: Plan) -> Tide:
        flows, nodes = plan.instance.flows, plan.instance.nodes
        loss = self.loss * plan.mean_weight
        if plan.relaxation is None:
            loss = math.inf  # what paths cost says nothing then
        return Tide(
            plan.chosen,
            plan.chosen.copy(),
            plan.room,
            np.array([plan.worth, plan.worth]),
            plan.queue(loss),
            plan.limits(loss),
            np.zeros(flows, np.int64),
            np.zeros(flows, np.int64),
            np.zeros(flows, np.bool_),
            np.zeros(nodes, np.int64),
            np.zeros(nodes, np.int64),
        )
