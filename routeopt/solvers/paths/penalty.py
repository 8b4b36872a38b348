"""Alternatives by penalties: each path found makes its streets dearer for the searches that follow."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from routeopt.solvers.paths.adjusted import Adjusted
from routeopt.solvers.paths.keys import LARGEST
from routeopt.solvers.paths.query import Candidate, Query
from routeopt.solvers.paths.selection import Selection

FACTOR = 1.2  # of an arc and its twin, each time a path takes it
_DEAREST = 16.0  # no arc becomes more than this many times as dear
_SEARCHES = 40
_FINE = 1000.0  # units are that much finer if there is room, so that small whole weights can grow by a fifth


def penalty(query: Query, selection: Selection) -> Iterator[Candidate]:
    """Yield what is shortest with arcs of all paths so far made dearer, in both directions."""
    scale = min(_FINE, _room(query) / _DEAREST)
    plain = np.where(query.usable < 0, 0.0, query.usable * scale)
    adjusted = Adjusted(query, np.rint(plain).astype(np.int64), scale)
    times = np.ones(len(plain))
    used = selection.accepted[0].path.arcs
    for _ in range(_SEARCHES):
        twins = query.network.twin[used]
        dearer = np.unique(np.concatenate([used, twins[twins >= 0]]))
        dearer = dearer[query.usable[dearer] >= 0]
        times[dearer] = np.minimum(_DEAREST, times[dearer] * FACTOR)
        adjusted.set(dearer, np.rint(plain[dearer] * times[dearer]).astype(np.int64))
        found = adjusted.search()
        if found is None:
            return
        used = found.arcs
        yield found


def _room(query: Query) -> float:
    """Return how many times larger all weights could be, and sums along paths still fit into a key."""
    units = np.maximum(query.units, 0)
    begins = query.network.first_out[:-1][np.diff(query.network.first_out) > 0]
    longest = float(np.maximum.reduceat(units, begins).sum())
    ends = float(query.start.costs.max() + query.goal.costs.max())
    return float(LARGEST >> query.sides.out.bits) / (longest + ends + 1.0)
