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
        a, b = np.nonzero(
            _same(sources.arc, targets.arc)
            | _same(sources.arc, targets.twin)
            | _same(sources.twin, targets.arc)
            | _same(sources.twin, targets.twin)
        )
    pair = a * len(targets.arc) + b if every else a
    found = []
    for source_arc, begin in ((sources.arc, sources.fraction), (sources.twin, 1.0 - sources.fraction)):
        for target_arc, end in ((targets.arc, targets.fraction), (targets.twin, 1.0 - targets.fraction)):
            joined = (source_arc[a] == target_arc[b]) & (source_arc[a] >= 0) & (begin[a] <= end[b])
            k = np.flatnonzero(joined)
            arc, share = source_arc[a[k]], end[b[k]] - begin[a[k]]
            usable = (weights.units[arc] >= 0) | (share == 0)  # one is where one is, on a closed arc too
            k, arc, share = k[usable], arc[usable], share[usable]
            units = np.where(share > 0, np.rint(share * weights.units[arc]), 0).astype(np.int64)
            found.append(Direct(pair[k], units, arc, begin[a[k]], end[b[k]]))
    merged = Direct._make(np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((merged.units, merged.pair))
    first = order[np.unique(merged.pair[order], return_index=True)[1]]
    return Direct._make(column[first] for column in merged)


def _same(a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.bool_]:
    return (a[:, None] == b) & (a[:, None] >= 0)
