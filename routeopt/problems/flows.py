"""Admission of flows: a network with capacities, flows that ask for a path each, and what admitting one is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routeopt.errors import ProblemError
from routeopt.problems.flow_instance import UNLIMITED, FlowInstance
from routeopt.problems.instance import Integers
from routeopt.problems.network import Network

OBJECTIVES = ("priority", "priority_bandwidth", "lexicographic")


@dataclass(frozen=True)
class Flow:
    """A demand for a path from one node to another.

    Parameters
    ----------
    source, target : int or str
        Nodes: their numbers, or their names where the network has any.
    bandwidth : int
        What it takes of each capacity on its way, in the unit of the capacities; above 0.
    priority : int
        Above 0; the greater, the more important.
    name : str, optional
        By default "flow 0", "flow 1" and so on.
    max_delay : float
        The most that delays may add up to along its path, in the unit of the network's column ``delay``.
    max_hops : int, optional
        The most arcs of its path.
    """

    source: int | str
    target: int | str
    bandwidth: int
    priority: int = 1
    name: str | None = None
    max_delay: float = inf
    max_hops: int | None = None


Objective = str | Callable[[Flow], int]


@dataclass(frozen=True, eq=False)
class FlowAdmission:
    """Which flows to admit, and on which paths, so that what they are worth together is most.

    A flow takes one path or is rejected, and no capacity is exceeded. Of answers that are worth the same, one that
    takes less capacity is better.

    Parameters
    ----------
    network : Network
        Its column ``capacity`` of arcs has whole numbers, 0 or more; ``delay``, where there is one, numbers of 0 or
        more. Columns of nodes may limit switches: ``table``, how many flows may enter, and ``throughput``, how much
        bandwidth. ``name`` of nodes are names that flows may use. Closed arcs carry nothing.
    flows : sequence of Flow
        What asks to be admitted.
    objective : {"priority", "priority_bandwidth", "lexicographic"} or callable
        What admitting a flow is worth: its priority; priority times bandwidth; more than all flows of lower priority
        together; or what a callable says of the flow, a whole number above 0.
    duplex : bool
        Both directions of a link share its capacity, that of the arc which comes first.

    Raises
    ------
    ProblemError
        Something contradicts itself; everything that does is named.
    """

    network: Network
    flows: Sequence[Flow]
    objective: Objective = "priority"
    duplex: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "flows", tuple(self.flows))
        errors = [*_of_network(self.network), *_of_flows(self)]
        if not errors:
            errors = _of_weights(self)
        if errors:
            raise ProblemError(errors)

    def __repr__(self) -> str:
        n, m = self.network.size, len(self.network.head)
        return (
            f"<FlowAdmission: {len(self.flows):,} flows, {n:,} nodes, {m:,} arcs, by {self._objective_name}>"
        )

    @property
    def _objective_name(self) -> str:
        return self.objective if isinstance(self.objective, str) else "a function"

    @classmethod
    def from_networkx(
        cls,
        graph: Any,
        flows: Iterable[Flow | Mapping[str, Any]],
        *,
        capacity: str = "capacity",
        **options: Any,
    ) -> FlowAdmission:
        """Return the admission on a graph of NetworkX, whose nodes are named as they are there.

        Parameters
        ----------
        graph : networkx graph
            Directed or not, with parallel edges or not. An undirected edge is an arc each way; whether these share
            the capacity, `duplex` says.
        flows : flows, or mappings with their fields
        capacity : str
            The attribute of edges that holds capacities.
        **options
            Others of :class:`FlowAdmission`.
        """
        names = [str(node) for node in graph.nodes]
        number = {node: k for k, node in enumerate(graph.nodes)}
        edges = list(graph.edges(data=True))
        lacking = [f"edge {u} – {v}: it has no {capacity}" for u, v, data in edges if capacity not in data]
        if lacking:
            raise ProblemError(lacking)
        if not graph.is_directed():
            edges = [edge for u, v, data in edges for edge in ((u, v, data), (v, u, data))]
        columns = {"capacity": np.array([data[capacity] for _, _, data in edges])}
        if edges and all("delay" in data for _, _, data in edges):
            columns["delay"] = np.array([data["delay"] for _, _, data in edges], np.float64)
        network = Network.from_arcs(
            [number[u] for u, _, _ in edges],
            [number[v] for _, v, _ in edges],
            size=len(names),
            arcs=columns,
            nodes={"name": np.array(names)},
        )
        rows = [flow if isinstance(flow, Flow) else Flow(**flow) for flow in flows]
        named = [
            flow if flow.source not in number and flow.target not in number else _renamed(flow, number)
            for flow in rows
        ]
        return cls(network, named, **options)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Name of each flow."""
        return tuple(flow.name or f"flow {k}" for k, flow in enumerate(self.flows))

    @cached_property
    def node_names(self) -> tuple[str, ...]:
        """Name of each node: as stated, or its number."""
        column = self.network.nodes.get("name")
        return tuple(map(str, range(self.network.size) if column is None else column))

    def node(self, stated: int | str) -> int | None:
        """Return the number of a node as it is stated in a flow, or None where there is no such node."""
        if isinstance(stated, str):
            return self._number_of_name.get(stated)
        return int(stated) if 0 <= stated < self.network.size else None

    @cached_property
    def _number_of_name(self) -> dict[str, int]:
        return {name: k for k, name in enumerate(self.node_names)}

    def weights(self) -> list[int]:
        """Return what admitting each flow is worth, in exact whole numbers."""
        if callable(self.objective):
            return [self.objective(flow) for flow in self.flows]
        if self.objective == "priority":
            return [int(flow.priority) for flow in self.flows]
        if self.objective == "priority_bandwidth":
            return [int(flow.priority) * int(flow.bandwidth) for flow in self.flows]
        worth, below = {}, 0
        for priority in sorted({flow.priority for flow in self.flows}):
            worth[priority] = below + 1
            below += worth[priority] * sum(flow.priority == priority for flow in self.flows)
        return [worth[flow.priority] for flow in self.flows]

    @cached_property
    def link(self) -> Integers:
        """The number of the capacity that each arc draws on, (m,)."""
        own = np.arange(len(self.network.head))
        if not self.duplex:
            return own
        twin = self.network.twin
        _, shared = np.unique(np.where(twin >= 0, np.minimum(own, twin), own), return_inverse=True)
        return np.asarray(shared, np.int64)

    def instance(self) -> FlowInstance:
        """Return the problem as arrays."""
        network, flows = self.network, self.flows
        m, n = len(network.head), network.size
        capacity = np.zeros(int(self.link.max(initial=-1)) + 1, np.int64)
        stated = network.arcs["capacity"].astype(np.int64)
        if network.closed is not None:
            stated = np.where(network.closed, 0, stated)
        capacity[self.link[::-1]] = stated[::-1]  # the first arc of a link has the last word
        return FlowInstance(
            network.first_out,
            network.tail,
            network.head,
            self.link,
            capacity,
            np.asarray(network.arcs.get("delay", np.zeros(m)), np.float64),
            _limit(network, "table", n),
            _limit(network, "throughput", n),
            np.array([self.node(flow.source) for flow in flows], np.int32),
            np.array([self.node(flow.target) for flow in flows], np.int32),
            np.array([flow.bandwidth for flow in flows], np.int64),
            np.array(self.weights(), np.int64),
            np.array([flow.max_delay for flow in flows], np.float64),
            np.array([UNLIMITED if flow.max_hops is None else flow.max_hops for flow in flows], np.int64),
        )


