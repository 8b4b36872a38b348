"""Luxembourg: distances that another engine, RoutingKit, found on the streets of a whole country."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from routeopt.problems.network import Network
from routeopt.solvers.paths.front import ShortestPaths

DATA = Path(os.environ.get("ROUTEOPT_DATA", Path(__file__).parents[4] / "shared" / "data"))
FOLDER = DATA / "paths" / "routingkit-luxembourg"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no data at {FOLDER}; set ROUTEOPT_DATA")
UNREACHABLE = 2147483647
PAIRS = 5_000


def column(name: str) -> np.ndarray:
    return np.fromfile(FOLDER / f"luxembourg_{name}", np.uint32).astype(np.int64)


@pytest.fixture(scope="module")
def network() -> Network:
    arcs = {name: column(name) for name in ("travel_time", "geo_distance")}
    return Network(column("first_out"), column("head").astype(np.int32), arcs)


@pytest.mark.parametrize("method", ["hierarchy", "customisable"])
@pytest.mark.parametrize("metric", ["travel_time", "geo_distance"])
def test_distances_are_those_of_the_reference(network, metric, method):
    paths = ShortestPaths(network, metric=metric, method=method)
    sources, targets = column("source_node")[:PAIRS], column("target_node")[:PAIRS]
    expected = column(f"query_reference_{metric}_length")[:PAIRS]
    expected = np.where(expected == UNREACHABLE, np.inf, expected)
    assert (paths.distances(sources, targets) == expected).all()
    assert np.isinf(expected).any()
    corner = paths.matrix(sources[:50], targets[:50], columns=[metric])
    assert (np.diag(corner.cost) == expected[:50]).all()
    assert (corner[metric] == corner.cost).all()
    assert (paths.tree(int(sources[0])).distance[targets[:50]] == corner.cost[0]).all()
