"""The arcs that remain while nodes are taken out: a block of them into each node and out of it, in one pool."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Integers
from routeopt.solvers.compiled import inlined, inner
from routeopt.solvers.paths.keys import Keys, U


class Pool(NamedTuple):
    """The arcs that remain: block ``2v`` holds those out of node v, block ``2v + 1`` those into it."""

    key: Keys  # weight and the other end
    parts: Integers  # the two arcs in the answer that it stands for, or an arc of the network
    begin: Integers  # (2n,)
    size: NDArray[np.int32]  # (2n,)
    room: NDArray[np.int32]  # (2n,)
    used: Integers  # (1,) how much of the pool is given to blocks


@inlined
def find(pool: Pool, block: int, node: int, mask: int) -> int:
    """Return where the arc with that other end is in the pool, or -1."""
    begin = pool.begin[U(block)]
    for i in range(begin, begin + pool.size[U(block)]):
        if pool.key[U(i)] & mask == node:
            return i
    return -1


@inner
def join(pool: Pool, block: int, key: int, parts: int, mask: int) -> None:
    """Put an arc into a block, or make the parallel one lighter. The pool has room for the block to move."""
    place = find(pool, block, key & mask, mask)
    if place >= 0:
        if key < pool.key[U(place)]:
            pool.key[U(place)] = key
            pool.parts[U(place)] = parts
        return
    size, begin = pool.size[U(block)], pool.begin[U(block)]
    if size == pool.room[U(block)]:
        moved, room = pool.used[0], 2 * size + 2
        for i in range(size):
            pool.key[U(moved + i)] = pool.key[U(begin + i)]
            pool.parts[U(moved + i)] = pool.parts[U(begin + i)]
        pool.begin[U(block)], pool.room[U(block)] = moved, room
        pool.used[0] = moved + room
        begin = moved
    pool.key[U(begin + size)] = key
    pool.parts[U(begin + size)] = parts
    pool.size[U(block)] = size + 1


@inlined
def cut(pool: Pool, block: int, node: int, mask: int) -> None:
    """Take the arc with that other end out of a block."""
    place = find(pool, block, node, mask)
    last = pool.begin[U(block)] + pool.size[U(block)] - 1
    pool.key[U(place)] = pool.key[U(last)]
    pool.parts[U(place)] = pool.parts[U(last)]
    pool.size[U(block)] -= 1
