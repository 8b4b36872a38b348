"""Alternatives with limited overlap: arcs shared with those before are taken out until little enough is shared.

Source: Chondrogiannis, Bouros, Gamper, Leser, Alternative routing: k-shortest paths with limited overlap, SIGSPATIAL
2015. Theirs takes out arcs by how many shortest paths cross them; ours the dearest first, and keeps what must stay.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.paths.adjusted import Adjusted
from routeopt.solvers.paths.query import Candidate, Query
from routeopt.solvers.paths.selection import Selection

_SEARCHES = 60


def overlap(query: Query, selection: Selection) -> Iterator[Candidate]:
    """Yield what is shortest without the arcs taken out so far, as long as that costs little enough."""
    adjusted = Adjusted(query, selection.dearest)
    needed: set[int] = set()  # without them no path is left
    out: set[int] = set()
    arc = _dearest(query, selection.accepted[0].path.arcs, needed | out)
    for _ in range(_SEARCHES):
        if arc < 0:
            return
        adjusted.bar(arc)
        found = adjusted.search()
        if found is None or query.cost(found) > selection.dearest:
            adjusted.allow(arc)
            needed.add(arc)
            found = adjusted.search()
            if found is None:
                return
        else:
            out.add(arc)
            yield found
        shared = found.arcs[selection.taken[found.arcs]]
        arc = _dearest(query, shared, needed | out)
        if arc < 0:  # it was refused for another reason, such as a part that is a detour
            arc = _dearest(query, found.arcs, needed | out)


def _dearest(query: Query, arcs: NDArray[np.int32], kept: set[int]) -> int:
    """Return the arc that costs most and is not kept; -1: none."""
    left = [arc for arc in arcs.tolist() if arc not in kept and query.usable[arc] >= 0]
    return max(left, key=lambda arc: (query.usable[arc], -arc), default=-1)
