"""The arrays that kernels and environments share, and the answer they produce.

An :class:`Instance` is compiled once from a validated problem. Depots are nodes
``0 .. depots-1``, stops follow; every quantity is a float64 array. Lengths, times
and money are multiplied by ``scale``, so that benchmark conventions (tenths,
truncated) become whole numbers; divide by ``scale`` to get back to the user's units.
A bound that is not in use is ``inf``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

EPS = 1e-6  #: the one tolerance: a bound holds when it is exceeded by no more than this

EXPLICIT, EUCLIDEAN, HAVERSINE = 0, 1, 2  #: metric codes
EXACT, ROUND, TRUNC, DIMACS = 0, 1, 2, 3  #: rounding codes
ROUNDINGS = ("exact", "round", "trunc", "dimacs")
BACKHAULS = ("mixed", "strict", "linehaul_first")
MIXED, STRICT, LINEHAUL_FIRST = 0, 1, 2  #: backhaul codes


class Instance(NamedTuple):
    """A vehicle routing problem as arrays.

    N nodes (D depots, then the stops), K load dimensions, W windows a node,
    T vehicle types, P travel profiles, S shipments, F fixed edges.
    """

    nodes: int  # N, without padding
    depots: int  # D
    scale: float  # inside units per user unit
    backhaul: int  # MIXED, STRICT or LINEHAUL_FIRST
    vehicle_weight: float  # 0, or what makes one vehicle less outweigh any distance

    x: Floats  # (N,) planar x, or longitude in degrees
    y: Floats  # (N,) planar y, or latitude in degrees
    delivery: Floats  # (N, K) brought from the depot and left at the stop
    pickup: Floats  # (N, K) taken on board; negative where a shipment is handed over
    windows: Floats  # (N, W, 2) when service may begin, ascending; the last one repeated as padding
    service: Floats  # (N,) at a depot: loading time before each trip
    release: Floats  # (N,) the trip that serves the stop may not leave earlier
    prize: Floats  # (N,) forfeited when the stop is left out; inf: must be served
    group: Integers  # (N,) alternatives of which one is served; -1: none
    shipments: Integers  # (S, 2) node of the pickup, node of the delivery
    fixed_edges: Integers  # (F, 2) nodes that must follow each other, in either direction

    vehicle_count: Integers  # (T,) never more than the number of stops
    capacity: Floats  # (T, K)
    fixed_cost: Floats  # (T,) per vehicle used
    distance_cost: Floats  # (T,) per unit of distance
    duration_cost: Floats  # (T,) per unit of route duration, waiting and service included
    overtime_cost: Floats  # (T,) per unit of duration beyond overtime_after, on top
    overtime_after: Floats  # (T,)
    start: Integers  # (T,) depot
    end: Integers  # (T,) depot; -1: the route ends at its last stop
    shift: Floats  # (T, 2) earliest start, latest return
    max_distance: Floats  # (T,) per route
    max_duration: Floats  # (T,) per route
    max_stops: Floats  # (T,) per route
    max_reloads: Floats  # (T,) visits to a reload depot within a route
    reload_depots: Flags  # (T, D)
    profile: Integers  # (T,) row of the matrices below
    allowed: Flags  # (T, N) the vehicle type has every skill the stop asks for

    metric: Integers  # (P,) EXPLICIT, EUCLIDEAN or HAVERSINE
    rounding: Integers  # (P,) EXACT, ROUND, TRUNC or DIMACS
    speed: Floats  # (P,) distance per unit of time, where the duration follows from the distance
    distance: Floats  # (P, N, N), or (P, 0, 0): use `leg` of routeopt.problems.legs
    duration: Floats  # (P, N, N), or (P, 0, 0)

    @property
    def stops(self) -> int:
        """Number of stops."""
        return self.nodes - self.depots

    def restrict(self, nodes: Integers) -> Instance:
        """Return the problem of these nodes alone (ascending, all depots among them).

        Shipments and fixed edges that lose an end are dropped. Node ``nodes[i]`` becomes node ``i``.
        """
        number = np.full(self.nodes, -1)
        number[nodes] = np.arange(len(nodes))
        fields: dict[str, Any] = {
            name: getattr(self, name)[nodes]
            for name in ("x", "y", "delivery", "pickup", "windows", "service", "release", "prize", "group")
        }
        for name in ("shipments", "fixed_edges"):
            pairs = number[getattr(self, name)]
            fields[name] = pairs[(pairs >= 0).all(axis=1)]
        for name in ("distance", "duration"):
            matrices = getattr(self, name)
            fields[name] = matrices[:, nodes[:, None], nodes] if matrices.size else matrices
        stops = len(nodes) - self.depots
        return self._replace(
            nodes=len(nodes),
            allowed=self.allowed[:, nodes],
            vehicle_count=np.minimum(self.vehicle_count, max(stops, 1)),
            **fields,
        )

    @staticmethod
    def stack(instances: Sequence[Instance]) -> Instance:
        """Join instances along a new first axis, padded to the largest.

        Padding nodes are optional stops with prize 0 that no vehicle may serve; padding
        vehicle types have count 0. ``nodes`` and the other scalars become ``(B,)`` arrays.
        """
        single: list[dict[str, Any]] = [
            {name: np.asarray(field)[None] for name, field in i._asdict().items()} for i in instances
        ]
        return Instance.join([Instance(**fields) for fields in single], list(np.arange(len(single))[:, None]))

    @staticmethod
    def join(batches: Sequence[Instance], rows: Sequence[Integers]) -> Instance:
        """Join batches that are stacked already, padded to the largest; `rows` says where each goes."""
        fields: dict[str, Any] = {}
        for name in Instance._fields:
            values = [getattr(batch, name) for batch in batches]
            shape = np.array([value.shape[1:] for value in values], int).max(axis=0)
            size = sum(map(len, rows))
            fields[name] = np.full((size, *shape), _PADDING.get(name, 0), values[0].dtype)
            for at, value in zip(rows, values, strict=True):
                fields[name][(at, *(slice(0, width) for width in value.shape[1:]))] = value
        for at, batch in zip(rows, batches, strict=True):  # a node with fewer windows repeats its last one
            nodes, used = batch.windows.shape[1:3]
            fields["windows"][at, :nodes, used:] = batch.windows[:, :, -1:]
        return Instance(**fields)


_PADDING = {
    "group": -1,
    "shipments": -1,
    "fixed_edges": -1,
    "capacity": np.inf,
    "end": -1,
    "overtime_after": np.inf,
    "speed": 1.0,
    "distance": np.inf,
    "duration": np.inf,
}


class Routes(NamedTuple):
    """The answer to a vehicle routing problem.

    Route ``r`` is driven by a vehicle of type ``vehicle[r]`` and visits
    ``visits[offsets[r]:offsets[r + 1]]`` between the start and the end of that type.
    A depot between stops is a reload.
    """

    visits: Integers  # (V,) nodes
    offsets: Integers  # (R + 1,)
    vehicle: Integers  # (R,) vehicle type

    @classmethod
    def from_lists(cls, routes: Sequence[Sequence[int]], vehicle: Sequence[int] | None = None) -> Routes:
        """Make routes from lists of nodes; empty routes are dropped."""
        types = [0] * len(routes) if vehicle is None else list(vehicle)
        used = [(route, kind) for route, kind in zip(routes, types, strict=True) if len(route)]
        lengths = [len(route) for route, _ in used]
        return cls(
            np.array([node for route, _ in used for node in route], np.int64),
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            np.array([kind for _, kind in used], np.int64),
        )

    @property
    def size(self) -> int:
        """Number of routes."""
        return len(self.vehicle)

    def lists(self) -> list[list[int]]:
        """Return the nodes of each route."""
        return [self.visits[a:b].tolist() for a, b in zip(self.offsets[:-1], self.offsets[1:], strict=True)]
