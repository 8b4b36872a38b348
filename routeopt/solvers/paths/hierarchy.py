"""A contraction hierarchy as queries want it, made from a contraction.

Nodes are numbered anew: the highest level first, and within a level as a depth-first search finds them. No two nodes
of a level are joined, so a loop over the numbers meets the upper end of each arc before the lower one, and what
is near on the ground is mostly near in memory. Each node has its arcs to higher nodes, and behind them those from
higher nodes, in one row.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Integers
from routeopt.problems.network import Network
from routeopt.solvers.compiled import kernel
from routeopt.solvers.paths.contraction import contract
from routeopt.solvers.paths.depth_first import depth_first
from routeopt.solvers.paths.graph import Graph, outward
from routeopt.solvers.paths.keys import Keys, pack


class Hierarchy(NamedTuple):
    """Arcs between n nodes, numbered by falling level, all from a lower to a higher node or back."""

    rows: NDArray[
        np.int32
    ]  # (2n + 1,) v: upward rows[2v] to rows[2v + 1], downward from there to rows[2v + 2]
    arcs: Keys  # (M,) weight and higher node
    parts: NDArray[np.int32]  # (M, 2) the two arcs that it stands for; or an arc of the network, and -1
    number: NDArray[np.int32]  # (n,) of each node of the network
    bits: int


def build(network: Network, units: Integers) -> Hierarchy:
    """Return the hierarchy of a network with weights in whole units; negative: closed."""
    graph = outward(network, units)
    along = depth_first(graph.first, graph.arcs, graph.bits)
    ordered = renumbered(graph, along)
    taken = contract(ordered)
    by_level = np.argsort(-taken.level, kind="stable").astype(np.int32)
    arranged = _new_arrays(network.size, len(taken.keys))
    _arrange(by_level, taken, ordered.arc, graph.bits, *arranged)
    number = np.empty(network.size, np.int32)
    number[along[by_level]] = np.arange(network.size, dtype=np.int32)
    return Hierarchy(*arranged, number, graph.bits)


def renumbered(graph: Graph, order: NDArray[np.int32]) -> Graph:
    """Return the graph with its nodes in this order."""
    number = np.empty(len(order), np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    sizes = np.diff(graph.first)[order]
    first = np.concatenate([[0], np.cumsum(sizes)])
    chosen = np.repeat(graph.first[:-1][order] - first[:-1], sizes) + np.arange(first[-1])
    arcs, mask = graph.arcs[chosen], (1 << graph.bits) - 1
    return Graph(
        first, pack(arcs >> graph.bits, number[arcs & mask], graph.bits), graph.arc[chosen], graph.bits
    )


def _new_arrays(nodes: int, arcs: int) -> tuple[NDArray[np.int32], Keys, NDArray[np.int32]]:
    """Return rows, arcs and parts that are to be filled."""
    return np.zeros(2 * nodes + 1, np.int32), np.empty(arcs, np.int64), np.empty((arcs, 2), np.int32)


@kernel
def _arrange(by_level, taken, arc, bits, new_rows, new_keys, new_parts):
    """Write rows, arcs and parts of a hierarchy, whose numbers are the places in `by_level`."""
    n, mask, rows, keys, parts = len(by_level), (1 << bits) - 1, taken.rows, taken.keys, taken.parts
    number, turn = np.empty(n, np.int64), np.empty(n, np.int64)
    for i in range(n):
        number[by_level[i]] = i
        turn[taken.order[i]] = i
    placed = np.empty(len(keys), np.int64)
    written = 0
    for i in range(n):
        k = turn[by_level[i]]
        for side in range(2):
            for j in range(rows[2 * k + side], rows[2 * k + side + 1]):
                head = keys[j] & mask
                new_keys[written] = keys[j] - head + number[head]
                placed[j] = written
                written += 1
            new_rows[2 * i + side + 1] = written
    for j in range(len(keys)):
        left, right = parts[j] >> 32, parts[j] & 0xFFFFFFFF
        shortcut = right != 0xFFFFFFFF
        new_parts[placed[j], 0] = placed[left] if shortcut else arc[left]
        new_parts[placed[j], 1] = placed[right] if shortcut else -1
