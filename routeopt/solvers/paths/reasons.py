"""Why there is no path, in words for people."""

from __future__ import annotations

import numpy as np

from routeopt.problems.network import Network
from routeopt.problems.positions import Ends
from routeopt.solvers.paths.dijkstra import new_desk, one_to_all
from routeopt.solvers.paths.graph import outward
from routeopt.solvers.paths.seeds import Points, Seeds
from routeopt.solvers.paths.weights import Weights


def why_unreachable(
    network: Network, weights: Weights, source: Points, target: Points, start: Ends, goal: Ends
) -> str:
    """Return the reason why no path leads between two points."""
    for points, which in ((source, "start"), (target, "end")):
        positions = points.positions
        if positions is not None and positions.arc[0] < 0:
            return f"the {which} {_name(points)} {positions.reason[0] or 'lies on no arc'}"
    names = f"from {_name(source)} to {_name(target)}"
    if _joined(network, np.zeros(len(network.head), np.int64), start, goal):
        closed = int((weights.units < 0).sum())
        return f"every way {names} uses a closed arc ({closed} are closed); network.open opens them"
    if _joined(_both_ways(network), np.zeros(2 * len(network.head), np.int64), start, goal):
        return f"one-way arcs leave no way {names}; network.core() keeps the part without such ends"
    return f"no arcs join the parts of the network {names}; network.core() keeps the largest part"


def _name(points: Points) -> str:
    if points.positions is None:
        return f"node {points.nodes[0]}"
    x, y = points.positions.places[0]
    return f"({x:g}, {y:g})"


def _joined(network: Network, units: np.ndarray, start: Ends, goal: Ends) -> bool:
    """Whether any arcs lead from one to the other."""
    graph = outward(network, units)
    found = np.empty(network.size, np.int64)
    k = len(start.node)
    seeds = Seeds(np.array([0, k]), start.node.astype(np.int32), np.zeros(k, np.int64), np.empty((k, 0)))
    one_to_all(graph, new_desk(graph), seeds, found)
    return bool((found[goal.node] >= 0).any())


def _both_ways(network: Network) -> Network:
    """Return the network with an arc back along each arc."""
    tail, head = network.tail, network.head
    return Network.from_arcs(np.concatenate([tail, head]), np.concatenate([head, tail]), size=network.size)
