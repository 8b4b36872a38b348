"""Slow and obvious twins of the tour search."""

from __future__ import annotations

from itertools import permutations

import numpy as np


def tour_length(legs, order):
    """Return the length of a closed tour."""
    return sum(legs[a, b] for a, b in zip(order, np.roll(order, -1), strict=True))


def shortest_tour(legs):
    """Return the length of the best tour by trying all."""
    rest = range(1, len(legs))
    return min(tour_length(legs, [0, *order]) for order in permutations(rest))


def two_opt(legs, order):
    """Return a tour that no reversal of a stretch makes shorter."""
    order, count = list(order), len(order)
    improved = True
    while improved:
        improved = False
        for i in range(count - 1):
            for j in range(i + 1, count):
                a, b, c, d = order[i - 1], order[i], order[j], order[(j + 1) % count]
                if a != c and legs[a, c] + legs[b, d] < legs[a, b] + legs[c, d] - 1e-9:
                    order[i : j + 1] = order[i : j + 1][::-1]
                    improved = True
    return order


def is_one_tour(count, cuts, stops):
    """Return whether a tour 0 .. count - 1 without some legs, with others instead, is one tour again.

    Leg i out is the one behind place ``cuts[i]``; it goes from ``stops[2 i]`` to ``stops[2 i + 1]``.
    """
    links = {stop: [] for stop in range(count)}
    for place in set(range(count)) - set(cuts):
        links[place].append((place + 1) % count)
        links[(place + 1) % count].append(place)
    for k in range(1, len(stops), 2):
        a, b = stops[k], stops[(k + 1) % len(stops)]
        links[a].append(b)
        links[b].append(a)
    seen, ahead = set(), [0]
    while ahead:
        stop = ahead.pop()
        if stop not in seen:
            seen.add(stop)
            ahead += links[stop]
    return len(seen) == count and all(
        a != b for a, b in zip(stops[1::2], np.roll(stops, -2)[0::2], strict=True)
    )
