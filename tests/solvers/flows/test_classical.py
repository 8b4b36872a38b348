"""Classical flows against NetworkX and stored optima, and the traps of libraries."""

from __future__ import annotations

import json
import os
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import routeopt as ro
from routeopt.data.readers.dimacs import read_min_cost_flow

pytest.importorskip("ortools")
DATA = Path(os.environ.get("ROUTEOPT_DATA", Path(__file__).parents[4] / "shared" / "data"))
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no benchmark data at {DATA}; set ROUTEOPT_DATA")


@st.composite
def networks(draw):
    n = draw(st.integers(2, 6))
    arcs = draw(
        st.lists(st.tuples(*[st.integers(0, n - 1)] * 2, st.integers(0, 9), st.integers(0, 7)), min_size=1)
    )
    tail, head, capacity, cost = np.array(arcs).T
    return ro.Network.from_arcs(tail, head, size=n, arcs={"capacity": capacity, "cost": cost})


def graph_of(network):
    graph = nx.DiGraph()
    graph.add_nodes_from(range(network.size))
    for arc, (u, v) in enumerate(zip(network.tail.tolist(), network.head.tolist(), strict=True)):
        capacity = int(network.arcs["capacity"][arc])
        if u != v:
            known = graph.get_edge_data(u, v, {"capacity": 0})["capacity"]
            graph.add_edge(u, v, capacity=known + capacity)
    return graph


@settings(max_examples=100)
@given(networks())
def test_the_greatest_flow_is_that_of_networkx_and_its_cut_proves_it(network):
    found = ro.max_flow(network, 0, 1)
    assert found.value == nx.maximum_flow_value(graph_of(network), 0, 1)
    across = found.source_side[network.tail] & ~found.source_side[network.head]
    assert found.value == network.arcs["capacity"][across].sum()
    assert ((found.flow >= 0) & (found.flow <= network.arcs["capacity"])).all()


@settings(max_examples=100)
@given(networks(), st.integers(0, 6))
def test_the_cheapest_flow_is_that_of_networkx(network, amount):
    supply = np.zeros(network.size, int)
    supply[0], supply[1] = amount, -amount
    graph = nx.MultiDiGraph()
    graph.add_nodes_from((v, {"demand": -int(supply[v])}) for v in range(network.size))
    for arc in range(len(network.head)):
        ends = int(network.tail[arc]), int(network.head[arc])
        if ends[0] != ends[1]:
            graph.add_edge(
                *ends, capacity=int(network.arcs["capacity"][arc]), weight=int(network.arcs["cost"][arc])
            )
    try:
        expected = nx.network_simplex(graph)[0]
    except nx.NetworkXUnfeasible:
        with pytest.raises(ro.InfeasibleError, match="not all supplies can reach demands"):
            ro.min_cost_flow(network, supply)
        return
    assert ro.min_cost_flow(network, supply).cost == expected


@needs_data
def test_stored_optima_are_met():
    folder = DATA / "net" / "dimacs_mcf"
    for name, known in json.loads((folder / "optimal.json").read_text()).items():
        network, supply = read_min_cost_flow(folder / name)
        assert ro.min_cost_flow(network, supply).cost == known["optimal_cost"]
        ends = known["maxflow_source"] - 1, known["maxflow_sink"] - 1
        assert ro.max_flow(network, *ends).value == known["max_flow"]


def square():
    arcs = {"capacity": np.array([4, 2, 4, 2]), "cost": np.array([1, 1, 1, 1])}
    return ro.Network.from_arcs([0, 0, 1, 2], [1, 2, 3, 3], arcs=arcs)


def test_the_least_congestion():
    found = ro.min_congestion(square(), [(0, 3, 3)])
    assert found.congestion == pytest.approx(0.5)
    assert found.flow == pytest.approx([2, 1, 2, 1])
    assert ro.min_congestion(square(), []).congestion == 0
    with pytest.raises(ro.InfeasibleError):
        ro.min_congestion(square(), [(3, 0, 1)])
    closed = square().close([0])
    assert ro.min_congestion(closed, [(0, 3, 3)]).congestion == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ro.max_flow(square(), 0, 0), "source and target are the same"),
        (lambda: ro.max_flow(square(), 0, 9), "nodes are 0 to 3"),
        (lambda: ro.max_flow(square(), 0, 3, "width"), "no column 'width'; they have capacity, cost"),
        (lambda: ro.max_flow(square(), 0, 3, [1, 2, 3]), "give a number for each of the 4 arcs"),
        (lambda: ro.max_flow(square(), 0, 3, [1, -2, 3, 0.5]), r"arc 1 \(0 → 2\): capacity is -2"),
        (lambda: ro.max_flow(square(), 0, 3, [2**33] * 4), "as much as 2\\*\\*31 may flow"),
        (lambda: ro.min_cost_flow(square(), [1, 0, 0, 0]), "must add up to 0, not 1"),
        (lambda: ro.min_cost_flow(square(), [1.5, 0, 0, -1.5]), "a whole number for each of the 4 nodes"),
        (
            lambda: ro.min_cost_flow(square(), [1, 0, 0, -1], [0.5, 1, 1, 1]),
            "cost is 0.5; it must be a whole number",
        ),
        (lambda: ro.min_cost_flow(square(), [1, 0, 0, -1], [2**61, 1, 1, 1]), "reach 2\\*\\*62"),
        (lambda: ro.min_congestion(square(), [(0, 7, -1)]), "nodes are 0 to 3, not 0 and 7"),
    ],
)
def test_what_would_overflow_or_never_end_is_refused(call, message):
    with pytest.raises(ro.ProblemError, match=message):
        call()


def test_capacities_beyond_32_bits_elsewhere_do_no_harm():
    assert ro.max_flow(square(), 0, 3, [5, 7, 2**40, 2**40]).value == 12


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no line 'p min"),
        ("p min 2 1\na 1 3 0 1 1\n", "line 2: 'a 1 3 0 1 1' is not understood"),
        ("p min 2 1\na 1 2 1 1 1\n", "line 2: a least flow of 1"),
        ("p min 2 1\nx\n", "line 2: 'x' begins no line"),
    ],
)
def test_lines_that_cannot_be_read_are_named(tmp_path, text, message):
    (tmp_path / "bad.min").write_text(text)
    with pytest.raises(ro.ProblemError, match=message):
        read_min_cost_flow(tmp_path / "bad.min")
