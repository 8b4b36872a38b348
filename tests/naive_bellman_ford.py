"""Bellman-Ford as slow and obvious as it gets, and frontiers of it as a twin of the counters."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

Arc = tuple[int, int, Any]  # tail, head, weight


def naive_distances(n: int, arcs: Sequence[Arc], sources: Sequence[int]) -> list[Any] | None:
    """Return distances, inf where there is no path, or None where a negative cycle is reached."""
    distance: list[Any] = [inf] * n
    for source in sources:
        distance[source] = 0
    for _ in range(n + 1):
        before = list(distance)
        for tail, head, weight in arcs:
            if distance[tail] + weight < distance[head]:
                distance[head] = distance[tail] + weight
        if before == distance:
            return distance
    return None


def naive_frontiers(
    n: int, out: Sequence[Sequence[tuple[int, Any]]], source: int
) -> tuple[list[Any], int, int, int]:
    """Return distances, scans, improvements and rounds of Bellman-Ford on a frontier, without negative cycles.

    ``out[v]`` holds head and weight of each arc out of v.
    """
    distance: list[Any] = [inf] * n
    distance[source] = 0
    frontier, scans, improvements, rounds = [source], 0, 0, 0
    while frontier:
        rounds += 1
        unsettled = set(frontier)
        following: list[int] = []
        for tail in frontier:
            unsettled.discard(tail)
            for head, weight in out[tail]:
                scans += 1
                if distance[tail] + weight < distance[head]:
                    distance[head] = distance[tail] + weight
                    improvements += 1
                    if head not in unsettled:
                        unsettled.add(head)
                        following.append(head)
        frontier = following
    return distance, scans, improvements, rounds