def _renamed(flow: Flow, number: Mapping[Any, int]) -> Flow:
    from dataclasses import replace

    return replace(
        flow,
        source=number.get(flow.source, flow.source),
        target=number.get(flow.target, flow.target),
    )


def _limit(network: Network, column: str, size: int) -> Integers:
    if column not in network.nodes:
        return np.full(size, UNLIMITED)
    return np.asarray(np.minimum(network.nodes[column], UNLIMITED), np.int64)


def _of_network(network: Network) -> list[str]:
    if "capacity" not in network.arcs:
        return ["network: its arcs have no column 'capacity'; give arcs={'capacity': …}"]
    errors = []
    for kind, columns, known in (
        ("arc", network.arcs, ("capacity",)),
        ("node", network.nodes, ("table", "throughput")),
    ):
        for column in (name for name in known if name in columns):
            values = np.asarray(columns[column])
            errors += [
                f"{kind} {k}{_where(network, kind, k)}: {column} is {values[k]}; it must be a whole number of 0 or more"
                for k in np.flatnonzero(~_whole(values)).tolist()
            ]
    if "delay" in network.arcs:
        delay = np.asarray(network.arcs["delay"])
        errors += [
            f"arc {k}{_where(network, 'arc', k)}: delay is {delay[k]}; it must be 0 or more"
            for k in np.flatnonzero(~(np.isfinite(delay) & (delay >= 0))).tolist()
        ]
    if not errors and float(np.sum(network.arcs["capacity"], dtype=np.float64)) >= UNLIMITED:
        errors.append("network: its capacities add up to 2**53 or more; state them in a larger unit")
    return errors


