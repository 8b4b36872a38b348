"""An answer to flow admission, recomputed from the problem in exact whole numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from routeopt import registry
from routeopt.problems.flow_instance import UNLIMITED, FlowInstance, FlowPaths, used
from routeopt.problems.flows import FlowAdmission
from routeopt.problems.instance import Integers
from routeopt.problems.widest import Reach

if TYPE_CHECKING:
    from pathlib import Path


class Admission:
    """Which flows are admitted and on which paths, with everything that follows.

    Nothing but the paths is believed: objective, residuals and violations are computed here.

    Parameters
    ----------
    problem : FlowAdmission
        What was asked.
    paths : FlowPaths or sequence of sequences of int
        The arcs of each flow's path; no arcs: the flow is rejected.
    bound : float, optional
        No admission is worth more, as a solver proved.
    seconds : float
        What finding it took.
    solver : str
        Who found it.
    trace : sequence of (seconds, objective, bound)
        How it was found.
    """

    def __init__(
        self,
        problem: FlowAdmission,
        paths: FlowPaths | Sequence[Sequence[int]],
        *,
        bound: float | None = None,
        seconds: float = 0.0,
        solver: str = "",
        trace: Sequence[tuple[float, float, float | None]] = (),
    ) -> None:
        self.problem = problem
        self.routes = paths if isinstance(paths, FlowPaths) else FlowPaths.from_lists(paths)
        self.instance = problem.instance()
        self.seconds, self.solver, self.trace = seconds, solver, tuple(trace)
        self._weights = problem.weights()
        # Weights are whole, so is what any admission is worth.
        self.bound = None if bound is None else max(math.floor(bound + 1e-6), 0)

    def __repr__(self) -> str:
        gap = "" if self.gap is None else f", at most {self.gap:.2f} % below the best"
        broken = f", {len(self.violations)} violations" if self.violations else ""
        flows = f"{len(self.admitted):,} of {len(self.problem.flows):,} flows"
        return f"<Admission: {flows}, worth {self.objective:,}{gap}{broken}>"

    @cached_property
    def admitted(self) -> list[int]:
        """The flows that have a path, ascending."""
        return [int(flow) for flow in self.routes.admitted()]

    @cached_property
    def rejected(self) -> list[int]:
        """The flows that have none, ascending."""
        return sorted(set(range(len(self.problem.flows))) - set(self.admitted))

    def path(self, flow: int) -> list[int]:
        """Return the nodes of a flow's path, none where it is rejected."""
        arcs = self.routes.arcs[self.routes.first[flow] : self.routes.first[flow + 1]]
        return [int(self.instance.tail[arcs[0]]), *map(int, self.instance.head[arcs])] if len(arcs) else []

    @cached_property
    def objective(self) -> int:
        """What the admitted flows are worth together."""
        return sum(self._weights[flow] for flow in self.admitted)

    @property
    def gap(self) -> float | None:
        """How far below the bound the objective is, in percent of the bound; None where no bound is known."""
        if self.bound is None:
            return None
        return 100.0 * max(self.bound - self.objective, 0) / self.bound if self.bound else 0.0

    @property
    def status(self) -> str:
        """Whether it is "optimal", as the bound proves, "infeasible", where a limit is broken, or "feasible"."""
        if self.violations:
            return "infeasible"
        return "optimal" if self.bound is not None and self.objective >= self.bound else "feasible"

    @property
    def feasible(self) -> bool:
        """Whether no limit is broken."""
        return not self.violations

    @cached_property
    def used(self) -> Integers:
        """How much of each capacity (L,) is taken."""
        return used(self.instance, self.routes)

    @property
    def residual(self) -> Integers:
        """How much each arc (m,) has left; arcs that share a capacity show the same."""
        left: Integers = (self.instance.capacity - self.used)[self.instance.link]
        return left

    @cached_property
    def violations(self) -> list[str]:
        """What is broken: a sentence each."""
        broken = _of_paths(self)
        arcs, known = self.routes.arcs, len(self.instance.head)
        if len(arcs) and not 0 <= arcs.min() <= arcs.max() < known:
            return broken  # nobody knows what else such arcs do
        return [*broken, *_of_links(self), *_of_nodes(self)]

    def reason(self, flow: int) -> str:
        """Say why a flow that is rejected is not admitted beside the others, as things stand."""
        return self._reasons.of(flow)

    @cached_property
    def _reasons(self) -> _Reasons:
        return _Reasons(self)

    def table(self) -> list[dict[str, Any]]:
        """Return a row for each flow: name, source, target, bandwidth, priority, path as names of nodes, reason."""
        nodes, rejected = self.problem.node_names, set(self.rejected)
        return [
            {
                "flow": name,
                "source": nodes[int(self.instance.source[k])],
                "target": nodes[int(self.instance.target[k])],
                "bandwidth": int(flow.bandwidth),
                "priority": int(flow.priority),
                "path": [nodes[node] for node in self.path(k)],
                "reason": self.reason(k) if k in rejected else "",
            }
            for k, (name, flow) in enumerate(zip(self.problem.names, self.problem.flows, strict=True))
        ]

    def classes(self) -> dict[int, tuple[int, int]]:
        """Return how many flows of each priority are admitted, of how many; the greatest priority first."""
        asked = Counter(int(flow.priority) for flow in self.problem.flows)
        given = Counter(int(self.problem.flows[k].priority) for k in self.admitted)
        return {priority: (given[priority], asked[priority]) for priority in sorted(asked, reverse=True)}

    def plot(self, path: str | Path | None = None, **options: Any) -> Any:
        """Draw the network with the use of its links; see :func:`routeopt.plot.flows.plot_admission`."""
        return registry.load("routeopt.plot.flows:plot_admission")(self, path, **options)


