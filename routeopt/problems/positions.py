"""Positions: points on arcs of a network, where stops are and paths begin and end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routeopt.errors import ProblemError
from routeopt.problems.instance import Flags, Floats, Integers
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
    reason: tuple[str, ...]  # why a point has no arc, as in "is 5.3 km from the nearest street …", else ""

    def at(self, i: int) -> Positions:
        """Return the i-th point alone."""
        one = slice(i, i + 1)
        return Positions(
            self.arc[one],
            self.twin[one],
            self.fraction[one],
            self.places[one],
            self.distance[one],
            self.reason[one],
        )


class Ends(NamedTuple):
    """Where searches begin or end: nodes with what it costs to get from the point to them, or to it."""

    first: NDArray[np.int64]  # (k + 1,) the ends of point i stand at first[i] to first[i + 1]
    node: NDArray[np.int32]
    arc: NDArray[np.int32]  # the arc on which one gets there
    share: Floats  # of the arc that is driven


def at_nodes(network: Network, nodes: ArrayLike) -> Positions:
    """Return positions at nodes of a network, from which searches go on by every arc.

    `arc` is an open arc into the node, fraction 1, and `twin` an open one out of it. Together they stand for the
    node, though they need not run along each other: :func:`departures` finds the node itself at the head of the
    first, :func:`arrivals` at the tail of the second.

    Parameters
    ----------
    network : Network
    nodes : (k,) integers

    Returns
    -------
    Positions
        A node with several arcs into it but none out of it, or the other way round, has no position, and a reason:
        one arc cannot stand for it.

    Raises
    ------
    ProblemError
        A number is no node of the network.
    """
    asked = np.asarray(nodes, np.int64).ravel()
    if len(asked) and (asked.min() < 0 or asked.max() >= network.size):
        raise ProblemError(f"nodes are 0 to {network.size - 1}, not {asked.min()} to {asked.max()}")
    able = np.ones(len(network.head), bool) if network.closed is None else ~network.closed
    into, ins = _one_of_each(network.head, able, network.size)
    out, outs = _one_of_each(network.tail, able, network.size)
    i, o = into[asked], out[asked]
    only_out = (i < 0) & (outs[asked] == 1)
    placed = ((i >= 0) & (o >= 0)) | only_out | ((o < 0) & (ins[asked] == 1))
    reasons = (
        "" if is_placed else f"is a node without open arcs {'into' if a < 0 else 'out of'} it"
        for is_placed, a in zip(placed, i, strict=True)
    )
    k = len(asked)
    return Positions(
        np.where(placed, np.where(only_out, o, i), -1).astype(np.int32),
        np.where(placed & ~only_out, o, -1).astype(np.int32),
        np.where(only_out | ~placed, 0.0, 1.0),
        np.full((k, 2), np.nan) if network.places is None else network.places[asked],
        np.zeros(k),
        tuple(reasons),
    )


def _one_of_each(end: NDArray[np.int32], able: Flags, size: int) -> tuple[Integers, Integers]:
    """Return an able arc that has its end at each node, or -1, and how many there are."""
    chosen = np.full(size, -1, np.int64)
    arcs = np.flatnonzero(able)[::-1]
    chosen[end[arcs]] = arcs
    return chosen, np.bincount(end[arcs], minlength=size)


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
