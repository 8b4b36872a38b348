"""After a closure every path is kept, rerouted, or failed with a reason."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from hypothesis import given, strategies as st
from naive_paths import naive_distances
from path_networks import listed, multigraphs

import routeopt as ro
from routeopt.data.generators.streets import street_grid
from routeopt.errors import ProblemError
from routeopt.problems.network import Network
from routeopt.solvers.paths.front import ShortestPaths


@given(network=multigraphs(most=8), closing=st.sets(st.integers(0, 60)), data=st.data())
def test_nothing_is_passed_over(network: Network, closing: set[int], data: st.DataObject) -> None:
    n, m = network.size, len(network.head)
    before = ShortestPaths(network)
    pairs = [(data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, n - 1))) for _ in range(4)]
    planned = [before.path(a, b) for a, b in pairs]
    driven = [data.draw(st.integers(0, len(path.arcs))) for path in planned]
    now = network.close([arc for arc in closing if arc < m])
    found = ro.reroute(planned, now, driven=driven)
    assert len(found) == len(planned)
    assert now.closed is not None
    for (a, b), path, count, outcome in zip(pairs, planned, driven, found, strict=True):
        here = int(path.arcs[count - 1]) if count else -1
        at = int(network.head[here]) if count else a
        best = naive_distances(n, listed(now), at)[b]
        ahead = path.arcs[count:]
        if not path:
            assert outcome.status == "failed"
            assert outcome.reason.startswith("there was no path before: ")
        elif not now.closed[ahead].any():
            assert outcome.status == "kept"
            assert outcome.path is not None
            assert outcome.path.arcs.tolist() == ahead.tolist()
            assert outcome.extra == 0
        elif np.isinf(best):
            assert outcome.status == "failed"
            assert "closed; " in outcome.reason
            assert outcome.path is None
        else:
            assert outcome.status == "rerouted"
            assert outcome.path is not None
            assert outcome.path.cost == pytest.approx(best)
            assert not now.closed[outcome.path.arcs].any()
            assert outcome.extra == pytest.approx(best - network.arcs["time"][ahead].sum())
            assert outcome.closed.tolist() == [arc for arc in ahead.tolist() if now.closed[arc]]


def test_a_closed_street_is_named_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    network = street_grid(400, seed=1)
    paths = ShortestPaths(network)
    planned = [paths.path(0, 200), paths.path(5, 6), paths.path(0, 390)]
    name = network.label("name", int(planned[2].arcs[len(planned[2].arcs) // 2]))
    with caplog.at_level(logging.INFO, logger="routeopt"):
        found = ro.reroute(planned, network.close(network.find(name=name)))
    assert found[2].status == "rerouted"
    assert name in found[2].reason
    assert found[2].extra > 0
    changed = [i for i, outcome in enumerate(found) if outcome.status != "kept"]
    assert len(caplog.records) == len(changed)
    assert repr(found).startswith("<Rerouted: ")
    assert found.failed == []


def test_from_a_point_on_a_closed_street_it_leaves_by_the_other_direction() -> None:
    network = street_grid(400, seed=1)
    assert network.places is not None
    paths = ShortestPaths(network)
    arc = int(np.flatnonzero(network.twin >= 0)[40])
    place = network.places[network.tail[arc]] * 0.4 + network.places[network.head[arc]] * 0.6
    start = network.snap([place])
    path = paths.path(start, network.size - 1)
    first = int(path.arcs[0])
    (outcome,) = ro.reroute([path], ShortestPaths(network.close([first])))
    assert outcome.status == "rerouted"
    assert outcome.path is not None
    assert outcome.path.arcs[0] == network.twin[first]
    np.testing.assert_allclose(outcome.path.line[0], path.line[0], atol=1e-9)
    (failed,) = ro.reroute([path], network.close([first, network.twin[first]]))
    assert failed.status == "failed"
    assert "closed" in failed.reason


def test_to_a_point_on_a_street_it_still_comes_to_the_point() -> None:
    network = street_grid(400, seed=1)
    assert network.places is not None
    paths = ShortestPaths(network)
    place = network.places[network.tail[700]] * 0.4 + network.places[network.head[700]] * 0.6
    path = paths.path(0, network.snap([place]))
    (outcome,) = ro.reroute([path], network.close(path.arcs[len(path.arcs) // 2 :][:1]), driven=[1])
    assert outcome.path is not None
    np.testing.assert_allclose(outcome.path.line[-1], path.line[-1], atol=1e-9)
    assert outcome.path.origin == network.head[path.arcs[0]]


def test_other_networks_and_wrong_counts_are_refused() -> None:
    path = ShortestPaths(street_grid(100)).path(0, 1)
    with pytest.raises(ProblemError, match="path 0: its network has"):
        ro.reroute([path], street_grid(144))
    with pytest.raises(ProblemError, match="driven: 2 numbers for 1 paths"):
        ro.reroute([path], path.network, driven=[0, 0])
    with pytest.raises(ProblemError, match="driven: 99 arcs of path 0, which has"):
        ro.reroute([path], path.network, driven=[99])
