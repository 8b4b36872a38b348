"""Cycles in the graph of predecessors: the certificate that no shortest path exists.

As long as labels only fall, a cycle of predecessors is a negative cycle, and where one can be reached, such a cycle
stands there sooner or later for good (Cherkassky & Goldberg, "Negative-cycle detection algorithms", Mathematical
Programming 85 (1999)). So searches look for one now and then, and need not count rounds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.network import Indices
from routeopt.solvers.compiled import inner, kernel


@inner
def cyclic_node(predecessor_arc: Indices, tail: Indices, mark: NDArray[np.int32]) -> int:
    """Return a node on a cycle of predecessors, or -1.

    Parameters
    ----------
    predecessor_arc : (n,) int32 array
        -1: none.
    mark : (n,) int32 array
        Room to work in.
    """
    mark[:] = 0
    for root in range(len(mark)):
        node = root
        while mark[node] == 0:
            mark[node] = root + 1
            if predecessor_arc[node] < 0:
                break
            node = tail[predecessor_arc[node]]
        else:
            if mark[node] == root + 1:
                return node
    return -1


@kernel
def cycle_through(node: int, predecessor_arc: Indices, tail: Indices) -> Indices:
    """Return the arcs, in the order in which they are driven, of the cycle of predecessors through a node."""
    size, at = 0, node
    while size == 0 or at != node:
        at = tail[predecessor_arc[at]]
        size += 1
    arcs = np.empty(size, np.int32)
    for i in range(size - 1, -1, -1):
        arcs[i] = predecessor_arc[at]
        at = tail[arcs[i]]
    return arcs
