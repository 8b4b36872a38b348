"""Split: cut a giant tour into routes at least cost, in linear time.

The best way to serve the first x stops extends the best way to serve some first i stops
by one route. Among the candidates i only those survive in a queue that no other beats,
now or later; each stop enters and leaves it once. Load above the capacity is penalised,
not forbidden. A limited fleet is met by a price per route, found by bisection, which is
much faster than a table with one layer per route and exact for the number of routes it
returns. Source: Vidal, "Split algorithm in O(n) for the CVRP", C&OR 69 (2016).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inner

Tour = NDArray[np.int32]
Floats = NDArray[np.float64]

_DOUBLINGS, _HALVINGS = 40, 8  # of the price per route, before and after it is bracketed


class SplitWork(NamedTuple):
    """Scratch of the split for n stops; places are 1-based along the tour."""

    along: Floats  # (n + 2,) distance from the first stop of the tour to the one at this place
    load: Floats  # (n + 2,) demand up to and with this place
    out: Floats  # (n + 2,) depot to the stop at this place
    home: Floats  # (n + 2,) stop at this place to the depot
    value: Floats  # (n + 2,) least cost of serving all up to this place
    base: Floats  # (n + 2,) cost of a route from the next place on, less what was driven before
    queue: NDArray[np.int32]  # (n + 2,) places after which a route may begin
    before: NDArray[np.int32]  # (n + 2,) the place before the first one of the last route


def split_work(stops: int) -> SplitWork:
    """Return scratch for tours of this many stops."""
    along, load, out, home, value, base = (np.zeros(stops + 2) for _ in range(6))
    queue, before = (np.zeros(stops + 2, np.int32) for _ in range(2))
    return SplitWork(along, load, out, home, value, base, queue, before)


@inner
def _sweep(work: SplitWork, stops: int, capacity: float, penalty: float, price: float) -> int:
    """Fill `work.before` for this price per route, and return how many routes that makes."""
    along, load, out, home = work.along, work.load, work.out, work.home
    value, base, queue, before = work.value, work.base, work.queue, work.before
    base[0] = out[1] + price
    queue[0] = 0
    head, tail = 0, 0
    for place in range(1, stops + 1):
        i = queue[head]
        excess = max(load[place] - load[i] - capacity, 0.0)
        value[place] = base[i] + along[place] + home[place] + penalty * excess
        before[place] = i
        if place == stops:
            break
        base[place] = value[place] + out[place + 1] - along[place + 1] + price
        i = queue[tail]
        if base[i] + penalty * (load[place] - load[i]) > base[place]:
            while tail >= head and base[queue[tail]] >= base[place]:
                tail -= 1
            tail += 1
            queue[tail] = place
        ahead = load[place + 1] - capacity
        while tail > head:
            i, j = queue[head], queue[head + 1]
            if base[i] + penalty * max(ahead - load[i], 0.0) < base[j] + penalty * max(ahead - load[j], 0.0):
                break
            head += 1
    routes = 0
    place = stops
    while place > 0:
        place = before[place]
        routes += 1
    return routes


@inner
def split(
    tour: Tour,
    legs: NDArray[np.int32],
    demand: NDArray[np.int32],
    capacity: float,
    penalty: float,
    most_routes: int,
    work: SplitWork,
    offsets: NDArray[np.int32],
) -> int:
    """Cut a giant tour into at most `most_routes` routes at least penalised cost.

    Parameters
    ----------
    tour : (n,) int32
        Stops 1 .. n.
    legs : (>= n + 1, >= n + 1) int32
        Node 0 is the depot; may be asymmetric.
    demand : (>= n + 1,) int32
    capacity, penalty : float
        Each unit of load above the capacity of a route costs the penalty.
    offsets : (>= most_routes + 1,) int32
        Filled: route r serves ``tour[offsets[r]:offsets[r + 1]]``.

    Returns
    -------
    int
        Number of routes; none is empty.
    """
    stops = len(tour)
    if most_routes == 1:
        offsets[0], offsets[1] = 0, stops
        return 1
    _measure(tour, legs, demand, work)
    routes = _sweep(work, stops, capacity, penalty, 0.0)
    if routes > most_routes:
        routes = _priced(work, stops, capacity, penalty, most_routes)
    place = stops
    offsets[routes] = stops
    for route in range(routes - 1, -1, -1):
        place = work.before[place]
        offsets[route] = place
    return routes


@inner
def _measure(tour: Tour, legs: NDArray[np.int32], demand: NDArray[np.int32], work: SplitWork) -> None:
    along = np.float64(0)
    load = np.float64(0)
    last = np.int32(0)
    for i in range(len(tour)):
        stop = tour[i]
        if i > 0:
            along += legs[last, stop]
        load += demand[stop]
        work.along[i + 1] = along
        work.load[i + 1] = load
        work.out[i + 1] = legs[0, stop]
        work.home[i + 1] = legs[stop, 0]
        last = stop


@inner
def _priced(work: SplitWork, stops: int, capacity: float, penalty: float, most_routes: int) -> int:
    """Sweep at the lowest price per route, nearly, that needs no more routes than allowed."""
    low = 0.0
    high = 2.0 * (work.along[stops] + work.out[1]) / stops + 1.0
    for _ in range(_DOUBLINGS):
        routes = _sweep(work, stops, capacity, penalty, high)
        if routes <= most_routes:
            break
        low = high
        high *= 3.0
    swept = high
    for _ in range(_HALVINGS):
        if routes == most_routes and swept == high:
            break
        swept = 0.5 * (low + high)
        routes = _sweep(work, stops, capacity, penalty, swept)
        if routes > most_routes:
            low = swept
        else:
            high = swept
    if swept != high:
        routes = _sweep(work, stops, capacity, penalty, high)
    return routes
