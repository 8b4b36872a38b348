"""Customisable hierarchies: one order and one set of arcs for all weights (Dibbelt, Strasser, Wagner 2016).

A skeleton joins two nodes wherever lower ones alone join them, in the order of least degree. New weights flow
up through its triangles: node u, a lower neighbour v, and a node x above both. That takes milliseconds where a new
contraction takes seconds, and gives a hierarchy that all queries take as any other.
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
from routeopt.solvers.paths.graph import outward
from routeopt.solvers.paths.hierarchy import Hierarchy, renumbered
from routeopt.solvers.paths.keys import U, node_bits

_NONE = 1 << 60  # the weight of a pair that nothing joins in this direction; two of them do not overflow


class Skeleton(NamedTuple):
    """Pairs of n nodes, numbered by falling level, that an arc may join; none but loops are missing.

    P pairs stand at their lower node, the highest other node first.
    """

    number: NDArray[np.int32]  # (n,) of each node of the network
    rows: NDArray[np.int32]  # (n + 1,) pairs of node v, as the lower one, are rows[v] to rows[v + 1]
    above: NDArray[np.int32]  # (P,) the higher node
    lower_rows: NDArray[np.int32]  # (n + 1,) pairs of node v, as the higher one, are listed in these rows
    lower_pair: NDArray[np.int32]  # (P,) of that list: the pair
    lower_node: NDArray[np.int32]  # (P,) and its lower node
    arc_pair: NDArray[np.int32]  # (m,) of each arc of the network; -1: a loop
    arc_up: NDArray[np.bool_]  # (m,) whether it leads to the higher node


class _Customised(NamedTuple):
    """Weights of pairs in both directions, and what they stand for; row 0 leads up, row 1 down."""

    weight: Integers  # (2, P)
    left: NDArray[np.int32]  # (2, P) an arc of the network; or the pair that leads down to the lower node
    right: NDArray[np.int32]  # (2, P) -1; or the pair that leads up from there


def skeleton(network: Network) -> Skeleton:
    """Return the skeleton of a network, closed arcs included."""
    n = network.size
    number, lower, higher = _pairs(network)
    order = np.lexsort((higher, lower))
    lower, higher = lower[order], higher[order]
    by_higher = np.argsort(higher, kind="stable").astype(np.int32)
    tail, head = number[network.tail].astype(np.int64), number[network.head].astype(np.int64)
    pair = np.searchsorted(lower * n + higher, np.maximum(tail, head) * n + np.minimum(tail, head))
    return Skeleton(
        number,
        _rows(lower, n),
        higher.astype(np.int32),
        _rows(higher, n),
        by_higher,
        lower[by_higher].astype(np.int32),
        np.where(tail == head, -1, pair).astype(np.int32),
        head < tail,
    )


def _pairs(network: Network) -> tuple[NDArray[np.int32], Integers, Integers]:
    """Return the number of each node, and lower and higher node of each pair."""
    tail, head = network.tail, network.head
    both = Network.from_arcs(np.concatenate([tail, head]), np.concatenate([head, tail]), size=network.size)
    graph = outward(both, np.zeros(len(both.head), np.int64))  # without weights no shortcut is ever better
    along = depth_first(graph.first, graph.arcs, graph.bits)
    taken = contract(renumbered(graph, along), witness_nodes=1)
    by_level = np.argsort(-taken.level, kind="stable")
    place = np.empty(network.size, np.int32)
    place[by_level] = np.arange(network.size, dtype=np.int32)
    number = np.empty(network.size, np.int32)
    number[along] = place
    upward = np.arange(0, 2 * network.size, 2)
    sizes = taken.rows[upward + 1] - taken.rows[upward]
    chosen = np.repeat(taken.rows[upward] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    lower = np.repeat(place[taken.order], sizes).astype(np.int64)
    return number, lower, place[taken.keys[chosen] & ((1 << graph.bits) - 1)].astype(np.int64)


def _rows(node: Integers, n: int) -> NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum(np.bincount(node, minlength=n))]).astype(np.int32)


def customise(made: Skeleton, units: Integers) -> Hierarchy:
    """Return the hierarchy of a skeleton with weights (m,) in whole units; negative: closed."""
    n, pairs = len(made.number), len(made.above)
    weights = _Customised(
        np.full((2, pairs), _NONE), np.full((2, pairs), -1, np.int32), np.full((2, pairs), -1, np.int32)
    )
    _assign(made, units, weights)
    _flow(made, weights, np.empty(n, np.int32))
    bits = node_bits(n)
    joined = int((weights.weight < _NONE).sum())
    hierarchy = Hierarchy(
        np.zeros(2 * n + 1, np.int32),
        np.empty(joined, np.int64),
        np.empty((joined, 2), np.int32),
        made.number,
        bits,
    )
    _write(made, weights, hierarchy, np.empty((2, pairs), np.int32))
    return hierarchy


@kernel
def _assign(made, units, weights):
    """Give each pair the lightest of the arcs that join it."""
    for arc in range(len(units)):
        pair, side = made.arc_pair[arc], 0 if made.arc_up[arc] else 1
        if pair >= 0 and 0 <= units[arc] < weights.weight[side, pair]:
            weights.weight[side, pair] = units[arc]
            weights.left[side, pair] = arc


@kernel
def _flow(made, weights, place):
    """Make every pair as light as the way through any lower node, the lowest nodes first."""
    weight, left, right = weights
    for node in range(len(place) - 1, -1, -1):
        for pair in range(made.rows[U(node)], made.rows[U(node + 1)]):
            place[U(made.above[U(pair)])] = pair
        for i in range(made.lower_rows[U(node)], made.lower_rows[U(node + 1)]):
            here = made.lower_pair[U(i)]
            up, down = weight[0, U(here)], weight[1, U(here)]
            for other in range(made.rows[U(made.lower_node[U(i)])], here):  # those above the node
                pair = place[U(made.above[U(other)])]
                if down + weight[0, U(other)] < weight[0, U(pair)]:
                    weight[0, U(pair)] = down + weight[0, U(other)]
                    left[0, U(pair)], right[0, U(pair)] = here, other
                if weight[1, U(other)] + up < weight[1, U(pair)]:
                    weight[1, U(pair)] = weight[1, U(other)] + up
                    left[1, U(pair)], right[1, U(pair)] = other, here


@kernel
def _write(made, weights, hierarchy, place):
    """Write the arcs of a hierarchy: of each node those up, then those down, where something joins the pair."""
    n, bits, written = len(made.number), hierarchy.bits, 0
    for node in range(n):
        for side in range(2):
            for pair in range(made.rows[U(node)], made.rows[U(node + 1)]):
                if weights.weight[U(side), U(pair)] < _NONE:
                    hierarchy.arcs[U(written)] = (
                        weights.weight[U(side), U(pair)] << bits | made.above[U(pair)]
                    )
                    place[U(side), U(pair)] = written
                    written += 1
            hierarchy.rows[U(2 * node + side + 1)] = written
    for side in range(2):
        for pair in range(len(made.above)):
            if weights.weight[U(side), U(pair)] < _NONE:
                left, right = weights.left[U(side), U(pair)], weights.right[U(side), U(pair)]
                arc = place[U(side), U(pair)]
                hierarchy.parts[U(arc), 0] = left if right < 0 else place[1, U(left)]
                hierarchy.parts[U(arc), 1] = -1 if right < 0 else place[0, U(right)]
