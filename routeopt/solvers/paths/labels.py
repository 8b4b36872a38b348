"""What a label-correcting search finds, and how each is begun, ended and held to its certificate."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routeopt.errors import InfeasibleError
from routeopt.problems.network import Indices, Network
from routeopt.solvers.paths.negative_cycles import cycle_through
from routeopt.solvers.paths.open_arcs import UNREACHED, OpenArcs, open_arcs, source_nodes


class Work(NamedTuple):
    """What a kernel did, and where it met a cycle of predecessors."""

    scans: int
    relaxations: int
    improvements: int
    rounds: int
    cyclic: int  # a node, -1: none


Search = Callable[[OpenArcs, NDArray[np.int64], NDArray[Any], Indices, Any], Work]


class Labels(NamedTuple):
    """Distances from the source, or a negative cycle.

    With a cycle, distances and predecessors are where the search stood when it was found.
    """

    distance: NDArray[Any]  # (n,) int64 or float64 as the weights; unreached: UNREACHED or inf
    predecessor_arc: Indices  # (n,) the last arc of a shortest path; -1: sources, and nodes not reached
    scans: int  # arcs looked at
    relaxations: int  # of these, those whose head was compared: fewer only where a search keeps to some heads
    improvements: int  # of these, those that lowered a distance
    rounds: int
    cycle: Indices  # (c,) arcs of a negative cycle that the source reaches, in driving order; empty: none

    def checked(self) -> Labels:
        """Return the labels, or raise an InfeasibleError that names the negative cycle."""
        if len(self.cycle):
            shown = ", ".join(map(str, self.cycle[:8])) + (", …" if len(self.cycle) > 8 else "")
            raise InfeasibleError(
                f"no shortest paths: a cycle of {len(self.cycle)} arcs with negative weight can be driven "
                f"again and again (arcs {shown}); raise or close one of these arcs"
            )
        return self


def search_labels(network: Network, source: ArrayLike, metric: str | ArrayLike, search: Search) -> Labels:
    """Run a search from a source; again, more coarsely, as long as rounding makes it see a false cycle.

    Float weights whose cycles sum to nothing, like 0.1 + 0.2 - 0.3, can lower labels for ever. A cycle is
    reported only if its exact sum is negative. Otherwise the search ignores improvements as small as rounding.
    """
    arcs, sources = open_arcs(network, metric), source_nodes(network, source)
    slack = arcs.weight.dtype.type(0)
    while True:
        distance = np.full(
            network.size, UNREACHED if arcs.weight.dtype == np.int64 else np.inf, arcs.weight.dtype
        )
        predecessor = np.full(network.size, -1, np.int32)
        distance[sources] = 0
        work = search(arcs, sources, distance, predecessor, slack)
        cycle = np.zeros(0, np.int32)
        if work.cyclic >= 0:
            cycle = cycle_through(work.cyclic, predecessor, arcs.tail)
        if not len(cycle) or math.fsum(arcs.weight[cycle]) < 0:
            break
        reached = np.abs(distance[np.isfinite(distance)]).max()
        slack = max(2 * slack, len(cycle) * np.spacing(reached))
    driven = predecessor >= 0
    predecessor[driven] = arcs.number[predecessor[driven]]
    return Labels(distance, predecessor, *work[:4], arcs.number[cycle])
