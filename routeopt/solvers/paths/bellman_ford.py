"""Bellman-Ford in rounds, and the front of all searches that take negative arcs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routeopt.errors import ProblemError
from routeopt.problems.instance import Integers
from routeopt.problems.network import Indices, Network
from routeopt.solvers.compiled import kernel
from routeopt.solvers.paths.jump_frontier import jump_frontier
from routeopt.solvers.paths.labels import Labels, Work, search_labels
from routeopt.solvers.paths.negative_cycles import cyclic_node
from routeopt.solvers.paths.open_arcs import OpenArcs
from routeopt.solvers.paths.spfa import spfa

METHODS = ("spfa", "jump", "rounds")


def bellman_ford(
    network: Network, source: ArrayLike, metric: str | ArrayLike = "time", method: str = "spfa"
) -> Labels:
    """Return distances from a source to all nodes; weights may be negative.

    Parameters
    ----------
    network : Network
        Closed arcs are not used.
    source : int or (k,) integers
        A node, or several that all have distance 0. From all nodes at once, any negative cycle is found; without one
        the distances are potentials that make all weights 0 or more.
    metric : str or (m,) array
        The name of a column of the arcs, or weights. With whole numbers the answer is exact, and nodes without a path
        have distance ``UNREACHED``; with others it is float64, and they have inf.
    method : "spfa", "jump" or "rounds"
        :func:`spfa` with both rules, the fastest on most networks; :func:`jump_frontier`; or
        :func:`bellman_ford_rounds`. All take polynomial time. They agree on distances, not on which of several
        shortest paths they find, nor on which negative cycle.

    Returns
    -------
    Labels
        ``cycle`` holds the arcs of a negative cycle, where the source reaches one; ``checked()`` raises an
        InfeasibleError then.

    Raises
    ------
    ProblemError
        No such source, metric or method; weights that are not numbers.
    """
    if method == "spfa":
        return spfa(network, source, metric, small_first=True, large_last=True)
    if method == "jump":
        return jump_frontier(network, source, metric)
    if method == "rounds":
        return bellman_ford_rounds(network, source, metric)
    raise ProblemError(f"method: one of {', '.join(METHODS)}, not {method!r}")


def bellman_ford_rounds(network: Network, source: ArrayLike, metric: str | ArrayLike = "time") -> Labels:
    """Return distances from a source by rounds over all arcs, until a round changes nothing.

    Parameters and answer are those of :func:`bellman_ford`. Sources: Bellman, Quarterly of Applied Mathematics 16
    (1958); Ford, RAND paper P-923 (1956).
    """
    return search_labels(network, source, metric, _search)


def _search(
    arcs: OpenArcs, sources: Integers, distance: NDArray[Any], predecessor: Indices, slack: Any
) -> Work:
    del sources  # their labels say where to begin
    return Work(*_rounds(arcs.first_out, arcs.tail, arcs.head, arcs.weight, distance, predecessor, slack))


@kernel
def _rounds(first_out, tail, head, weight, distance, predecessor, slack):
    """Relax all arcs, tail by tail, until nothing changes or a negative cycle stands."""
    n = len(first_out) - 1
    mark = np.empty(n, np.int32)
    unreached = np.ones(n, np.bool_)
    for v in range(n):
        unreached[v] = distance[v] != 0
    scans, improvements, rounds, changed = 0, 0, 0, n > 0
    while changed:
        changed = False
        rounds += 1
        for u in range(n):
            if unreached[u]:
                continue
            scans += first_out[u + 1] - first_out[u]
            for arc in range(first_out[u], first_out[u + 1]):
                v = head[arc]
                through = distance[u] + weight[arc]
                if through < distance[v] - slack:
                    distance[v] = through
                    predecessor[v] = arc
                    unreached[v] = False
                    improvements += 1
                    changed = True
        if changed and rounds & 7 == 0:
            cyclic = cyclic_node(predecessor, tail, mark)
            if cyclic >= 0:
                return scans, scans, improvements, rounds, cyclic
    return scans, scans, improvements, rounds, -1
