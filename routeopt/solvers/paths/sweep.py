"""One to all: a search up from the source, then one sweep down over all nodes (PHAST; Delling et al. 2011)."""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import kernel
from routeopt.solvers.paths.keys import UNREACHED, U
from routeopt.solvers.paths.queue import pop, push


@kernel
def sweep(hierarchy, queue, source, label, found):
    """Write the distance to each node of the network to `found`, -1: unreachable.

    Parameters
    ----------
    hierarchy : Hierarchy
    queue : (M + n + 16,) int64 array
    source : Seeds
        Of one point, with nodes of the hierarchy.
    label, found : (n,) int64 arrays

    Returns
    -------
    settled : int
        How many nodes the search upwards settled.
    """
    rows, arcs, bits = hierarchy.rows, hierarchy.arcs, hierarchy.bits
    n, mask = len(label), (1 << bits) - 1
    label[:] = UNREACHED
    size, settled = 0, 0
    for i in range(len(source.nodes)):
        cost, node = source.costs[i] << bits, np.int64(source.nodes[i])
        if cost < label[node]:
            label[node] = cost
            size = push(queue, size, cost | node)
    while size > 0:
        key = queue[0]
        size = pop(queue, size)
        node = key & mask
        if key - node != label[U(node)]:
            continue
        settled += 1
        for i in range(rows[U(2 * node)], rows[U(2 * node + 1)]):
            reached = key - node + arcs[U(i)]
            head = reached & mask
            if reached - head < label[U(head)]:
                label[U(head)] = reached - head
                size = push(queue, size, reached)
    for node in range(n):
        best = label[U(node)]
        for i in range(rows[U(2 * node + 1)], rows[U(2 * node + 2)]):
            arc = arcs[U(i)]
            above = arc & mask
            best = min(best, label[U(above)] + arc - above)
        label[U(node)] = best
    for node in range(n):
        best = label[U(hierarchy.number[U(node)])]
        found[U(node)] = best >> bits if best < UNREACHED else -1
    return settled
