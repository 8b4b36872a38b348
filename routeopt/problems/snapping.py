"""Snapping: the nearest arc of a network that one can drive to and away from, for points given anywhere.

The lines of arcs are cut into short pieces, and a k-d tree holds the middles of these. A piece reaches no further
from its middle than half the longest piece. So once the nearest piece seen is nearer than the farthest middle seen
less that half, no other can be nearer, and the answer is exact.

Degrees are searched in Mercator's projection. It stretches all directions alike, by the inverse cosine of the
latitude, so what is nearest on the map is nearest on the ground: at 60 degrees of latitude two arcs a kilometre away
may be mistaken for each other when their distances differ by less than 0.03 %. Distances that are returned are those
on the sphere. Networks across the 180th meridian are not joined there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from routeopt.errors import ProblemError
from routeopt.problems.instance import Flags, Floats, Integers
from routeopt.problems.legs import EARTH_RADIUS
from routeopt.problems.network import Network
from routeopt.problems.pieces import cut, ground, mirrored
from routeopt.problems.positions import Positions

LIMIT = 1_000.0  #: metres from a street beyond which a point is taken to be elsewhere
_FIRST = 8  # pieces seen before more are asked for
_MORE = 4  # times as many in the next round
_CELLS = 2_000_000  # pieces looked at in one go, which bounds the memory
_STEEP = 89.9  # degrees of latitude beyond which the projection would run away


def snap(
    network: Network, points: ArrayLike, *, limit: float | None = None, routable: ArrayLike | None = None
) -> Positions:
    """Return the nearest place on an arc for each point.

    Parameters
    ----------
    network : Network
        With places.
    points : (k, 2) floats
        Longitude and latitude, or plane coordinates: as the places of the network.
    limit : float, optional
        Distance beyond which a point is not snapped: metres, 1,000 by default, or plane units, without limit
        by default.
    routable : (m,) bool, optional
        Arcs that may be chosen. By default those that are open and lie in the largest part of the network in which
        every node can be reached from every other; so a path exists between any two positions, unless a turn is
        forbidden.

    Returns
    -------
    Positions
        Where a point has no arc, its reason is a predicate, such as "is 5.3 km from the nearest street of this
        network (limit 1 km)", to be put behind the name of the point.

    Raises
    ------
    ProblemError
        The network has no places, or `points` is no table of two columns.

    Examples
    --------
    >>> network = Network.from_arcs([0, 1], [1, 0], places=np.array([[0.0, 0.0], [10.0, 0.0]]))
    >>> found = snap(network, [(4, 3)])
    >>> found.fraction, found.places, found.distance
    (array([0.4]), array([[4., 0.]]), array([3.]))
    """
    snapper = network.snapper if routable is None else Snapper(network, routable)
    return snapper.snap(points, limit=limit)


class Snapper:
    """An index of the arcs of a network, made once for any number of calls of :meth:`snap`.

    Parameters
    ----------
    network : Network
    routable : (m,) bool, optional
        As in :func:`snap`.
    """

    def __init__(self, network: Network, routable: ArrayLike | None = None) -> None:
        from scipy.spatial import cKDTree

        if network.places is None:
            raise ProblemError("the network has no coordinates; give it places to snap points to its arcs")
        self.network = network
        allowed = _routable(network) if routable is None else _mask(routable, len(network.head))
        located = np.asarray(np.isfinite(network.places).all(axis=1))
        allowed &= located[network.tail] & located[network.head]
        twin = mirrored(network)
        twin[(twin >= 0) & ~allowed[twin]] = -1
        self._twin = twin
        # Of an arc and its twin one is enough: they are the same line.
        chosen = allowed & ((twin < 0) | (np.arange(len(twin)) < twin))
        self._pieces = cut(network, np.flatnonzero(chosen))
        begin, end = self._flat(self._pieces.begin), self._flat(self._pieces.end)
        self._reach = float(np.hypot(*(end - begin).T).max(initial=0.0)) / 2
        self._tree = cKDTree((begin + end) / 2, balanced_tree=False, compact_nodes=False)

    def snap(self, points: ArrayLike, *, limit: float | None = None) -> Positions:
        """Return the nearest place on an arc for each point, as :func:`snap` does."""
        asked = _table(points)
        if limit is None:
            limit = LIMIT if self.network.geographic else np.inf
        if not limit >= 0:
            raise ProblemError(f"limit must be 0 or more, not {limit}")
        found = self._positions(asked, limit)
        reasons = [""] * len(asked)
        for i, reason in zip(np.flatnonzero(found.arc < 0), self._reasons(asked, found, limit), strict=True):
            reasons[i] = reason
        return found._replace(reason=tuple(reasons))

    def _positions(self, asked: Floats, limit: float) -> Positions:
        """Return positions, without reasons for those that have no arc."""
        k = len(asked)
        arc, fraction, places, distance = (
            np.full(k, -1, np.int32),
            np.zeros(k),
            asked.copy(),
            np.full(k, np.inf),
        )
        rows = np.flatnonzero(self._sensible(asked))
        if len(rows) and self._tree.n:
            piece, along = self._nearest(asked[rows], limit)
            p = self._pieces
            on = p.begin[piece] + along[:, None] * (p.end[piece] - p.begin[piece])
            distance[rows] = ground(asked[rows], on, geographic=self.network.geographic)
            near = distance[rows] <= limit
            rows, piece, along, on = rows[near], piece[near], along[near], on[near]
            arc[rows], places[rows] = p.arc[piece], on
            fraction[rows] = np.clip(p.start[piece] + along * p.share[piece], 0.0, 1.0)
        twin = np.where(arc >= 0, self._twin[arc], -1) if len(self._twin) else arc.copy()
        return Positions(arc, twin.astype(np.int32), fraction, places, distance, ("",) * k)

    def _nearest(self, asked: Floats, limit: float) -> tuple[Integers, Floats]:
        """Return the nearest piece for each point, and how far along it the nearest place is, 0 to 1.

        Where nothing is within the limit, it is about the nearest.
        """
        flat = self._flat(asked)
        enough = self._enough(asked, limit)
        piece, along = np.zeros(len(asked), np.int64), np.zeros(len(asked))
        rows, count = np.arange(len(asked)), min(_FIRST, self._tree.n)
        while len(rows):
            left = []
            for part in np.array_split(rows, -(-len(rows) * count // _CELLS)):
                middle, seen = self._tree.query(flat[part], k=np.arange(1, count + 1))
                distance, place = self._project(flat[part], seen)
                best = distance.argmin(axis=1)[:, None]
                piece[part] = np.take_along_axis(seen, best, axis=1)[:, 0]
                along[part] = np.take_along_axis(place, best, axis=1)[:, 0]
                surely = np.take_along_axis(distance, best, axis=1)[:, 0] <= middle[:, -1] - self._reach
                surely |= middle[:, 0] - self._reach > enough[part]
                left.append(part[~surely] if count < self._tree.n else part[:0])
            rows, count = np.concatenate(left), min(_MORE * count, self._tree.n)
        return piece, along

    def _project(self, flat: Floats, seen: Integers) -> tuple[Floats, Floats]:
        """Return distances to pieces ``(q, c)`` on the map, and how far along them the nearest place is."""
        begin, end = self._flat(self._pieces.begin[seen]), self._flat(self._pieces.end[seen])
        step, to = end - begin, flat[:, None, :] - begin
        square = (step**2).sum(axis=2)
        along = np.clip((to * step).sum(axis=2) / np.where(square > 0, square, 1.0), 0.0, 1.0)
        return np.hypot(*np.moveaxis(to - along[..., None] * step, -1, 0)), along

    def _flat(self, places: Floats) -> Floats:
        """Return places on the map that is searched: Mercator's, in metres at the equator, or the plane."""
        if not self.network.geographic:
            return places
        latitude = np.radians(np.clip(places[..., 1], -_STEEP, _STEEP))
        return EARTH_RADIUS * np.stack([np.radians(places[..., 0]), np.arcsinh(np.tan(latitude))], axis=-1)

    def _enough(self, asked: Floats, limit: float) -> Floats:
        """Return the distance on the map beyond which everything is beyond the limit."""
        if not self.network.geographic or not np.isfinite(limit):
            return np.full(len(asked), limit)
        latitude = np.radians(np.abs(asked[:, 1])) + limit / EARTH_RADIUS
        return np.where(latitude < np.radians(_STEEP), limit / np.cos(latitude), np.inf)

    def _sensible(self, asked: Floats) -> Flags:
        finite = np.asarray(np.isfinite(asked).all(axis=1))
        if not self.network.geographic:
            return finite
        on_globe = np.abs(np.where(finite[:, None], asked, 0.0)) <= (180, 90)
        return finite & np.asarray(on_globe.all(axis=1))

    def _reasons(self, asked: Floats, found: Positions, limit: float) -> list[str]:
        """Return why each point without an arc has none."""
        failed = np.flatnonzero(found.arc < 0)
        swapped = np.zeros(len(failed), bool)
        if self.network.geographic and len(failed):
            swapped = self._positions(asked[failed][:, ::-1], limit).arc >= 0
        hint = "; longitude and latitude are swapped: longitude comes first"
        return [
            self._reason(asked[i], found.distance[i], limit) + (hint if was else "")
            for i, was in zip(failed, swapped, strict=True)
        ]

    def _reason(self, point: Floats, distance: float, limit: float) -> str:
        x, y = point
        if not np.isfinite(point).all():
            return f"has coordinates that are no numbers ({x:g}, {y:g})"
        if self.network.geographic and (abs(x) > 180 or abs(y) > 90):
            return f"is not on the globe: longitude {x:g}, latitude {y:g}"
        if not self._tree.n:
            return (
                "has no arc to go to: none is open and in a part of the network where every node can be reached "
                "from every other; name others with routable="
            )
        if self.network.geographic:
            return f"is {_metres(distance)} from the nearest street of this network (limit {_metres(limit)})"
        return f"is {distance:.3g} from the nearest arc of this network (limit {limit:g})"