def _of_paths(admission: Admission) -> list[str]:
    instance, found = admission.instance, []
    for flow, arcs in enumerate(admission.routes.lists()):
        if not arcs:
            continue
        name = f"flow '{admission.problem.names[flow]}'"
        if min(arcs) < 0 or max(arcs) >= len(instance.head):
            found.append(f"{name}: its path has an arc that is not there")
            continue
        nodes = admission.path(flow)
        joined = all(instance.head[a] == instance.tail[b] for a, b in pairwise(arcs))
        if not joined or nodes[0] != instance.source[flow] or nodes[-1] != instance.target[flow]:
            found.append(f"{name}: its arcs are no path from its source to its target")
            continue
        if len(set(nodes)) < len(nodes):
            found.append(f"{name}: its path visits a node twice")
        if len(arcs) > instance.max_hops[flow]:
            found.append(f"{name}: its path has {len(arcs)} hops, {instance.max_hops[flow]} are allowed")
        delay = math.fsum(instance.delay[arcs])
        if delay > instance.max_delay[flow]:
            found.append(f"{name}: its path takes {delay:g}, {instance.max_delay[flow]:g} are allowed")
    return found


def _of_links(admission: Admission) -> list[str]:
    instance = admission.instance
    over = np.flatnonzero(admission.used > instance.capacity)
    first = {int(link): arc for arc, link in reversed(list(enumerate(instance.link)))}
    return [
        f"link {_arc(admission.problem, instance, first[int(link)])}: {admission.used[link]:,} of "
        f"{instance.capacity[link]:,} booked, {admission.used[link] - instance.capacity[link]:,} too much"
        for link in over
    ]


def _of_nodes(admission: Admission) -> list[str]:
    instance, arcs = admission.instance, admission.routes.arcs
    bandwidth = np.repeat(instance.bandwidth, np.diff(admission.routes.first))
    found = []
    for what, limit, amount in (
        ("flows enter", instance.table, np.ones(len(arcs), np.int64)),
        ("bandwidth enters", instance.throughput, bandwidth),
    ):
        entering = np.zeros(instance.nodes, np.int64)
        np.add.at(entering, instance.head[arcs], amount)
        found += [
            f"node {admission.problem.node_names[node]}: {entering[node]:,} {what}, {limit[node]:,} allowed"
            for node in np.flatnonzero(entering > limit)
        ]
    return found


def _arc(problem: FlowAdmission, instance: FlowInstance, arc: int) -> str:
    names = problem.node_names
    return f"{names[int(instance.tail[arc])]} → {names[int(instance.head[arc])]}"


class _Reasons:
    """Why flows are rejected, for all flows of one source from one search each."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._empty: dict[int, Reach] = {}
        self._left: dict[int, Reach] = {}

    def of(self, flow: int) -> str:
        admission, instance = self._admission, self._admission.instance
        source, target = int(instance.source[flow]), int(instance.target[flow])
        bandwidth = int(instance.bandwidth[flow])
        empty = self._reach(self._empty, instance.capacity[instance.link], source)
        if empty.width[target] == 0:
            return "no path leads to its target"
        if empty.width[target] < bandwidth:
            return self._short(empty, flow, "even in an empty network")
        left = self._reach(self._left, admission.residual, source)
        if left.width[target] < bandwidth:
            return self._short(left, flow, "beside the flows that are admitted")
        if instance.max_hops[flow] < UNLIMITED or instance.max_delay[flow] < math.inf or self._limited():
            return "capacities would suffice on some path, but not its limits or those of switches on the way"
        return "there is room for it now: the solver left it out"

    def _reach(self, known: dict[int, Reach], capacity: Integers, source: int) -> Reach:
        if source not in known:
            instance = self._admission.instance
            known[source] = Reach(instance.first_out, instance.head, capacity, source)
        return known[source]

    def _short(self, reach: Reach, flow: int, where: str) -> str:
        instance = self._admission.instance
        target, asked = int(instance.target[flow]), int(instance.bandwidth[flow])
        if reach.width[target] <= 0:
            return f"it asks for {asked:,}, and {where} every path has a link that is full"
        narrow = _arc(self._admission.problem, instance, reach.bottleneck(target))
        width = f"no path has more than {reach.width[target]:,}"
        return f"it asks for {asked:,}, and {where} {width}: {narrow} is too narrow"

    def _limited(self) -> bool:
        instance = self._admission.instance
        return bool((instance.table < UNLIMITED).any() or (instance.throughput < UNLIMITED).any())
