"""Alternatives by penalties: each path found makes its streets dearer for the searches that follow."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from routeopt.solvers.paths.adjusted import Adjusted
from routeopt.solvers.paths.keys import LARGEST
from routeopt.solvers.paths.query import Candidate, Query
from routeopt.solvers.paths.selection import Selection

FACTOR = 1.1  # of an arc and its twin, each time a path takes it
_DEAREST = 16.0  # no arc becomes more than this many times as dear
_SEARCHES = 20
_TOO_DEAR = 3  # searches in a row that find only what costs too much
_FINE = 1000  # units are that much finer if there is room, so that small whole weights can grow by a tenth


def penalty(query: Query, selection: Selection) -> Iterator[Candidate]:
    """Yield what is shortest with arcs of all paths so far made dearer, in both directions."""
    adjusted = Adjusted(query, selection.dearest, _scale(query))
    times = np.ones(len(query.units))
    used, too_dear = selection.accepted[0].path.arcs, 0
    for _ in range(_SEARCHES):
        twins = query.network.twin[used]
        dearer = np.unique(np.concatenate([used, twins[twins >= 0]]))
        dearer = dearer[query.usable[dearer] >= 0]
        times[dearer] = np.minimum(_DEAREST, times[dearer] * FACTOR)
        adjusted.enlarge(dearer, times[dearer])
        found = adjusted.search()
        too_dear = too_dear + 1 if found is None or query.cost(found) > selection.dearest else 0
        if found is None or too_dear == _TOO_DEAR:
            return
        used = found.arcs
        yield found


def _scale(query: Query) -> int:
    """Return by how much finer weights can be so that grown sums along paths still fit into a key."""
    units = np.maximum(query.units, 0)
    begins = query.network.first_out[:-1][np.diff(query.network.first_out) > 0]
    longest = float(np.maximum.reduceat(units, begins).sum()) if len(begins) else 0.0
    ends = float(query.start.costs.max() + query.goal.costs.max())
    room = float(LARGEST >> query.sides.out.bits) / (_DEAREST * (longest + ends + 1.0))
    return max(1, int(min(_FINE, room)))
