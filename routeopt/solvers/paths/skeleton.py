"""A small part of a network on which alternatives between two points are sought: a skeleton with capillaries.

Far from both points a driver keeps to the shortest ways along higher roads, the skeleton; around the points every
street is of use, the capillaries. Source: GenMRP (Amap), arXiv 2602.04174, 2026, whose skeleton is the union of
generated routes; ours is the part of the trees of shortest paths from and to the points that lies on no long detour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from routeopt.errors import ProblemError
from routeopt.problems.instance import Flags
from routeopt.problems.network import Network
from routeopt.solvers.paths.plateaus import Trees
from routeopt.solvers.paths.query import read_query

if TYPE_CHECKING:
    from routeopt.solvers.paths.front import ShortestPaths

#: classes of roads that only lead to and from places (OpenStreetMap's words)
MINOR = frozenset(
    {
        "residential",
        "living_street",
        "service",
        "unclassified",
        "pedestrian",
        "track",
        "road",
        "path",
        "footway",
    }
)


class Skeleton(NamedTuple):
    """A part of a network."""

    arcs: Flags  # (m,) which arcs belong to it
    share: float  # of all open arcs

    def __repr__(self) -> str:
        return f"<Skeleton of {int(self.arcs.sum()):,} arcs, {self.share:.1%} of the network>"


def skeleton(paths: ShortestPaths, a: Any, b: Any, *, detour: float = 1.4, near: float = 0.2) -> Skeleton:
    """Return the arcs on which alternatives between two points are worth seeking.

    Parameters
    ----------
    paths : ShortestPaths
    a, b : int, (lon, lat), or Positions of one point
    detour : float
        The shortest path that uses an arc costs at most this multiple of the shortest path.
    near : float
        Within this share of the shortest path's cost from either point every such arc belongs to it. Beyond, only
        arcs of the trees of shortest paths from and to the points do, and of these only those of higher classes,
        where the network knows classes.

    Returns
    -------
    Skeleton
        The shortest path belongs to it. It is empty if there is no path.
    """
    if not (1.0 <= detour < np.inf and 0.0 <= near < np.inf):
        raise ProblemError(f"detour must be 1 or more, and near 0 or more; not {detour} and {near}")
    first = paths.path(a, b)
    inside = np.zeros(len(paths.network.head), bool)
    if not first:
        return Skeleton(inside, 0.0)
    shortest = round(first.cost / paths.resolution)
    query, limit = read_query(paths, a, b), int(detour * shortest)
    trees = Trees(query, limit)
    there, onward = trees.labels
    tail, head, units = paths.network.tail, paths.network.head, query.units
    from_start, to_end = there[tail], onward[head]
    known = (from_start >= 0) & (to_end >= 0) & (units >= 0)
    fit = known & (from_start + units + to_end <= limit)
    close = np.minimum(from_start, to_end) <= near * shortest
    inside = fit & (close | (trees.arcs() & ~_minor(paths.network)))
    inside[first.arcs] = True
    return Skeleton(inside, float(inside.sum() / max(1, (units >= 0).sum())))


def _minor(network: Network) -> Flags:
    """Return which arcs are of a class that only leads to and from places."""
    words = network.labels.get("highway", ())
    if "highway" not in network.arcs or not len(words):
        return np.zeros(len(network.head), bool)
    minor = np.array([word in MINOR for word in words] + [False])
    return minor[network.arcs["highway"]]
