"""After links fail: every flow is kept, rerouted, degraded or dropped, with its reason; nothing is over-booked.

All flows are planned in one go, the most worth first, so that no two race for what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import ceil
from typing import NamedTuple

import numpy as np

from routeopt.errors import ProblemError, RouteoptError
from routeopt.problems.admission import Admission
from routeopt.problems.flow_instance import FlowInstance, FlowPaths, used
from routeopt.problems.flows import Flow, FlowAdmission
from routeopt.problems.instance import Flags
from routeopt.solvers.flows.shortest import admit_one_by_one

KEPT, REROUTED, DEGRADED, DROPPED, REJECTED = "kept", "rerouted", "degraded", "dropped", "rejected"


class Fate(NamedTuple):
    """What becomes of a flow."""

    flow: str
    state: str  # kept, rerouted, degraded, dropped; or rejected, as before
    reason: str


class Rerouting(NamedTuple):
    """The admission after a failure, and what became of each flow."""

    admission: Admission  # of the network that is left; degraded flows ask for less there
    fates: list[Fate]

    def count(self, state: str) -> int:
        """Return how many flows are in a state."""
        return sum(fate.state == state for fate in self.fates)


def reroute_flows(
    admission: Admission, failed: Iterable[int], *, least: float = 1.0, both_ways: bool = True
) -> Rerouting:
    """Plan the flows anew whose paths use arcs that fail.

    The others keep their paths. Those that are hit take a path of fewest hops that is left, the most worth first; who
    finds none is degraded to as much of its bandwidth as there is a path for, or dropped.

    Parameters
    ----------
    admission : Admission
        Before the failure, without violations.
    failed : arcs
        Numbers of the arcs that fail.
    least : float
        The share of its bandwidth that a flow may be degraded to; 1: none is.
    both_ways : bool
        Whether the arcs back fail as well.

    Raises
    ------
    ProblemError
        There are no such arcs, the admission breaks a limit, or `least` is not from above 0 to 1.
    """
    problem = admission.problem
    closed = _closed(problem, failed, least, both_ways)
    if admission.violations:
        raise ProblemError([f"admission: {sentence}" for sentence in admission.violations])
    before = admission.routes.lists()
    hit = np.array([bool(path) and bool(closed[path].any()) for path in before], bool)
    paths = [[] if hit[k] else path for k, path in enumerate(before)]
    network = replace(problem.network, closed=closed | _closed_now(problem))
    left = _Left(FlowAdmission(network, problem.flows, problem.objective, problem.duplex).instance(), paths)
    flows, weights = list(problem.flows), problem.weights()
    for flow in sorted(np.flatnonzero(hit).tolist(), key=lambda k: (-weights[k], k)):
        for bandwidth in _offers(flows[flow], least):
            paths[flow] = left.path(flow, bandwidth)
            if paths[flow]:
                flows[flow] = replace(flows[flow], bandwidth=bandwidth)
                break
    after = Admission(FlowAdmission(network, flows, problem.objective, problem.duplex), paths)
    if after.violations:
        raise RouteoptError(f"reroute_flows: {after.violations[0]}; please report it")
    return Rerouting(after, [_fate(admission, after, closed, flow) for flow in range(len(flows))])


def _fate(admission: Admission, after: Admission, closed: Flags, flow: int) -> Fate:
    name, asked = admission.problem.names[flow], admission.problem.flows[flow].bandwidth
    before, now = admission.path(flow), after.path(flow)
    if not before:
        return Fate(name, REJECTED, "as before")
    lost = [arc for arc in admission.routes.lists()[flow] if closed[arc]]
    if not lost:
        return Fate(name, KEPT, "its path is whole")
    nodes = admission.problem.node_names
    link = f"{nodes[admission.instance.tail[lost[0]]]} → {nodes[admission.instance.head[lost[0]]]} failed"
    if not now:
        return Fate(name, DROPPED, f"{link}, and {after.reason(flow)}")
    given = after.problem.flows[flow].bandwidth
    if given < asked:
        return Fate(name, DEGRADED, f"{link}; no path is left for {asked:,}, one is for {given:,}")
    return Fate(name, REROUTED, link)


class _Left:
    """What is left beside the flows that have paths."""

    def __init__(self, instance: FlowInstance, paths: Sequence[Sequence[int]]) -> None:
        routes = FlowPaths.from_lists(paths)
        bandwidth = np.repeat(instance.bandwidth, np.diff(routes.first))
        table, throughput = instance.table.copy(), instance.throughput.copy()
        np.subtract.at(table, instance.head[routes.arcs], 1)
        np.subtract.at(throughput, instance.head[routes.arcs], bandwidth)
        self._instance = instance._replace(
            capacity=instance.capacity - used(instance, routes), table=table, throughput=throughput
        )

    def path(self, flow: int, bandwidth: int) -> list[int]:
        """Return the arcs of a path of fewest hops for a flow, which is taken; none where there is none."""
        instance = self._instance
        instance.bandwidth[flow] = bandwidth
        arcs = admit_one_by_one(instance, np.array([flow]), np.ones(len(instance.head))).arcs
        instance.capacity[instance.link[arcs]] -= bandwidth
        instance.table[instance.head[arcs]] -= 1
        instance.throughput[instance.head[arcs]] -= bandwidth
        return [int(arc) for arc in arcs]


def _closed(problem: FlowAdmission, failed: Iterable[int], least: float, both_ways: bool) -> Flags:
    arcs, m = sorted({int(arc) for arc in failed}), len(problem.network.head)
    errors = [f"failed: there is no arc {arc}; the network has {m}" for arc in arcs if not 0 <= arc < m]
    if not 0 < least <= 1:
        errors.append(f"least must be above 0 and up to 1, not {least}")
    if errors:
        raise ProblemError(errors)
    closed = np.zeros(m, bool)
    closed[arcs] = True
    if both_ways and arcs:
        twins = problem.network.twin[arcs]
        closed[twins[twins >= 0]] = True
    return closed


def _closed_now(problem: FlowAdmission) -> Flags:
    closed = problem.network.closed
    return np.zeros(len(problem.network.head), bool) if closed is None else closed


def _offers(asked: Flow, least: float) -> list[int]:
    """Return the bandwidths that a flow is offered: all of it, then less in tenths, down to the least."""
    floor = max(ceil(least * asked.bandwidth), 1)
    tenths = {max(ceil(asked.bandwidth * k / 10), floor) for k in range(1, 11)} | {floor}
    return sorted((offer for offer in tenths if offer <= asked.bandwidth), reverse=True)
