"""Candidate paths: the k shortest simple paths of many pairs of nodes at once, in one compiled loop.

Sources: Yen, Management Science 17 (1971); Lawler, Management Science 18 (1972), for where to begin to leave.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from routeopt.problems.instance import Flags, Floats, Integers
from routeopt.problems.network import Indices
from routeopt.solvers.compiled import inner, kernel


class Graph(NamedTuple):
    """A directed graph; the arcs out of node v are ``first_out[v]`` to ``first_out[v + 1] - 1``."""

    first_out: Integers  # (n + 1,)
    tail: Indices  # (m,)
    head: Indices  # (m,)


class Candidates(NamedTuple):
    """Paths of Q pairs of nodes; those of pair q are ``of_pair[q]`` to ``of_pair[q + 1] - 1``, the cheapest first."""

    of_pair: Integers  # (Q + 1,)
    first: Integers  # (P + 1,) the arcs of path p are arcs[first[p]:first[p + 1]]
    arcs: Indices
    cost: Floats  # (P,)


def shortest_candidates(
    graph: Graph, source: ArrayLike, target: ArrayLike, k: int, weight: ArrayLike
) -> Candidates:
    """Return the k shortest simple paths of each pair of nodes, or all where there are fewer.

    Paths of equal cost come in the order of their arcs' numbers where both leave the same node first.

    Parameters
    ----------
    graph : Graph
        Parallel arcs are different.
    source, target : (Q,) integers
        Nodes, no source its own target.
    k : int
        Paths of each pair.
    weight : (m,) array
        Of the arcs, 0 or more; inf: not to be used.
    """
    weights = np.asarray(weight, np.float64)
    sources, targets = (np.asarray(nodes, np.int64) for nodes in (source, target))
    order = np.argsort(graph.head, kind="stable")
    first_in = np.concatenate([[0], np.cumsum(np.bincount(graph.head, minlength=len(graph.first_out) - 1))])
    by_target = np.argsort(targets, kind="stable")
    count, cost, length, arcs = _all_pairs(
        graph, first_in, order, weights, sources[by_target], targets[by_target], k
    )
    back = np.empty(len(by_target), np.int64)
    back[by_target] = np.arange(len(by_target))
    rank = back[np.repeat(np.arange(len(back)), count[back])] * k + _within(count[back])
    first = np.concatenate([[0], np.cumsum(length[rank])])
    chosen = arcs[np.repeat(rank, length[rank]), _within(length[rank])]
    return Candidates(np.concatenate([[0], np.cumsum(count[back])]), first, chosen, cost[rank])


def _within(counts: Integers) -> Integers:
    """Return 0, 1, … of each of some groups, one group behind the other."""
    ends = np.cumsum(counts)
    found: Integers = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
    return found


class _Desk(NamedTuple):
    """Room for one search."""

    label: Floats  # (n,)
    came: Indices  # (n,) the arc on which the label came
    seen: Integers  # (n,) the number of the search that the label belongs to
    done: Integers  # (n,) likewise, for settled nodes
    front: Integers  # (n,) nodes with labels that are not settled
    blocked: Flags  # (n,)
    barred: Integers  # (m,) the number of the search that may not begin with the arc


@kernel
def _all_pairs(graph, first_in, into, weight, source, target, k):
    n, m, pairs = len(graph.first_out) - 1, len(graph.head), len(source)
    desk = _Desk(
        np.zeros(n),
        np.zeros(n, np.int32),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.bool_),
        np.zeros(m, np.int64),
    )
    rest = np.empty(n)
    count = np.zeros(pairs, np.int64)
    cost, length = np.zeros(pairs * k), np.zeros(pairs * k, np.int64)
    arcs = np.zeros((pairs * k, max(n - 1, 1)), np.int32)
    room = k * n + 1
    open_cost, open_length, open_left = np.empty(room), np.empty(room, np.int64), np.empty(room, np.int64)
    open_arcs = np.empty((room, max(n - 1, 1)), np.int32)
    path, number, last = np.empty(max(n - 1, 1), np.int32), 0, -1
    for q in range(pairs):
        if target[q] != last:
            last = target[q]
            _distances_to(graph, first_in, into, weight, desk, rest, last)
        number += 1
        size = _onward(graph, weight, rest, desk, source[q], last, 0.0, np.inf, number, path)
        waiting = 0
        if size > 0:
            open_cost[0], open_length[0], open_left[0], waiting = desk.label[last], size, 0, 1
            open_arcs[0, :size] = path[:size]
        while waiting > 0 and count[q] < k:
            best = 0
            for i in range(1, waiting):
                if open_cost[i] < open_cost[best] or (
                    open_cost[i] == open_cost[best] and open_length[i] < open_length[best]
                ):
                    best = i
            row = q * k + count[q]
            size, left = open_length[best], open_left[best]
            cost[row], length[row] = open_cost[best], size
            arcs[row, :size] = open_arcs[best, :size]
            count[q] += 1
            waiting -= 1
            open_cost[best], open_length[best], open_left[best] = (
                open_cost[waiting],
                open_length[waiting],
                open_left[waiting],
            )
            open_arcs[best, : open_length[best]] = open_arcs[waiting, : open_length[best]]
            if count[q] == k:
                break
            spent = 0.0
            for i in range(size):
                node = graph.tail[arcs[row, i]]
                if i >= left:
                    number += 1
                    for other in range(q * k, row + 1):
                        if length[other] > i and _alike(arcs, other, row, i):
                            desk.barred[arcs[other, i]] = number
                    limit = _limit(open_cost, waiting, k - count[q])
                    more = _onward(graph, weight, rest, desk, node, last, spent, limit, number, path)
                    if more > 0:
                        open_cost[waiting], open_length[waiting] = desk.label[last], i + more
                        open_left[waiting] = i
                        open_arcs[waiting, :i] = arcs[row, :i]
                        open_arcs[waiting, i : i + more] = path[:more]
                        waiting += 1
                desk.blocked[node] = True
                spent += weight[arcs[row, i]]
            for i in range(size):
                desk.blocked[graph.tail[arcs[row, i]]] = False
    return count, cost, length, arcs


@inner
def _alike(arcs, one, other, size):
    """Tell whether two paths begin with the same arcs."""
    for i in range(size):  # noqa: SIM110 - numba knows no generators
        if arcs[one, i] != arcs[other, i]:
            return False
    return True


@inner
def _limit(costs, size, wanted):
    """Return the cost of the wanted-th cheapest of what waits: a path that costs more will never be taken."""
    if size < wanted:
        return np.inf
    least = -np.inf
    for _ in range(wanted):
        following, ties = np.inf, 0
        for i in range(size):
            if costs[i] > least and costs[i] < following:
                following = costs[i]
        for i in range(size):
            ties += costs[i] <= following
        least = following
        if ties >= wanted:
            break
    return least


@inner
def _distances_to(graph, first_in, into, weight, desk, rest, target):
    """Fill in the distances of all nodes to the target; few nodes, so the next one is found by looking at all."""
    n = len(rest)
    for v in range(n):
        rest[v] = np.inf
        desk.blocked[v] = False  # here: settled
    rest[target] = 0.0
    for _ in range(n):
        node = -1
        for v in range(n):
            if not desk.blocked[v] and rest[v] < np.inf and (node < 0 or rest[v] < rest[node]):
                node = v
        if node < 0:
            break
        desk.blocked[node] = True
        for i in range(first_in[node], first_in[node + 1]):
            arc = into[i]
            rest[graph.tail[arc]] = min(rest[graph.tail[arc]], rest[node] + weight[arc])
    for v in range(n):
        desk.blocked[v] = False


@inner
def _onward(graph, weight, rest, desk, start, target, spent, limit, number, path):
    """Write the shortest way on around blocked nodes and return its number of arcs, 0 where there is none.

    A* with the distances to the target, whose front is a list.
    """
    if start == target or not spent + rest[start] <= limit or rest[start] == np.inf:
        return 0
    label, came, seen, done, front = desk.label, desk.came, desk.seen, desk.done, desk.front
    label[start], seen[start], came[start] = spent, number, -1
    front[0], size = start, 1
    while size > 0:
        best = 0
        for i in range(1, size):
            if label[front[i]] + rest[front[i]] < label[front[best]] + rest[front[best]]:
                best = i
        node = front[best]
        size -= 1
        front[best] = front[size]
        done[node] = number
        if node == target:
            break
        for arc in range(graph.first_out[node], graph.first_out[node + 1]):
            after = graph.head[arc]
            if desk.blocked[after] or done[after] == number or rest[after] == np.inf:
                continue
            if node == start and desk.barred[arc] == number:
                continue
            through = label[node] + weight[arc]
            if not through + rest[after] <= limit or through == np.inf:
                continue
            if seen[after] != number:
                front[size] = after
                size += 1
            elif label[after] <= through:
                continue
            label[after], seen[after], came[after] = through, number, arc
    if done[target] != number:
        return 0
    length, node = 0, target
    while node != start:
        length += 1
        node = graph.tail[came[node]]
    node = target
    for i in range(length - 1, -1, -1):
        path[i] = came[node]
        node = graph.tail[came[node]]
    return length
