"""Flows on paths as columns of an integer program, restricted to those that prices do not rule out."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from routeopt.problems.flow_instance import UNLIMITED, FlowInstance
from routeopt.problems.instance import Floats, Integers
from routeopt.solvers.flows.pool import Pool
from routeopt.solvers.flows.room import Room


class Columns(NamedTuple):
    """C flows on paths."""

    flow: Integers  # (C,)
    path: Integers  # (C,)


def cheapest_cost(pool: Pool) -> Floats:
    """Return what the cheapest path of each flow (F,) costs for a unit of bandwidth; inf: it has none."""
    least = np.full(len(pool.of_pair) - 1, np.inf)
    some = np.flatnonzero(np.diff(pool.of_pair))
    least[some] = pool.cost[pool.of_pair[some]]
    return np.asarray(least[pool.pair])


def columns_of(instance: FlowInstance, pool: Pool, flows: Integers, loss: float) -> Columns:
    """Return the columns of some flows whose use loses no more than `loss` against the relaxation's prices.

    A path loses what it costs more than the flow is worth, and what it costs more than the flow's cheapest one.
    """
    counts = np.diff(pool.of_pair)[pool.pair[flows]]
    ends = np.cumsum(counts)
    flow = np.repeat(flows, counts)
    path = np.repeat(pool.of_pair[pool.pair[flows]] - (ends - counts), counts) + np.arange(len(flow))
    bandwidth, cost = instance.bandwidth[flow], pool.cost[path]
    least = pool.cost[pool.of_pair[pool.pair[flow]]]
    kept = bandwidth * np.maximum(cost - least, cost - instance.weight[flow] / bandwidth) <= loss
    kept &= np.diff(pool.first)[path] <= instance.max_hops[flow]
    kept &= pool.delay[path] <= instance.max_delay[flow]
    return Columns(flow[kept], path[kept])


def program(instance: FlowInstance, pool: Pool, columns: Columns, room: Room) -> tuple[Any, Floats]:
    """Return the rows (R, C), a sparse matrix, and what they may add up to: room, and one path for each flow."""
    from scipy.sparse import coo_array, csr_array, vstack

    count = len(columns.flow)
    hops = np.diff(pool.first)[columns.path]
    column = np.repeat(np.arange(count), hops)
    ends = np.cumsum(hops)
    arc = pool.arcs[
        np.repeat(pool.first[columns.path] - (ends - hops), hops) + np.arange(ends[-1] if count else 0)
    ]
    bandwidth = np.repeat(instance.bandwidth[columns.flow], hops).astype(np.float64)
    blocks = [(bandwidth, instance.link[arc], room.capacity)]
    if (instance.table < UNLIMITED).any():
        blocks.append((np.ones(len(arc)), instance.head[arc], room.table))
    if (instance.throughput < UNLIMITED).any():
        blocks.append((bandwidth, instance.head[arc], room.throughput))
    rows, limits = [], []
    for values, row, limit in blocks:
        rows.append(csr_array(coo_array((values, (row, column)), shape=(len(limit), count))))
        limits.append(limit.astype(np.float64))
    _, number = np.unique(columns.flow, return_inverse=True)
    flows = int(number.max(initial=-1)) + 1
    rows.append(csr_array(coo_array((np.ones(count), (number, np.arange(count))), shape=(flows, count))))
    limits.append(np.ones(flows))
    return vstack(rows).tocsr(), np.concatenate(limits)


def best_columns(
    instance: FlowInstance, pool: Pool, columns: Columns, room: Room, seconds: float, gap: float = 1e-4
) -> tuple[Integers | None, float, bool]:
    """Choose columns that are worth most and fit, by branch and bound (HiGHS).

    Returns
    -------
    (k,) array or None
        The columns that are chosen; None: there was no time to find any.
    float
        No choice is worth more.
    bool
        Whether it was solved within `gap`.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    if not len(columns.flow):
        return np.empty(0, np.int64), 0.0, True
    rows, limits = program(instance, pool, columns, room)
    found = milp(
        -instance.weight[columns.flow].astype(np.float64),
        constraints=LinearConstraint(rows, -np.inf, limits),
        integrality=np.ones(len(columns.flow)),
        bounds=Bounds(0, 1),
        options={"time_limit": max(min(seconds, 1e6), 0.01), "mip_rel_gap": gap},
    )
    bound = np.inf if found.mip_dual_bound is None else -float(found.mip_dual_bound)
    if found.x is None:
        return None, bound, False
    return np.flatnonzero(found.x > 0.5), bound, found.status == 0
