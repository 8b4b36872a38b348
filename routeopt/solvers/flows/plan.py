"""Where a solver stands: which path of the pool each flow has, what is left, and what is known of the best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from routeopt.problems.flow_instance import FlowInstance, FlowPaths
from routeopt.problems.instance import Floats, Integers
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.flows.columns import cheapest_cost
from routeopt.solvers.flows.known import surveyed
from routeopt.solvers.flows.pool import Pool, Survey
from routeopt.solvers.flows.relaxation import Relaxation
from routeopt.solvers.flows.room import Room, admit_in_order, room_beside, take_what_fits


@dataclass
class Plan:
    """Paths of an instance's flows, changed in place."""

    instance: FlowInstance
    survey: Survey
    chosen: Integers  # (F,) path of each flow, -1: rejected
    room: Room

    @property
    def pool(self) -> Pool:
        """The paths."""
        return self.survey.pool

    @property
    def relaxation(self) -> Relaxation | None:
        """The relaxation, where there was time for it."""
        return self.survey.relaxation

    @property
    def bound(self) -> float | None:
        """What no plan is worth more than, where it is known."""
        return None if self.relaxation is None else self.relaxation.bound

    @property
    def worth(self) -> int:
        """What the admitted flows are worth together."""
        return int(self.instance.weight[self.chosen >= 0].sum())

    @property
    def mean_weight(self) -> float:
        """What a flow is worth on average: the unit of losses and temperatures."""
        return float(self.instance.weight.mean())

    def queue(self, loss: float) -> Integers:
        """Return the flows whose cheapest path loses no more than `loss`, those first that gain most for its cost."""
        cost = cheapest_cost(self.pool)
        able = np.flatnonzero(self.instance.bandwidth * cost <= self.instance.weight + loss)
        gain = self.instance.weight[able] / (self.instance.bandwidth[able] * np.maximum(cost[able], 1e-12))
        return able[np.argsort(-gain, kind="stable")]

    def limits(self, loss: float) -> Floats:
        """Return what the path of each flow (F,) may cost for a unit of bandwidth."""
        found: Floats = (self.instance.weight + loss) / self.instance.bandwidth
        return found

    def fill(self) -> None:
        """Admit rejected flows wherever there is room, those first that gain most."""
        admit_in_order(self.instance, self.pool, self.room, self.chosen, self.queue(np.inf))

    def with_chosen(self, chosen: Integers) -> Plan:
        """Return the plan with other paths."""
        return Plan(self.instance, self.survey, chosen, room_beside(self.instance, self.pool, chosen))

    def incumbent(self, stop: StopSignal, iterations: int, source: str) -> Incumbent:
        """Return what the plan is worth."""
        paths = self.pool.paths(self.chosen)
        return Incumbent(stop.seconds(), iterations, self.worth, self.bound, paths, source)


def begun(instance: FlowInstance, start: FlowPaths | None, stop: StopSignal) -> Plan:
    """Return the plan that a solver begins with: of the start whatever keeps the limits, in the order of the flows."""
    reached = 0.0 if start is None else float(instance.weight[start.admitted()].sum())
    survey = surveyed(instance, min(stop.seconds_left(), 1e6), reached)
    chosen = np.full(instance.flows, -1, np.int64)
    stated = chosen.copy()
    if start is not None:
        survey, stated = survey.numbers(instance, start)
    room = room_beside(instance, survey.pool, chosen)
    flows = np.flatnonzero(stated >= 0)
    take_what_fits(instance, survey.pool, room, chosen, flows, stated[flows])
    return Plan(instance, survey, chosen, room)


def known(instance: FlowInstance, start: FlowPaths | None, stop: StopSignal, source: str) -> Incumbent:
    """Return the start as it is, for signs of life until there is a plan."""
    worth = -np.inf if start is None else float(instance.weight[start.admitted()].sum())
    return Incumbent(stop.seconds(), 0, worth, None, start, source)
