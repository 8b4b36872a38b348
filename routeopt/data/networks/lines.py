"""The lines of arcs as columns to store: in steps from point to point, and once for both directions.

The shapes of arcs that are no :class:`~routeopt.data.networks.halves.Halves` are stored; the others are their reverse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routeopt.data.networks.halves import Halves
from routeopt.problems.instance import Integers
from routeopt.problems.network import Network, Shapes

Column = tuple[str, NDArray[Any], int | None]  # name, values, decimals to keep


def pack_lines(network: Network, both: Halves, decimals: int | None) -> Iterator[Column]:
    """Yield the columns that hold the shapes of a network.

    With `decimals`, points are whole numbers of the last of these: steps from the point before, the first one from
    the place where the arc begins.
    """
    shapes = network.shapes
    assert shapes is not None
    size = np.diff(shapes.first)
    points = shapes.points[np.repeat(both.own, size)]
    bent = both.own & (size > 0)
    yield "shapes/size", size[both.own], None
    scale = 10.0**decimals if decimals is not None else 0.0
    starts = network.places
    able = decimals is not None and starts is not None and _whole(points, scale) and _whole(starts, scale)
    if able and starts is not None:
        whole = np.rint(points * scale).astype(np.int64)
        begin = np.rint(starts[network.tail[bent]] * scale).astype(np.int64)
        first = np.cumsum(size[bent]) - size[bent]
        before = np.concatenate([np.zeros((1, 2), np.int64), whole])[:-1]
        before[first] = begin
        yield "shapes/step 0", (whole - before)[:, 0], None
        yield "shapes/step 1", (whole - before)[:, 1], None
        yield "shapes/scale", np.array([scale]), None
    else:
        yield "shapes/0", points[:, 0], None
        yield "shapes/1", points[:, 1], None


def unpack_lines(network: Network, both: Halves, columns: Mapping[str, NDArray[Any]]) -> Network:
    """Return a network with the shapes that :func:`pack_lines` packed.

    Raises
    ------
    ValueError, KeyError, IndexError
        The columns do not fit together.
    """
    if not columns:
        return network
    size = np.zeros(len(network.head), np.int64)
    size[both.own] = columns["size"]
    points = _points(network, columns, size)
    whole = size.copy()
    whole[both.back] = size[both.of]
    first = np.concatenate([[0], np.cumsum(whole)])
    stored = np.concatenate([[0], np.cumsum(size)])
    begin, step = stored[:-1].copy(), np.ones(len(size), np.int64)
    begin[both.back], step[both.back] = stored[both.of + 1] - 1, -1
    nth = np.arange(first[-1]) - np.repeat(first[:-1], whole)
    rows = np.repeat(begin, whole) + nth * np.repeat(step, whole)
    return replace(network, shapes=Shapes(first.astype(np.int64), points[rows]))


def _points(network: Network, columns: Mapping[str, NDArray[Any]], size: Integers) -> NDArray[np.float64]:
    if "scale" not in columns:
        return np.stack([columns["0"], columns["1"]], axis=1)
    scale, starts = float(columns["scale"][0]), network.places
    if starts is None or not scale >= 1 or not _whole(starts, scale):
        raise ValueError("lines in steps from places that are not there")
    steps = np.cumsum(np.stack([columns["step 0"], columns["step 1"]], axis=1).astype(np.int64), axis=0)
    bent = size > 0
    first = np.cumsum(size[bent]) - size[bent]
    offset = np.rint(starts[network.tail[bent]] * scale).astype(np.int64)
    offset -= np.concatenate([np.zeros((1, 2), np.int64), steps])[first]
    return np.asarray((steps + np.repeat(offset, size[bent], axis=0)) / scale)


def _whole(values: NDArray[np.float64], scale: float) -> bool:
    return bool((np.abs(values * scale) < 2**53).all())
