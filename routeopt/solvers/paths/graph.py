"""The arcs of a network that can be used, packed for searches: out of each node, or into each node."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Integers
from routeopt.problems.network import Network
from routeopt.solvers.paths.keys import Keys, node_bits, pack


class Graph(NamedTuple):
    """Arcs in rows: those of node v are ``first[v]`` to ``first[v + 1] - 1``."""

    first: Integers  # (n + 1,)
    arcs: Keys  # weight and the node at the other end
    arc: NDArray[np.int32]  # number of the arc in the network
    bits: int


def outward(network: Network, units: Integers) -> Graph:
    """Return the arcs out of each node; those with a negative weight are left out."""
    open_arcs = np.flatnonzero(units >= 0).astype(np.int32)
    counts = np.concatenate([[0], np.cumsum(units >= 0)])
    bits = node_bits(network.size)
    return Graph(
        counts[network.first_out], pack(units[open_arcs], network.head[open_arcs], bits), open_arcs, bits
    )


def inward(network: Network, units: Integers) -> Graph:
    """Return the arcs into each node, with their tails."""
    open_arcs = np.flatnonzero(units >= 0).astype(np.int32)
    heads = network.head[open_arcs]
    arcs = open_arcs[np.argsort(heads, kind="stable")]
    first = np.concatenate([[0], np.cumsum(np.bincount(heads, minlength=network.size))])
    bits = node_bits(network.size)
    return Graph(first, pack(units[arcs], network.tail[arcs], bits), arcs, bits)
