"""The frontier engine: every assignment gives the answers of Dijkstra and breadth-first search, and counts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import routeopt as ro
from routeopt.problems.network import Network
from routeopt.solvers.paths.open_arcs import UNREACHED

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'routeopt[neural]'")

from routeopt.frontier import Frontier, assignments  # noqa: E402
from routeopt.frontier.tensors import best_cut  # noqa: E402

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
every_assignment = pytest.mark.parametrize("assignment", [*assignments.ASSIGNMENTS])
on_every_device = pytest.mark.parametrize("device", DEVICES)


def expected(network: Network, weight: Any, sources: list[int], unreached: Any) -> list[list[Any]]:
    """Return what scipy's Dijkstra says, on the least of parallel arcs."""
    n = network.size
    table = np.full((n, n), np.inf)
    open_arcs = np.ones(len(network.head), bool) if network.closed is None else ~network.closed
    np.minimum.at(table, (network.tail[open_arcs], network.head[open_arcs]), np.asarray(weight)[open_arcs])
    there = np.isfinite(table)
    graph = csr_array((table[there], np.nonzero(there)), shape=(n, n))
    return np.where(np.isinf(found := dijkstra(graph, indices=sources)), unreached, found).tolist()


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Draw a network with loops, parallel and closed arcs, one hub, and nodes out of reach."""
    n = draw(st.integers(1, 14))
    node = st.integers(0, n - 1)
    arcs = draw(st.lists(st.tuples(node, node, st.integers(0, 9)), max_size=40))
    arcs += [(0, draw(node), 3) for _ in range(draw(st.integers(0, 20)))]
    tail, head, weight = np.array(arcs, np.int64).reshape(-1, 3).T
    closed = draw(st.lists(st.booleans(), min_size=len(arcs), max_size=len(arcs)))
    return Network.from_arcs(
        tail, head, size=n, arcs={"cost": weight}, closed=np.array(closed, bool) & (weight % 2 > 0)
    )


@on_every_device
@every_assignment
@given(network=networks(), data=st.data())
def test_every_assignment_agrees_with_dijkstra(
    device: str, assignment: str, network: Network, data: st.DataObject
) -> None:
    sources = data.draw(st.lists(st.integers(0, network.size - 1), min_size=1, max_size=4))
    delta = data.draw(st.sampled_from([None, 1, 4.5, 100]))
    cost = network.arcs["cost"]
    whole = Frontier(network, "cost", device, assignment, delta)
    far = -1.0  # the largest int64 is no float
    found = whole.distances(sources)
    assert found.masked_fill(found == UNREACHED, -1).tolist() == expected(network, cost, sources, far)
    fractions = Frontier(network, cost / 8, device, assignment, delta).distances(sources)
    assert fractions.tolist() == expected(network, cost / 8, sources, math.inf)
    assert whole.hops(sources).tolist() == expected(network, np.ones(len(cost)), sources, far)


def power_law() -> Network:
    rng = np.random.default_rng(1)
    degree = np.minimum(400, (rng.pareto(1.0, 800) + 1).astype(int))
    tail, head = np.repeat(np.arange(800), degree), rng.integers(0, 800, degree.sum())
    return Network.from_arcs(tail, head, size=800, arcs={"cost": rng.random(len(tail))})


@on_every_device
@every_assignment
def test_floats_agree_to_the_last_bit_on_larger_networks(
    device: str, assignment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assignments, "CELLS", 1_000)  # several launches a round
    network = power_law()
    sources = [0, 5, 5, 799]
    for delta in (None, 0.3):
        frontier = Frontier(network, "cost", device, assignment, delta)
        found = frontier.distances(sources).tolist()
        assert found == expected(network, network.arcs["cost"], sources, math.inf)
        assert frontier.counters.rounds > 1
        assert frontier.counters.relaxations >= sum(np.isfinite(row).sum() for row in found) - len(sources)


def test_load_is_balanced_by_all_but_the_reference() -> None:
    imbalance = {}
    for assignment in assignments.ASSIGNMENTS:
        frontier = Frontier(power_law(), "cost", "cpu", assignment)
        frontier.distances(range(20))
        imbalance[assignment] = frontier.counters.imbalance
    assert imbalance["EP"] == imbalance["WD"] == 1
    assert imbalance["BS"] > 5
    assert max(imbalance["NS"], imbalance["HP"]) < 2


def test_bands_relax_fewer_arcs() -> None:
    rng = np.random.default_rng(1)
    node = np.arange(900).reshape(30, 30)
    tail = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel(), node[1:].ravel()])
    head = np.concatenate([node[:, 1:].ravel(), node[1:].ravel(), node[:-1].ravel()])
    network = Network.from_arcs(tail, head, arcs={"time": rng.integers(1, 100, len(tail))})
    plain, bands = Frontier(network, device="cpu"), Frontier(network, device="cpu", delta=50)
    assert (plain.distances([0]) == bands.distances([0])).all()
    assert bands.counters.relaxations < plain.counters.relaxations
    assert bands.counters.rounds > plain.counters.rounds


def test_the_cut_follows_the_degrees() -> None:
    assert best_cut(np.array([4] * 100)) == 4
    assert best_cut(np.array([3] * 1_000 + [5_000])) < 16
    assert best_cut(np.array([0, 0])) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metric": [1.0, -1.0]}, r"1 are not \(arc 1: -1.0\); routeopt.bellman_ford takes negative ones"),
        ({"metric": "price"}, "metric 'price': no such column"),
        ({"assignment": "XY"}, "assignment: one of auto, EP, BS, WD, NS, HP, not 'XY'"),
        ({"delta": 0}, "delta must be above 0"),
    ],
)
def test_bad_input_is_named(options: dict[str, Any], message: str) -> None:
    network = Network.from_arcs([0, 1], [1, 0], arcs={"time": np.array([1, 2])})
    with pytest.raises(ro.ProblemError, match=message):
        Frontier(network, device="cpu", **options)
