"""Contraction of nodes one after the other, least important first (Geisberger, Sanders, Schultes, Delling 2008).

A node is taken out of the graph, and a shortcut joins two of its neighbours wherever the way through it is the
only shortest one; a short search around it, a witness search, tells. Stopping that search early adds a shortcut that
is not needed, and nothing wrong. Next is the node that adds least: the shortcuts for each arc that it removes, and
the levels that have piled up below it.

Arcs of the remaining graph lie in blocks of one pool, two blocks a node, out and in. A block that is full moves to
the end. Arcs of a node are final when it is taken out, and are written to the answer, where shortcuts find the two
that they stand for.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Integers
from routeopt.solvers.compiled import inlined, inner, kernel
from routeopt.solvers.paths.keys import UNREACHED, Keys, U
from routeopt.solvers.paths.queue import pop, push

_WITNESS_NODES = 40  # a witness search settles at most so many nodes
_PRECISION = 64  # steps in which the importance of nodes is counted
_ORIGINAL = 0xFFFFFFFF  # the lower half of `parts` of an arc of the network, whose number is the upper half


class _Pool(NamedTuple):
    """The arcs that remain: block ``2v`` holds those out of node v, block ``2v + 1`` those into it."""

    key: Keys  # weight and the other end
    parts: Integers  # the two arcs in the answer that it stands for, or an arc of the network
    begin: Integers  # (2n,)
    size: NDArray[np.int32]  # (2n,)
    room: NDArray[np.int32]  # (2n,)
    used: Integers  # (1,) how much of the pool is given to blocks


class _Search(NamedTuple):
    """What witness searches write to."""

    label: Keys  # (n,)
    goal: Keys  # (n,) the weight through the node, where a shortcut is in question
    touched: NDArray[np.int32]
    queue: Keys


@inlined
def _find(pool: _Pool, block: int, node: int, mask: int) -> int:
    """Return where the arc with that other end is in the pool, or -1."""
    begin = pool.begin[U(block)]
    for i in range(begin, begin + pool.size[U(block)]):
        if pool.key[U(i)] & mask == node:
            return i
    return -1


@inner
def _join(pool: _Pool, block: int, key: int, parts: int, mask: int) -> bool:
    """Put an arc into a block, or make the parallel one lighter; return whether the pool had room."""
    place = _find(pool, block, key & mask, mask)
    if place >= 0:
        if key < pool.key[U(place)]:
            pool.key[U(place)] = key
            pool.parts[U(place)] = parts
        return True
    size, begin = pool.size[U(block)], pool.begin[U(block)]
    if size == pool.room[U(block)]:
        moved, room = pool.used[0], 2 * size + 2
        if moved + room > len(pool.key):
            return False
        for i in range(size):
            pool.key[U(moved + i)] = pool.key[U(begin + i)]
            pool.parts[U(moved + i)] = pool.parts[U(begin + i)]
        pool.begin[U(block)], pool.room[U(block)] = moved, room
        pool.used[0] = moved + room
        begin = moved
    pool.key[U(begin + size)] = key
    pool.parts[U(begin + size)] = parts
    pool.size[U(block)] = size + 1
    return True


@inlined
def _cut(pool: _Pool, block: int, node: int, mask: int) -> None:
    """Take the arc with that other end out of a block."""
    place = _find(pool, block, node, mask)
    last = pool.begin[U(block)] + pool.size[U(block)] - 1
    pool.key[U(place)] = pool.key[U(last)]
    pool.parts[U(place)] = pool.parts[U(last)]
    pool.size[U(block)] -= 1


@inner
def _witness(
    pool: _Pool, search: _Search, bits: int, source: int, avoid: int, limit: int, goals: int
) -> int:
    """Search from a node without another one, until all goals are reached as cheaply, or in vain.

    Labels are left for the nodes of ``search.touched``; return how many those are.
    """
    label, goal, touched, queue = search
    mask = (1 << bits) - 1
    label[U(source)] = source
    touched[0] = source
    count, settled = 1, 0
    size = push(queue, 0, source)
    while size > 0 and settled < _WITNESS_NODES and goals > 0:
        key = queue[0]
        size = pop(queue, size)
        node = key & mask
        if key != label[U(node)]:
            continue
        if key > limit:
            break
        settled += 1
        base = key - node
        begin = pool.begin[U(2 * node)]
        for i in range(begin, begin + pool.size[U(2 * node)]):
            reached = base + pool.key[U(i)]
            head = reached & mask
            old = label[U(head)]
            if head == avoid or reached >= old or reached > limit:
                continue
            if old == UNREACHED:
                touched[U(count)] = head
                count += 1
            label[U(head)] = reached
            size = push(queue, size, reached)
            if goal[U(head)] != UNREACHED and reached <= goal[U(head)] < old:
                goals -= 1
    return count


@inner
def _shortcuts(pool: _Pool, search: _Search, bits: int, node: int, tails, found) -> int:
    """List the shortcuts that taking out a node would need; return how many.

    ``tails[k]`` is where shortcut k begins, ``found[k]`` the key of its weight and head.
    """
    mask = (1 << bits) - 1
    out_begin, in_begin = pool.begin[U(2 * node)], pool.begin[U(2 * node + 1)]
    out_end = out_begin + pool.size[U(2 * node)]
    count = 0
    for i in range(in_begin, in_begin + pool.size[U(2 * node + 1)]):
        tail = pool.key[U(i)] & mask
        base = pool.key[U(i)] - tail
        limit, goals = 0, 0
        for j in range(out_begin, out_end):
            reached = base + pool.key[U(j)]
            if reached & mask != tail:
                search.goal[U(reached & mask)] = reached
                limit = max(limit, reached | mask)
                goals += 1
        touched = 0
        if goals > 0:
            touched = _witness(pool, search, bits, tail, node, limit, goals)
        for j in range(out_begin, out_end):
            reached = base + pool.key[U(j)]
            head = reached & mask
            if head != tail:
                if reached < search.label[U(head)]:
                    tails[U(count)] = tail
                    found[U(count)] = reached
                    count += 1
                search.goal[U(head)] = UNREACHED
        for j in range(touched):
            search.label[U(search.touched[U(j)])] = UNREACHED
    return count


@inner
def _lift(pool: _Pool, level: NDArray[np.int32], block: int, above: int, mask: int) -> None:
    begin = pool.begin[U(block)]
    for i in range(begin, begin + pool.size[U(block)]):
        other = pool.key[U(i)] & mask
        level[U(other)] = max(level[U(other)], above)


@kernel
def contract(first, arcs, bits):
    """Take out all nodes of a graph.

    Parameters
    ----------
    first, arcs, bits
        Fields of :class:`~routeopt.solvers.paths.graph.Graph`, outward.

    Returns
    -------
    order : (n,) int32 array
        Nodes as they were taken out.
    level : (n,) int32 array
        Higher than that of any neighbour that was taken out earlier.
    rows : (2n + 1,) int64 array
        The k-th node has its arcs to higher nodes in ``rows[2k]`` to ``rows[2k + 1]``, those from higher nodes in
        ``rows[2k + 1]`` to ``rows[2k + 2]``.
    keys : (M,) int64 array
        Weight and the higher node of each arc.
    parts : (M,) int64 array
        Two arcs of this answer in 32 bits each, or the number of an arc of the graph and then 32 ones.
    """
    n, m = len(first) - 1, len(arcs)
    mask = (1 << bits) - 1
    capacity = 6 * m + 8 * n + 64
    pool = _Pool(
        np.empty(capacity, np.int64),
        np.empty(capacity, np.int64),
        np.zeros(2 * n, np.int64),
        np.zeros(2 * n, np.int32),
        np.zeros(2 * n, np.int32),
        np.zeros(1, np.int64),
    )
    _fill(pool, first, arcs, mask)
    search = _Search(
        np.full(n, UNREACHED, np.int64),
        np.full(n, UNREACHED, np.int64),
        np.empty(n + 1, np.int32),
        np.empty(capacity, np.int64),
    )
    level, importance = np.zeros(n, np.int32), np.zeros(n, np.int64)
    tails, found = np.empty(1024, np.int32), np.empty(1024, np.int64)
    order, rows = np.empty(n, np.int32), np.zeros(2 * n + 1, np.int64)
    keys, parts = np.empty(2 * m + 64, np.int64), np.empty(2 * m + 64, np.int64)
    waiting = np.empty(4 * n + 64, np.int64)
    size = 0
    for node in range(n):
        degree = pool.size[2 * node] + pool.size[2 * node + 1]
        pairs = np.int64(pool.size[2 * node]) * pool.size[2 * node + 1]
        if pairs > len(tails):
            tails, found = np.empty(2 * pairs, np.int32), np.empty(2 * pairs, np.int64)
        count = _shortcuts(pool, search, bits, node, tails, found)
        importance[node] = _PRECISION * count // max(degree, 1)
        size = push(waiting, size, importance[node] << bits | node)
    done, written = 0, 0
    while size > 0:
        key = waiting[0]
        size = pop(waiting, size)
        node = key & mask
        if key >> bits != importance[node]:
            continue
        outs, ins = np.int64(pool.size[2 * node]), np.int64(pool.size[2 * node + 1])
        if outs * ins > len(tails):
            tails, found = np.empty(2 * outs * ins, np.int32), np.empty(2 * outs * ins, np.int64)
        count = _shortcuts(pool, search, bits, node, tails, found)
        now = _PRECISION * level[node] + _PRECISION * count // max(outs + ins, 1)
        if size > 0 and now > importance[node] and now > waiting[0] >> bits:
            importance[node] = now
            size = push(waiting, size, now << bits | node)
            continue
        importance[node] = -1
        if written + outs + ins > len(keys):
            keys = np.concatenate((keys, np.empty(len(keys), np.int64)))
            parts = np.concatenate((parts, np.empty(len(parts), np.int64)))
        for side in range(2):
            begin = pool.begin[2 * node + side]
            for i in range(begin, begin + pool.size[2 * node + side]):
                keys[written] = pool.key[i]
                parts[written] = pool.parts[i]
                search.goal[pool.key[i] & mask] = written if side == 0 else search.goal[pool.key[i] & mask]
                search.label[pool.key[i] & mask] = (
                    written if side == 1 else search.label[pool.key[i] & mask]
                )
                _cut(pool, 2 * (pool.key[i] & mask) + 1 - side, node, mask)
                written += 1
            rows[2 * done + 1 + side] = written
            _lift(pool, level, 2 * node + side, level[node] + 1, mask)
        for k in range(count):
            tail, head = np.int64(tails[k]), found[k] & mask
            both = search.label[tail] << 32 | search.goal[head]
            while not (
                _join(pool, 2 * tail, found[k], both, mask)
                and _join(pool, 2 * head + 1, found[k] - head + tail, both, mask)
            ):
                pool = _grown(pool)
        for i in range(rows[2 * done], written):
            search.goal[keys[i] & mask] = UNREACHED
            search.label[keys[i] & mask] = UNREACHED
        order[done] = node
        done += 1
    return order, level, rows, keys[:written], parts[:written]


@kernel
def _fill(pool, first, arcs, mask):
    """Put the arcs into blocks, without loops, and only the lightest of parallel ones."""
    n = len(first) - 1
    for node in range(n):
        for i in range(first[node], first[node + 1]):
            head = arcs[i] & mask
            if head != node:
                pool.room[2 * node] += 1
                pool.room[2 * head + 1] += 1
    used = np.int64(0)
    for block in range(2 * n):
        pool.room[block] += 2
        pool.begin[block] = used
        used += pool.room[block]
    pool.used[0] = used
    for node in range(n):
        for i in range(first[node], first[node + 1]):
            head = arcs[i] & mask
            if head != node:
                parts = i << 32 | _ORIGINAL
                _join(pool, 2 * node, arcs[i], parts, mask)
                _join(pool, 2 * head + 1, arcs[i] - head + node, parts, mask)


@kernel
def _grown(pool):
    """Return the pool with twice the room."""
    return _Pool(
        np.concatenate((pool.key, np.empty(len(pool.key), np.int64))),
        np.concatenate((pool.parts, np.empty(len(pool.parts), np.int64))),
        pool.begin,
        pool.size,
        pool.room,
        pool.used,
    )