def _whole(values: NDArray[Any]) -> NDArray[np.bool_]:
    if values.dtype.kind not in "iuf":
        return np.zeros(len(values), bool)
    found: NDArray[np.bool_] = np.isfinite(values) & (values >= 0) & (values == np.floor(values))
    return found


def _where(network: Network, kind: str, k: int) -> str:
    return f" ({network.tail[k]} → {network.head[k]})" if kind == "arc" else ""


def _of_flows(problem: FlowAdmission) -> list[str]:
    errors: list[str] = []
    seen: dict[str, int] = {}
    for k, (flow, name) in enumerate(zip(problem.flows, problem.names, strict=True)):
        if name in seen:
            errors.append(
                f"flow '{name}': so are flows {seen[name]} and {k} named; give each a name of its own"
            )
        seen.setdefault(name, k)
        ends = [problem.node(stated) for stated in (flow.source, flow.target)]
        errors += [
            f"flow '{name}': there is no node {stated!r}; the network has {problem.network.size}"
            for stated, end in zip((flow.source, flow.target), ends, strict=True)
            if end is None
        ]
        if ends[0] is not None and ends[0] == ends[1]:
            errors.append(f"flow '{name}': its source is its target, node {flow.source!r}")
        for field, least in (("bandwidth", 1), ("priority", 1), ("max_hops", 1)):
            value = getattr(flow, field)
            if value is not None and not _is_whole(value, least):
                errors.append(
                    f"flow '{name}': {field} is {value!r}; it must be a whole number of {least} or more"
                )
        if not flow.max_delay >= 0:
            errors.append(f"flow '{name}': max_delay is {flow.max_delay!r}; it must be 0 or more")
    if not errors and sum(int(flow.bandwidth) for flow in problem.flows) >= UNLIMITED:
        errors.append("flows: their bandwidths add up to 2**53 or more; state them in a larger unit")
    return errors


def _of_weights(problem: FlowAdmission) -> list[str]:
    if isinstance(problem.objective, str) and problem.objective not in OBJECTIVES:
        return [
            f"objective '{problem.objective}' is not known; use one of {', '.join(OBJECTIVES)}, or a function"
        ]
    weights = problem.weights()
    errors = [
        f"flow '{name}': the objective says {weight!r}; it must be a whole number of 1 or more"
        for name, weight in zip(problem.names, weights, strict=True)
        if not _is_whole(weight, 1)
    ]
    if not errors and sum(weights) >= UNLIMITED:
        hint = "use fewer priorities" if problem.objective == "lexicographic" else "scale them down"
        errors.append(f"objective: what flows are worth adds up to 2**53 or more, which is not exact; {hint}")
    return errors


def _is_whole(value: Any, least: int) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return False
    return bool(isfinite(value) and value == int(value) and value >= least)
