"""Pairs of points on one arc: the way along it, which no search between nodes sees."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Floats, Integers
from routeopt.problems.positions import Positions
from routeopt.solvers.paths.weights import Weights


class Direct(NamedTuple):
    """Pairs that an arc joins directly."""

    pair: Integers  # (k,) which pair: i, or i * T + j of all pairs; each once
    units: Integers  # what it costs
    arc: NDArray[np.int32]
    begin: Floats  # how far along the arc it begins, and ends
    end: Floats


_NONE = Direct(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0), np.empty(0))


def direct(
    weights: Weights, sources: Positions | None, targets: Positions | None, *, every: bool = False
) -> Direct:
    """Return the pairs of points that one arc joins: the i-th of both, or with `every` of all pairs.

    An arc and its twin carry the same points, so both directions are tried.
    """
    if sources is None or targets is None or not len(weights.units):
        return _NONE
    a, b = np.arange(len(sources.arc)), np.arange(len(targets.arc))
    if every:
        street = np.maximum(sources.arc, sources.twin)
        other = np.maximum(targets.arc, targets.twin)
        a, b = np.nonzero((street[:, None] == other) & (street[:, None] >= 0))
    pair = a * len(targets.arc) + b if every else a
    found = []
    for source_arc, begin in ((sources.arc, sources.fraction), (sources.twin, 1.0 - sources.fraction)):
        for target_arc, end in ((targets.arc, targets.fraction), (targets.twin, 1.0 - targets.fraction)):
            joined = (source_arc[a] == target_arc[b]) & (source_arc[a] >= 0) & (begin[a] <= end[b])
            k = np.flatnonzero(joined)
            arc = source_arc[a[k]]
            k, arc = k[weights.units[arc] >= 0], arc[weights.units[arc] >= 0]
            share = end[b[k]] - begin[a[k]]
            units = np.rint(share * weights.units[arc]).astype(np.int64)
            found.append(Direct(pair[k], units, arc, begin[a[k]], end[b[k]]))
    merged = Direct(*(np.concatenate(parts) for parts in zip(*found, strict=True)))
    order = np.lexsort((merged.units, merged.pair))
    first = order[np.unique(merged.pair[order], return_index=True)[1]]
    return Direct(*(column[first] for column in merged))
