"""Capacitated problems in the manner of the X set.

Uchoa, Pecin, Pessoa, Poggi, Vidal and Subramanian (2017), "New benchmark instances for the capacitated
vehicle routing problem": whole-number places on a grid, no two the same; clusters that thin out exponentially
around seed stops; seven kinds of demand; a capacity that follows from the number of stops a route is meant to
have. The samplers take a NumPy generator and a size, ``n`` or ``(batch, n)``, and serve training as well.
"""

from __future__ import annotations

from math import ceil, log, sqrt

import numpy as np

from routeopt.data.generators.options import check, number, one_of
from routeopt.data.generators.shapes import Size, shape
from routeopt.problems.columns import Stops
from routeopt.problems.instance import Flags, Floats, Integers
from routeopt.problems.legs import Euclidean
from routeopt.problems.rows import Depot, Vehicle
from routeopt.problems.vrp import VRP

SIDE = 1000  # of the square
# A cluster thins out by half every 40 units of 1000. The paper prints exp(-distance / 40), but the clustered
# files of the set follow 2 ** (-distance / 40): the maximum likelihood over all of them is at 40 / log(2).
DECAY = 0.04 / log(2)  # of the side: the distance over which a cluster thins out by a factor of e
ROOMY = 10_000  # stops; with more the square grows, or rounded legs would all be 0 or 1
SEEDS = (3, 8)  # fewest and most clusters
SMALL_SHARE = (0.70, 0.95)  # of stops with a small demand, where few are large
ROUTE_LENGTH = (3.0, 6.0, 25.0)  # least, most frequent and greatest number of stops in a route

DEPOTS = ("central", "eccentric", "random")
CUSTOMERS = ("random", "clustered", "random-clustered")
RANGES = {"unitary": (1, 1), "1-10": (1, 10), "5-10": (5, 10), "1-100": (1, 100), "50-100": (50, 100)}
DEMANDS = (*RANGES, "quadrant", "many-small")


def x(
    rng: np.random.Generator,
    stops: int,
    *,
    depot: str = "random",
    customers: str = "random-clustered",
    demand: str = "1-100",
    route_length: float | None = None,
    name: str = "",
) -> VRP:
    """Return a capacitated problem in the manner of the X set, with legs rounded to whole numbers.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    stops : int
        Number of stops. Up to 10 000 the square is 1000 wide; it grows with more, and the clusters with it.
    depot : {"central", "eccentric", "random"}
        In the middle, at the corner (0, 0), or anywhere.
    customers : {"random", "clustered", "random-clustered"}
        Anywhere, in 3 to 8 clusters, or half of each.
    demand : {"unitary", "1-10", "5-10", "1-100", "50-100", "quadrant", "many-small"}
        One each; a range; 51-100 in the first and third quadrant of the square and 1-50 in the others;
        or 1-10 for most stops and 50-100 for the rest.
    route_length : float, optional
        Mean number of stops that fill a vehicle, 1 or more; by default drawn from a triangular distribution
        from 3 to 25 with its peak at 6.
    name : str
        Name of the problem.
    """
    check(
        one_of("depot", depot, DEPOTS),
        one_of("customers", customers, CUSTOMERS),
        one_of("demand", demand, DEMANDS),
        None if route_length is None else number("route_length", route_length, 1),
    )
    side = SIDE * max(1, ceil(sqrt(stops / ROOMY)))
    depot_place = depot_places(rng, (), depot, side)
    places = stop_places(rng, stops, customers, depot_place, side)
    demands = stop_demands(rng, demand, places, side)
    length = rng.triangular(*ROUTE_LENGTH) if route_length is None else route_length
    return VRP(
        Stops(places[:, 0], places[:, 1], delivery=demands),
        [Vehicle(capacity=float(capacity(length, demands)))],
        [Depot(*depot_place.tolist())],
        legs=Euclidean("round"),
        name=name,
    )


