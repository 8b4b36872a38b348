"""Other columns of the arcs, summed along shortcuts: what a path costs besides the metric that it minimises."""

from __future__ import annotations

import numpy as np

from routeopt.problems.instance import Floats
from routeopt.solvers.compiled import kernel
from routeopt.solvers.paths.hierarchy import Hierarchy


def along(hierarchy: Hierarchy, columns: Floats) -> Floats:
    """Return columns (C, m) of the network's arcs, summed along each arc of a hierarchy, (M, C)."""
    return _sums(hierarchy.rows, hierarchy.parts, np.ascontiguousarray(columns.T))


@kernel
def _sums(rows, parts, columns):
    sums = np.empty((len(parts), columns.shape[1]), np.float64)
    for node in range((len(rows) - 1) // 2 - 1, -1, -1):  # a shortcut stands for arcs of a lower node
        for i in range(rows[2 * node], rows[2 * node + 2]):
            for c in range(columns.shape[1]):
                if parts[i, 1] < 0:
                    sums[i, c] = columns[parts[i, 0], c]
                else:
                    sums[i, c] = sums[parts[i, 0], c] + sums[parts[i, 1], c]
    return sums
