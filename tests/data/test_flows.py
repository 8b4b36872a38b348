"""Problems of flows: made by chance, and to files and back."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from naive_flows import admissions

import routeopt as ro
from routeopt.data.flows import document_of, parse_flows
from routeopt.data.generators.flows import TOPOLOGIES


def same(one, other):
    for a, b in zip(one.instance(), other.instance(), strict=True):
        np.testing.assert_array_equal(a, b)


@settings(max_examples=60)
@given(admissions())
def test_a_problem_comes_back_as_it_was(problem):
    same(parse_flows(json.dumps(document_of(problem))), problem)


def test_files_with_names_are_read(tmp_path):
    document = {
        "nodes": ["a", "b"],
        "arcs": [["a", "b", 5]],
        "flows": [{"source": "a", "target": "b", "bandwidth": 3, "name": "video"}],
    }
    (tmp_path / "in.json").write_text(json.dumps(document))
    problem = ro.read_flows(tmp_path / "in.json")
    assert problem.names == ("video",)
    ro.write_flows(problem, tmp_path / "out.json")
    same(ro.read_flows(tmp_path / "out.json"), problem)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "this is no JSON"),
        ("[]", "it must be an object"),
        ('{"arcs": [], "flows": []}', "nodes: give their number"),
        ('{"nodes": 2, "flows": []}', "arcs: give a list of rows"),
        ('{"nodes": 2, "arcs": [[0, 1]], "flows": []}', "arcs: row 0 must have tail, head, capacity"),
        ('{"nodes": 2, "arcs": [[0, 1, 5]], "flows": [{"source": 0}]}', "flows: row 0 must have source"),
        ('{"nodes": ["a"], "arcs": [["a", "x", 5]], "flows": []}', "arcs: there is no node 'x'"),
        ('{"nodes": 2, "arcs": [[0, 1, 5]], "flows": [[0, 1, -3]]}', "bandwidth is -3"),
        ('{"nodes": 2, "arcs": [[0, 1, 5]], "flows": [], "table": [1]}', "table: give a list with one entry"),
        ('{"nodes": 2, "arcs": [[0, 1, "x"]], "flows": []}', "capacity is x"),
        ('{"nodes": 2, "arcs": [[0, 5, 1]], "flows": []}', "node 5, but there are only 2 nodes"),
    ],
)
def test_what_cannot_be_read_is_named(text, message):
    with pytest.raises(ro.ProblemError, match=message):
        parse_flows(text)


def test_a_missing_file_and_an_objective_that_is_a_function_are_errors(tmp_path):
    with pytest.raises(ro.ProblemError, match="cannot be read"):
        ro.read_flows(tmp_path / "none.json")
    problem = ro.FlowAdmission(ro.generate_flows(flows=3).network, [], lambda flow: 1)
    with pytest.raises(ro.ProblemError, match="it is a function"):
        ro.write_flows(problem, tmp_path / "out.json")


@pytest.mark.parametrize("topology", sorted(TOPOLOGIES))
def test_networks_made_by_chance_are_connected_and_carry_the_load(topology):
    problem = ro.generate_flows(topology, 30, 400, load=1.3, seed=7)
    instance = problem.instance()
    assert set(problem.network.components()) == {0}
    assert (problem.network.twin >= 0).all()
    hops = np.array([len(path) for path in ro.solve(unlimited(problem), 0, solver="greedy").routes.lists()])
    load = (hops * instance.bandwidth).sum() / instance.capacity.sum()
    assert 1.0 <= load <= 1.31  # capacities are no less than the widest flow
    assert instance.capacity.min() >= 100
    same(ro.generate_flows(topology, 30, 400, load=1.3, seed=7), problem)


def unlimited(problem):
    from dataclasses import replace

    network = problem.network
    wide = replace(network, arcs={"capacity": np.full(len(network.head), 10**9)})
    return ro.FlowAdmission(wide, problem.flows)


def test_parameters_that_cannot_be_are_named():
    with pytest.raises(ro.ProblemError) as caught:
        ro.generate_flows("ring", 2, -1, load=0)
    assert len(caught.value.messages) == 4