def depot_places(rng: np.random.Generator, size: Size, positioning: str, side: int = SIDE) -> Integers:
    """Return depot places ``(*size, 2)`` of a positioning of DEPOTS."""
    if positioning == "random":
        return rng.integers(0, side + 1, (*shape(size), 2))
    return np.full((*shape(size), 2), side // 2 if positioning == "central" else 0, np.int64)


def stop_places(
    rng: np.random.Generator, size: Size, positioning: str, depots: Integers, side: int = SIDE
) -> Integers:
    """Return stop places ``(*size, 2)`` of a positioning of CUSTOMERS.

    In each row no place is used twice, and none is that of the row's depot; `depots` is ``(*size[:-1], 2)``.
    """
    *batch, n = shape(size)
    rows = int(np.prod(batch))
    places = np.zeros((rows, n, 2), np.int64)
    clustered = {"random": 0, "clustered": n, "random-clustered": n - n // 2}[positioning]
    seeds = np.minimum(rng.integers(SEEDS[0], SEEDS[1] + 1, rows), clustered)
    column = np.arange(n)
    attracted = (column < clustered) & (column >= seeds[:, None])  # seeds are the first stops of each row
    taken = _cells(np.arange(rows), depots.reshape(rows, 2), side)

    def anywhere(row: Integers) -> Integers:
        return rng.integers(0, side + 1, (len(row), 2))

    def near_seeds(row: Integers) -> Integers:
        return _near_seeds(rng, row, places, seeds, side)

    for todo, draw in ((~attracted, anywhere), (attracted, near_seeds)):
        while todo.any():
            row = np.nonzero(todo)[0]
            places[todo] = drawn = draw(row)
            cells = _cells(row, drawn, side)
            new = _first_in_their_cell(taken, cells)
            todo[todo] = ~new  # what landed on another one is drawn again
            taken = np.concatenate([taken, cells[new]])
    return places.reshape(*batch, n, 2)


def _near_seeds(
    rng: np.random.Generator, row: Integers, places: Integers, seeds: Integers, side: int
) -> Integers:
    """Return a place in the square for each entry of `row`, near one of the seeds of that row.

    The probability of a place is proportional to the sum over the seeds of exp(-distance / decay): around one
    seed the distance has a gamma distribution of shape 2. A place outside the square is drawn again from all.
    """
    drawn = np.zeros((len(row), 2), np.int64)
    todo = np.arange(len(row))
    while len(todo):
        line = row[todo]
        seed = places[line, rng.integers(0, seeds[line])]
        radius = rng.gamma(2.0, DECAY * side, len(todo))
        angle = rng.uniform(0.0, 2 * np.pi, len(todo))
        drawn[todo] = np.rint(seed + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))
        todo = todo[((drawn[todo] < 0) | (drawn[todo] > side)).any(axis=1)]
    return drawn


def _cells(row: Integers, places: Integers, side: int) -> Integers:
    """Return one number for each place of each row."""
    numbers: Integers = (row * (side + 1) + places[:, 0]) * (side + 1) + places[:, 1]
    return numbers


def _first_in_their_cell(taken: Integers, cells: Integers) -> Flags:
    """Return which cells are neither taken nor the same as an earlier one."""
    first = np.zeros(len(taken) + len(cells), bool)
    first[np.unique(np.concatenate([taken, cells]), return_index=True)[1]] = True
    return first[len(taken) :]


def stop_demands(rng: np.random.Generator, kind: str, places: Integers, side: int = SIDE) -> Integers:
    """Return demands ``(...,)`` of a kind of DEMANDS for places ``(..., 2)``."""
    size = places.shape[:-1]
    if kind == "quadrant":
        odd = (places[..., 0] >= side / 2) == (places[..., 1] >= side / 2)
        demands: Integers = rng.integers(1, 51, size) + 50 * odd
        return demands
    if kind == "many-small":
        share = rng.uniform(*SMALL_SHARE, (*size[:-1], 1))
        small, large = rng.integers(1, 11, size), rng.integers(50, 101, size)
        chosen: Integers = np.where(rng.random(size) < share, small, large)
        return chosen
    low, high = RANGES[kind]
    return np.asarray(rng.integers(low, high + 1, size))


def capacity(route_length: float | Floats, demands: Integers) -> Integers:
    """Return the capacity that so many mean demands fill, or the largest demand where that is more."""
    filled = np.ceil(route_length * demands.mean(axis=-1)).astype(np.int64)
    return np.asarray(np.maximum(filled, demands.max(axis=-1)))
