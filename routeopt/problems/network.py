"""Networks: directed arcs in rows by their tail, with whatever is known about nodes and arcs.

Streets, links between switches and test graphs are all a :class:`Network`. It is not changed once made: what
closes an arc or keeps some nodes returns another one, which shares the arrays that stay the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routeopt import registry
from routeopt.errors import ProblemError
from routeopt.problems.instance import Flags, Floats, Integers

if TYPE_CHECKING:
    from routeopt.problems.legs import Legs
    from routeopt.problems.positions import Positions
    from routeopt.problems.snapping import Snapper

Indices = NDArray[np.int32]


class Shapes(NamedTuple):
    """The points of each arc between its ends: those of arc a stand in rows ``first[a]:first[a + 1]``."""

    first: Integers  # (m + 1,)
    points: Floats  # (P, 2)


@dataclass(frozen=True, eq=False)
class Network:
    """A directed network of n nodes and m arcs; parallel arcs and loops are allowed.

    :meth:`from_arcs` builds one from arcs in any order.

    Parameters
    ----------
    first_out : (n + 1,) int64 array
        The arcs out of node v are ``first_out[v]`` to ``first_out[v + 1] - 1``.
    head : (m,) int32 array
        Where each arc ends.
    arcs : mapping of str to (m,) array
        Columns of the arcs. Known names: ``length`` (metres), ``time`` (seconds without traffic), ``capacity``,
        ``highway`` and ``name`` (codes of `labels`), ``toll`` (bool), ``way`` (identifier in the source). Any
        others are kept as they are.
    nodes : mapping of str to (n,) array
        Columns of the nodes; ``id`` is the identifier in the source.
    places : (n, 2) float64 array, optional
        Longitude and latitude in degrees, or plane coordinates.
    geographic : bool
        Whether `places` are degrees.
    labels : mapping of str to sequence of str
        The words of columns that hold codes: code c of column ``highway`` is ``labels["highway"][c]``.
    shapes : Shapes, optional
        How arcs run between their ends; straight lines by default.
    restrictions : sequence of int32 arrays
        Arcs one behind the other that may not be driven one after the other: two for a forbidden turn.
    closed : (m,) bool array, optional
        Arcs that nothing may use at present.
    source : str
        Where the data come from, for people.

    Raises
    ------
    ProblemError
        Arrays contradict each other; every contradiction is named.
    """

    first_out: Integers
    head: Indices
    arcs: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    nodes: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    places: Floats | None = None
    geographic: bool = False
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    shapes: Shapes | None = None
    restrictions: tuple[Indices, ...] = ()
    closed: Flags | None = None
    source: str = ""

    def __post_init__(self) -> None:
        errors = _contradictions(self)
        if errors:
            raise ProblemError(errors)

    def __repr__(self) -> str:
        source = f" of {self.source}" if self.source else ""
        return f"<Network{source}: {self.size:,} nodes, {len(self.head):,} arcs>"

    @classmethod
    def from_arcs(
        cls, tail: ArrayLike, head: ArrayLike, *, size: int | None = None, **columns: Any
    ) -> Network:
        """Return the network of arcs given in any order, which are sorted by their tail.

        Parameters
        ----------
        tail, head : (m,) integers
            Nodes, counted from 0.
        size : int, optional
            Number of nodes; one more than the largest by default.
        **columns
            The other parameters of :class:`Network`, with arcs counted as given here.
        """
        tails, heads = np.asarray(tail, np.int64).ravel(), np.asarray(head, np.int64).ravel()
        if len(tails) != len(heads):
            raise ProblemError(f"arcs: {len(tails)} tails but {len(heads)} heads")
        if len(tails) and min(tails.min(), heads.min()) < 0:
            raise ProblemError("arcs: nodes are counted from 0, but some number is negative")
        largest = int(max(tails.max(), heads.max())) if len(tails) else -1
        n = largest + 1 if size is None else size
        if largest >= n:
            raise ProblemError(f"arcs: node {largest}, but there are only {n} nodes")
        order = np.argsort(tails, kind="stable")
        first_out = np.concatenate([[0], np.cumsum(np.bincount(tails, minlength=n))])
        given = cls(first_out, heads[order].astype(np.int32))
        return replace(given, **_in_order(columns, order))

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.first_out) - 1

    def __len__(self) -> int:
        return self.size

    @cached_property
    def tail(self) -> Indices:
        """Where each arc begins, (m,) int32."""
        return np.repeat(np.arange(self.size, dtype=np.int32), np.diff(self.first_out))

    @cached_property
    def twin(self) -> Indices:
        """The arc that runs along each arc the other way, (m,) int32; -1: there is none.

        Where several run back, it is one of the same length, and no arc is the twin of two.
        """
        length = np.asarray(self.arcs.get("length", np.zeros(len(self.head))), np.float64)
        low, high = np.minimum(self.tail, self.head), np.maximum(self.tail, self.head)
        order = np.lexsort((self.tail > self.head, np.round(length, 1), high, low))
        return _pair(order, low, high, self.tail > self.head, np.round(length, 1))

    def label(self, column: str, arc: int) -> str:
        """Return the word of a coded column for an arc, "" where there is none."""
        words, code = self.labels.get(column, ()), int(self.arcs[column][arc]) if column in self.arcs else -1
        return words[code] if 0 <= code < len(words) else ""

    def line(self, arc: int) -> Floats:
        """Return the line ``(M, 2)`` that an arc follows, its ends included."""
        if self.places is None:
            raise ProblemError("the network has no coordinates")
        ends = self.places[[int(self.tail[arc]), int(self.head[arc])]]
        if self.shapes is None:
            return ends
        between = self.shapes.points[self.shapes.first[arc] : self.shapes.first[arc + 1]]
        return np.concatenate([ends[:1], between, ends[1:]])

    def keep(self, nodes: ArrayLike) -> Network:
        """Return the network of some nodes, in ascending order, and the arcs between them.

        Parameters
        ----------
        nodes : (n,) bool or integers
        """
        kept = np.zeros(self.size, bool)
        kept[np.asarray(nodes)] = True
        number = np.cumsum(kept) - 1
        arcs = np.flatnonzero(kept[self.tail] & kept[self.head])
        renumbered = np.full(len(self.head), -1, np.int32)
        renumbered[arcs] = np.arange(len(arcs))
        columns = _in_order(
            {
                "arcs": self.arcs,
                "shapes": self.shapes,
                "closed": self.closed,
                "restrictions": tuple(
                    r for r in (renumbered[r] for r in self.restrictions) if (r >= 0).all()
                ),
            },
            arcs,
            renumber=False,
        )
        return replace(
            self,
            first_out=np.concatenate(
                [[0], np.cumsum(np.bincount(number[self.tail[arcs]], minlength=kept.sum()))]
            ),
            head=number[self.head[arcs]].astype(np.int32),
            nodes={name: column[kept] for name, column in self.nodes.items()},
            places=None if self.places is None else self.places[kept],
            **columns,
        )

    def components(self) -> Integers:
        """Return the number of the strongly connected component of each node, (n,)."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        open_arcs = (
            np.ones(len(self.head), np.int8) if self.closed is None else (~self.closed).astype(np.int8)
        )
        shape = (self.size, self.size)
        # A copy, since zeros are eliminated within the arrays of the graph.
        graph = csr_array((open_arcs, self.head, self.first_out), shape=shape, copy=True)
        graph.eliminate_zeros()
        return np.asarray(connected_components(graph, connection="strong")[1], np.int64)

    def core(self) -> Network:
        """Return the largest part in which every node can be reached from every other."""
        if self.size == 0:
            return self
        component = self.components()
        return self.keep(component == np.bincount(component).argmax())

    def close(self, arcs: ArrayLike) -> Network:
        """Return the network with these arcs closed as well; their twins stay open unless named."""
        return self._with_closed(arcs, closed=True)

    def open(self, arcs: ArrayLike) -> Network:
        """Return the network with these arcs open again."""
        return self._with_closed(arcs, closed=False)

    def _with_closed(self, arcs: ArrayLike, *, closed: bool) -> Network:
        chosen = np.atleast_1d(np.asarray(arcs))
        if not chosen.size:
            return self
        m = len(self.head)
        if chosen.dtype != bool and len(chosen) and (chosen.min() < 0 or chosen.max() >= m):
            raise ProblemError(
                f"arcs to close or open are 0 to {m - 1}, not {chosen.min()} to {chosen.max()}"
            )
        state = np.zeros(m, bool) if self.closed is None else self.closed.copy()
        state[chosen] = closed
        return replace(self, closed=state)

    def find(self, **words: str) -> Integers:
        """Return the arcs whose coded columns hold these words, such as ``find(name="Main Street")``, ascending.

        Raises
        ------
        ProblemError
            No arc has such a word; the message names those that are alike.
        """
        found: Integers = registry.load("routeopt.problems.finding:find")(self, words)
        return found

    def within(self, polygon: ArrayLike) -> Integers:
        """Return the arcs that touch a polygon ``(M, 2)``, in the coordinates of the network, ascending."""
        found: Integers = registry.load("routeopt.problems.finding:within")(self, polygon)
        return found

    def near(self, point: ArrayLike, radius: float) -> Integers:
        """Return the arcs that come within a radius of a point, in metres or in plane units, ascending."""
        found: Integers = registry.load("routeopt.problems.finding:near")(self, point, radius)
        return found

    @cached_property
    def snapper(self) -> Snapper:
        """The index by which :meth:`snap` finds arcs, made when it is first asked for."""
        snapper: Snapper = registry.load("routeopt.problems.snapping:Snapper")(self)
        return snapper

    @cached_property
    def legs(self) -> Legs:
        """The quickest ways as legs of a :class:`~routeopt.problems.vrp.VRP`; what finds them is prepared once."""
        legs: Legs = registry.load("routeopt.solvers.paths.legs:StreetLegs")(self)
        return legs

    def snap(self, points: ArrayLike, *, limit: float | None = None) -> Positions:
        """Return the nearest place on a routable arc for each point ``(k, 2)``.

        See :func:`routeopt.problems.snapping.snap`; `limit` is in metres, 1,000 by default, or in plane units,
        without limit by default. A point beyond it has arc -1 and a reason.
        """
        return self.snapper.snap(points, limit=limit)

    @classmethod
    def read(cls, path: str | Path, **options: Any) -> Network:
        """Read a network from a file of any format that routeopt knows."""
        network: Network = registry.load("routeopt.data.networks:read")(path, **options)
        return network

    @classmethod
    def from_networkx(cls, graph: Any, **options: Any) -> Network:
        """Return the network of a graph of NetworkX or osmnx.

        See :func:`routeopt.data.networks.graphs.from_networkx`.
        """
        network: Network = registry.load("routeopt.data.networks.graphs:from_networkx")(graph, **options)
        return network

    @classmethod
    def from_osm(cls, path: str | Path, **options: Any) -> Network:
        """Read the streets of an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz, .osm.bz2)."""
        network: Network = registry.load("routeopt.data.networks.osm:read")(path, **options)
        return network

    @classmethod
    def from_place(cls, place: str, **options: Any) -> Network:
        """Download the streets of a place by its name, through osmnx."""
        network: Network = registry.load("routeopt.data.networks.place:download")(place, **options)
        return network

    def save(self, path: str | Path) -> None:
        """Write the network as one compact ``.npz`` file, which :meth:`read` reads."""
        registry.load("routeopt.data.networks.npz:save")(self, path)

    def to_networkx(self) -> Any:
        """Return a ``networkx.MultiDiGraph`` that osmnx understands; needs networkx."""
        return registry.load("routeopt.data.networks.graphs:to_networkx")(self)

    def to_geodataframes(self) -> tuple[Any, Any]:
        """Return nodes and arcs as two ``geopandas.GeoDataFrame``; needs geopandas."""
        frames: tuple[Any, Any] = registry.load("routeopt.data.networks.graphs:to_geodataframes")(self)
        return frames

    def to_geojson(self) -> dict[str, Any]:
        """Return the arcs as a GeoJSON FeatureCollection; ``routeopt.data.networks.geojson.write`` makes a file."""
        collection: dict[str, Any] = registry.load("routeopt.data.networks.geojson:document")(self)
        return collection


