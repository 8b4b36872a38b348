"""SPFA, Bellman-Ford with a queue of the nodes whose labels fell, and two rules that order the queue.

Sources: Moore, "The shortest path through a maze" (1959); Bertsekas, "A simple and fast label correcting algorithm
for shortest paths", Networks 23 (1993), for small labels first; Bertsekas, Guerriero & Musmanno, "Parallel
asynchronous label-correcting methods for shortest paths", J. Optimization Theory and Applications 88 (1996), for large
ones last.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routeopt.problems.instance import Integers
from routeopt.problems.network import Indices, Network
from routeopt.solvers.compiled import kernel
from routeopt.solvers.paths.labels import Labels, Work, search_labels
from routeopt.solvers.paths.negative_cycles import cyclic_node
from routeopt.solvers.paths.open_arcs import OpenArcs

_GAVE_UP = -2  # where a node on a cycle would be


def spfa(
    network: Network,
    source: ArrayLike,
    metric: str | ArrayLike = "time",
    *,
    small_first: bool = False,
    large_last: bool = False,
    patience: float = 8.0,
) -> Labels:
    """Return distances from a source by a queue of nodes.

    Other parameters and answer are those of :func:`~routeopt.solvers.paths.bellman_ford.bellman_ford`. A round is as
    many nodes as stood in the queue when it began.

    Parameters
    ----------
    small_first : bool
        SLF: a node with a smaller label than the first of the queue goes before it, not to the end.
    large_last : bool
        LLL: a first node with a label above the mean of the queue goes to the end, until one is not.
    patience : float
        A search with rules that has looked at every arc so many times on average begins anew without them. With
        inf it never does, and some networks with negative arcs take exponential time.
    """

    def search(
        arcs: OpenArcs, sources: Integers, distance: NDArray[Any], predecessor: Indices, slack: Any
    ) -> Work:
        limit = patience * len(arcs.head) if small_first or large_last else np.inf
        far = distance.max(initial=0)
        first = Work(
            *_queued(*arcs[:4], sources, distance, predecessor, slack, small_first, large_last, limit)
        )
        if first.cyclic != _GAVE_UP:
            return first
        distance[:], predecessor[:] = far, -1
        distance[sources] = 0
        again = Work(*_queued(*arcs[:4], sources, distance, predecessor, slack, False, False, np.inf))
        scans, relaxations, improvements, rounds = np.add(first[:4], again[:4]).tolist()
        return Work(scans, relaxations, improvements, rounds, again.cyclic)

    return search_labels(network, source, metric, search)


@kernel
def _queued(
    first_out, tail, head, weight, sources, distance, predecessor, slack, small_first, large_last, limit
):
    """Relax the arcs of one node of the queue after the other until it is empty or a negative cycle stands."""
    n, period = len(first_out) - 1, 2 * (len(first_out) + len(head))
    mark, queue, queued = np.empty(n, np.int32), np.empty(n, np.int32), np.zeros(n, np.bool_)
    first, size, total = 0, 0, 0.0  # the queue runs round its array; total is the sum of its labels
    for s in sources:
        if not queued[s]:
            queue[size], queued[s] = s, True
            size += 1
    scans, improvements, rounds, left, due = 0, 0, 0, 0, period
    while size > 0:
        if left == 0:
            left = size
            rounds += 1
        if scans > limit:
            return scans, scans, improvements, rounds, _GAVE_UP
        if large_last:
            for _ in range(size):
                u = queue[first]
                if distance[u] * size <= total:
                    break
                last = first + size if first + size < n else first + size - n
                queue[last] = u  # where the queue fills its array, this is its own place
                first = first + 1 if first + 1 < n else 0
        u = queue[first]
        first = first + 1 if first + 1 < n else 0
        size -= 1
        left -= 1
        queued[u] = False
        total -= distance[u]
        scans += first_out[u + 1] - first_out[u]
        for arc in range(first_out[u], first_out[u + 1]):
            v = head[arc]
            through = distance[u] + weight[arc]
            if through < distance[v] - slack:
                improvements += 1
                total += through - distance[v] if queued[v] else through
                distance[v] = through
                predecessor[v] = arc
                if not queued[v]:
                    queued[v] = True
                    if small_first and size > 0 and through < distance[queue[first]]:
                        first = first - 1 if first > 0 else n - 1
                        queue[first] = v
                    else:
                        last = first + size if first + size < n else first + size - n
                        queue[last] = v
                    size += 1
        if scans >= due:
            due = scans + period
            cyclic = cyclic_node(predecessor, tail, mark)
            if cyclic >= 0:
                return scans, scans, improvements, rounds, cyclic
    return scans, scans, improvements, rounds, -1
