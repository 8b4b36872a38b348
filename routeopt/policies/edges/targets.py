"""What the edge scorer should say: who comes behind each stop in a plan, and who before it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.features import DIRECTED, features_of
from routeopt.problems.instance import Instance, Integers, Routes
from routeopt.solvers.vrp.neural.edge_features import Float32


def neighbours_in_plan(instance: Instance, routes: Routes) -> tuple[Integers, Integers]:
    """Return the node before each stop and the one behind it, (n,) each; -1 where a stop is left out.

    At the ends of a route this is its depot; behind the last stop of an open route it is the depot it started from.
    """
    before, behind = np.full(instance.nodes, -1), np.full(instance.nodes, -1)
    for route, kind in zip(routes.lists(), routes.vehicle.tolist(), strict=True):
        start, end = int(instance.start[kind]), int(instance.end[kind])
        path = [start, *route, start if end < 0 else end]
        before[path[1:-1]] = path[:-2]
        behind[path[1:-1]] = path[2:]
    return before[instance.depots :], behind[instance.depots :]


def edge_targets(instance: Instance, routes: Routes, heads: NDArray[np.int32]) -> tuple[Float32, Float32]:
    """Return which candidate comes behind each stop, and which before it.

    Parameters
    ----------
    instance : Instance
        The problem.
    routes : Routes
        A plan for it.
    heads : (n, C) int32
        Candidates of each stop.

    Returns
    -------
    behind, before : (n, C) float32
        Probabilities; a row of zeros where the plan has no candidate there. Where direction does not matter both
        are one half for the two neighbours of a stop.
    """
    before, behind = (
        (heads == nodes[:, None]).astype(np.float32) for nodes in neighbours_in_plan(instance, routes)
    )
    if features_of(instance) & DIRECTED:
        return behind, before
    either = 0.5 * (before + behind)
    return either, either
