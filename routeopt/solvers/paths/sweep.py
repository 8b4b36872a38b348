"""One to all: a search up from the source, then one sweep down over all nodes (PHAST; Delling et al. 2011)."""

from __future__ import annotations

from routeopt.solvers.compiled import kernel
from routeopt.solvers.paths.keys import UNREACHED, U
from routeopt.solvers.paths.queue import pop, push


@kernel
def sweep(hierarchy, queue, sources, costs, label, found):
    """Write the distance to each node of the network to `found`, -1: unreachable.

    Parameters
    ----------
    hierarchy : Hierarchy
    queue : (M + n + 16,) int64 array
    sources, costs
        Nodes of the hierarchy, and what it costs to begin there.
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
    for i in range(len(sources)):
        if costs[i] << bits < label[sources[i]]:
            label[sources[i]] = costs[i] << bits
            size = push(queue, size, costs[i] << bits | sources[i])
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
