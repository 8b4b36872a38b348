"""Arcs by their street, by the area they touch, or by the point they are near: what gets closed together."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

import numpy as np
from numpy.typing import ArrayLike

from routeopt.errors import ProblemError
from routeopt.problems.instance import Flags, Floats, Integers
from routeopt.problems.legs import EARTH_RADIUS
from routeopt.problems.network import Network
from routeopt.problems.pieces import segments_of


def find(network: Network, words: Mapping[str, str]) -> Integers:
    """Return the arcs whose coded columns hold these words, all of them.

    Parameters
    ----------
    network : Network
    words : mapping of str to str
        By column, such as ``{"name": "Main Street"}``.

    Raises
    ------
    ProblemError
        A column has no words, or none of its arcs has this one.
    """
    fit, errors = np.ones(len(network.head), bool), []
    for column, word in words.items():
        known = list(network.labels.get(column, ()))
        if column not in network.arcs or not known:
            coded = ", ".join(name for name in network.arcs if network.labels.get(name)) or "none"
            errors.append(f"'{column}' is no column of words; there are: {coded}")
            continue
        here = np.isin(network.arcs[column], [i for i, other in enumerate(known) if other == word])
        if not here.any():
            alike = ", ".join(f"'{other}'" for other in get_close_matches(word, known, 3))
            errors.append(f"no arc has the {column} '{word}'{'; there is ' + alike if alike else ''}")
        fit &= here
    if errors:
        raise ProblemError(errors)
    return np.flatnonzero(fit)


def within(network: Network, polygon: ArrayLike) -> Integers:
    """Return the arcs that touch a polygon: they lie in it, end in it, or cross its border.

    Parameters
    ----------
    network : Network
        With places.
    polygon : (M, 2) floats
        Its corners in the coordinates of the network, in either direction; the last is joined to the first.

    Raises
    ------
    ProblemError
        The network has no places, or this is no polygon.
    """
    try:
        corners = np.asarray(polygon, np.float64)
    except (TypeError, ValueError):
        raise ProblemError("polygon: corners must be pairs of numbers") from None
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3 or not np.isfinite(corners).all():
        raise ProblemError(
            f"polygon: 3 or more corners (M, 2), all of them numbers, not shape {corners.shape}"
        )
    begin, end, owner = _segments(network)
    low, high = corners.min(axis=0), corners.max(axis=0)
    close = ((np.maximum(begin, end) >= low) & (np.minimum(begin, end) <= high)).all(axis=1)
    begin, end, owner = begin[close], end[close], owner[close]
    touches = _inside(begin, corners) | _inside(end, corners)
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        touches |= _crosses(begin, end, a, b)
    return np.unique(owner[touches])


def near(network: Network, point: ArrayLike, radius: float) -> Integers:
    """Return the arcs that come within a radius of a point.

    Parameters
    ----------
    network : Network
        With places.
    point : (2,) floats
        In the coordinates of the network.
    radius : float
        Metres, or plane units. On the globe the surroundings of the point are taken as flat: good for cities.

    Raises
    ------
    ProblemError
        The network has no places, or point or radius is no number.
    """
    at = np.asarray(point, np.float64)
    if at.shape != (2,) or not np.isfinite(at).all() or not radius >= 0:
        raise ProblemError(
            f"a point is a pair of numbers and a radius is 0 or more, not {point!r} and {radius}"
        )
    begin, end, owner = _segments(network)
    scale = np.ones(2)
    if network.geographic:
        scale = np.radians(EARTH_RADIUS) * np.array([np.cos(np.radians(at[1])), 1.0])
    begin, step = (begin - at) * scale, (end - begin) * scale
    square = (step**2).sum(axis=1)
    along = np.clip(-(begin * step).sum(axis=1) / np.where(square > 0, square, 1.0), 0.0, 1.0)
    distance = np.hypot(*(begin + along[:, None] * step).T)
    return np.unique(owner[distance <= radius])


def _segments(network: Network) -> tuple[Floats, Floats, Integers]:
    """Return begin and end of every straight segment, and its arc."""
    if network.places is None:
        raise ProblemError(
            "the network has no coordinates; give it places to look for arcs by where they are"
        )
    begin, end, counts = segments_of(network, np.arange(len(network.head)))
    return begin, end, np.repeat(np.arange(len(network.head)), counts)


def _inside(points: Floats, corners: Floats) -> Flags:
    """Return which points lie in a polygon: a ray from them crosses its border an odd number of times."""
    inside = np.zeros(len(points), bool)
    x, y = points.T
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if ay != by:
            crossed = ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
            inside ^= crossed
    return inside


def _crosses(begin: Floats, end: Floats, a: Floats, b: Floats) -> Flags:
    """Return which segments meet the segment from a to b."""
    one, two = _side(a, b, begin), _side(a, b, end)
    three, four = _side(begin, end, a), _side(begin, end, b)
    meet = (one * two <= 0) & (three * four <= 0)
    # on one line they meet only if their boxes do
    overlap = (np.maximum(begin, end) >= np.minimum(a, b)) & (np.minimum(begin, end) <= np.maximum(a, b))
    return np.asarray(meet & overlap.all(axis=1))


def _side(a: Floats, b: Floats, point: Floats) -> Floats:
    """Return on which side of the line from a to b a point lies: -1, 0 or 1."""
    (ax, ay), (bx, by), (x, y) = (np.moveaxis(p, -1, 0) for p in (a, b, point))
    return np.asarray(np.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax)))
