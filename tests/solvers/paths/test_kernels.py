"""Kernels of paths in other processes: from the cache, and as Python runs them."""

from __future__ import annotations

from elsewhere import words_of

import routeopt

SEARCH = """
import numpy as np
from routeopt.data.generators.streets import street_grid
from routeopt.solvers.paths import buckets, contraction, customisation, dijkstra, sweep, unpacking, upward
from routeopt.solvers.paths.front import METHODS, ShortestPaths
network = street_grid(100)
found = []
for method in METHODS:
    paths = ShortestPaths(network, method=method, threads=1)
    matrix = paths.matrix(np.arange(9), columns=("length",))
    found += [paths.distance(0, 7), paths.path(0, 7).cost, matrix.cost.sum(), matrix["length"].sum()]
    found += [paths.tree(0).distance.sum(), paths.tree(0).path_to(7).sum()]
"""
COUNT = """
kernels = [contraction._take_all, contraction._judge, customisation._flow, buckets._scan, buckets._reach_all]
kernels += [dijkstra.distances, dijkstra.trace, sweep.sweep, unpacking.trace, upward.distances]
print(sum(len(k.stats.cache_misses) for k in kernels), sum(len(k.stats.cache_hits) for k in kernels) >= len(kernels))
"""


def test_second_process_compiles_nothing():
    words_of(SEARCH)
    assert words_of(SEARCH + COUNT) == ["0", "True"]


def test_matrices_of_nothing_are_empty():
    paths = routeopt.ShortestPaths(
        routeopt.problems.network.Network.from_arcs([0], [1], arcs={"time": [1.0]})
    )
    assert paths.matrix([], [0, 1]).cost.shape == (0, 2)
    assert paths.matrix([0], []).cost.shape == (1, 0)
    assert paths.distances([], []).shape == (0,)
