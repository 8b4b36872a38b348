"""The search that sets labels of several criteria; :mod:`routeopt.solvers.paths.pareto` says what it is for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Integers
from routeopt.solvers.compiled import inner, kernel


class Criteria(NamedTuple):
    """A network with weights of C criteria, and where paths begin and end."""

    first_out: Integers  # (n + 1,)
    head: NDArray[np.int32]  # (m,)
    units: Integers  # (m, C), negative: closed
    start: NDArray[np.int32]  # (s,) nodes
    start_cost: Integers  # (s, C)
    goal: NDArray[np.int32]  # (g,)
    goal_cost: Integers  # (g, C)


class Bounds(NamedTuple):
    """What a path costs at least, and at most."""

    to_end: Integers  # (n, C) from each node, negative: there is no way
    limits: Integers  # (C,)


class Labels(NamedTuple):
    """Room for L labels. A label of the end names the seed of the goal as its arc, and stands for no node."""

    node: NDArray[np.int32]  # (L,) -1: the end
    arc: NDArray[np.int32]  # (L,) the last one; of a first label, the seed of the start
    parent: Integers  # (L,) -1: a first label
    cost: Integers  # (L, C)
    key: Integers  # (L, C) with lower bounds of the way to the end
    following: Integers  # (L,) the settled label of the same node before it, -1: none
    queue: Integers  # (L,)
    settled: Integers  # (n + 1,) the last settled label of each node, and of the end
    ends: Integers  # (L,) settled labels of the end, in order

    @classmethod
    def empty(cls, nodes: int, size: int, criteria: int) -> Labels:
        """Return room without labels."""
        return cls(
            np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int64),
            np.empty((size, criteria), np.int64), np.empty((size, criteria), np.int64),
            np.empty(size, np.int64), np.empty(size, np.int64), np.full(nodes + 1, -1, np.int64),
            np.empty(size, np.int64),
        )  # fmt: skip


def grown(labels: Labels, size: int) -> Labels:
    """Return more room, for the search to begin anew."""
    return Labels.empty(len(labels.settled) - 1, size, labels.cost.shape[1])


@kernel
def set_labels(criteria, bounds, labels, first_only):
    """Return how many labels were made, -1: there was no room for all, and how many of the end were settled."""
    made, size, ends = 0, 0, 0
    for i in range(len(criteria.start)):
        if made == len(labels.node):
            return -1, 0
        labels.cost[made] = criteria.start_cost[i]
        if _fits(bounds, labels, made, criteria.start[i]):
            labels.node[made], labels.arc[made], labels.parent[made] = criteria.start[i], i, -1
            size = _push(labels, size, made)
            made += 1
    while size > 0:
        label = labels.queue[0]
        size = _pop(labels, size)
        node = labels.node[label]
        if _is_beaten(labels, label, node) or _is_beaten(labels, label, -1):
            continue
        labels.following[label] = labels.settled[node]
        labels.settled[node] = label
        if node < 0:
            labels.ends[ends] = label
            ends += 1
            if first_only:
                break
            continue
        degree = criteria.first_out[node + 1] - criteria.first_out[node]
        if made + len(criteria.goal) + degree > len(labels.node):
            return -1, 0
        for i in range(len(criteria.goal)):
            if criteria.goal[i] == node:
                _extend(labels, made, label, criteria.goal_cost, i)
                if _fits(bounds, labels, made, -1) and not _is_beaten(labels, made, -1):
                    labels.node[made], labels.arc[made], labels.parent[made] = -1, i, label
                    size = _push(labels, size, made)
                    made += 1
        for arc in range(criteria.first_out[node], criteria.first_out[node + 1]):
            if criteria.units[arc, 0] < 0:
                continue
            head = criteria.head[arc]
            _extend(labels, made, label, criteria.units, arc)
            if not _fits(bounds, labels, made, head):
                continue
            if _is_beaten(labels, made, head) or _is_beaten(labels, made, -1):
                continue
            labels.node[made], labels.arc[made], labels.parent[made] = head, arc, label
            size = _push(labels, size, made)
            made += 1
    return made, ends


@inner
def _extend(labels, made, label, costs, row):
    for c in range(labels.cost.shape[1]):
        labels.cost[made, c] = labels.cost[label, c] + costs[row, c]


@inner
def _fits(bounds, labels, label, node):
    """Fill in the key of a label, and tell whether the end can be reached within the limits."""
    for c in range(labels.cost.shape[1]):
        rest = bounds.to_end[node, c] if node >= 0 else 0
        if rest < 0:
            return False
        labels.key[label, c] = labels.cost[label, c] + rest
        if labels.key[label, c] > bounds.limits[c]:
            return False
    return True


@inner
def _is_beaten(labels, label, node):
    """Tell whether a settled label of a node, or of the end, is as good in every criterion."""
    other = labels.settled[node]
    while other >= 0:
        beaten = True
        for c in range(labels.key.shape[1]):
            if labels.key[other, c] > labels.key[label, c]:
                beaten = False
                break
        if beaten:
            return True
        if (
            labels.key.shape[1] == 2
        ):  # by the first criterion all are as good; by the second the last is the best
            return False
        other = labels.following[other]
    return False


@inner
def _before(labels, one, other):
    for c in range(labels.key.shape[1]):
        if labels.key[one, c] != labels.key[other, c]:
            return labels.key[one, c] < labels.key[other, c]
    return one < other


@inner
def _push(labels, size, label):
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if not _before(labels, label, labels.queue[above]):
            break
        labels.queue[place] = labels.queue[above]
        place = above
    labels.queue[place] = label
    return size + 1


@inner
def _pop(labels, size):
    size -= 1
    label, place = labels.queue[size], 0
    while 2 * place + 1 < size:
        below = 2 * place + 1
        if below + 1 < size and _before(labels, labels.queue[below + 1], labels.queue[below]):
            below += 1
        if not _before(labels, labels.queue[below], label):
            break
        labels.queue[place] = labels.queue[below]
        place = below
    labels.queue[place] = label
    return size
