"""The linear relaxation of flow admission over all paths: a bound, the prices of capacities, and fractional paths.

Flows of one source share a commodity, so there are as many balances as sources times nodes, not as flows times nodes.
What is stated of paths – delay, hops, entries of flow tables – is left out, which can only raise the bound.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from routeopt.problems.flow_instance import UNLIMITED, FlowInstance
from routeopt.problems.instance import Floats, Integers
from routeopt.problems.network import Indices

_NOTHING = 1e-7  # of a flow's bandwidth: below, rounding


class Relaxation(NamedTuple):
    """An optimal fractional solution of an instance with L capacities, m arcs and F flows."""

    bound: float  # no admission is worth more; certified by the prices
    price: Floats  # (L,) of a unit of each capacity, 0 or more
    entry: Floats  # (n,) of a unit of bandwidth that enters a node, 0 where throughput is not limited
    admitted: Floats  # (F,) share of each flow
    sources: Indices  # (S,) nodes that flows come from
    volume: Floats  # (S, m) what the flows of a source send along each arc; (0, m): prices alone are known

    def arc_price(self, instance: FlowInstance) -> Floats:
        """Return the price of sending a unit along each arc (m,)."""
        found: Floats = self.price[instance.link] + self.entry[instance.head]
        return found


def relax(instance: FlowInstance, seconds: float = np.inf) -> Relaxation | None:
    """Solve the relaxation, or return None where the time does not suffice.

    Parameters
    ----------
    instance : FlowInstance
        With flows.
    seconds : float
        Time limit.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, csr_array

    n, m, flows = instance.nodes, len(instance.head), instance.flows
    sources, number = np.unique(instance.source, return_inverse=True)
    volumes = len(sources) * m
    of_source, arc = np.repeat(np.arange(len(sources)), m), np.tile(np.arange(m), len(sources))
    balance = csr_array(
        coo_array(
            (
                np.concatenate([np.ones(volumes), -np.ones(volumes), -instance.bandwidth.astype(np.float64)]),
                (
                    np.concatenate(
                        [
                            of_source * n + instance.head[arc],
                            of_source * n + instance.tail[arc],
                            number * n + instance.target,
                        ]
                    ),
                    np.concatenate([np.arange(volumes), np.arange(volumes), volumes + np.arange(flows)]),
                ),
            ),
            shape=(len(sources) * n, volumes + flows),
        )
    )
    kept = np.ones(len(sources) * n, bool)
    kept[np.arange(len(sources)) * n + sources] = False  # what a source sends follows from the others
    limited = np.flatnonzero(instance.throughput < UNLIMITED)
    row = np.full(n, -1)
    row[limited] = len(instance.capacity) + np.arange(len(limited))
    entering = row[instance.head[arc]] >= 0
    rows = np.concatenate([instance.link[arc], row[instance.head[arc]][entering]])
    columns = np.concatenate([np.arange(volumes), np.flatnonzero(entering)])
    room = np.concatenate([instance.capacity, instance.throughput[limited]]).astype(np.float64)
    loads = csr_array(coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(room), volumes + flows)))
    upper = np.concatenate([np.full(volumes, np.inf), np.ones(flows)])
    found = linprog(
        np.concatenate([np.zeros(volumes), -instance.weight.astype(np.float64)]),
        A_ub=loads,
        b_ub=room,
        A_eq=balance[kept],
        b_eq=np.zeros(int(kept.sum())),
        bounds=np.column_stack([np.zeros_like(upper), upper]),
        method="highs-ipm",
        options={} if seconds == np.inf else {"time_limit": max(seconds, 0.01)},
    )
    if found.status != 0:
        return None
    prices = np.maximum(-found.ineqlin.marginals, 0.0)
    entry = np.zeros(n)
    entry[limited] = prices[len(instance.capacity) :]
    price = prices[: len(instance.capacity)]
    return Relaxation(
        lagrangian(instance, price, entry),
        price,
        entry,
        np.clip(found.x[volumes:], 0.0, 1.0),
        sources.astype(np.int32),
        np.maximum(found.x[:volumes], 0.0).reshape(len(sources), m),
    )


