"""Jump frontier relaxation: Bellman-Ford on a frontier that settles within itself before it moves on.

A round relaxes all arcs out of the frontier, the nodes whose labels fell since that was last done for them. Then up
to k - 1 waves pass through the nodes that fell: they relax only the arcs to other nodes at or behind the frontier,
small labels first. What falls several times within the frontier is thus passed on to the rest once. Labels only
fall, and a node stays in the frontier until all its arcs are relaxed, so the fixed point is that of Bellman-Ford.
After r rounds all shortest paths of r arcs are known: n rounds are enough, whatever the weights, while the rules
of :mod:`routeopt.solvers.paths.spfa` can take exponential time.
Source: Wang & Chen, arXiv 2512.01802 (2025), who leave the data structures open; these are ours.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routeopt.errors import ProblemError
from routeopt.problems.instance import Integers
from routeopt.problems.network import Indices, Network
from routeopt.solvers.compiled import kernel
from routeopt.solvers.paths.labels import Labels, Work, search_labels
from routeopt.solvers.paths.negative_cycles import cyclic_node
from routeopt.solvers.paths.open_arcs import OpenArcs

_LISTED = np.iinfo(np.int32).max


def jump_frontier(
    network: Network, source: ArrayLike, metric: str | ArrayLike = "time", *, hops: int = 2
) -> Labels:
    """Return distances from a source by jump frontier relaxation.

    Other parameters and answer are those of :func:`~routeopt.solvers.paths.bellman_ford.bellman_ford`.

    Parameters
    ----------
    hops : int
        The k of the paper. With 1 it is Bellman-Ford on a frontier: :func:`~routeopt.solvers.paths.spfa.spfa`
        without rules, to the last count.
    """
    if hops < 1:
        raise ProblemError(f"hops must be 1 or more, not {hops}")

    def search(
        arcs: OpenArcs, sources: Integers, distance: NDArray[Any], predecessor: Indices, slack: Any
    ) -> Work:
        return Work(*_jumping(*arcs[:4], sources, distance, predecessor, slack, hops))

    return search_labels(network, source, metric, search)


@kernel
def _jumping(first_out, tail, head, weight, sources, distance, predecessor, slack, hops):
    """Relax frontier by frontier until none is left or a negative cycle stands."""
    n, period = len(first_out) - 1, 2 * (len(first_out) + len(head))
    mark = np.empty(n, np.int32)
    frontier, fallen = np.empty(n, np.int32), np.empty(n, np.int32)
    wave, next_wave = np.empty(2 * n, np.int32), np.empty(2 * n, np.int32)  # two-ended: begun in the middle
    pending = np.zeros(n, np.bool_)  # the label fell since all arcs of the node were relaxed
    waiting = np.zeros(n, np.bool_)  # in the next wave
    near = np.zeros(
        n, np.int32
    )  # the last round in which it was at or behind the frontier; among `fallen`: _LISTED
    size = 0
    for s in sources:
        if not pending[s]:
            frontier[size], pending[s] = s, True
            size += 1
    scans, relaxations, improvements, rounds, due = 0, 0, 0, 0, period
    while size > 0:
        rounds += 1
        fallen_size = 0
        for i in range(size):
            near[frontier[i]] = rounds
        for i in range(size):
            u = frontier[i]
            pending[u] = False
            scans += first_out[u + 1] - first_out[u]
            relaxations += first_out[u + 1] - first_out[u]
            for arc in range(first_out[u], first_out[u + 1]):
                v = head[arc]
                through = distance[u] + weight[arc]
                if through < distance[v] - slack:
                    improvements += 1
                    distance[v] = through
                    predecessor[v] = arc
                    if not pending[v]:
                        pending[v] = True
                        near[v] = _LISTED
                        fallen[fallen_size] = v
                        fallen_size += 1
        begin, end = n, n
        if hops > 1:
            for i in range(fallen_size):
                v = fallen[i]
                waiting[v] = True
                if begin < end and distance[v] < distance[wave[begin]]:
                    begin -= 1
                    wave[begin] = v
                else:
                    wave[end] = v
                    end += 1
        for _ in range(hops - 1):
            next_begin, next_end = n, n
            for i in range(begin, end):
                u = wave[i]
                waiting[u] = pending[u] = False
                beyond = False
                scans += first_out[u + 1] - first_out[u]
                for arc in range(first_out[u], first_out[u + 1]):
                    v = head[arc]
                    if near[v] < rounds:
                        beyond = True
                        continue
                    relaxations += 1
                    through = distance[u] + weight[arc]
                    if through < distance[v] - slack:
                        improvements += 1
                        distance[v] = through
                        predecessor[v] = arc
                        pending[v] = True
                        if near[v] == rounds:
                            near[v] = _LISTED
                            fallen[fallen_size] = v
                            fallen_size += 1
                        if not waiting[v]:
                            waiting[v] = True
                            if next_begin < next_end and through < distance[next_wave[next_begin]]:
                                next_begin -= 1
                                next_wave[next_begin] = v
                            else:
                                next_wave[next_end] = v
                                next_end += 1
                pending[u] |= beyond
            wave, next_wave, begin, end = next_wave, wave, next_begin, next_end
            if begin == end:
                break
        for i in range(begin, end):
            waiting[wave[i]] = False
        size = 0  # nodes whose arcs all led to near ones have nothing left to relax
        for i in range(fallen_size):
            near[fallen[i]] = rounds
            if pending[fallen[i]]:
                frontier[size] = fallen[i]
                size += 1
        if scans >= due:
            due = scans + period
            cyclic = cyclic_node(predecessor, tail, mark)
            if cyclic >= 0:
                return scans, relaxations, improvements, rounds, cyclic
    return scans, relaxations, improvements, rounds, -1
