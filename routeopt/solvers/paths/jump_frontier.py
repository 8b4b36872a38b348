"""Jump frontier relaxation: Bellman-Ford on a frontier that settles within itself before it moves on.

A round relaxes all arcs out of the frontier, the nodes whose labels fell since that was last done for them. Then up
to k - 1 waves pass through the nodes that fell: they relax only the arcs to other nodes at or behind the frontier,
small labels first. What falls several times within the frontier is thus passed on to the rest once. Labels only
fall, and a node stays in the frontier until all its arcs are relaxed, so the fixed point is that of Bellman-Ford.
After r rounds all shortest paths of r arcs are known: n rounds are enough, whatever the weights.
Source: Wang & Chen, arXiv 2512.01802 (2025), who leave the data structures open; these are ours.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routeopt.errors import ProblemError
from routeopt.problems.instance import Flags, Integers
from routeopt.problems.network import Indices, Network
from routeopt.solvers.compiled import inlined, inner, kernel
from routeopt.solvers.paths.labels import Labels, Work, search_labels
from routeopt.solvers.paths.negative_cycles import cyclic_node
from routeopt.solvers.paths.open_arcs import OpenArcs

_LISTED = np.iinfo(np.int32).max


def jump_frontier(
    network: Network,
    source: ArrayLike,
    metric: str | ArrayLike = "time",
    *,
    hops: int = 4,
    thrift: float = 0.5,
) -> Labels:
    """Return distances from a source by jump frontier relaxation.

    Other parameters and answer are those of :func:`~routeopt.solvers.paths.bellman_ford.bellman_ford`.

    Parameters
    ----------
    hops : int
        The k of the paper. With 1 it is Bellman-Ford on a frontier: :func:`~routeopt.solvers.paths.spfa.spfa`
        without rules, to the last count.
    thrift : float
        Where waves do not pay, they are left out for a round, then for two, four and so on: when the arcs out of
        the nodes that they lowered are fewer than this share of the arcs that they looked at. 0 is the scheme of
        the paper, which never does so.
    """
    if hops < 1:
        raise ProblemError(f"hops must be 1 or more, not {hops}")

    def search(
        arcs: OpenArcs, sources: Integers, distance: NDArray[Any], predecessor: Indices, slack: Any
    ) -> Work:
        return Work(*_jumping(*arcs[:4], sources, distance, predecessor, slack, hops, thrift))

    return search_labels(network, source, metric, search)


class _Desk(NamedTuple):
    """Arcs and labels, and what is known about each node."""

    first_out: Integers
    head: Indices
    weight: NDArray[Any]
    distance: NDArray[Any]
    predecessor: Indices
    pending: Flags  # the label fell since all arcs of the node were relaxed
    waiting: Flags  # in the next wave
    near: Indices  # the last round in which it was at or behind the frontier; among the fallen: _LISTED


@kernel
def _jumping(first_out, tail, head, weight, sources, distance, predecessor, slack, hops, thrift):
    """Relax frontier by frontier until none is left or a negative cycle stands."""
    n, period = len(first_out) - 1, 2 * (len(first_out) + len(head))
    pending, waiting, near = np.zeros(n, np.bool_), np.zeros(n, np.bool_), np.zeros(n, np.int32)
    desk = _Desk(first_out, head, weight, distance, predecessor, pending, waiting, near)
    mark, frontier, fallen = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    wave, next_wave = np.empty(2 * n, np.int32), np.empty(2 * n, np.int32)  # two-ended: begun in the middle
    size = 0
    for s in sources:
        if not pending[s]:
            frontier[size], pending[s] = s, True
            size += 1
    scans, relaxations, improvements, rounds, due, jump, rest = 0, 0, 0, 0, period, 1, 1
    while size > 0:
        rounds += 1
        count, looked, lowered = _advance(desk, frontier, size, fallen, rounds, slack)
        scans, relaxations, improvements = scans + looked, relaxations + looked, improvements + lowered
        if hops > 1 and rounds >= jump:
            begin, end = _first_wave(desk, fallen, count, wave)
            before, saved = scans, 0
            for _ in range(hops - 1):
                begin, end, count, looked, relaxed, lowered, behind = _pass_on(
                    desk, wave, begin, end, next_wave, fallen, count, rounds, slack
                )
                scans, relaxations, improvements = (
                    scans + looked,
                    relaxations + relaxed,
                    improvements + lowered,
                )
                saved += behind
                wave, next_wave = next_wave, wave
                if begin == end:
                    break
            for i in range(begin, end):
                waiting[wave[i]] = False
            rest = 1 if saved >= thrift * (scans - before) else 2 * rest
            jump = rounds + rest
        size = 0  # nodes whose arcs all led to near ones have nothing left to relax
        for i in range(count):
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


@inner
def _advance(desk, frontier, size, fallen, rounds, slack):
    """Relax all arcs out of the frontier; return how many nodes fell, arcs, and labels lowered."""
    first_out, head, weight, distance = desk.first_out, desk.head, desk.weight, desk.distance
    near, pending = desk.near, desk.pending
    count, looked, lowered = 0, 0, 0
    for i in range(size):
        near[frontier[i]] = rounds
    for i in range(size):
        u = frontier[i]
        pending[u] = False
        looked += first_out[u + 1] - first_out[u]
        for arc in range(first_out[u], first_out[u + 1]):
            v = head[arc]
            through = distance[u] + weight[arc]
            if through < distance[v] - slack:
                lowered += 1
                distance[v] = through
                desk.predecessor[v] = arc
                if not pending[v]:
                    pending[v] = True
                    near[v] = _LISTED
                    fallen[count] = v
                    count += 1
    return count, looked, lowered


@inner
def _first_wave(desk, fallen, count, wave):
    """Put the nodes that fell into a wave and return where it begins and ends."""
    begin = end = len(wave) >> 1
    for i in range(count):
        desk.waiting[fallen[i]] = True
        begin, end = _put(desk, wave, begin, end, fallen[i])
    return begin, end


@inner
def _pass_on(desk, wave, begin, end, next_wave, fallen, count, rounds, slack):
    """Relax the arcs out of a wave that lead to near nodes.

    Return where the next wave begins and ends, how many nodes fell by now, arcs looked at and relaxed, labels lowered,
    and the arcs out of the nodes lowered.
    """
    first_out, head, weight, distance = desk.first_out, desk.head, desk.weight, desk.distance
    near, pending, waiting = desk.near, desk.pending, desk.waiting
    looked, relaxed, lowered, behind = 0, 0, 0, 0
    next_begin = next_end = len(next_wave) >> 1
    for i in range(begin, end):
        u = wave[i]
        waiting[u] = pending[u] = False
        beyond = False
        looked += first_out[u + 1] - first_out[u]
        for arc in range(first_out[u], first_out[u + 1]):
            v = head[arc]
            if near[v] < rounds:
                beyond = True
                continue
            relaxed += 1
            through = distance[u] + weight[arc]
            if through < distance[v] - slack:
                lowered += 1
                behind += first_out[v + 1] - first_out[v]
                distance[v] = through
                desk.predecessor[v] = arc
                pending[v] = True
                if near[v] == rounds:
                    near[v] = _LISTED
                    fallen[count] = v
                    count += 1
                if not waiting[v]:
                    waiting[v] = True
                    next_begin, next_end = _put(desk, next_wave, next_begin, next_end, v)
        pending[u] |= beyond
    return next_begin, next_end, count, looked, relaxed, lowered, behind


@inlined
def _put(desk, wave, begin, end, node):
    """Put a node into a wave: before the first if its label is smaller, else last; return begin and end."""
    if begin < end and desk.distance[node] < desk.distance[wave[begin]]:
        wave[begin - 1] = node
        return begin - 1, end
    wave[end] = node
    return begin, end + 1
