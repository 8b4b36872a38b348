"""Many to many: what each target's search reaches lies in buckets at the nodes, for all sources to find.

Knopp, Sanders, Schultes, Schulz, Wagner (2007), "Computing many-to-many shortest paths using highway hierarchies".
Distances stand beside the number of their target in one key, so a scan of a bucket is one stream of memory.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Floats, Integers
from routeopt.solvers.compiled import inlined, kernel
from routeopt.solvers.paths.hierarchy import Hierarchy
from routeopt.solvers.paths.keys import UNREACHED, Keys, U, node_bits
from routeopt.solvers.paths.queue import pop, push
from routeopt.solvers.paths.seeds import Seeds
from routeopt.solvers.paths.upward import Desk, new_desk, stalled

_BLOCK_BITS = 12  # so many targets at a time, as a power of two: their buckets stay in the cache


class Buckets(NamedTuple):
    """What searches from k points reached, sorted by node."""

    rows: Integers  # (n + 1,)
    keys: Keys  # distance to, and number of, the point
    columns: Floats  # (B, C)
    bits: int  # that name a point


def many_to_many(
    hierarchy: Hierarchy, sums: Floats, sources: Seeds, targets: Seeds, threads: int = 1
) -> tuple[Integers, Floats]:
    """Return distances (S, T), -1: unreachable, and other columns along the same paths (S, T, C).

    Parameters
    ----------
    hierarchy : Hierarchy
    sums : (M, C) float64 array
        The other columns, summed along the arcs of the hierarchy.
    sources, targets : Seeds
        With nodes of the hierarchy.
    threads : int
    """
    rows, across = len(sources.rows) - 1, len(targets.rows) - 1
    found = np.empty((rows, across), np.int64)
    columns = np.empty((rows, across, sums.shape[1]), np.float64)
    desks = [new_desk(hierarchy) for _ in range(max(1, threads))]
    block = 1 << min(_BLOCK_BITS, hierarchy.bits + 3)  # keys of targets must not need more bits than those of nodes

    with ThreadPoolExecutor(len(desks)) as pool:
        for begin in range(0, across, block):
            end = min(begin + block, across)
            shares = _shares(begin, end, len(desks))
            reached = pool.map(
                lambda desk, share: reach(hierarchy, desk, sums, 1, *targets.part(*share)), desks, shares
            )
            buckets = _gather(hierarchy, list(reached), [share[0] - begin for share in shares], end - begin)
            tasks = [
                pool.submit(
                    scan,
                    hierarchy,
                    desk,
                    sums,
                    sources.part(a, b),
                    buckets,
                    found[a:b, begin:end],
                    columns[a:b, begin:end],
                )
                for desk, (a, b) in zip(desks, _shares(0, rows, len(desks)), strict=True)
            ]
            for task in tasks:
                task.result()
    return found, columns


def _shares(begin: int, end: int, count: int) -> list[tuple[int, int]]:
    """Divide a range among threads."""
    bounds = np.linspace(begin, end, count + 1).astype(int).tolist()
    return list(zip(bounds, bounds[1:], strict=False))


def _gather(hierarchy: Hierarchy, reached: list, begins: list[int], points: int) -> Buckets:
    """Put what several threads reached into buckets."""
    bits = node_bits(points)
    node = np.concatenate([part[1] for part in reached])
    column = np.concatenate([part[3] for part in reached])
    keys = np.concatenate(
        [_name(part[0], part[2], bits, begin) for part, begin in zip(reached, begins, strict=True)]
    )
    return Buckets(*_sort(len(hierarchy.number), node, keys, column), bits)


@kernel
def _name(rows, distances, bits, begin):
    """Return the keys of distances and points, of which the first is number `begin`."""
    keys = np.empty(len(distances), np.int64)
    for point in range(len(rows) - 1):
        for i in range(rows[point], rows[point + 1]):
            keys[i] = distances[i] << bits | (begin + point)
    return keys


@kernel
def _sort(n, node, keys, columns):
    """Sort entries by node; those of a node stay in the order of their points."""
    rows = np.zeros(n + 1, np.int64)
    for i in range(len(node)):
        rows[node[i] + 1] += 1
    for i in range(n):
        rows[i + 1] += rows[i]
    following = rows[:-1].copy()
    sorted_keys, sorted_columns = np.empty_like(keys), np.empty_like(columns)
    for i in range(len(node)):
        place = following[node[i]]
        following[node[i]] += 1
        sorted_keys[place] = keys[i]
        for c in range(columns.shape[1]):
            sorted_columns[place, c] = columns[i, c]
    return rows, sorted_keys, sorted_columns


class _Space(NamedTuple):
    """The nodes that one search settled and did not leave alone, in that order."""

    node: NDArray[np.int32]
    distance: Integers
    columns: Floats


@inlined
def _spread(hierarchy: Hierarchy, desk: Desk, sums: Floats, side: int, nodes, costs, extra, space: _Space) -> int:
    """Search up from the ends of one point; return how many nodes `space` got. No label is left set.

    ``desk.parent`` keeps, for a node, the place in `space` from which its label came, and the arc.
    """
    rows, arcs, bits, label, queue = hierarchy.rows, hierarchy.arcs, hierarchy.bits, desk.label, desk.forward
    mask = (1 << bits) - 1
    size, touched, count = 0, 0, 0
    for i in range(len(nodes)):
        node, key = np.int64(nodes[i]), costs[i] << bits | nodes[i]
        if key < label[U(2 * node + side)]:
            if label[U(2 * node + side)] == UNREACHED:
                desk.touched[U(touched)] = node
                touched += 1
            label[U(2 * node + side)] = key
            desk.parent[U(2 * node)] = -1
            desk.parent[U(2 * node + 1)] = i
            size = push(queue, size, key)
    while size > 0:
        key = queue[0]
        size = pop(queue, size)
        node = key & mask
        if key != label[U(2 * node + side)] or stalled(hierarchy, label, side, node, key):
            continue
        space.node[U(count)] = node
        space.distance[U(count)] = key >> bits
        before, arc = desk.parent[U(2 * node)], desk.parent[U(2 * node + 1)]
        for c in range(sums.shape[1]):
            if before < 0:
                space.columns[U(count), U(c)] = extra[U(arc), U(c)]
            else:
                space.columns[U(count), U(c)] = space.columns[U(before), U(c)] + sums[U(arc), U(c)]
        for i in range(rows[U(2 * node + side)], rows[U(2 * node + side + 1)]):
            reached = key - node + arcs[U(i)]
            head = reached & mask
            old = label[U(2 * head + side)]
            if reached < old:
                if old == UNREACHED:
                    desk.touched[U(touched)] = head
                    touched += 1
                label[U(2 * head + side)] = reached
                desk.parent[U(2 * head)] = count
                desk.parent[U(2 * head + 1)] = i
                size = push(queue, size, reached)
        count += 1
    for i in range(touched):
        label[U(2 * np.int64(desk.touched[U(i)]) + side)] = UNREACHED
    return count


@kernel
def reach(hierarchy, desk, sums, side, rows, nodes, costs, extra):
    """Search up from points, forwards (`side` 0) or backwards (1).

    Returns
    -------
    rows : (k + 1,) int64 array
        What point i reached is in ``rows[i]`` to ``rows[i + 1]`` of the others.
    node, distance, columns : arrays
    """
    n, k = len(hierarchy.number), len(rows) - 1
    space = _Space(np.empty(n, np.int32), np.empty(n, np.int64), np.empty((n, sums.shape[1]), np.float64))
    reached = np.zeros(k + 1, np.int64)
    room = 64 * k + n
    node, distance = np.empty(room, np.int32), np.empty(room, np.int64)
    columns = np.empty((room, sums.shape[1]), np.float64)
    for i in range(k):
        a, b, begin = rows[i], rows[i + 1], reached[i]
        count = _spread(hierarchy, desk, sums, side, nodes[a:b], costs[a:b], extra[a:b], space)
        if begin + count > room:
            room = 2 * room + count
            node, distance, columns = _longer(node, room), _longer(distance, room), _longer(columns, room)
        node[begin : begin + count] = space.node[:count]
        distance[begin : begin + count] = space.distance[:count]
        columns[begin : begin + count] = space.columns[:count]
        reached[i + 1] = begin + count
    used = reached[k]
    return reached, node[:used], distance[:used], columns[:used]


@kernel
def _longer(array, room):
    longer = np.empty((room, *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer


@kernel
def scan(hierarchy, desk, sums, sources, buckets, found, columns):
    """Write distances from sources to the points of the buckets, and the other columns along the same paths."""
    n, across = len(hierarchy.number), found.shape[1]
    space = _Space(np.empty(n, np.int32), np.empty(n, np.int64), np.empty((n, sums.shape[1]), np.float64))
    mask = (1 << buckets.bits) - 1
    best = np.empty(across, np.int64)
    ahead, behind = np.empty(across, np.int32), np.empty(across, np.int64)
    for s in range(len(sources.rows) - 1):
        a, b = sources.rows[s], sources.rows[s + 1]
        count = _spread(
            hierarchy, desk, sums, 0, sources.nodes[a:b], sources.costs[a:b], sources.columns[a:b], space
        )
        best[:] = UNREACHED
        for i in range(count):
            base = space.distance[U(i)] << buckets.bits
            node = space.node[U(i)]
            for place in range(buckets.rows[U(node)], buckets.rows[U(node + 1)]):
                reached = base + buckets.keys[U(place)]
                target = reached & mask
                if reached < best[U(target)]:
                    best[U(target)] = reached
                    ahead[U(target)] = i
                    behind[U(target)] = place
        for t in range(across):
            reachable = best[t] < UNREACHED
            found[s, t] = best[t] >> buckets.bits if reachable else -1
            for c in range(sums.shape[1]):
                columns[s, t, c] = (
                    space.columns[ahead[t], c] + buckets.columns[behind[t], c] if reachable else np.inf
                )
