"""Positions: points on arcs of a network, where stops are and paths begin and end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Floats
from routeopt.problems.network import Network


class Positions(NamedTuple):
    """k points of a network.

    A point that lies on no arc has arc -1, and a reason. A node is the end of an arc, fraction 1, or its
    beginning, fraction 0.
    """

    arc: NDArray[np.int32]  # (k,)
    twin: NDArray[np.int32]  # (k,) the arc that runs back along it, -1: none
    fraction: Floats  # (k,) how far along the arc, 0 to 1, by length
    places: Floats  # (k, 2) where that is
    distance: Floats  # (k,) metres from the point asked for
    reason: tuple[str, ...]  # why a point has no arc, else ""


class Ends(NamedTuple):
    """Where searches begin or end: nodes with what it costs to get from the point to them, or to it."""

    first: NDArray[np.int64]  # (k + 1,) the ends of point i stand at first[i] to first[i + 1]
    node: NDArray[np.int32]
    arc: NDArray[np.int32]  # the arc on which one gets there
    share: Floats  # of the arc that is driven


def departures(network: Network, positions: Positions) -> Ends:
    """Return the nodes that are reached first from each point: the head of its arc, and of the twin."""
    return _ends(positions, network.head, 1.0 - positions.fraction, positions.fraction)


def arrivals(network: Network, positions: Positions) -> Ends:
    """Return the nodes from which each point is reached: the tail of its arc, and of the twin."""
    return _ends(positions, network.tail, positions.fraction, 1.0 - positions.fraction)


def _ends(positions: Positions, node: NDArray[np.int32], along: Floats, back: Floats) -> Ends:
    arcs = np.stack([positions.arc, positions.twin], axis=1)
    shares = np.stack([along, back], axis=1)
    given = arcs >= 0
    first = np.concatenate([[0], np.cumsum(given.sum(axis=1))])
    return Ends(first, node[arcs[given]], arcs[given], shares[given])