def lagrangian(instance: FlowInstance, price: Floats, entry: Floats) -> float:
    """Return what no admission is worth more than, for any prices of 0 or more.

    The capacities at their price, and what each flow is worth beyond its cheapest path. For the best prices it is
    the value of the relaxation; it holds whatever tolerance they were found with.
    """
    limited = instance.throughput < UNLIMITED
    gain = instance.weight - instance.bandwidth * distances(
        instance, price[instance.link] + entry[instance.head]
    )
    return float(
        instance.capacity @ price
        + instance.throughput[limited] @ entry[limited]
        + np.maximum(gain, 0.0).sum()
    )


def distances(instance: FlowInstance, weight: Floats) -> Floats:
    """Return the length (F,) of the shortest path of each flow by the weights of arcs; inf: there is none."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    sources, number = np.unique(instance.source, return_inverse=True)
    open_arcs = np.flatnonzero(instance.capacity[instance.link] > 0)
    order = open_arcs[np.argsort(weight[open_arcs], kind="stable")]  # of parallel arcs the cheapest
    _, first = np.unique(
        instance.tail[order].astype(np.int64) * instance.nodes + instance.head[order], return_index=True
    )
    chosen = order[first]
    tiny = np.finfo(np.float64).tiny  # a zero would be no arc at all there
    graph = csr_array(
        (weight[chosen] + tiny, (instance.tail[chosen], instance.head[chosen])),
        shape=(instance.nodes, instance.nodes),
    )
    return np.asarray(dijkstra(graph, indices=sources)[number, instance.target])


def path_shares(instance: FlowInstance, relaxation: Relaxation) -> tuple[Integers, list[list[int]]]:
    """Return fractional paths of the relaxation: source and target (K, 2) of each, and its arcs.

    What the flows of a source send is cut into paths to their targets, the widest first.
    """
    ends, paths = [], []
    out = [range(a, b) for a, b in zip(instance.first_out, instance.first_out[1:], strict=False)]
    head = instance.head.tolist()
    for number, source in enumerate(relaxation.sources.tolist() if len(relaxation.volume) else ()):
        mine = np.flatnonzero(instance.source == source)
        sent = relaxation.admitted[mine] * instance.bandwidth[mine]
        wanted = np.bincount(instance.target[mine], sent, minlength=instance.nodes)
        left = relaxation.volume[number].tolist()
        for target in np.argsort(-wanted, kind="stable").tolist():
            still = float(wanted[target])
            least = _NOTHING * max(still, 1.0)
            while still > least:
                path = _widest(out, head, left, source, target)
                width = min((left[arc] for arc in path), default=0.0)
                if width <= least:
                    break
                width = min(width, still)
                for arc in path:
                    left[arc] -= width
                still -= width
                ends.append((source, target))
                paths.append(path)
    return np.array(ends, np.int64).reshape(-1, 2), paths


def _widest(out: list[range], head: list[int], left: list[float], source: int, target: int) -> list[int]:
    """Return the arcs of the path whose narrowest arc is the widest, or none."""
    width, came = {source: np.inf}, {}
    heap, done = [(-np.inf, source)], set()
    while heap:
        _, node = heappop(heap)
        if node == target:
            break
        if node in done:
            continue
        done.add(node)
        for arc in out[node]:
            through = min(width[node], left[arc])
            if through > width.get(head[arc], _NOTHING):
                width[head[arc]], came[head[arc]] = through, (arc, node)
                heappush(heap, (-through, head[arc]))
    path, node = [], target
    while node != source and node in came:
        arc, node = came[node]
        path.append(arc)
    return path[::-1] if node == source else []
