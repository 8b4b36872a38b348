"""Split with time: cut a giant tour into routes at least penalised cost.

The best way to serve the first j stops of the tour ends with a route of its stops i + 1 .. j; each i is extended
stop by stop until the excess is beyond what another route would cost. A limited fleet is met by a
price per route, found by bisection. Source: Prins, C&OR 31 (2004); Vidal et al., C&OR 40 (2013).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inner
from routeopt.solvers.vrp.hgs.timed_links import link
from routeopt.solvers.vrp.hgs.timed_segments import (
    CAPACITY,
    DEMAND,
    PER_TIME,
    begin,
    close,
    depot_of,
    entry,
    surcharge,
    visit,
)

_OVERLOAD = 1.5  # routes with more than so many capacities are not considered
_DOUBLINGS, _HALVINGS = 40, 8  # of the price per route, before and after it is bracketed


class Cuts(NamedTuple):
    """Scratch of the split for n stops."""

    child: NDArray[np.int32]  # (n,) giant tour
    offsets: NDArray[np.int32]  # (R + 1,) of its routes, where they are known
    value: NDArray[np.float64]  # (n + 1,) least cost of serving the first stops
    before: NDArray[np.int32]  # (n + 1,) stops before the last route


def new_cuts(stops: int, fleet: int) -> Cuts:
    """Return scratch."""
    return Cuts(
        np.zeros(stops, np.int32),
        np.zeros(fleet + 1, np.int32),
        np.zeros(stops + 1),
        np.zeros(stops + 1, np.int32),
    )


@inner
def split(field, plan, cuts, most_routes):
    """Link the plan's routes as the giant tour in `cuts` is best cut into at most so many routes."""
    price = 0.0
    if _sweep(field, plan, cuts, price) > most_routes:
        low, price = 0.0, 1.0 + 2.0 * cuts.value[len(cuts.child)] / len(cuts.child)
        for _ in range(_DOUBLINGS):
            if _sweep(field, plan, cuts, price) <= most_routes:
                break
            low, price = price, 3.0 * price
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + price)
            if _sweep(field, plan, cuts, middle) <= most_routes:
                price = middle
            else:
                low = middle
        _sweep(field, plan, cuts, price)
    end = len(cuts.child)
    for route in range(len(plan.routes)):
        depot = depot_of(plan, route)
        node = np.int64(depot)
        if end > 0:
            for i in range(cuts.before[end], end):
                link(field.nodes, node, np.int64(cuts.child[i]))
                node = np.int64(cuts.child[i])
            end = cuts.before[end]
        link(field.nodes, node, depot)


@inner
def _sweep(field, plan, cuts, price):
    """Find the best cuts for this price per route, and return how many routes that makes."""
    nodes, tour, value = field.nodes, cuts.child, cuts.value
    depot = depot_of(plan, 0)
    rates, stops = field.rates, len(tour)
    value[0] = 0.0
    value[1:] = np.inf
    farthest = 0
    for stop in range(1, stops + 1):
        farthest = max(farthest, entry(field.cost, 0, stop) + entry(field.cost, stop, 0))
    for i in range(stops):
        running, legs, load = begin(nodes, depot), 0, 0
        for j in range(i, stops):
            stop = np.int64(tour[j])
            legs += entry(field.cost, running[0], stop)
            load += entry(nodes, stop, DEMAND)
            if j > i and load > _OVERLOAD * rates[CAPACITY]:
                break
            running = visit(field, running, stop)
            charge = surcharge(rates, load, close(field, running, depot))
            cost = value[i] + price + legs + entry(field.cost, stop, 0) + charge
            if cost < value[j + 1]:
                value[j + 1], cuts.before[j + 1] = cost, i
            if rates[PER_TIME] * running[2] > farthest + price:
                break
    routes, end = 0, stops
    while end > 0:
        end = cuts.before[end]
        routes += 1
    return routes
