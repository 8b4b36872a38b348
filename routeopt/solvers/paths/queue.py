"""The queue of every search: a heap of keys in which each entry has up to four below it (Williams 1964; Johnson 1975).

Nothing is decreased in place. A better key of a node is pushed beside the old one, and an old one is told by its
label when it comes out. One array of 8 bytes an entry stays in the cache, which pays for the entries that are
pushed twice.
"""

from __future__ import annotations

from routeopt.solvers.compiled import inlined
from routeopt.solvers.paths.keys import Keys, U


@inlined
def push(queue: Keys, size: int, key: int) -> int:
    """Put a key into a queue of `size` keys and return its new size."""
    place = size
    while place > 0:
        above = (place - 1) >> 2
        if queue[U(above)] <= key:
            break
        queue[U(place)] = queue[U(above)]
        place = above
    queue[U(place)] = key
    return size + 1


@inlined
def pop(queue: Keys, size: int) -> int:
    """Take the least key, ``queue[0]``, out of a queue of `size` keys and return its new size."""
    size -= 1
    key = queue[U(size)]
    place = 0
    while True:
        below = 4 * place + 1
        if below >= size:
            break
        least, best = queue[U(below)], below
        for other in range(below + 1, min(below + 4, size)):
            if queue[U(other)] < least:
                least, best = queue[U(other)], other
        if least >= key:
            break
        queue[U(place)] = least
        place = best
    queue[U(place)] = key
    return size
