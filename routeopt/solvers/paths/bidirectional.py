"""Dijkstra's search from both ends in turn, until their least keys together exceed the best path (Nicholson 1966)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.solvers.compiled import inlined, inner, kernel
from routeopt.solvers.paths.dijkstra import Desk, clear, climb, seed
from routeopt.solvers.paths.graph import Graph
from routeopt.solvers.paths.keys import UNREACHED, U
from routeopt.solvers.paths.queue import pop, push
from routeopt.solvers.paths.seeds import Seeds


class Sides(NamedTuple):
    """The same arcs out of each node and into each node."""

    out: Graph
    into: Graph


class Desks(NamedTuple):
    """One desk for the search from each end."""

    out: Desk
    into: Desk


@inlined
def _step(graph: Graph, desk: Desk, other: Desk, size: int, touched: int, best: int, node: int):
    """Settle the node on top of a queue, and see whether a path through what it reaches is better."""
    mask = (1 << graph.bits) - 1
    key = desk.queue[0]
    size = pop(desk.queue, size)
    here = key & mask
    settled = 0
    if key == desk.label[U(here)]:
        settled = 1
        total = (key & ~mask) + (other.label[U(here)] & ~mask)
        if total < best:
            best, node = total, here
        for i in range(graph.first[U(here)], graph.first[U(here + 1)]):
            reached = key - here + graph.arcs[U(i)]
            head = reached & mask
            old = desk.label[U(head)]
            if reached < old:
                if old == UNREACHED:
                    desk.touched[U(touched)] = head
                    touched += 1
                desk.label[U(head)] = reached
                desk.parent[U(head)] = i
                size = push(desk.queue, size, reached)
                total = (reached & ~mask) + (other.label[U(head)] & ~mask)
                if total < best:
                    best, node = total, head
    return size, touched, best, node, settled


@inner
def meet(
    sides: Sides, desks: Desks, sources: Seeds, targets: Seeds, point: int
) -> tuple[int, int, int, int, int]:
    """Search from both points of a pair.

    Return the key of the distance, the node of meeting (-1: none), how many labels either side set, and nodes settled.
    """
    ahead, touched = seed(desks.out, sources, point, sides.out.bits)
    behind, reached = seed(desks.into, targets, point, sides.into.bits)
    mask = (1 << sides.out.bits) - 1
    best, node, settled = UNREACHED, -1, 0
    while ahead > 0 and behind > 0:
        head, back = desks.out.queue[0], desks.into.queue[0]
        if (head & ~mask) + (back & ~mask) >= best:
            break
        if head <= back:
            ahead, touched, best, node, more = _step(
                sides.out, desks.out, desks.into, ahead, touched, best, node
            )
        else:
            behind, reached, best, node, more = _step(
                sides.into, desks.into, desks.out, behind, reached, best, node
            )
        settled += more
    return best, node, touched, reached, settled


@kernel
def distances(sides, desks, sources, targets, found):
    """Write the distance of each pair of points to `found`, -1: unreachable; return how many nodes were settled."""
    total = 0
    for i in range(len(found)):
        best, node, touched, reached, settled = meet(sides, desks, sources, targets, i)
        found[i] = best >> sides.out.bits if node >= 0 else -1
        total += settled
        clear(desks.out, touched)
        clear(desks.into, reached)
    return total


@kernel
def trace(sides, desks, source, target):
    """Return a shortest path between two points: distance, which seeds it joins, arcs, nodes settled."""
    best, node, touched, reached, settled = meet(sides, desks, source, target, 0)
    begin, end, arcs = 0, 0, np.empty(0, np.int32)
    if node >= 0:
        begin, arcs = climb(sides.out, desks.out.parent, node)
        end, back = climb(sides.into, desks.into.parent, node)
        arcs = np.concatenate((arcs, back[::-1]))
    clear(desks.out, touched)
    clear(desks.into, reached)
    return best >> sides.out.bits if node >= 0 else -1, begin, end, arcs, settled
