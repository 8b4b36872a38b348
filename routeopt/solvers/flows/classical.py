"""Classical flows that may be split: the greatest flow, the cheapest one, and the least congestion of many demands.

Libraries do the work. Around them stands what they lack: input that would overflow or never end is refused by name,
nothing is read after an infeasible solve, and every answer is checked by itself.
Sources: Dinic (1970) in SciPy for the greatest flow, Goldberg's cost scaling (1997) in OR-Tools for the cheapest.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routeopt.errors import InfeasibleError, ProblemError, RouteoptError
from routeopt.problems.instance import Flags, Floats, Integers
from routeopt.problems.network import Network

_SMALL = 2**31  # SciPy reckons in 32 bits and wraps around in silence
_LARGE = 2**62  # OR-Tools reckons in 64


class MaxFlow(NamedTuple):
    """The greatest flow, and the cut that proves it."""

    value: int
    flow: Integers  # (m,) along each arc
    source_side: Flags  # (n,) whether a node is on the source's side of a least cut


class MinCostFlow(NamedTuple):
    """The cheapest flow."""

    cost: int
    flow: Integers  # (m,) along each arc


class Congestion(NamedTuple):
    """How full the fullest arc must be where demands are split as is best."""

    congestion: float  # of its capacity; above 1, the demands do not fit
    flow: Floats  # (m,) along each arc


def max_flow(network: Network, source: int, target: int, capacity: str | ArrayLike = "capacity") -> MaxFlow:
    """Return the greatest flow from one node to another.

    Parameters
    ----------
    network : Network
        Closed arcs carry nothing.
    source, target : int
        Different nodes.
    capacity : str or (m,) integers
        A column of the arcs, or values; whole numbers of 0 or more.

    Raises
    ------
    ProblemError
        No such nodes, or capacities that are not what they may be.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    errors: list[str] = []
    n, m = network.size, len(network.head)
    errors += [f"node {node}: nodes are 0 to {n - 1}" for node in (source, target) if not 0 <= node < n]
    if source == target:
        errors.append(f"node {source}: source and target are the same")
    room = _whole(network, capacity, "capacity", errors)
    if not errors and min(room[network.tail == source].sum(), room[network.head == target].sum()) >= _SMALL:
        errors.append("capacity: as much as 2**31 may flow; state capacities in a larger unit")
    if errors:
        raise ProblemError(errors)
    room = np.minimum(room, _SMALL - 1) if network.closed is None else np.where(network.closed, 0, room)
    ends = network.tail.astype(np.int64) * n + network.head
    loops = network.tail == network.head
    pair, first = np.unique(ends[~loops], return_inverse=True)
    total = np.zeros(len(pair), np.int64)
    np.add.at(total, first, room[~loops])
    total = np.minimum(total, _SMALL - 1).astype(np.int32)
    graph = csr_array((total, np.divmod(pair, n)), shape=(n, n), dtype=np.int32)
    found = maximum_flow(graph, source, target)
    entries = found.flow.tocoo()
    onward = entries.data > 0  # against the arcs it has what flows back
    net = np.zeros(len(pair), np.int64)
    keys = entries.row[onward].astype(np.int64) * n + entries.col[onward]
    net[np.searchsorted(pair, keys)] = entries.data[onward]
    flow = np.zeros(m, np.int64)
    flow[~loops] = _shared_out(net, room[~loops], first)
    answer = MaxFlow(int(found.flow_value), flow, _reached(network, room, flow, source))
    _check(network, flow, room, _supply(n, source, target, answer.value))
    across = answer.source_side[network.tail] & ~answer.source_side[network.head]
    if int(room[across].sum()) != answer.value:
        raise RouteoptError("max_flow: the cut does not prove the flow; please report it")
    return answer


