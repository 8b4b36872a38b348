"""Many to many: what each target's search reaches lies in buckets at the nodes, for all sources to find.

Knopp, Sanders, Schultes, Schulz, Wagner (2007), "Computing many-to-many shortest paths using highway hierarchies".
Distances stand beside the number of their target in one key, so a scan of a bucket is one stream of memory.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Floats, Integers
from routeopt.solvers.compiled import inner, kernel
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
    block = 1 << min(
        _BLOCK_BITS, hierarchy.bits + 3
    )  # keys of targets must not need more bits than those of nodes

    with ThreadPoolExecutor(len(desks)) as pool:
        for begin in range(0, across, block):
            end = min(begin + block, across)
            shares = _shares(begin, end, len(desks))
            reached = pool.map(
                lambda desk, share: _reach(hierarchy, desk, sums, targets.part(*share)), desks, shares
            )
            buckets = _gather(hierarchy, list(reached), [share[0] - begin for share in shares], end - begin)
            tasks = [
                pool.submit(
                    _scan,
                    hierarchy,
                    desk,
                    sums,
                    sources.part(a, b),
                    buckets,
                    _new_space(hierarchy, sums),
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
    return list(pairwise(bounds))


def _gather(hierarchy: Hierarchy, reached: list[_Reached], begins: list[int], points: int) -> Buckets:
    """Put what several threads reached into buckets; those of thread k begin with point ``begins[k]``."""
    bits, total = node_bits(points), sum(len(part.node) for part in reached)
    buckets = Buckets(
        np.zeros(len(hierarchy.number) + 1, np.int64),
        np.empty(total, np.int64),
        np.empty((total, reached[0].columns.shape[1])),
        bits,
    )
    buckets.rows[1:] = np.cumsum(
        sum(np.bincount(part.node, minlength=len(hierarchy.number)) for part in reached)
    )
    following = buckets.rows.copy()
    for part, begin in zip(reached, begins, strict=True):
        _sort(part, begin, buckets, following)
    return buckets


@kernel
def _sort(reached, begin, buckets, following):
    """Put entries where they belong; those of a node stay in the order of their points."""
    for point in range(len(reached.rows) - 1):
        for i in range(reached.rows[point], reached.rows[point + 1]):
            node = reached.node[i]
            place = following[node]
            following[node] += 1
            buckets.keys[place] = reached.distance[i] << buckets.bits | (begin + point)
            for c in range(buckets.columns.shape[1]):
                buckets.columns[place, c] = reached.columns[i, c]


class _Reached(NamedTuple):
    """What several points reached: that of point i is in ``rows[i]`` to ``rows[i + 1]``."""

    rows: Integers  # (k + 1,)
    node: NDArray[np.int32]
    distance: Integers
    columns: Floats


class _Space(NamedTuple):
    """The nodes that one search settled and did not leave alone, in that order."""

    node: NDArray[np.int32]
    distance: Integers
    columns: Floats


@inner
def _spread(
    hierarchy: Hierarchy, desk: Desk, sums: Floats, side: int, seeds: Seeds, point: int, space: _Space
) -> int:
    """Search up from the ends of one point, forwards on side 0; return how many nodes `space` got.

    No label is left set. ``desk.parent`` keeps, for a node, the place in `space` from which its label came, and
    the arc.
    """
    rows, arcs, bits, label, queue = hierarchy.rows, hierarchy.arcs, hierarchy.bits, desk.label, desk.forward
    mask = (1 << bits) - 1
    size, touched, count = 0, 0, 0
    for i in range(seeds.rows[U(point)], seeds.rows[U(point + 1)]):
        node, key = np.int64(seeds.nodes[U(i)]), seeds.costs[U(i)] << bits | seeds.nodes[U(i)]
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
                space.columns[U(count), U(c)] = seeds.columns[U(arc), U(c)]
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


def _reach(hierarchy: Hierarchy, desk: Desk, sums: Floats, seeds: Seeds) -> _Reached:
    """Search backwards up from points."""
    k, room = len(seeds.rows) - 1, 128 * len(seeds.rows) + len(hierarchy.number)
    space, rows = _new_space(hierarchy, sums), np.zeros(k + 1, np.int64)
    reached = _Reached(
        rows, np.empty(room, np.int32), np.empty(room, np.int64), np.empty((room, sums.shape[1]))
    )
    point = 0
    while (point := _reach_all(hierarchy, desk, sums, seeds, space, reached, point)) < k:
        reached = _Reached._make([rows, *(np.concatenate([old, np.empty_like(old)]) for old in reached[1:])])
    return _Reached._make([rows, *(column[: rows[k]] for column in reached[1:])])


def _new_space(hierarchy: Hierarchy, sums: Floats) -> _Space:
    n = len(hierarchy.number)
    return _Space(np.empty(n, np.int32), np.empty(n, np.int64), np.empty((n, sums.shape[1])))


@kernel
def _reach_all(hierarchy, desk, sums, seeds, space, reached, point):
    """Search up from points, from this one on; return how many are done when there is no more room, or all."""
    while point < len(seeds.rows) - 1:
        begin = reached.rows[point]
        if begin + len(space.node) > len(reached.node):
            break
        count = _spread(hierarchy, desk, sums, 1, seeds, point, space)
        for i in range(count):
            reached.node[begin + i] = space.node[i]
            reached.distance[begin + i] = space.distance[i]
            for c in range(sums.shape[1]):
                reached.columns[begin + i, c] = space.columns[i, c]
        reached.rows[point + 1] = begin + count
        point += 1
    return point


@kernel
def _scan(hierarchy, desk, sums, sources, buckets, space, found, columns):
    """Write distances from sources to the points of the buckets, and the other columns along the same paths."""
    across = found.shape[1]
    mask = (1 << buckets.bits) - 1
    best = np.empty(across, np.int64)
    ahead, behind = np.empty(across, np.int32), np.empty(across, np.int64)
    for s in range(len(sources.rows) - 1):
        count = _spread(hierarchy, desk, sums, 0, sources, s, space)
        for t in range(across):
            best[t] = UNREACHED
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
