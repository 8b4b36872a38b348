"""The population: feasible and infeasible individuals, kept good and kept different.

An individual is a giant tour of stops 1 .. n with the offsets of its routes, in a slot of
preallocated arrays. It is priced by its cost plus a penalty per unit of each kind of
excess (load, and in the timed family time and distance). Its fitness adds its rank by
cost and its rank by how far it lies from its closest relatives, so that a dull copy of
a good individual goes before an odd one. Source: Vidal, "Hybrid genetic search for the
CVRP", C&OR 140 (2022).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inner
from routeopt.solvers.random import State, below
from routeopt.solvers.vrp.sorting import argsort

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]

FEASIBLE, INFEASIBLE, FREE = 0, 1, 2  #: rows of `members` and `counts`

_TRIES = 20  # draws of a second parent before a clone of the first is accepted
_SAME = 1e-9  # individuals closer than this are clones


class Breeding(NamedTuple):
    """How large the subpopulations are and what counts as different."""

    least: int  # individuals that survive when a subpopulation is culled
    brood: int  # newcomers on top of these before it is culled
    elite: int  # individuals that survive by cost alone
    close: int  # relatives that an individual is compared with
    directed: bool  # a route driven backwards is another route


class Population(NamedTuple):
    """All individuals, in slots; n stops, E kinds of excess."""

    tours: Integers  # (slots, n)
    offsets: Integers  # (slots, most routes + 1)
    sizes: Integers  # (slots,) number of routes
    after: Integers  # (slots, n + 1) stop that follows each stop in its route, or 0
    before: Integers  # (slots, n + 1)
    parts: Floats  # (slots, 1 + E) cost, then the excess of each kind
    price: Floats  # (slots,) cost and penalties
    apart: Floats  # (slots, slots) broken pairs distance
    fitness: Floats  # (slots,) the lower the better
    closest: Floats  # (slots,) distance from the closest relative
    members: Integers  # (3, slots) slots of the feasible, of the infeasible, and not in use
    counts: NDArray[np.int64]  # (3,)
    ranking: Integers  # (slots,) scratch
    keys: Floats  # (slots,) scratch
    near: Floats  # (slots,) scratch


class Champion(NamedTuple):
    """The best feasible individual seen so far; it outlives the population."""

    tour: Integers  # (n,)
    offsets: Integers  # (most routes + 1,)
    size: NDArray[np.int64]  # (1,) number of routes
    cost: Floats  # (1,) inf while there is none


def new_champion(stops: int, most_routes: int) -> Champion:
    """Return an empty throne."""
    tour, offsets = np.zeros(stops, np.int32), np.zeros(most_routes + 1, np.int32)
    return Champion(tour, offsets, np.zeros(1, np.int64), np.full(1, np.inf))


def new_population(stops: int, most_routes: int, slots: int, excesses: int) -> Population:
    """Return an empty population."""
    return Population(
        tours=np.zeros((slots, stops), np.int32),
        offsets=np.zeros((slots, most_routes + 1), np.int32),
        sizes=np.zeros(slots, np.int32),
        after=np.zeros((slots, stops + 1), np.int32),
        before=np.zeros((slots, stops + 1), np.int32),
        parts=np.zeros((slots, 1 + excesses)),
        price=np.zeros(slots),
        apart=np.zeros((slots, slots)),
        fitness=np.zeros(slots),
        closest=np.zeros(slots),
        members=np.tile(np.arange(slots, dtype=np.int32), (3, 1)),
        counts=np.array([0, 0, slots]),
        ranking=np.zeros(slots, np.int32),
        keys=np.zeros(slots),
        near=np.zeros(slots),
    )


def clear(population: Population) -> None:
    """Forget all individuals."""
    population.members[FREE] = np.arange(population.members.shape[1])
    population.counts[:] = 0, 0, population.members.shape[1]


@inner
def broken_pairs(population: Population, one: int, other: int, directed: bool) -> float:
    """Return the share of neighbour pairs of one individual that the other does not have, from 0 to 1."""
    after, before = population.after[one], population.before[one]
    after2, before2 = population.after[other], population.before[other]
    stops = len(after) - 1
    broken = 0
    for stop in range(1, stops + 1):
        follower = after[stop]
        if follower != after2[stop] and (directed or follower != before2[stop]):
            broken += 1
        if before[stop] == 0 and before2[stop] != 0 and (directed or after2[stop] != 0):
            broken += 1
    return broken / stops


@inner
def take_slot(population: Population) -> int:
    """Return a free slot, to be filled (tours, offsets, sizes, parts) and handed to `admit`."""
    population.counts[FREE] -= 1
    return population.members[FREE, population.counts[FREE]]


@inner
def admit(population: Population, slot: int, penalties: Floats, directed: bool) -> int:
    """Make the individual in the slot a member, and return its subpopulation."""
    after, before, tour = population.after[slot], population.before[slot], population.tours[slot]
    offsets = population.offsets[slot]
    for route in range(population.sizes[slot]):
        last = 0
        for i in range(offsets[route], offsets[route + 1]):
            before[tour[i]] = last
            if last > 0:
                after[last] = tour[i]
            last = tour[i]
        if last > 0:
            after[last] = 0
    excess = _set_price(population, slot, penalties)
    group = INFEASIBLE if excess > 0 else FEASIBLE
    for i in range(population.counts[group]):
        other = population.members[group, i]
        distance = broken_pairs(population, slot, other, directed)
        population.apart[slot, other] = distance
        population.apart[other, slot] = distance
    population.members[group, population.counts[group]] = slot
    population.counts[group] += 1
    return group


@inner
def crown(champion: Champion, population: Population, slot: int) -> bool:
    """Keep a feasible individual if it is cheaper than the best so far, and return whether it is."""
    if population.parts[slot, 0] >= champion.cost[0]:
        return False
    for i in range(len(champion.tour)):  # loops: slices take numba seconds to compile
        champion.tour[i] = population.tours[slot, i]
    for i in range(len(champion.offsets)):
        champion.offsets[i] = population.offsets[slot, i]
    champion.size[0] = population.sizes[slot]
    champion.cost[0] = population.parts[slot, 0]
    return True


@inner
def reprice(population: Population, penalties: Floats) -> None:
    """Price the infeasible individuals anew, after the penalties have changed."""
    for i in range(population.counts[INFEASIBLE]):
        _set_price(population, population.members[INFEASIBLE, i], penalties)


@inner
def _set_price(population: Population, slot: int, penalties: Floats) -> float:
    parts = population.parts[slot]
    price, excess = parts[0], 0.0
    for kind in range(len(penalties)):
        price += penalties[kind] * parts[1 + kind]
        excess += parts[1 + kind]
    population.price[slot] = price
    return excess


@inner
def rank(population: Population, group: int, breeding: Breeding) -> None:
    """Set the fitness of each member of a subpopulation, and its distance from the closest other."""
    count = population.counts[group]
    members, keys, ranking = population.members[group], population.keys, population.ranking
    spread = 1.0 / max(count - 1, 1)
    for i in range(count):
        keys[i] = population.price[members[i]]
    argsort(keys, count, ranking)
    for place in range(count):
        population.fitness[members[ranking[place]]] = place * spread
    for i in range(count):
        keys[i] = -_mean_distance(population, group, i, breeding.close)
    argsort(keys, count, ranking)
    weight = 1.0 - breeding.elite / count if count > breeding.elite else 0.0
    for place in range(count):
        population.fitness[members[ranking[place]]] += weight * place * spread


@inner
def _mean_distance(population: Population, group: int, member: int, close: int) -> float:
    """Return the mean distance from the closest relatives; note the distance from the closest."""
    slot, near = population.members[group, member], population.near
    known = 0
    for i in range(population.counts[group]):
        if i == member:
            continue
        distance = population.apart[slot, population.members[group, i]]
        place = known
        while place > 0 and distance < near[place - 1]:  # near is ascending
            near[place] = near[place - 1]
            place -= 1
        near[place] = distance
        known = min(known + 1, close)
    total = 0.0
    for i in range(known):
        total += near[i]
    population.closest[slot] = near[0] if known > 0 else 1.0
    return total / known if known > 0 else 1.0


@inner
def cull(population: Population, group: int, breeding: Breeding) -> None:
    """Remove clones, then the least fit, until `breeding.least` members are left; the cheapest stays."""
    members = population.members[group]
    while population.counts[group] > breeding.least:
        rank(population, group, breeding)
        count = population.counts[group]
        cheapest = 0
        for i in range(1, count):
            if population.price[members[i]] < population.price[members[cheapest]]:
                cheapest = i
        worst, worst_cloned = -1, False
        for i in range(count):
            if i == cheapest:
                continue
            cloned = population.closest[members[i]] < _SAME
            less_fit = worst < 0 or population.fitness[members[i]] > population.fitness[members[worst]]
            if worst < 0 or (cloned and not worst_cloned) or (cloned == worst_cloned and less_fit):
                worst, worst_cloned = i, cloned
        population.members[FREE, population.counts[FREE]] = members[worst]
        population.counts[FREE] += 1
        population.counts[group] -= 1
        members[worst] = members[population.counts[group]]


@inner
def pick_parents(population: Population, breeding: Breeding, state: State) -> tuple[int, int]:
    """Return the slots of two parents, different if possible, each the fitter of two drawn members."""
    for group in range(FREE):  # a loop: numba would compile `rank` anew for each constant argument
        rank(population, group, breeding)
    first = _tournament(population, state)
    second = first
    for _ in range(_TRIES):
        second = _tournament(population, state)
        if second != first:
            break
    return first, second


@inner
def _tournament(population: Population, state: State) -> int:
    one = _any_member(population, state)
    other = _any_member(population, state)
    return one if population.fitness[one] < population.fitness[other] else other


@inner
def _any_member(population: Population, state: State) -> int:
    feasible = population.counts[FEASIBLE]
    i = below(state, feasible + population.counts[INFEASIBLE])
    return population.members[FEASIBLE, i] if i < feasible else population.members[INFEASIBLE, i - feasible]