def min_cost_flow(
    network: Network,
    supply: ArrayLike,
    cost: str | ArrayLike = "cost",
    capacity: str | ArrayLike = "capacity",
) -> MinCostFlow:
    """Return the cheapest flow that brings supplies to demands.

    Parameters
    ----------
    network : Network
        Closed arcs carry nothing.
    supply : (n,) integers
        What each node gives, below 0: takes; they add up to 0.
    cost : str or (m,) integers
        Of a unit along each arc, of any sign: a column of the arcs, or values.
    capacity : str or (m,) integers
        Likewise, 0 or more.

    Raises
    ------
    ProblemError
        The input is not what it may be; everything wrong is named.
    InfeasibleError
        Not all supplies can reach demands.
    RouteoptError
        OR-Tools is not installed.
    """
    from routeopt.solvers.extra import require_ortools

    require_ortools("min_cost_flow")
    errors: list[str] = []
    n = network.size
    given = np.asarray(supply)
    if (
        given.shape != (n,)
        or not np.all(np.isfinite(given.astype(np.float64)))
        or (given != np.floor(given)).any()
    ):
        errors.append(f"supply: give a whole number for each of the {n} nodes")
    elif int(given.sum()):
        errors.append(f"supply: it must add up to 0, not {int(given.sum())}")
    room = _whole(network, capacity, "capacity", errors)
    price = _whole(network, cost, "cost", errors, signed=True)
    if not errors:
        most = float(np.abs(price).max(initial=0)) * max(n, 1) * 2
        if most >= _LARGE or float(room.sum(dtype=np.float64)) >= _LARGE:
            errors.append("costs times nodes, or capacities, reach 2**62; state them in larger units")
    if errors:
        raise ProblemError(errors)
    from ortools.graph.python import min_cost_flow as ortools_flow

    if network.closed is not None:
        room = np.where(network.closed, 0, room)
    solver = ortools_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(network.tail, network.head, room, price)
    whole = given.astype(np.int64)
    solver.set_nodes_supplies(np.arange(n, dtype=np.int32), whole)
    if solver.solve() != solver.OPTIMAL:  # flows must not be read then
        raise InfeasibleError(
            "min_cost_flow: not all supplies can reach demands; widen capacities or check supplies"
        )
    flow = np.asarray(solver.flows(arcs), np.int64)
    _check(network, flow, room, whole)
    return MinCostFlow(int(np.dot(flow.astype(object), price.astype(object))), flow)