def _in_order(columns: Mapping[str, Any], order: Integers, *, renumber: bool = True) -> dict[str, Any]:
    """Return the parameters of a network with its arcs taken in this order."""
    result = dict(columns)
    if columns.get("arcs"):
        result["arcs"] = {name: np.asarray(column)[order] for name, column in columns["arcs"].items()}
    if columns.get("closed") is not None:
        result["closed"] = np.asarray(columns["closed"], bool)[order]
    if columns.get("shapes") is not None:
        result["shapes"] = _take_shapes(columns["shapes"], order)
    if renumber and columns.get("restrictions"):
        place = np.empty(len(order), np.int32)
        place[order] = np.arange(len(order))
        result["restrictions"] = tuple(place[np.asarray(arcs)] for arcs in columns["restrictions"])
    return result


def _take_shapes(shapes: Shapes, order: Integers) -> Shapes:
    sizes = np.diff(shapes.first)[order]
    first = np.concatenate([[0], np.cumsum(sizes)])
    rows = np.repeat(shapes.first[:-1][order] - first[:-1], sizes) + np.arange(first[-1])
    return Shapes(first, shapes.points[rows])


def _pair(order: Integers, low: Indices, high: Indices, back: Flags, length: Floats) -> Indices:
    """Pair arcs there with arcs back: sorted by pair, length and direction, the k-th with the k-th."""
    twin = np.full(len(order), -1, np.int32)
    low, high, length, back = low[order], high[order], length[order], back[order]
    new = np.ones(len(order), bool)
    new[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1]) | (length[1:] != length[:-1])
    group = np.cumsum(new) - 1
    begin = np.flatnonzero(new)
    there = np.bincount(group, ~back, minlength=len(begin)).astype(np.int64)
    rank = np.arange(len(order)) - begin[group] if len(begin) else np.zeros(0, np.int64)
    rank = np.where(back, rank - there[group] if len(begin) else 0, rank)
    partner = np.where(back, begin[group] + rank, begin[group] + there[group] + rank) if len(begin) else rank
    size = np.diff(np.append(begin, len(order)))
    exists = np.where(back, rank < there[group], rank < (size - there)[group]) if len(begin) else rank > 0
    exists &= low != high
    twin[order[exists]] = order[partner[exists]]
    return twin


