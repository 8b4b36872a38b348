"""From what an engine found to a path: the arcs on which it leaves its start and comes to its end are put to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.network import Network
from routeopt.problems.paths import Path
from routeopt.problems.positions import Ends
from routeopt.solvers.paths.seeds import kept_ends
from routeopt.solvers.paths.weights import Weights


def assembled(
    network: Network,
    weights: Weights,
    ends: tuple[Ends, Ends],
    seeds: tuple[int, int],
    arcs: NDArray[np.int32],
    units: int,
) -> Path:
    """Return the path that leaves by one seed of its start, follows arcs, and comes by one seed of its end."""
    start, goal = ends
    first = kept_ends(weights, start)[seeds[0]]
    last = kept_ends(weights, goal)[seeds[1]]
    parts = [arcs]
    begun, ended = start.share[first] > 0, goal.share[last] > 0
    if begun:
        parts.insert(0, start.arc[first : first + 1])
    if ended:
        parts.append(goal.arc[last : last + 1])
    whole_start = not begun or start.share[first] >= 1.0
    origin = int(network.tail[start.arc[first]]) if begun else int(start.node[first])
    return Path(
        network,
        np.concatenate(parts).astype(np.int32),
        units * weights.resolution,
        origin=origin if whole_start else -1,
        begin=1.0 - float(start.share[first]) if begun else 0.0,
        end=float(goal.share[last]) if ended else 1.0,
    )
