"""After failures nothing is over-booked, and every flow has its fate with a reason."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from naive_flows import admissions, is_feasible

import routeopt as ro

STATES = {"kept", "rerouted", "degraded", "dropped", "rejected"}


def judged(admission, found, failed):
    paths = found.admission.routes.lists()
    assert is_feasible(found.admission.problem, paths)
    assert not set(failed) & {arc for path in paths for arc in path}
    for flow, fate in enumerate(found.fates):
        before, asked = admission.path(flow), admission.problem.flows[flow].bandwidth
        now, given_ = found.admission.path(flow), found.admission.problem.flows[flow].bandwidth
        assert fate.state in STATES
        assert fate.reason
        assert (fate.state == "rejected") == (not before)
        assert (fate.state == "kept") == bool(before and before == now and not hit(admission, flow, failed))
        assert (fate.state in ("rejected", "dropped")) == (not now)
        assert (fate.state == "degraded") == (given_ < asked)


def hit(admission, flow, failed):
    return bool(set(admission.routes.lists()[flow]) & set(failed))


@pytest.mark.parametrize("seed", range(100))
def test_no_link_is_over_booked_whatever_fails(seed):
    rng = np.random.default_rng(seed)
    problem = ro.generate_flows("waxman", 12, 60, load=rng.choice([0.6, 0.9, 1.3]), seed=seed)
    admission = ro.solve(problem, 0, solver="greedy")
    arcs = rng.choice(len(problem.network.head), rng.integers(1, 6), replace=False)
    failed = {*arcs.tolist(), *problem.network.twin[arcs].tolist()}
    found = ro.reroute_flows(admission, arcs, least=rng.choice([1.0, 0.5, 0.01]))
    judged(admission, found, failed)
    assert sum(found.count(state) for state in STATES) == len(problem.flows)


@settings(max_examples=60)
@given(admissions(), st.data())
def test_limits_of_paths_and_switches_hold_as_well(problem, data):
    admission = ro.solve(problem, 0, solver="greedy") if problem.flows else ro.Admission(problem, [])
    arcs = data.draw(st.sets(st.integers(0, len(problem.network.head) - 1)))
    both = data.draw(st.booleans()) or problem.duplex
    failed = arcs | ({int(problem.network.twin[arc]) for arc in arcs} if both else set())
    judged(admission, ro.reroute_flows(admission, arcs, least=0.2, both_ways=both), failed)


def test_each_fate_is_told():
    network = ro.Network.from_arcs(
        [0, 1, 2, 0, 2, 1], [1, 2, 0, 2, 1, 0], arcs={"capacity": np.array([9, 9, 9, 5, 5, 9])}
    )
    flows = [ro.Flow(0, 1, 3, 9), ro.Flow(0, 1, 6, 1), ro.Flow(1, 2, 2), ro.Flow(2, 0, 20)]
    admission = ro.solve(ro.FlowAdmission(network, flows), 0, solver="greedy")
    link = int(np.flatnonzero((network.tail == 0) & (network.head == 1))[0])
    found = ro.reroute_flows(admission, [link], least=0.3)
    assert [fate.state for fate in found.fates] == ["rerouted", "degraded", "kept", "rejected"]
    assert "0 → 1 failed; no path is left for 6, one is for 2" in found.fates[1].reason
    found = ro.reroute_flows(admission, [link])
    assert found.fates[1].state == "dropped"
    assert "it asks for 6" in found.fates[1].reason


def test_what_cannot_be_is_named():
    admission = ro.solve(ro.generate_flows(flows=5), 0, solver="greedy")
    with pytest.raises(ro.ProblemError, match=r"there is no arc 9999(.|\n)*least must be above 0"):
        ro.reroute_flows(admission, [9999], least=0)
    broken = ro.Admission(admission.problem, [[0]] * 5)
    with pytest.raises(ro.ProblemError, match="admission: "):
        ro.reroute_flows(broken, [0])