def _contradictions(network: Network) -> list[str]:
    first_out, head, n, m = network.first_out, network.head, len(network.first_out) - 1, len(network.head)
    errors = []
    if n < 0 or first_out[0] != 0 or first_out[-1] != m or (np.diff(first_out) < 0).any():
        return [f"first_out must rise from 0 to the number of arcs, {m}"]
    if m and (head.min() < 0 or head.max() >= n):
        errors.append(f"head: nodes are 0 to {n - 1}, not {head.min()} to {head.max()}")
    errors += [
        f"arcs[{name!r}]: {len(c)} values for {m} arcs" for name, c in network.arcs.items() if len(c) != m
    ]
    errors += [
        f"nodes[{name!r}]: {len(c)} values for {n} nodes" for name, c in network.nodes.items() if len(c) != n
    ]
    if network.places is not None and network.places.shape != (n, 2):
        errors.append(f"places: shape {network.places.shape}, but there are {n} nodes")
    if network.closed is not None and len(network.closed) != m:
        errors.append(f"closed: {len(network.closed)} values for {m} arcs")
    if network.shapes is not None:
        first = network.shapes.first
        if len(first) != m + 1 or first[-1] != len(network.shapes.points):
            errors.append(f"shapes: {len(first) - 1} arcs and {len(network.shapes.points)} points do not fit")
    for name in ("length", "time"):
        values = network.arcs.get(name)
        if values is not None and len(values) == m and not (np.asarray(values, np.float64) >= 0).all():
            errors.append(f"arcs[{name!r}]: values must be 0 or more, and numbers")
    return errors
