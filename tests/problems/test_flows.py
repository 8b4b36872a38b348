"""Flow admission: what is refused, and what becomes of names, objectives and arrays."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import routeopt as ro


def line(**columns):
    arcs = {"capacity": np.array([10, 20]), **columns.pop("arcs", {})}
    return ro.Network.from_arcs([0, 1], [1, 2], size=3, arcs=arcs, **columns)


@pytest.mark.parametrize(
    ("flow", "message"),
    [
        (ro.Flow(0, 2, 0), "flow 'flow 0': bandwidth is 0; it must be a whole number of 1 or more"),
        (ro.Flow(0, 2, -5), "bandwidth is -5"),
        (ro.Flow(0, 2, 1.5), "bandwidth is 1.5"),
        (ro.Flow(0, 2, np.nan), "bandwidth is nan"),
        (ro.Flow(0, 2, "7"), "bandwidth is '7'"),
        (ro.Flow(0, 2, 1, 0), "priority is 0"),
        (ro.Flow(0, 2, 1, max_hops=0), "max_hops is 0"),
        (ro.Flow(0, 2, 1, max_delay=-1.0), "max_delay is -1.0"),
        (ro.Flow(1, 1, 1, name="a"), "flow 'a': its source is its target, node 1"),
        (ro.Flow(0, 3, 1), "there is no node 3; the network has 3"),
        (ro.Flow("x", 1, 1), "there is no node 'x'"),
    ],
)
def test_a_flow_that_cannot_be_is_named(flow, message):
    with pytest.raises(ro.ProblemError, match=message):
        ro.FlowAdmission(line(), [flow])


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (ro.Network.from_arcs([0], [1]), "no column 'capacity'"),
        (line(arcs={"capacity": np.array([1.5, 2])}), r"arc 0 \(0 → 1\): capacity is 1.5"),
        (line(arcs={"capacity": np.array([1, -2])}), r"arc 1 \(1 → 2\): capacity is -2"),
        (line(arcs={"capacity": np.array([np.inf, 2])}), "capacity is inf"),
        (line(arcs={"capacity": np.array([2**60, 2**60])}), "add up to 2\\*\\*53 or more"),
        (line(arcs={"delay": np.array([0.0, -1.0])}), "delay is -1.0"),
        (line(nodes={"table": np.array([1, -1, 2])}), "node 1: table is -1"),
    ],
)
def test_a_network_that_cannot_be_is_named(network, message):
    with pytest.raises(ro.ProblemError, match=message):
        ro.FlowAdmission(network, [])


def test_all_errors_come_at_once():
    flows = [ro.Flow(0, 9, -1, name="a"), ro.Flow(1, 1, 1, name="a")]
    with pytest.raises(ro.ProblemError) as caught:
        ro.FlowAdmission(line(), flows)
    assert len(caught.value.messages) == 4


def test_objectives_in_exact_numbers():
    flows = [ro.Flow(0, 1, 4, 2), ro.Flow(0, 2, 3, 1), ro.Flow(1, 2, 2, 1), ro.Flow(0, 2, 1, 5)]
    assert ro.FlowAdmission(line(), flows).weights() == [2, 1, 1, 5]
    assert ro.FlowAdmission(line(), flows, "priority_bandwidth").weights() == [8, 3, 2, 5]
    assert ro.FlowAdmission(line(), flows, "lexicographic").weights() == [3, 1, 1, 6]
    assert ro.FlowAdmission(line(), flows, lambda flow: 7 * flow.bandwidth).weights() == [28, 21, 14, 7]
    with pytest.raises(ro.ProblemError, match="'luck' is not known; use one of priority"):
        ro.FlowAdmission(line(), flows, "luck")
    with pytest.raises(ro.ProblemError, match="flow 'flow 0': the objective says 0"):
        ro.FlowAdmission(line(), flows, lambda flow: flow.bandwidth - 4)
    many = [ro.Flow(0, 1, 1, k + 1) for k in range(60)]
    with pytest.raises(ro.ProblemError, match=r"2\*\*53 or more, which is not exact; use fewer priorities"):
        ro.FlowAdmission(line(), many, "lexicographic")


def test_names_of_nodes_are_used():
    network = line(nodes={"name": np.array(["a", "b", "c"])})
    problem = ro.FlowAdmission(network, [ro.Flow("a", "c", 3)])
    assert problem.instance().source.tolist() == [0]
    assert ro.solve(problem, 0).table()[0]["path"] == ["a", "b", "c"]


def test_closed_arcs_carry_nothing_and_duplex_links_share():
    network = ro.Network.from_arcs([0, 1, 1], [1, 0, 2], arcs={"capacity": np.array([5, 7, 9])})
    instance = ro.FlowAdmission(network, [], duplex=True).instance()
    assert instance.link[0] == instance.link[1] != instance.link[2]
    assert instance.capacity[instance.link].tolist() == [5, 5, 9]
    assert ro.FlowAdmission(network.close([2]), []).instance().capacity.tolist() == [5, 7, 0]


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiDiGraph])
def test_graphs_of_networkx(kind):
    graph = kind()
    graph.add_edge("Oslo", "Rome", capacity=4)
    graph.add_edge("Rome", "Bonn", capacity=3)
    problem = ro.FlowAdmission.from_networkx(graph, [{"source": "Oslo", "target": "Bonn", "bandwidth": 3}])
    assert ro.solve(problem, 0).objective == 1
    numbers = nx.relabel_nodes(graph, {"Oslo": 7, "Rome": 8, "Bonn": 9})
    problem = ro.FlowAdmission.from_networkx(numbers, [ro.Flow(7, 9, 3)])
    assert ro.solve(problem, 0).objective == 1
    graph.add_edge("Bonn", "Oslo")
    with pytest.raises(ro.ProblemError, match="it has no capacity"):
        ro.FlowAdmission.from_networkx(graph, [])
