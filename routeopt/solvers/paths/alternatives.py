"""Alternatives: several good paths between two points, each of which differs from those before it.

Sources: Abraham, Delling, Goldberg, Werneck, SEA 2010, for what makes one good, and for those by way of a node;
Camvit's Choice Routing 2005 for plateaus; Chen, Bell, Bogenberger, IEEE TITS 2007, for the method of penalties;
Chondrogiannis et al., SIGSPATIAL 2015, for limited overlap; Yen 1971.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from routeopt.errors import ProblemError
from routeopt.problems.instance import Flags
from routeopt.solvers.paths.overlap import overlap
from routeopt.solvers.paths.penalty import penalty
from routeopt.solvers.paths.query import Candidate, Query, read_query
from routeopt.solvers.paths.selection import Alternative, Selection
from routeopt.solvers.paths.simple import simple
from routeopt.solvers.paths.via import plateau, via

if TYPE_CHECKING:
    from routeopt.solvers.paths.front import ShortestPaths

METHODS: Mapping[str, Callable[[Query, Selection], Iterator[Candidate]]] = {
    "via": via,
    "plateau": plateau,
    "penalty": penalty,
    "overlap": overlap,
    "yen": simple,
}


def alternatives(
    paths: ShortestPaths,
    a: Any,
    b: Any,
    k: int = 3,
    method: str = "via",
    *,
    stretch: float = 1.25,
    sharing: float = 0.8,
    local: float = 0.25,
    within: ArrayLike | None = None,
) -> list[Alternative]:
    """Return up to k paths between two points; the first is a shortest one, and all keep the limits.

    Parameters
    ----------
    paths : ShortestPaths
    a, b : int, (lon, lat), or Positions of one point
    k : int
    method : str
        ``"via"``: by way of nodes, the best quality for the time it takes. ``"plateau"``: of these, paths along a
        plateau as long as `local` asks. ``"penalty"``: searched anew with used streets made dearer. ``"overlap"``:
        searched anew without arcs that are shared too much. ``"yen"``: the shortest simple paths one after the
        other, which differ by a block or two, so that few keep the limits unless these are loose.
    stretch : float
        What each costs at most, as a multiple of the cost of the shortest.
    sharing : float
        The largest share of its cost on arcs of those before it.
    local : float
        Each part of a path, from node to node, that costs at most this share of the shortest path's cost is itself
        a shortest path.
    within : (m,) bool, optional
        Arcs on which alternatives are sought, such as those of :func:`~routeopt.solvers.paths.skeleton.skeleton`.

    Returns
    -------
    list of Alternative
        Fewer than k if the method finds no more; empty if there is no path, and ``paths.path(a, b).reason`` says why.

    Raises
    ------
    ProblemError
        The method is not known, or some limit makes no sense.
    """
    _check(k, method, stretch, sharing, local)
    query = read_query(paths, a, b, _read_arcs(paths, within))
    first = paths.path(a, b)
    if not first or k == 0:
        return []
    selection = Selection(query, first, k, stretch, sharing, local)
    if k == 1 or not len(first.arcs):
        return selection.accepted
    for candidate in METHODS[method](query, selection):
        if selection.offer(candidate) and len(selection.accepted) == k:
            break
    return selection.accepted


def _check(k: int, method: str, stretch: float, sharing: float, local: float) -> None:
    errors = []
    if method not in METHODS:
        errors.append(f"method '{method}' is not known; there are: {', '.join(METHODS)}")
    if k < 0:
        errors.append(f"k: {k} paths; ask for 0 or more")
    if not 1.0 <= stretch < float("inf"):
        errors.append(f"stretch must be a number of 1 or more, not {stretch}")
    errors += [
        f"{name} is a share, 0 to 1, not {value}"
        for name, value in (("sharing", sharing), ("local", local))
        if not 0.0 <= value <= 1.0
    ]
    if errors:
        raise ProblemError(errors)


def _read_arcs(paths: ShortestPaths, within: ArrayLike | None) -> Flags | None:
    if within is None:
        return None
    arcs, m = np.asarray(within), len(paths.network.head)
    if arcs.dtype != bool or arcs.shape != (m,):
        raise ProblemError(f"within must be a flag for each of the {m} arcs, not {arcs.dtype} {arcs.shape}")
    return arcs
