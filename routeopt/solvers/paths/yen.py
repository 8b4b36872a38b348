"""The k shortest simple paths between two nodes, among parallel arcs too.

Each path found is left at each of its nodes in turn, from where it left its own parent on, for the shortest way on
that no path found before takes. Distances to the target in the whole network guide these searches, and end those
without hope.
Sources: Yen, Management Science 17 (1971); Lawler, Management Science 18 (1972), for where to begin to leave.
"""

from __future__ import annotations

from heapq import heappop, heappush, nsmallest
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routeopt.errors import ProblemError
from routeopt.problems.network import Indices, Network
from routeopt.solvers.compiled import inner, kernel
from routeopt.solvers.paths.node_queue import put, take
from routeopt.solvers.paths.open_arcs import UNREACHED, OpenArcs, open_arcs, source_nodes


class SimplePath(NamedTuple):
    """A path that visits no node twice."""

    cost: float  # an int where weights are whole
    arcs: Indices  # (a,) in driving order


class _Desk(NamedTuple):
    """Room for searches; what it holds is void unless `seen` carries the number of the search."""

    label: NDArray[Any]  # (n,)
    key: NDArray[Any]  # (n,) label and distance to the target
    came: Indices  # (n,) the arc on which the label came
    seen: NDArray[np.int64]  # (n,)
    heap: Indices
    place: Indices


def k_shortest_paths(
    network: Network,
    source: int,
    target: int,
    k: int,
    metric: str | ArrayLike = "time",
    *,
    cutoff: float | None = None,
) -> list[SimplePath]:
    """Return the k shortest simple paths from one node to another, the shortest first, or all if there are fewer.

    Paths that differ in one of several parallel arcs are different. On streets the shortest paths differ by
    little: for people, they are no alternatives.

    Parameters
    ----------
    network : Network
        Closed arcs are not used.
    source, target : int
        Nodes. From a node to itself there is one path, of no arcs.
    k : int
    metric : str or (m,) array
        The name of a column of the arcs, or weights, 0 or more. Whole numbers are summed exactly.
    cutoff : float, optional
        No path costs more than this.

    Raises
    ------
    ProblemError
        No such nodes or metric; negative weights.
    """
    arcs = open_arcs(network, metric)
    begin, end = (int(source_nodes(network, node)[0]) for node in (source, target))
    if len(arcs.weight) and arcs.weight.min() < 0:
        raise ProblemError(f"metric {metric!r}: the k shortest paths need weights of 0 or more")
    search = _Search(arcs, end)
    candidates: list[
        tuple[Any, int, int, Indices, int]
    ] = []  # cost, arcs, number, path, where it leaves its parent
    found: list[SimplePath] = []
    taken: dict[int, Any] = {}  # the paths found, as a tree: by arc, the tree behind it
    first = search.onward(begin, search.nothing, (), np.inf if cutoff is None else cutoff)
    if k > 0 and first is not None:
        candidates.append((first.cost, len(first.arcs), 0, first.arcs, 0))
    while candidates and len(found) < k:
        cost, _, _, path, left = heappop(candidates)
        found.append(SimplePath(cost, arcs.number[path]))
        _branch(search, taken, path, left, candidates, k - len(found), cutoff)
    return found


def _branch(
    search: _Search,
    taken: dict[int, Any],
    path: Indices,
    left: int,
    candidates: list[tuple[Any, int, int, Indices, int]],
    wanted: int,
    cutoff: float | None,
) -> None:
    """Add the paths that leave this one, a node after the other, to the candidates; this one becomes taken."""
    cost = search.nothing
    for i, arc in enumerate(path.tolist()):
        behind = taken.setdefault(arc, {})
        node = int(search.arcs.tail[arc])
        if i >= left and wanted > 0:
            limit = np.inf if cutoff is None else cutoff
            if len(candidates) >= wanted:
                limit = min(limit, nsmallest(wanted, candidates)[-1][0])
            onward = search.onward(node, cost, tuple(taken), limit)
            if onward is not None:
                whole = np.concatenate([path[:i], onward.arcs])
                heappush(candidates, (onward.cost, len(whole), search.count, whole, i))
        search.blocked[node] = True
        cost += search.arcs.weight[arc]
        taken = behind
    search.blocked[search.arcs.tail[path]] = False


