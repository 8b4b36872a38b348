"""The lines of arcs, cut into short straight pieces: what a search for the nearest arc looks through."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.problems.instance import Flags, Floats, Integers
from routeopt.problems.legs import EARTH_RADIUS
from routeopt.problems.network import Indices, Network, Shapes


class Pieces(NamedTuple):
    """P straight pieces, in the coordinates of the network."""

    begin: Floats  # (P, 2)
    end: Floats  # (P, 2)
    arc: Indices  # (P,) the arc that each belongs to
    start: Floats  # (P,) the share of the arc's length that lies before the piece
    share: Floats  # (P,) the share of the arc's length that is the piece


def cut(network: Network, arcs: Integers) -> Pieces:
    """Return the lines of some arcs in pieces no longer than the mean length of their segments.

    So there are at most twice as many pieces as there are segments, and none is long, which bounds how far a
    piece reaches from its middle.

    Parameters
    ----------
    network : Network
        With places.
    arcs : (A,) integers
    """
    begin, end, segments = segments_of(network, arcs)
    length = ground(begin, end, geographic=network.geographic)
    owner = np.repeat(np.arange(len(arcs)), segments)
    whole = np.bincount(owner, length, minlength=len(arcs))
    before = np.cumsum(length) - length
    before -= np.repeat(before[np.cumsum(segments) - segments], segments)
    longest = length.mean() if len(length) and length.mean() > 0 else np.inf
    count = np.maximum(np.ceil(length / longest), 1).astype(np.int64)

    of = np.repeat(np.arange(len(length)), count)  # the segment of each piece
    nth = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    low, high = nth / count[of], (nth + 1) / count[of]
    step = end[of] - begin[of]
    per = (
        1 / np.where(whole > 0, whole, np.inf)[owner[of]]
    )  # an arc without length: all of it is its beginning
    return Pieces(
        begin[of] + low[:, None] * step,
        np.where((high == 1)[:, None], end[of], begin[of] + high[:, None] * step),
        arcs[owner[of]].astype(np.int32),
        (before[of] + low * length[of]) * per,
        length[of] / count[of] * per,
    )


def segments_of(network: Network, arcs: Integers) -> tuple[Floats, Floats, Integers]:
    """Return begins and ends of the segments of arcs, and how many each arc has."""
    assert network.places is not None
    shapes = network.shapes or Shapes(np.zeros(len(network.head) + 1, np.int64), np.zeros((0, 2)))
    between = np.diff(shapes.first)[arcs]
    last = np.cumsum(between + 2) - 1  # rows of the heads
    first = last - between - 1
    points = np.empty((int((between + 2).sum()), 2))
    points[first] = network.places[network.tail[arcs]]
    points[last] = network.places[network.head[arcs]]
    inside = np.ones(len(points), bool)
    inside[first] = inside[last] = False
    row = np.repeat(shapes.first[:-1][arcs], between) + np.arange(between.sum())
    points[inside] = shapes.points[row - np.repeat(np.cumsum(between) - between, between)]
    begins, ends = np.ones(len(points), bool), np.ones(len(points), bool)
    begins[last] = ends[first] = False
    return points[begins], points[ends], between + 1


def ground(a: Floats, b: Floats, *, geographic: bool) -> Floats:
    """Return the distances between points (..., 2): metres on the sphere, or plane units."""
    if not geographic:
        return np.asarray(np.hypot(*np.moveaxis(b - a, -1, 0)))
    (x, y), (u, v) = np.moveaxis(np.radians(a), -1, 0), np.moveaxis(np.radians(b), -1, 0)
    half = np.sin((v - y) / 2) ** 2 + np.cos(y) * np.cos(v) * np.sin((u - x) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(half, 1.0))))


def mirrored(network: Network) -> Indices:
    """Return the twin of each arc whose line is the reverse of the arc's, (m,); -1: there is none.

    Twins are found by their ends and lengths alone. Two carriageways of one length are twins too, but a place
    on one is not on the other.
    """
    twin = network.twin.copy()
    if network.shapes is None:
        return twin
    first = network.shapes.first
    size = np.diff(first)
    arcs = np.flatnonzero(twin >= 0)
    differ = size[arcs] != size[twin[arcs]]
    twin[arcs[differ]] = -1
    arcs = arcs[~differ]
    rows = np.repeat(first[:-1][arcs], size[arcs])
    nth = np.arange(len(rows)) - np.repeat(np.cumsum(size[arcs]) - size[arcs], size[arcs])
    back = np.repeat(first[1:][twin[arcs]], size[arcs]) - 1 - nth
    unlike: Flags = (network.shapes.points[rows + nth] != network.shapes.points[back]).any(axis=1)
    twin[np.repeat(arcs, size[arcs])[unlike]] = -1
    return twin
