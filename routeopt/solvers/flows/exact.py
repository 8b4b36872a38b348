"""Exact admission of few flows: every path that a better answer could use, as columns of one integer program.

A flow on a path loses against the bound; a column that loses more than what lies between the bound and the best answer
is in no better answer (Barnhart, Hane and Vance, Operations Research 48, 2000). What is left is enumerated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from routeopt.problems.flow_instance import FlowInstance, FlowPaths
from routeopt.problems.instance import Floats, Integers
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.flows.columns import best_columns, columns_of
from routeopt.solvers.flows.plan import Plan, begun, known
from routeopt.solvers.flows.pool import Pool, packed
from routeopt.solvers.flows.relaxation import Relaxation, distances
from routeopt.solvers.flows.room import room_beside, take_what_fits
from routeopt.solvers.waiting import finished, made


@dataclass(frozen=True)
class Exact:
    """Prove an answer the best, or find a better one, by an integer program over all paths that matter.

    Parameters
    ----------
    columns : int
        Beyond so many columns it gives up, and the bound stays that of the relaxation.
    """

    columns: int = 60_000

    def __post_init__(self) -> None:
        if self.columns < 1:
            raise ValueError(f"columns must be 1 or more, not {self.columns}")

    def __call__(
        self,
        instance: FlowInstance,
        start: FlowPaths | None,
        *,
        stop: StopSignal,
        rng: np.random.Generator,  # noqa: ARG002
        threads: int,  # noqa: ARG002
    ) -> Iterator[Incumbent]:
        """Yield the start, then the best answer with its bound."""
        best = known(instance, start, stop, "exact")
        yield best
        plan = yield from made(lambda: begun(instance, start, stop), best, stop)
        if plan is None or plan.relaxation is None:
            return
        plan.fill()
        best = plan.incumbent(stop, 0, "exact")
        yield best
        pool = yield from finished(partial(_pool_that_matters, plan, self.columns, stop), best, stop)
        if pool is None or stop.reached(0):
            return
        found, bound = yield from finished(partial(_solved, plan, pool, stop), best, stop)
        if found is not None and int(instance.weight[found.admitted()].sum()) > best.objective:
            best = best._replace(objective=int(instance.weight[found.admitted()].sum()), answer=found)
        bound = min(max(bound, best.objective), plan.bound or np.inf)
        yield best._replace(seconds=stop.seconds(), iterations=1, bound=bound)


def _pool_that_matters(plan: Plan, most: int, stop: StopSignal) -> Pool | None:
    """Return the paths that an answer better than the plan could use; None: too many, or no time."""
    instance, relaxation, pair = plan.instance, plan.relaxation, plan.pool.pair
    assert relaxation is not None
    price = relaxation.arc_price(instance)
    slack = _slack(plan, relaxation)
    shortest = distances(instance, price)
    gain = np.maximum(instance.weight - instance.bandwidth * shortest, 0.0)
    # On a path of cost c a flow loses max(gain, 0) - (weight - bandwidth c) against the bound.
    limit = (slack + instance.weight - gain) / instance.bandwidth
    found: list[dict[tuple[int, ...], None]] = [{} for _ in plan.survey.places]
    columns = 0
    for q, members in enumerate(_members(pair, len(found))):
        able = [flow for flow in members if shortest[flow] <= limit[flow]]
        if not able:
            continue
        ends = int(instance.source[able[0]]), int(instance.target[able[0]])
        for path in simple_paths(instance, price, *ends, float(limit[able].max())):
            found[q][path] = None
            columns += len(able)
            if columns > most or stop.reached(0):
                return None
    pool, _ = packed(pair, found, price, instance.delay)
    return pool


def _solved(plan: Plan, pool: Pool, stop: StopSignal) -> tuple[FlowPaths | None, float]:
    """Return the best choice of the pool's paths, and what no choice better than the plan is worth more than."""
    instance, relaxation = plan.instance, plan.relaxation
    assert relaxation is not None
    chosen = np.full(instance.flows, -1, np.int64)
    room = room_beside(instance, pool, chosen)
    able = np.flatnonzero(np.diff(pool.of_pair)[pool.pair] > 0)
    columns = columns_of(instance, pool, able, _slack(plan, relaxation))
    picked, bound, _ = best_columns(instance, pool, columns, room, stop.seconds_left(), 0.0)
    if picked is None:
        return None, bound
    take_what_fits(instance, pool, room, chosen, columns.flow[picked], columns.path[picked])
    return pool.paths(chosen), bound


def _slack(plan: Plan, relaxation: Relaxation) -> float:
    """Return what an answer that is better than the plan may lose against the bound: its worth is whole."""
    return relaxation.bound - plan.worth - 1 + 1e-6


def _members(pair: Integers, pairs: int) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in range(pairs)]
    for flow, q in enumerate(pair.tolist()):
        found[q].append(flow)
    return found


def simple_paths(
    instance: FlowInstance, price: Floats, source: int, target: int, limit: float
) -> Iterator[tuple[int, ...]]:
    """Yield the arcs of every simple path that costs no more than a limit, around arcs without capacity."""
    out = [range(a, b) for a, b in pairwise(instance.first_out.tolist())]
    head, cost = instance.head.tolist(), price.tolist()
    usable = (instance.capacity[instance.link] > 0).tolist()
    ends = instance._replace(
        source=np.arange(instance.nodes, dtype=np.int32), target=np.full(instance.nodes, target, np.int32)
    )
    rest = distances(ends, price).tolist()
    rest[target] = 0.0
    seen = [False] * instance.nodes

    def go_on(node: int, path: tuple[int, ...], spent: float) -> Iterator[tuple[int, ...]]:
        if node == target:
            yield path
            return
        seen[node] = True
        for arc in out[node]:
            after = head[arc]
            if usable[arc] and not seen[after] and spent + cost[arc] + rest[after] <= limit + 1e-9:
                yield from go_on(after, (*path, arc), spent + cost[arc])
        seen[node] = False

    yield from go_on(source, (), 0.0)
