"""The timed family's generations: construct or cross, search, repair, admit, in one kernel.

The kernel does as much work as it is allowed and returns; called again it goes on exactly where it
stopped, be it in the middle of a local search. So the answer after a number of individuals depends on the
seed alone, however the work was portioned.
"""

from __future__ import annotations

from routeopt.solvers.compiled import borrowed, inner, kernel
from routeopt.solvers.random import below, shuffle
from routeopt.solvers.vrp.hgs.engine import GIVEN, IDLE, REPAIR, SEARCH
from routeopt.solvers.vrp.hgs.penalties import observe
from routeopt.solvers.vrp.hgs.population import admit, crown, cull, pick_parents, reprice, take_slot
from routeopt.solvers.vrp.hgs.timed_insertion import clear_routes, insert_all
from routeopt.solvers.vrp.hgs.timed_search import begin_descent, descend
from routeopt.solvers.vrp.hgs.timed_segments import (
    CAPACITY,
    COUNT,
    FILLED,
    LATE,
    LEGS,
    MOST_LENGTH,
    MOST_TIME,
    NEXT,
    PER_WAIT,
    REACH,
    TIME,
    WAITED,
    WORK,
    depot_of,
    entry,
)
from routeopt.solvers.vrp.hgs.timed_split import split
from routeopt.solvers.vrp.hgs.timed_srex import route_exchange

_REPAIR_FACTOR = 10.0  # on the penalties while an infeasible child is repaired
_REPAIRED = 2  # one infeasible child in so many is


@kernel
def evolve(
    field,
    plan,
    population,
    champion,
    penalties,
    breeding,
    target,
    crossing,
    cuts,
    state,
    life,
    flag,
    searched,
    work,
):
    """Go on until so many individuals have been searched in all, the work is used up or the flag is set.

    Returns the work done. `target` is the share of searches that should end without each kind of excess.
    """
    field, plan = borrowed(field), borrowed(plan)
    population, champion = borrowed(population), borrowed(champion)
    penalties, crossing, cuts = borrowed(penalties), borrowed(crossing), borrowed(cuts)
    now, clock = life[0], plan.clock
    clock[WORK] = work
    while clock[WORK] > 0 and flag[0] == 0 and now.searched < searched:
        if now.stage == IDLE or now.stage == GIVEN:
            field.rates[: len(penalties.value)] = penalties.value
            if now.stage == GIVEN:
                split(field, plan, cuts, len(plan.routes))
            else:
                one, other = pick_parents(population, breeding, state)
                route_exchange(field, plan, population, one, other, crossing, state)
            begin_descent(field, plan, penalties.value, 1.0, state)
            clock[WORK] -= len(plan.order)
            now.stage = SEARCH
        if not descend(field, plan, flag):
            break
        _finish(field, plan, population, champion, penalties, breeding, target, state, life)
    return work - clock[WORK]


@kernel
def construct(field, plan, penalties, cuts, state):
    """Make a giant tour of routes that the stops entered in random order, each where it cost least."""
    field, plan = borrowed(field), borrowed(plan)
    field.rates[: len(penalties.value)] = penalties.value
    shuffle(plan.order, state)
    clear_routes(field, plan)
    insert_all(field, plan, plan.order, len(plan.order))
    return store_routes(field.nodes, plan, cuts.child, cuts.offsets)


@inner
def _finish(field, plan, population, champion, penalties, breeding, target, state, life):
    """Take the searched individual into the population; send it to repair or end its turn."""
    now = life[0]
    slot = take_slot(population)
    parts = population.parts[slot]
    measure(field, plan, parts)
    feasible = parts[1] + parts[2] + parts[3] == 0.0
    if now.stage == SEARCH or feasible:
        population.sizes[slot] = store_routes(
            field.nodes, plan, population.tours[slot], population.offsets[slot]
        )
        if now.stage == SEARCH and observe(penalties, parts, target):
            reprice(population, penalties.value)
        group = admit(population, slot, penalties.value, breeding.directed)
        if feasible and crown(champion, population, slot):
            now.stalled = -1
        if population.counts[group] > breeding.least + breeding.brood:
            cull(population, group, breeding)
    else:
        return_slot(population, slot)
    if now.stage == SEARCH and not feasible and below(state, _REPAIRED) == 0:
        now.stage = REPAIR
        begin_descent(field, plan, penalties.value, _REPAIR_FACTOR, state)
        return
    now.stage = IDLE
    now.searched += 1
    now.stalled += 1


@inner
def return_slot(population, slot):
    """Give back a slot that was taken and not used."""
    population.members[2, population.counts[2]] = slot
    population.counts[2] += 1


@inner
def measure(field, plan, parts):
    """Set the cost of the plan, and its excess load, time and length."""
    parts[:] = 0.0
    routes, rates = plan.routes, field.rates
    for route in range(len(plan.routes)):
        time, warp = routes[route, TIME], routes[route, LATE]
        parts[0] += routes[route, LEGS] + rates[PER_WAIT] * routes[route, WAITED]
        parts[1] += max(routes[route, FILLED] - rates[CAPACITY], 0.0)
        parts[2] += warp + max(time - warp - rates[MOST_TIME], 0.0)
        parts[3] += max(routes[route, REACH] - rates[MOST_LENGTH], 0.0)


@inner
def store_routes(nodes, plan, tour, offsets):
    """Write the routes as a giant tour, and return how many there are."""
    position, used = 0, 0
    for route in range(len(plan.routes)):
        if plan.routes[route, COUNT] > 0:
            offsets[used] = position
            used += 1
            depot = depot_of(plan, route)
            node = entry(nodes, depot, NEXT)
            while node != depot:
                tour[position] = node
                position += 1
                node = entry(nodes, node, NEXT)
    offsets[used] = position
    return used
