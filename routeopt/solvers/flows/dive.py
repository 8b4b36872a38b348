"""Diving: whatever the relaxation decides is fixed, and the rest is solved as an integer program.

A vertex of the relaxation over paths has hardly more fractional flows than there are capacities, however many flows
there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from routeopt.problems.flow_instance import FlowInstance, FlowPaths
from routeopt.problems.instance import Integers
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.flows.columns import Columns, best_columns, columns_of, program
from routeopt.solvers.flows.plan import Plan, begun, known
from routeopt.solvers.flows.relaxation import Relaxation, path_shares
from routeopt.solvers.flows.room import take_what_fits
from routeopt.solvers.waiting import finished, made

_WHOLE = 1e-6
_LEAST = 1e-9  # share of a flow that the relaxation admits at all
_GAP = 1e-3  # to which the integer program is solved


@dataclass(frozen=True)
class Dive:
    """Fix what the relaxation decides, and solve the rest as an integer program.

    Parameters
    ----------
    loss : float
        Columns of the program may lose so much against the prices of the relaxation, in mean weights of a flow.
    share : float
        Of the time that is left, at most, for the program.
    """

    loss: float = 0.2
    share: float = 0.7

    def __post_init__(self) -> None:
        if not self.loss > 0 or not 0 < self.share <= 1:
            raise ValueError(f"loss must be above 0 and share from 0 to 1, not {self.loss} and {self.share}")

    def __call__(
        self,
        instance: FlowInstance,
        start: FlowPaths | None,
        *,
        stop: StopSignal,
        rng: np.random.Generator,  # noqa: ARG002
        threads: int,  # noqa: ARG002
    ) -> Iterator[Incumbent]:
        """Yield what is fixed and filled up, then the same with the program solved, where they are better."""
        best = known(instance, start, stop, "dive")
        yield best
        plan = yield from made(lambda: begun(instance, start, stop), best, stop)
        if plan is None or plan.relaxation is None or not len(plan.relaxation.volume):
            return  # prices that were estimated in a hurry decide nothing
        best = best._replace(bound=plan.bound)
        fixed = yield from finished(partial(_fixed, plan, plan.relaxation), best, stop)
        for make in (_filled, partial(self._solved, stop=stop)):
            found = yield from finished(partial(make, fixed), best, stop)
            if found.worth > best.objective:
                best = found.incumbent(stop, best.iterations + 1, "dive")
            yield best

    def _solved(self, fixed: Plan, stop: StopSignal) -> Plan:
        loss = self.loss * fixed.mean_weight
        flows = np.flatnonzero(fixed.chosen < 0)
        columns = columns_of(fixed.instance, fixed.pool, flows, loss)
        seconds = self.share * stop.seconds_left()
        chosen, _, _ = best_columns(fixed.instance, fixed.pool, columns, fixed.room, seconds, _GAP)
        plan = fixed.with_chosen(fixed.chosen.copy())
        if chosen is not None:
            take_what_fits(
                plan.instance, plan.pool, plan.room, plan.chosen, columns.flow[chosen], columns.path[chosen]
            )
        plan.fill()
        return plan


def _filled(fixed: Plan) -> Plan:
    plan = fixed.with_chosen(fixed.chosen.copy())
    plan.fill()
    return plan


def _fixed(plan: Plan, relaxation: Relaxation) -> Plan:
    """Return the plan of the flows that have whole paths in a vertex of the relaxation."""
    from scipy.optimize import linprog

    instance, pool = plan.instance, plan.pool
    empty = plan.with_chosen(np.full(instance.flows, -1, np.int64))
    columns = _of_relaxation(plan, relaxation)
    if not len(columns.flow):
        return empty
    rows, limits = program(instance, pool, columns, empty.room)
    weight = -instance.weight[columns.flow].astype(np.float64)
    found = linprog(weight, A_ub=rows, b_ub=limits, bounds=(0, 1), method="highs-ds")
    if found.x is not None:
        whole = np.flatnonzero(found.x > 1 - _WHOLE)
        flows, paths = columns.flow[whole], columns.path[whole]
        take_what_fits(instance, pool, empty.room, empty.chosen, flows, paths)
    return empty


def _of_relaxation(plan: Plan, relaxation: Relaxation) -> Columns:
    """Return the flows that the relaxation admits, each on the paths that it uses between the same nodes."""
    instance, survey = plan.instance, plan.survey
    pair_of = dict(
        zip(
            zip(instance.source.tolist(), instance.target.tolist(), strict=True),
            survey.pool.pair.tolist(),
            strict=True,
        )
    )
    of_pair: dict[int, list[int]] = {}
    ends, paths = path_shares(instance, relaxation)
    for (source, target), path in zip(ends.tolist(), paths, strict=True):
        pair = pair_of[source, target]
        of_pair.setdefault(pair, []).append(survey.places[pair][tuple(path)])
    admitted = np.flatnonzero(relaxation.admitted > _LEAST)
    lists = [sorted(set(of_pair.get(pair, []))) for pair in survey.pool.pair[admitted].tolist()]
    flow: Integers = np.repeat(admitted, [len(numbers) for numbers in lists])
    number = np.array([number for numbers in lists for number in numbers], np.int64)
    kept = np.diff(survey.pool.first)[number] <= instance.max_hops[flow]
    kept &= survey.pool.delay[number] <= instance.max_delay[flow]
    return Columns(flow[kept], number[kept])
