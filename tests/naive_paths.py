"""Slow and obvious twins of the searches for paths: lists, a heap of Python, no tricks."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from itertools import pairwise
from math import inf

from routeopt.problems.network import Network

Arc = tuple[int, int, float]  # tail, head, weight; inf: closed


def naive_distances(size: int, arcs: Iterable[Arc], source: int) -> list[float]:
    """Return the distance of each node from a source by Dijkstra's algorithm."""
    out: list[list[tuple[int, float]]] = [[] for _ in range(size)]
    for tail, head, weight in arcs:
        if weight < inf:
            out[tail].append((head, weight))
    distance = [inf] * size
    distance[source] = 0
    queue = [(0.0, source)]
    while queue:
        reached, node = heapq.heappop(queue)
        if reached > distance[node]:
            continue
        for head, weight in out[node]:
            if reached + weight < distance[head]:
                distance[head] = reached + weight
                heapq.heappush(queue, (distance[head], head))
    return distance


def split_arcs(
    size: int, arcs: list[Arc], twin: list[int], points: list[tuple[int, float]]
) -> tuple[int, list[Arc], list[int]]:
    """Return a larger graph in which each point on an arc is a node, and which node that is.

    A point is an arc and a fraction of it; it lies on the arc's twin too. Points of the same place are one node.
    """
    place: dict[int, dict[float, int]] = {}  # of each street, its points by fraction along the lesser arc
    nodes = []
    for arc, fraction in points:
        street = min(arc, twin[arc]) if twin[arc] >= 0 else arc
        along = fraction if street == arc else 1 - fraction
        here = place.setdefault(street, {})
        if along not in here:
            here[along] = size
            size += 1
        nodes.append(here[along])
    result = []
    for arc, (tail, head, weight) in enumerate(arcs):
        street = min(arc, twin[arc]) if twin[arc] >= 0 else arc
        on = place.get(street, {})
        stations = sorted((f if street == arc else 1 - f, node) for f, node in on.items())
        stations = [(0.0, tail), *stations, (1.0, head)]
        for (a, before), (b, after) in pairwise(stations):
            # the very ends of an arc are its nodes, even of a closed one
            result.append((before, after, weight * (b - a) if b > a else 0.0))
    return size, result, nodes


def every_path(
    network: Network, node: int, target: int, visited: frozenset[int] = frozenset()
) -> list[tuple[int, ...]]:
    """Return the arcs of every simple path, parallel arcs apart."""
    if node == target:
        return [()]
    visited |= {node}
    shut = network.closed
    return [
        (arc, *rest)
        for arc in range(network.first_out[node], network.first_out[node + 1])
        if int(network.head[arc]) not in visited and (shut is None or not shut[arc])
        for rest in every_path(network, int(network.head[arc]), target, visited)
    ]
