"""Large neighbourhood search: the flows around a link are set free and planned anew by an integer program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from routeopt.problems.flow_instance import FlowInstance, FlowPaths
from routeopt.problems.instance import Integers
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.flows.columns import Columns, best_columns, columns_of
from routeopt.solvers.flows.plan import Plan, begun, known
from routeopt.solvers.flows.room import take_what_fits
from routeopt.solvers.waiting import finished, made

_GROW, _SHRINK = (
    1.1,
    0.8,
)  # what the number of free flows changes by, as programs are solved soon or not at all


@dataclass(frozen=True)
class LNS:
    """Set the flows around a link free and plan them anew, with those that are rejected, by an integer program.

    Parameters
    ----------
    free : int
        Flows that are set free at first; fewer or more as programs take long or not.
    seconds : float
        For one program.
    loss : float
        What a flow's path may lose against the prices of the relaxation, in mean weights of a flow.
    """

    free: int = 60
    seconds: float = 2.0
    loss: float = 0.2

    def __post_init__(self) -> None:
        if self.free < 1 or not self.seconds > 0 or not self.loss > 0:
            raise ValueError("free must be 1 or more, seconds and loss above 0")

    def __call__(
        self,
        instance: FlowInstance,
        start: FlowPaths | None,
        *,
        stop: StopSignal,
        rng: np.random.Generator,
        threads: int,  # noqa: ARG002
    ) -> Iterator[Incumbent]:
        """Yield the start, then ever better plans and heartbeats; an iteration is a program."""
        best = known(instance, start, stop, "lns")
        yield best
        plan = yield from made(lambda: begun(instance, start, stop), best, stop)
        if plan is None or plan.relaxation is None:
            return
        plan.fill()
        free, done = float(self.free), 0
        while not stop.reached(done):
            chosen, solved = yield from finished(
                partial(self._replanned, plan, int(free), rng, stop), best, stop
            )
            free = float(np.clip(free * (_GROW if solved else _SHRINK), 5, 10 * self.free))
            done += 1
            if int(instance.weight[chosen >= 0].sum()) >= plan.worth:
                plan = plan.with_chosen(chosen)
            if plan.worth > best.objective:
                best = plan.incumbent(stop, done, "lns")
            best = best._replace(seconds=stop.seconds(), iterations=done, bound=plan.bound)
            yield best

    def _replanned(
        self, plan: Plan, free: int, rng: np.random.Generator, stop: StopSignal
    ) -> tuple[Integers, bool]:
        instance, pool = plan.instance, plan.pool
        freed = _around(plan, free, rng)
        others = plan.chosen.copy()
        others[freed] = -1
        rest = plan.with_chosen(others)
        rejected = np.flatnonzero(plan.chosen < 0)
        columns = columns_of(instance, pool, np.concatenate([freed, rejected]), self.loss * plan.mean_weight)
        columns = _usable(rest, columns)
        seconds = min(self.seconds, stop.seconds_left())
        chosen, _, solved = best_columns(instance, pool, columns, rest.room, seconds)
        if chosen is not None:
            flows, paths = columns.flow[chosen], columns.path[chosen]
            take_what_fits(instance, pool, rest.room, rest.chosen, flows, paths)
        take_what_fits(instance, pool, rest.room, rest.chosen, freed, plan.chosen[freed])
        rest.fill()
        return rest.chosen, solved


def _around(plan: Plan, free: int, rng: np.random.Generator) -> Integers:
    """Return some admitted flows that use arcs at the ends of a random arc."""
    instance, pool = plan.instance, plan.pool
    arc = rng.integers(len(instance.head))
    ends = [instance.tail[arc], instance.head[arc]]
    near = np.isin(instance.tail, ends) | np.isin(instance.head, ends)
    admitted = np.flatnonzero(plan.chosen >= 0)
    paths = plan.chosen[admitted]
    counts = np.concatenate([[0], np.cumsum(near[pool.arcs])])
    touched = admitted[counts[pool.first[paths + 1]] > counts[pool.first[paths]]]
    return rng.permutation(touched)[:free]


def _usable(rest: Plan, columns: Columns) -> Columns:
    """Return the columns whose every link has room for them."""
    if not len(columns.flow):
        return columns
    instance, pool = rest.instance, rest.pool
    left = rest.room.capacity[instance.link[pool.arcs]]
    least = np.minimum.reduceat(left, pool.first[:-1])
    kept = least[columns.path] >= instance.bandwidth[columns.flow]
    return Columns(columns.flow[kept], columns.path[kept])
