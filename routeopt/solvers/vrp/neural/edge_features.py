"""What the edge scorer sees of a problem: each stop with its depots and its nearest stops, and how they lie.

Everything is a ratio of lengths, times or loads of the same problem, computed from legs alone. So it is the same
for a problem that is scaled, turned or mirrored, and any matrix will do: angles come from the law of cosines,
and how far is far is told by the nearest legs of a stop. A leg counts by what it costs the first vehicle type.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import MIXED, Floats, Instance, Integers
from routeopt.solvers.vrp.neural.edge_sight import Sight, sight_of

Float32 = NDArray[np.float32]
Int32 = NDArray[np.int32]

NEAREST = 20  #: stops that each stop is linked with
MOST = 4.0  # no feature is farther from 0

WHOLE, STOP = 9, 11  # features of the whole problem, and of a stop besides those
NODE, EDGE = WHOLE + STOP + 1, 19  #: features of a node and of an edge


class EdgeGraph(NamedTuple):
    """A problem as a graph: N nodes, of which n are stops and the first D depots.

    The candidates of a stop, to which it has edges, are the depots, in order, then its k nearest stops.
    """

    depots: int  # D
    heads: Int32  # (n, D + k) node of each candidate, the nearest first
    nodes: Float32  # (N, NODE)
    edges: Float32  # (n, D + k, EDGE)


def edge_graph(instance: Instance, nearest: int = NEAREST) -> EdgeGraph:
    """Return the graph of a problem that has a stop.

    Parameters
    ----------
    instance : Instance
        The problem, not a batch.
    nearest : int
        Stops that each stop is linked with; fewer where there are no more.
    """
    sight = sight_of(instance, nearest)
    nodes = np.zeros((instance.nodes, NODE))
    nodes[:, :WHOLE] = _whole(instance, sight)
    nodes[instance.depots :, WHOLE : WHOLE + STOP] = _stop_rows(instance, sight)
    nodes[: instance.depots, -1] = 1.0
    return EdgeGraph(
        instance.depots,
        sight.heads.astype(np.int32),
        _plain(nodes),
        _plain(_edge_rows(instance, sight)),
    )


def _whole(i: Instance, s: Sight) -> Floats:
    """Return the facts of the whole problem, (WHOLE,)."""
    load = max(float(s.brings.sum()), float(s.fetches.sum()))
    farthest = 2 * float(s.home.min(axis=1).max())
    limit = float(i.max_distance[0])
    return np.array(
        [
            np.log1p(i.stops / load) if load > 0 else MOST,  # stops that fill a vehicle
            np.log1p(s.home.min(axis=1).mean() / s.around[i.depots :].mean()),
            (i.end < 0).any(),
            s.day > 0,
            farthest / limit if np.isfinite(limit) and limit > 0 else 0.0,
            i.backhaul != MIXED and s.fetches.any(),
            i.backhaul == MIXED and s.fetches.any(),
            i.depots > 1,
            i.vehicle_count.sum() == 1,
        ],
        np.float64,
    )


def _stop_rows(i: Instance, s: Sight) -> Floats:
    """Return the features of stops, (n, STOP)."""
    stop = slice(i.depots, None)
    home, around = s.home.min(axis=1), s.around[stop]
    day = s.day or 1.0
    timed = s.day > 0
    mean = max(float((s.brings[stop] + s.fetches[stop]).mean()), 1e-12)
    columns = [
        s.brings[stop],
        s.fetches[stop],
        np.log1p((s.brings[stop] + s.fetches[stop]) / mean),
        np.log1p(home / home.mean()) if home.any() else home,
        np.log(around / around.mean()),
        np.log1p(home / around),
        timed * s.early[stop] / day,
        timed * (s.late[stop] if timed else 0.0) / day,
        timed * ((s.late[stop] - s.early[stop]) if timed else 0.0) / day,
        timed * s.service[stop] / day,
        np.log1p(np.ptp(s.home, axis=1) / around),
    ]
    return np.column_stack([np.broadcast_to(column, home.shape) for column in columns])


def _edge_rows(i: Instance, s: Sight) -> Floats:
    """Return the features of edges, (n, C, EDGE)."""
    stops = np.arange(i.depots, i.nodes)[:, None]
    leg = 0.5 * (s.there + s.back)
    near = max(leg.shape[1] - i.depots, 1)
    rank, returned = _ranks(s, i.depots, leg)
    around, around_head = s.around[stops], s.around[s.heads]
    load = s.brings + s.fetches
    fetches = (s.fetches > 0) & (s.brings == 0)
    pace = s.time_there / np.maximum(s.there, 1e-12)
    columns = [
        np.log1p(s.there / around),
        np.log1p(s.back / around),
        np.log1p(leg / around_head),
        leg / np.maximum(leg[:, i.depots :].max(axis=1, initial=0.0, keepdims=True), 1e-12),
        rank / near,
        returned / near,
        *_seen_from_depot(s, i.depots, leg),
        1.0 * (s.heads < i.depots),
        load[stops] + load[s.heads],
        1.0 * fetches[stops] - fetches[s.heads],
        *_timing(s, stops),
        np.log1p(pace * s.there.mean() / max(s.time_there.mean(), 1e-12)),
        np.log(around_head / around),
    ]
    return np.stack([np.clip(np.broadcast_to(c, leg.shape), -MOST, MOST) for c in columns], axis=-1)


def _seen_from_depot(s: Sight, depots: int, leg: Floats) -> tuple[Floats, Floats]:
    """Return the cosine of the angle at the depot next to a stop, and what joining two routes saves; 0 to depots."""
    nearest = s.home.argmin(axis=1)
    tail = s.home[np.arange(len(leg)), nearest][:, None]
    head = s.home[s.heads[:, depots:] - depots, nearest[:, None]]  # from the same depot
    between = leg[:, depots:]
    with np.errstate(divide="ignore", invalid="ignore"):
        angle = (tail**2 + head**2 - between**2) / (2 * tail * head)
    cosine, saved = np.zeros_like(leg), np.zeros_like(leg)
    cosine[:, depots:] = np.clip(np.nan_to_num(angle, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0)
    saved[:, depots:] = (tail + head - between) / np.maximum(tail + head, 1e-12)
    return cosine, saved


def _ranks(s: Sight, depots: int, leg: Floats) -> tuple[Floats, Floats]:
    """Return the place of each candidate among those of a stop, and of the stop among those of the candidate.

    From 0; the place of a depot is the number of nearer stops. Who is not a candidate has place k.
    """
    count, near = len(leg), leg.shape[1] - depots
    rank, returned = np.empty_like(leg), np.empty_like(leg)
    rank[:, depots:] = np.arange(near)
    rank[:, :depots] = (leg[:, depots:, None] < leg[:, None, :depots]).sum(axis=1)
    returned[:, depots:] = places_back(s.heads[:, depots:] - depots)
    order = np.argsort(leg[:, :depots], axis=0, kind="stable")
    places = np.arange(count, dtype=float)[:, None] * near / max(count, 1)  # in parts, as many as k
    np.put_along_axis(returned[:, :depots], order, np.broadcast_to(places, order.shape), axis=0)
    return rank, returned


def places_back(near: Integers) -> Integers:
    """Return the place of each stop in the list of its neighbour, k where it is not there.

    Parameters
    ----------
    near : (n, k) int
        Neighbours of each stop, as numbers of stops from 0.
    """
    count, width = near.shape
    tails, heads = np.repeat(np.arange(count), width), near.ravel().astype(np.int64)
    if not len(heads):
        return np.zeros((count, width), np.int64)
    edges, wanted = tails * count + heads, heads * count + tails
    order = np.argsort(edges)
    hit = order[np.minimum(np.searchsorted(edges, wanted, sorter=order), len(edges) - 1)]
    return np.where(edges[hit] == wanted, hit % width, width).reshape(count, width)


def _timing(s: Sight, stops: Integers) -> list[Floats | float]:
    """Return waiting, slack and the gap between windows in both directions, in parts of the day."""
    if s.day == 0:
        return [0.0] * 6
    columns: list[Floats | float] = []
    for tail, head, duration in ((stops, s.heads, s.time_there), (s.heads, stops, s.time_back)):
        ready = s.service[tail] + duration
        columns += [
            np.maximum(s.early[head] - s.late[tail] - ready, 0.0) / s.day,
            np.clip((s.late[head] - s.early[tail] - ready) / s.day, -1.0, 1.0),
            np.clip((s.early[head] - s.early[tail] - ready) / s.day, -1.0, 1.0),
        ]
    return columns


def _plain(rows: Floats) -> Float32:
    """Return features as the network takes them."""
    return np.ascontiguousarray(np.clip(rows, -MOST, MOST), np.float32)