def _routable(network: Network) -> Flags:
    """Return the arcs that are open and within the largest strongly connected part."""
    if not len(network.head):
        return np.zeros(0, bool)
    component = network.components()
    largest = component == np.bincount(component).argmax()
    inside: Flags = largest[network.tail] & largest[network.head]
    return inside if network.closed is None else inside & ~network.closed


def _mask(routable: ArrayLike, arcs: int) -> Flags:
    mask = np.array(routable)
    if mask.dtype != bool or mask.shape != (arcs,):
        raise ProblemError(
            f"routable must be a flag for each of the {arcs} arcs, not {mask.dtype} {mask.shape}"
        )
    return mask


def _table(points: ArrayLike) -> Floats:
    try:
        table = np.array(points, np.float64)
    except (TypeError, ValueError):
        raise ProblemError("points must be pairs of numbers, one pair a point") from None
    if table.size == 0:
        return np.zeros((0, 2))
    if table.ndim != 2 or table.shape[1] != 2:
        raise ProblemError(f"points must be pairs of numbers, shape (k, 2), not {table.shape}")
    return table


def _metres(value: float) -> str:
    return (
        f"{value:.0f} m"
        if value < 1_000
        else f"{value / 1_000:.3g} km"
        if value < 1e6
        else f"{value / 1_000:,.0f} km"
    )
