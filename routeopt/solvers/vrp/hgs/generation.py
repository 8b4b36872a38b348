"""The plain family's generations: cross, split, search, repair, admit, in one kernel.

The kernel does as much work as it is allowed and returns; called again it goes on
exactly where it stopped, be it in the middle of a local search. So the answer after a
number of individuals depends on the seed alone, however the work was portioned.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import borrowed, inner, kernel
from routeopt.solvers.random import State, shuffle, uniform
from routeopt.solvers.vrp.hgs.crossover import order_crossover
from routeopt.solvers.vrp.hgs.descent import begin_descent, descend
from routeopt.solvers.vrp.hgs.engine import GIVEN, IDLE, REPAIR, SEARCH
from routeopt.solvers.vrp.hgs.layout import Ground, Plan, load_routes, store_routes
from routeopt.solvers.vrp.hgs.penalties import Penalties, observe
from routeopt.solvers.vrp.hgs.population import (
    Breeding,
    Champion,
    Population,
    admit,
    crown,
    cull,
    pick_parents,
    reprice,
    take_slot,
)
from routeopt.solvers.vrp.hgs.split import SplitWork, split
from routeopt.solvers.vrp.records import Records

_REPAIR_FACTOR = 10.0  # on the penalties while an infeasible child is repaired
_REPAIRED = 0.5  # share of the infeasible children that are


@kernel
def evolve(
    ground: Ground,
    plan: Plan,
    population: Population,
    champion: Champion,
    penalties: Penalties,
    breeding: Breeding,
    target: float,
    split_work: SplitWork,
    state: State,
    lives: Records,
    flag: NDArray[np.uint8],
    searched: int,
    work: int,
) -> int:
    """Go on until so many individuals have been searched in all, the work is used up or the flag is set.

    Returns the work done. `target` is the share of searches that should end feasible.
    """
    ground, plan, population, champion = (
        borrowed(ground),
        borrowed(plan),
        borrowed(population),
        borrowed(champion),
    )
    penalties, split_work = borrowed(penalties), borrowed(split_work)
    now, life = plan.state[0], lives[0]
    now.work = work
    while now.work > 0 and flag[0] == 0 and life.searched < searched:
        if life.stage == IDLE or life.stage == GIVEN:
            most = ground.routes
            if life.stage == IDLE:
                most = _breed(ground, plan, population, breeding, state)
            size = split(
                plan.child,
                ground.legs,
                ground.demand,
                ground.capacity,
                penalties.value[0],
                most,
                split_work,
                plan.cuts,
            )
            load_routes(ground, plan, plan.child, plan.cuts, size)
            begin_descent(ground, plan, penalties.value[0], state)
            now.work -= ground.stops
            life.stage = SEARCH
        if not descend(ground, plan, flag):
            break
        _finish(ground, plan, population, champion, penalties, breeding, target, state, life)
    return work - now.work


@inner
def _breed(ground: Ground, plan: Plan, population: Population, breeding: Breeding, state: State) -> int:
    """Make a child of two parents, and return how many routes it may be split into."""
    first, second = pick_parents(population, breeding, state)
    order_crossover(population.tours[first], population.tours[second], plan.child, plan.taken, state)
    if population.apart[first, second] == 0.0:
        shuffle(plan.child, state)  # clones would only have another clone
    return min(ground.routes, max(population.sizes[first], ground.least_routes))


@inner
def _finish(
    ground: Ground,
    plan: Plan,
    population: Population,
    champion: Champion,
    penalties: Penalties,
    breeding: Breeding,
    target: float,
    state: State,
    life: Records,
) -> None:
    """Take the searched individual into the population; send it to repair or end its turn."""
    excess = 0
    for route in range(ground.routes):
        excess += max(plan.routes[route].load - ground.capacity, 0)
    if life.stage == SEARCH or excess == 0:
        slot = take_slot(population)
        size, distance = store_routes(ground, plan, population.tours[slot], population.offsets[slot])
        population.sizes[slot] = size
        population.parts[slot, 0] = distance
        population.parts[slot, 1] = excess
        if life.stage == SEARCH and observe(penalties, population.parts[slot], target):
            reprice(population, penalties.value)
        group = admit(population, slot, penalties.value, breeding.directed)
        if excess == 0 and crown(champion, population, slot):
            life.stalled = -1
        if population.counts[group] > breeding.least + breeding.brood:
            cull(population, group, breeding)
    if life.stage == SEARCH and excess > 0 and uniform(state) < _REPAIRED:
        life.stage = REPAIR
        begin_descent(ground, plan, _REPAIR_FACTOR * penalties.value[0], state)
        return
    life.stage = IDLE
    life.searched += 1
    life.stalled += 1