class _Search:
    """Searches for one target, around nodes that are blocked."""

    def __init__(self, arcs: OpenArcs, target: int) -> None:
        n, kind = len(arcs.first_out) - 1, arcs.weight.dtype
        self.arcs, self.target, self.count, self.nothing = arcs, target, 0, kind.type(0)
        self.blocked = np.zeros(n, np.bool_)
        index = np.zeros(n, np.int32)
        self._desk = _Desk(
            np.zeros(n, kind), np.zeros(n, kind), index, np.zeros(n, np.int64), index.copy(), index - 1
        )
        order = np.argsort(arcs.head, kind="stable")
        first_in = np.concatenate([[0], np.cumsum(np.bincount(arcs.head, minlength=n))])
        self._to_target = np.full(n, UNREACHED if kind == np.int64 else np.inf, kind)
        _settle_all(first_in, arcs.tail[order], arcs.weight[order], self._desk, self._to_target, target)

    def onward(self, node: int, cost: Any, barred: tuple[int, ...], limit: float) -> SimplePath | None:
        """Return the shortest path from a node that begins with no barred arc, its cost counted from `cost`."""
        self.count += 1
        if self.arcs.weight.dtype == np.int64:
            limit = int(min(limit, UNREACHED // 2))  # whole numbers are compared with whole numbers
        arcs = np.array(barred, np.int32)
        bound, desk, blocked = self._to_target, self._desk, self.blocked
        target, count = self.target, self.count
        found = _onward(*self.arcs[:4], bound, desk, blocked, arcs, node, cost, target, limit, count)
        return SimplePath(self._desk.label[target].item(), found[1]) if found[0] else None


@kernel
def _settle_all(first_in, tail, weight, desk, to_target, target):
    """Fill in the distances of all nodes to the target, by Dijkstra's algorithm backward."""
    to_target[target] = 0
    size = put(desk.heap, desk.place, to_target, 0, target)
    while size > 0:
        node = take(desk.heap, desk.place, to_target, size)
        size -= 1
        for arc in range(first_in[node], first_in[node + 1]):
            through = to_target[node] + weight[arc]
            if through < to_target[tail[arc]]:
                to_target[tail[arc]] = through
                size = put(desk.heap, desk.place, to_target, size, tail[arc])


@kernel
def _onward(
    first_out, tail, head, weight, to_target, desk, blocked, barred, start, cost, target, limit, number
):
    """Return whether there is a path within the limit, and its arcs; A* with the distances to the target."""
    label, key, came, seen = desk.label, desk.key, desk.came, desk.seen
    heap, place = desk.heap, desk.place
    unreached = to_target[start] == UNREACHED or to_target[start] == np.inf
    label[start], seen[start], came[start] = cost, number, -1
    size = 0
    if not unreached and cost + to_target[start] <= limit:
        key[start] = cost + to_target[start]
        size = put(heap, place, key, size, start)
    reached = False
    while size > 0:
        node = take(heap, place, key, size)
        size -= 1
        if node == target:
            reached = True
            break
        for arc in range(first_out[node], first_out[node + 1]):
            after = head[arc]
            rest = to_target[after]
            if blocked[after] or rest == UNREACHED or rest == np.inf:
                continue
            through = label[node] + weight[arc]
            if through + rest > limit or (seen[after] == number and label[after] <= through):
                continue
            if node == start and _among(barred, arc):
                continue
            label[after], seen[after], came[after] = through, number, arc
            key[after] = through + rest
            size = put(heap, place, key, size, after)
    while size > 0:
        size -= 1
        place[heap[size]] = -1
    if not reached:
        return False, np.empty(0, np.int32)
    length, node = 0, target
    while node != start:
        node = tail[came[node]]
        length += 1
    arcs, node = np.empty(length, np.int32), target
    for i in range(length - 1, -1, -1):
        arcs[i] = came[node]
        node = tail[arcs[i]]
    return True, arcs


@inner
def _among(barred, arc):
    """Tell whether an arc is barred."""
    for other in barred:  # noqa: SIM110 - numba knows no generators
        if other == arc:
            return True
    return False
