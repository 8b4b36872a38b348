"""An admission believes nothing: feasibility, objective and reasons are recomputed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from naive_flows import admissions, is_feasible, simple_paths

import routeopt as ro


@settings(max_examples=150)
@given(admissions(), st.data())
def test_it_finds_what_is_broken_as_the_naive_checker_does(problem, data):
    paths = [
        data.draw(st.sampled_from([[], *simple_paths(problem, flow)])) for flow in range(len(problem.flows))
    ]
    found = ro.Admission(problem, paths)
    assert found.feasible == is_feasible(problem, paths)
    assert found.objective == sum(w for w, path in zip(problem.weights(), paths, strict=True) if path)
    assert found.admitted == [k for k, path in enumerate(paths) if path]


@settings(max_examples=60)
@given(admissions(), st.data())
def test_any_arcs_are_judged_as_the_naive_checker_does(problem, data):
    m = len(problem.network.head)
    paths = [data.draw(st.lists(st.integers(0, m - 1), max_size=3)) for _ in problem.flows]
    assert ro.Admission(problem, paths).feasible == is_feasible(problem, paths)


def diamond(**options):
    network = ro.Network.from_arcs(
        [0, 0, 1, 2],
        [1, 2, 3, 3],
        arcs={"capacity": np.array([5, 8, 5, 8]), "delay": np.array([1.0, 2, 1, 2])},
        nodes={"table": np.array([9, 1, 9, 9]), "throughput": np.array([99, 99, 6, 99])},
    )
    return ro.FlowAdmission(network, options.pop("flows"), **options)


@pytest.mark.parametrize(
    ("flows", "paths", "message"),
    [
        ([ro.Flow(0, 3, 6)], [[0, 2]], "link 0 → 1: 6 of 5 booked, 1 too much"),
        ([ro.Flow(0, 3, 1)], [[0, 3]], "flow 'flow 0': its arcs are no path from its source to its target"),
        ([ro.Flow(0, 3, 1)], [[9]], "flow 'flow 0': its path has an arc that is not there"),
        ([ro.Flow(0, 3, 1, max_hops=1)], [[0, 2]], "its path has 2 hops, 1 are allowed"),
        ([ro.Flow(0, 3, 1, max_delay=3)], [[1, 3]], "its path takes 4, 3 are allowed"),
        ([ro.Flow(0, 3, 1), ro.Flow(0, 1, 1)], [[0, 2], [0]], "node 1: 2 flows enter, 1 allowed"),
        ([ro.Flow(0, 3, 7)], [[1, 3]], "node 2: 7 bandwidth enters, 6 allowed"),
    ],
)
def test_each_violation_is_named(flows, paths, message):
    found = ro.Admission(diamond(flows=flows), paths)
    assert any(message in sentence for sentence in found.violations)
    assert found.status == "infeasible"


def test_a_path_that_visits_a_node_twice_is_named():
    network = ro.Network.from_arcs([0, 1, 0], [1, 0, 2], arcs={"capacity": np.full(3, 9)})
    circle = [
        int(np.flatnonzero((network.tail == u) & (network.head == v))[0]) for u, v in ((0, 1), (1, 0), (0, 2))
    ]
    found = ro.Admission(ro.FlowAdmission(network, [ro.Flow(0, 2, 1)]), [circle])
    assert "visits a node twice" in found.violations[0]


@pytest.mark.parametrize(
    ("flow", "others", "reason"),
    [
        (ro.Flow(3, 0, 1), [], "no path leads to its target"),
        (
            ro.Flow(0, 3, 9),
            [],
            "it asks for 9, and even in an empty network no path has more than 8: 0 → 2 is too narrow",
        ),
        (
            ro.Flow(0, 3, 5),
            [(ro.Flow(0, 3, 4), [1, 3]), (ro.Flow(0, 3, 3), [0, 2])],
            "it asks for 5, and beside the flows that are admitted no path has more than 4",
        ),
        (
            ro.Flow(0, 3, 1),
            [(ro.Flow(0, 3, 5), [0, 2]), (ro.Flow(0, 2, 8), [1])],
            "beside the flows that are admitted every path has a link that is full",
        ),
        (ro.Flow(0, 3, 5, max_delay=1), [], "but not its limits or those of switches"),
    ],
)
def test_a_rejected_flow_has_its_reason(flow, others, reason):
    problem = diamond(flows=[flow, *(other for other, _ in others)])
    assert reason in ro.Admission(problem, [[], *(path for _, path in others)]).reason(0)


def test_room_that_a_solver_left_is_said():
    network = ro.Network.from_arcs([0], [1], arcs={"capacity": np.array([5])})
    problem = ro.FlowAdmission(network, [ro.Flow(0, 1, 5)])
    assert ro.Admission(problem, [[]]).reason(0) == "there is room for it now: the solver left it out"


def test_bound_gap_and_status():
    network = ro.Network.from_arcs([0], [1], arcs={"capacity": np.array([5])})
    problem = ro.FlowAdmission(network, [ro.Flow(0, 1, 3, 4), ro.Flow(0, 1, 3, 2)])
    found = ro.Admission(problem, [[0], []], bound=5.9999)
    assert (found.bound, found.gap, found.status) == (5, 20.0, "feasible")
    assert ro.Admission(problem, [[0], []], bound=4.3).status == "optimal"
    assert ro.Admission(problem, [[0], []]).gap is None
    assert found.classes() == {4: (1, 1), 2: (0, 1)}
    assert found.residual.tolist() == [2]
