"""Contraction of nodes one after the other, least important first (Geisberger, Sanders, Schultes, Delling 2008).

A node is taken out of the graph, and a shortcut joins two of its neighbours wherever the way through it is the
only shortest one; a short search around it, a witness search, tells. Stopping that search early adds a shortcut that
is not needed, and nothing wrong. Next is always the node of least importance: its level, which counts what has piled up
below it, the shortcuts it would add, and the arcs it would take away. Neighbours are judged anew at once: on
grids of streets that made queries several times as fast as judging only what comes up next.

Arcs of the remaining graph lie in blocks of one pool, two blocks a node, out and in. A block that is full moves to
the end. Arcs of a node are final when it is taken out, and are written to the answer, where shortcuts find the two
that they stand for.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Integers
from routeopt.solvers.compiled import inlined, inner, kernel
from routeopt.solvers.paths.arc_pool import Pool, cut, join
from routeopt.solvers.paths.graph import Graph
from routeopt.solvers.paths.keys import UNREACHED, Keys, U
from routeopt.solvers.paths.queue import pop, push

WITNESS_NODES = (
    100  # a witness search settles at most so many nodes; 40 build no faster and leave more shortcuts
)
_GONE = -(1 << 40)  # the importance of a node that has been taken out
_ORIGINAL = 0xFFFFFFFF  # the lower half of `parts` of an arc of the network, whose number is the upper half


class _Search(NamedTuple):
    """What witness searches write to."""

    label: Keys  # (n,)
    goal: Keys  # (n,) the weight through the node, where a shortcut is in question
    touched: NDArray[np.int32]
    queue: Keys
    nodes: int  # that a search settles at the most


class _Waiting(NamedTuple):
    """The nodes that remain, by importance; those that were judged anew have old keys too."""

    queue: Keys
    size: Integers  # (1,)
    node: Integers  # (1,) the first that has not been judged yet
    need: Integers  # (4,) how many shortcuts, arcs of the pool and of the answer, and keys the next step may make


class _Answer(NamedTuple):
    """Arcs of the nodes that have been taken out."""

    order: NDArray[np.int32]  # (n,)
    rows: Integers  # (2n + 1,)
    keys: Keys
    parts: Integers


class Contraction(NamedTuple):
    """What :func:`contract` returns.

    An arc stands for two arcs of this answer, 32 bits each in its parts; or for an arc of the graph, whose number
    is followed by 32 ones.
    """

    order: NDArray[np.int32]  # (n,) nodes as they were taken out
    level: NDArray[np.int32]  # (n,) higher than that of any neighbour that was taken out earlier
    rows: Integers  # (2n + 1,) the k-th has arcs to higher nodes in rows[2k] to rows[2k + 1], then those from higher
    keys: Keys  # (M,) weight and higher node
    parts: Integers  # (M,)


@inner
def _witness(pool: Pool, search: _Search, bits: int, source: int, avoid: int, limit: int, goals: int) -> int:
    """Search from a node without another one, until all goals are reached as cheaply, or in vain.

    Labels are left for the nodes of ``search.touched``; return how many those are.
    """
    label, goal, touched, queue = search.label, search.goal, search.touched, search.queue
    mask = (1 << bits) - 1
    label[U(source)] = source
    touched[0] = source
    count, settled = 1, 0
    size = push(queue, 0, source)
    while size > 0 and settled < search.nodes and goals > 0:
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
def _shortcuts(pool: Pool, search: _Search, bits: int, node: int, tails, found) -> int:
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


@inlined
def _degree(pool: Pool, node: int) -> int:
    return np.int64(pool.size[U(2 * node)]) + pool.size[U(2 * node + 1)]


@inlined
def _pairs(pool: Pool, node: int) -> int:
    """Return how many shortcuts a node could need at the most."""
    return np.int64(pool.size[U(2 * node)]) * pool.size[U(2 * node + 1)]


@inlined
def _importance(pool: Pool, level: NDArray[np.int32], node: int, shortcuts: int) -> int:
    return 2 * (level[U(node)] + shortcuts) - _degree(pool, node)


@inner
def _take_out(pool: Pool, level: NDArray[np.int32], node: int, answer: _Answer, turn: int, mask: int) -> None:
    """Write the arcs of a node to the answer, take them from its neighbours, and lift those above it."""
    written = answer.rows[2 * turn]
    for side in range(2):
        begin = pool.begin[U(2 * node + side)]
        for i in range(begin, begin + pool.size[U(2 * node + side)]):
            other = pool.key[U(i)] & mask
            answer.keys[U(written)] = pool.key[U(i)]
            answer.parts[U(written)] = pool.parts[U(i)]
            written += 1
            cut(pool, 2 * other + 1 - side, node, mask)
            level[U(other)] = max(level[U(other)], level[U(node)] + 1)
        answer.rows[2 * turn + 1 + side] = written
    answer.order[turn] = node


@inlined
def _place(answer: _Answer, begin: int, end: int, node: int, mask: int) -> int:
    """Return which arc between two places of the answer has this other end."""
    place = begin
    while place < end and answer.keys[U(place)] & mask != node:
        place += 1
    return place


@inlined
def _require(
    pool: Pool, answer: _Answer, waiting: _Waiting, node: int, turn: int, size: int, mask: int
) -> None:
    """Write what room taking out a node, and judging its neighbours anew, might need at the most."""
    degree = _degree(pool, node)
    pairs, moved = _pairs(pool, node), np.int64(0)
    for block in range(2 * node, 2 * node + 2):
        begin = pool.begin[U(block)]
        for i in range(begin, begin + pool.size[U(block)]):
            other = pool.key[U(i)] & mask
            outs, ins = pool.size[U(2 * other)] + degree, pool.size[U(2 * other + 1)] + degree
            pairs = max(pairs, outs * ins)
            moved += 4 * (outs + ins) + 8  # a block doubles each time it moves
    need = waiting.need
    need[0], need[1], need[2], need[3] = (
        pairs,
        pool.used[0] + moved,
        answer.rows[U(2 * turn)] + degree,
        size + degree,
    )


@inlined
def _judged(pool: Pool, search: _Search, bits: int, tails, found, level: NDArray[np.int32], node: int) -> int:
    """Return the importance of a node; where no witness is looked for, its degree tells enough."""
    if search.nodes <= 1:
        return _degree(pool, node) + level[U(node)]
    return _importance(pool, level, node, _shortcuts(pool, search, bits, node, tails, found))


@kernel
def _judge(pool, search, bits, tails, found, level, importance, waiting) -> int:
    """Judge all nodes from `waiting.node[0]` on for the first time; return the first that needs more room, or n."""
    node = waiting.node[0]
    size = waiting.size[0]
    while node < len(level) and _pairs(pool, node) <= len(found):
        importance[U(node)] = _judged(pool, search, bits, tails, found, level, node)
        size = push(waiting.queue, size, importance[U(node)] << bits | node)
        node += 1
    waiting.size[0], waiting.node[0] = size, node
    return node


@kernel
def _take_all(pool, search, bits, tails, found, level, importance, waiting, answer, turn) -> int:
    """Take out nodes from this turn on; return how many are out when one needs more room, or n."""
    mask = (1 << bits) - 1
    size, queue = waiting.size[0], waiting.queue
    while turn < len(level):
        key = queue[0]
        node = key & mask
        if key >> bits != importance[U(node)]:
            size = pop(queue, size)
            continue
        _require(pool, answer, waiting, node, turn, size, mask)
        need = waiting.need
        if (
            need[0] > len(found)
            or need[1] > len(pool.key)
            or need[2] > len(answer.keys)
            or need[3] > len(queue)
        ):
            break
        size = pop(queue, size)
        importance[U(node)] = _GONE
        count = _shortcuts(pool, search, bits, node, tails, found)
        _take_out(pool, level, node, answer, turn, mask)
        begin, middle, end = answer.rows[2 * turn], answer.rows[2 * turn + 1], answer.rows[2 * turn + 2]
        for k in range(count):
            tail, head = int(tails[U(k)]), int(found[U(k)] & mask)
            both = _place(answer, middle, end, tail, mask) << 32 | _place(answer, begin, middle, head, mask)
            join(pool, 2 * tail, found[U(k)], both, mask)
            join(pool, 2 * head + 1, found[U(k)] - head + tail, both, mask)
        for i in range(begin, end):
            node = answer.keys[U(i)] & mask
            if i >= middle and _place(answer, begin, middle, node, mask) < middle:
                continue  # judged as a head
            now = _judged(pool, search, bits, tails, found, level, node)
            if now != importance[U(node)]:
                importance[U(node)] = now
                size = push(queue, size, now << bits | node)
        turn += 1
    waiting.size[0] = size
    return turn


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
                join(pool, 2 * node, arcs[i], parts, mask)
                join(pool, 2 * head + 1, arcs[i] - head + node, parts, mask)


def contract(graph: Graph, witness_nodes: int = WITNESS_NODES) -> Contraction:
    """Take out all nodes of a graph whose rows are the arcs out of each node.

    A witness search settles at most so many nodes; with 1 it sees only arcs, and shortcuts join all neighbours.
    """
    n, m, bits = len(graph.first) - 1, len(graph.arcs), graph.bits
    room = 6 * m + 8 * n + 64
    pool = Pool(
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.zeros(2 * n, np.int64),
        np.zeros(2 * n, np.int32),
        np.zeros(2 * n, np.int32),
        np.zeros(1, np.int64),
    )
    _fill(pool, graph.first, graph.arcs, (1 << bits) - 1)
    search = _Search(
        np.full(n, UNREACHED),
        np.full(n, UNREACHED),
        np.empty(n + 1, np.int32),
        np.empty(room + 1, np.int64),
        witness_nodes,
    )
    waiting = _Waiting(np.empty(2 * n + 64, np.int64), *(np.zeros(k, np.int64) for k in (1, 1, 4)))
    tails, found = np.empty(1024, np.int32), np.empty(1024, np.int64)
    level, importance = np.zeros(n, np.int32), np.zeros(n, np.int64)
    answer = _Answer(
        np.empty(n, np.int32),
        np.zeros(2 * n + 1, np.int64),
        np.empty(2 * m, np.int64),
        np.empty(2 * m, np.int64),
    )
    while _judge(pool, search, bits, tails, found, level, importance, waiting) < n:
        pairs = 2 * len(found)
        tails, found = _with_room(tails, pairs), _with_room(found, pairs)
    turn = 0
    while (turn := _take_all(pool, search, bits, tails, found, level, importance, waiting, answer, turn)) < n:
        shortcuts, arcs, written, keys = waiting.need.tolist()
        tails, found = _with_room(tails, shortcuts), _with_room(found, shortcuts)
        pool = pool._replace(key=_with_room(pool.key, arcs), parts=_with_room(pool.parts, arcs))
        search = search._replace(queue=_with_room(search.queue, arcs + 1))
        answer = answer._replace(
            keys=_with_room(answer.keys, written), parts=_with_room(answer.parts, written)
        )
        waiting = waiting._replace(queue=_with_room(waiting.queue, keys))
    written = answer.rows[-1]
    return Contraction(answer.order, level, answer.rows, answer.keys[:written], answer.parts[:written])


def _with_room(array: NDArray[Any], room: int) -> NDArray[Any]:
    """Return the array with at least that much room, and often twice as much as before."""
    if room <= len(array):
        return array
    return np.concatenate([array, np.empty(max(len(array), room - len(array)), array.dtype)])
