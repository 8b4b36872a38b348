"""A priority queue of nodes, each at most once, by keys that may fall: a binary heap that knows where each node is."""

from __future__ import annotations

from routeopt.solvers.compiled import inlined, inner


@inner
def put(heap, place, key, size, node):
    """Put a node into the queue, or up after its key fell; return the new size.

    `heap` and `place` (-1: not in the queue) are (n,) int32 arrays, `key` is an (n,) array of any numbers.
    """
    at = place[node]
    if at < 0:
        at = size
        size += 1
    while at > 0:
        above = heap[(at - 1) >> 1]
        if key[above] <= key[node]:
            break
        heap[at], place[above] = above, at
        at = (at - 1) >> 1
    heap[at], place[node] = node, at
    return size


@inner
def take(heap, place, key, size):
    """Take the node with the least key out of the queue and return it; the size is one less."""
    least, node = heap[0], heap[size - 1]
    place[least] = -1
    size -= 1
    if size == 0:
        return least
    at = 0
    while 2 * at + 1 < size:
        below = _lesser(heap, key, 2 * at + 1, size)
        if key[node] <= key[heap[below]]:
            break
        heap[at] = heap[below]
        place[heap[at]] = at
        at = below
    heap[at], place[node] = node, at
    return least


@inlined
def _lesser(heap, key, left, size):
    right = left + 1
    return right if right < size and key[heap[right]] < key[heap[left]] else left
