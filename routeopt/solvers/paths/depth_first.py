"""Depth-first order of nodes: what is near in a network comes near in memory, whatever order a file had."""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import kernel


@kernel
def depth_first(first, arcs, bits):
    """Return nodes in the order in which a depth-first search enters them, (n,) int32."""
    n = len(first) - 1
    mask = (1 << bits) - 1
    order, entered = np.empty(n, np.int32), np.zeros(n, np.bool_)
    stack, following = np.empty(n + 1, np.int32), first[:-1].copy()
    count = 0
    for root in range(n):
        if entered[root]:
            continue
        entered[root] = True
        order[count] = root
        count += 1
        stack[0] = root
        depth = 1
        while depth > 0:
            node = stack[depth - 1]
            if following[node] == first[node + 1]:
                depth -= 1
                continue
            head = arcs[following[node]] & mask
            following[node] += 1
            if not entered[head]:
                entered[head] = True
                order[count] = head
                count += 1
                stack[depth] = head
                depth += 1
    return order