def min_congestion(
    network: Network, demands: ArrayLike, capacity: str | ArrayLike = "capacity"
) -> Congestion:
    """Return how full the fullest arc must be when demands are split over all paths in the best way.

    Parameters
    ----------
    network : Network
        Closed arcs carry nothing.
    demands : (F, 3) array
        Source, target and bandwidth of each.
    capacity : str or (m,) integers
        A column of the arcs, or values; whole numbers of 0 or more.

    Raises
    ------
    ProblemError
        The input is not what it may be.
    InfeasibleError
        No path leads from some source to its target.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, csr_array, hstack

    errors: list[str] = []
    n, m = network.size, len(network.head)
    asked = np.asarray(demands, np.float64).reshape(-1, 3)
    room = _whole(network, capacity, "capacity", errors)
    for k, (source, target, bandwidth) in enumerate(asked.tolist()):
        if not (0 <= source < n and 0 <= target < n) or source != int(source) or target != int(target):
            errors.append(f"demand {k}: nodes are 0 to {n - 1}, not {source:g} and {target:g}")
        if not 0 <= bandwidth < np.inf:
            errors.append(f"demand {k}: bandwidth is {bandwidth:g}; it must be 0 or more")
    if errors:
        raise ProblemError(errors)
    usable = np.flatnonzero((room > 0) & (True if network.closed is None else ~network.closed))
    sources, number = np.unique(asked[:, 0].astype(np.int64), return_inverse=True)
    if not len(sources) or not asked[:, 2].any():
        return Congestion(0.0, np.zeros(m))
    count, width = len(sources), len(usable)
    taken = np.zeros((count, n))
    np.add.at(taken, (number, asked[:, 1].astype(np.int64)), asked[:, 2])
    np.add.at(taken, (number, asked[:, 0].astype(np.int64)), -asked[:, 2])
    of_source, arc = np.repeat(np.arange(count), width), np.tile(np.arange(width), count)
    rows = np.concatenate(
        [of_source * n + network.head[usable][arc], of_source * n + network.tail[usable][arc]]
    )
    values = np.concatenate([np.ones(count * width), -np.ones(count * width)])
    balance = csr_array(
        coo_array(
            (values, (rows, np.tile(np.arange(count * width), 2))), shape=(count * n, count * width + 1)
        )
    )
    loads = coo_array((np.ones(count * width), (arc, np.arange(count * width))), shape=(width, count * width))
    full = hstack([loads, coo_array(-room[usable].astype(np.float64)[:, None])]).tocsr()
    objective = np.zeros(count * width + 1)
    objective[-1] = 1.0
    found = linprog(
        objective, A_ub=full, b_ub=np.zeros(width), A_eq=balance, b_eq=taken.ravel(), method="highs"
    )
    if found.status != 0:
        raise InfeasibleError(
            "min_congestion: no path leads from some source to its target; open or add arcs"
        )
    flow = np.zeros(m)
    np.add.at(flow, usable[arc], found.x[:-1])
    return Congestion(float(found.x[-1]), flow)


def _whole(
    network: Network, stated: str | ArrayLike, what: str, errors: list[str], *, signed: bool = False
) -> Integers:
    """Return a column of whole numbers, or note what is wrong with it."""
    m = len(network.head)
    if isinstance(stated, str):
        if stated not in network.arcs:
            errors.append(
                f"{what}: the arcs have no column '{stated}'; they have {', '.join(network.arcs) or 'none'}"
            )
            return np.zeros(m, np.int64)
        stated = network.arcs[stated]
    values: NDArray[Any] = np.asarray(stated)
    if values.shape != (m,) or values.dtype.kind not in "iuf":
        errors.append(f"{what}: give a number for each of the {m} arcs")
        return np.zeros(m, np.int64)
    least = -np.inf if signed else 0
    with np.errstate(invalid="ignore"):
        right = (
            np.isfinite(values) & (values == np.floor(values)) & (values >= least) & (np.abs(values) < _LARGE)
        )
    kind = "a whole number" if signed else "a whole number of 0 or more"
    errors += [
        f"arc {arc} ({network.tail[arc]} → {network.head[arc]}): {what} is {values[arc]}; it must be {kind}"
        for arc in np.flatnonzero(~right).tolist()
    ]
    return np.where(right, values, 0).astype(np.int64)


def _shared_out(total: Integers, room: Integers, pair: Integers) -> Integers:
    """Share out what flows between two nodes among their parallel arcs, first come first served."""
    order = np.argsort(pair, kind="stable")
    sorted_room = room[order]
    before = np.cumsum(sorted_room) - sorted_room
    starts = np.concatenate([[True], np.diff(pair[order]) > 0]) if len(order) else np.empty(0, bool)
    before -= np.repeat(before[starts], np.diff(np.concatenate([np.flatnonzero(starts), [len(order)]])))
    found = np.empty(len(order), np.int64)
    found[order] = np.clip(total[pair[order]] - before, 0, sorted_room)
    return found


def _reached(network: Network, room: Integers, flow: Integers, source: int) -> Flags:
    """Return the nodes that more could still flow to."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order

    n = network.size
    onward, back = flow < room, flow > 0
    tail = np.concatenate([network.tail[onward], network.head[back]])
    head = np.concatenate([network.head[onward], network.tail[back]])
    graph = coo_array((np.ones(len(tail)), (tail, head)), shape=(n, n)).tocsr()
    side = np.zeros(n, bool)
    side[breadth_first_order(graph, source, return_predecessors=False)] = True
    return side


def _supply(n: int, source: int, target: int, value: int) -> Integers:
    found = np.zeros(n, np.int64)
    found[source], found[target] = value, -value
    return found


def _check(network: Network, flow: Integers, room: Integers, supply: Integers) -> None:
    """Raise an error where a flow is no flow: what a library says is not believed."""
    given = np.zeros(network.size, np.int64)
    np.add.at(given, network.tail, flow)
    np.subtract.at(given, network.head, flow)
    if (flow < 0).any() or (flow > room).any() or (given != supply).any():
        raise RouteoptError("the flow that was found breaks a capacity or a balance; please report it")
