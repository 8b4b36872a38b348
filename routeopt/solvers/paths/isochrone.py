"""Isochrones: what can be reached within a limit, to the point on each arc where it is used up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Floats
from routeopt.solvers.paths.tree import Tree


class Isochrone(NamedTuple):
    """Nodes and arcs that can be reached within a limit."""

    limit: float
    nodes: NDArray[np.int32]  # ascending
    distance: Floats  # of each of the nodes
    arcs: NDArray[np.int32]  # all that can be entered, ascending
    fraction: Floats  # of each of the arcs, how much of it can be driven: 1 but at the border


def within(tree: Tree, limit: float) -> Isochrone:
    """Return what a tree reaches within a limit, in the unit of the metric."""
    network, units = tree.network, tree.weights.units
    nodes = np.flatnonzero(tree.distance <= limit).astype(np.int32)
    left = limit - tree.distance
    arcs = np.flatnonzero((left[network.tail] >= 0) & (units >= 0)).astype(np.int32)
    weight = units[arcs] * tree.weights.resolution
    room = left[network.tail[arcs]]
    fraction = np.where(room >= weight, 1.0, room / np.where(weight > 0, weight, 1.0))
    entered = (fraction > 0) | (weight == 0)
    return Isochrone(limit, nodes, tree.distance[nodes], arcs[entered], fraction[entered])
