"""The rich search itself: ruin, recreate, and keep or undo by the rule of annealing.

A plan that misses stops is left for one whose missing stops have been left out less often (Christiaens &
Vanden Berghe 2020), so that hard stops come in at last.
"""

from __future__ import annotations

import numpy as np

from routeopt.solvers.compiled import borrowed, inlined, kernel
from routeopt.solvers.random import uniform
from routeopt.solvers.vrp.rich.layout import (
    ABSENCE,
    ABSENCE_NOW,
    BANK,
    BANKED,
    BEST_COST,
    BEST_MISSING,
    CHANGED_ROUTES,
    COST,
    ITERATION,
    MISSING,
    OUTSIDE,
    REQUESTS,
    TO_INSERT,
    TOUCHED,
    TOUCHED_ROUTES,
)
from routeopt.solvers.vrp.rich.links import keep, record_best, undo
from routeopt.solvers.vrp.rich.measure import measure
from routeopt.solvers.vrp.rich.polish import polish
from routeopt.solvers.vrp.rich.recreate import recreate
from routeopt.solvers.vrp.rich.retype import retype
from routeopt.solvers.vrp.rich.ruin import request, ruin

GAIN = 1e-9  # relative to the cost: less is noise


@kernel
def anneal(field, plan, iterations, leaders, removed, polished, heat, cooling, first, state, flag):
    """Do so many iterations, or fewer where the flag is set; return how many.

    The temperature is `heat` times `cooling` for each iteration done, those before this call included.
    Where leaders are named, an iteration inserts them all, as far as they fit, and is kept.
    """
    field, plan = borrowed(field), borrowed(plan)
    counts, sums = plan.counts, plan.sums
    building = len(leaders) > 0
    sums[COST] = total(field, plan)
    for done in range(iterations):
        if flag[0] != 0:
            return done
        begin(plan)
        missing = counts[MISSING]
        if building:
            counts[REQUESTS] = 0
            for leader in leaders:
                request(plan, np.int64(leader))
        else:
            ruin(field, plan, removed, state)
        recreate(field, plan, state)
        if building or uniform(state) < polished:
            polish(field, plan)
        if len(plan.heights) > 1:
            retype(field, plan)
        change = changed_cost(field, plan)
        temperature = heat * cooling ** (first + done)
        allowed = change < -temperature * np.log(1.0 - uniform(state))
        if missing > 0 or counts[MISSING] > 0:
            allowed = change < np.inf and (
                sums[ABSENCE_NOW] < sums[ABSENCE] or (allowed and sums[ABSENCE_NOW] <= sums[ABSENCE])
            )
        if counts[MISSING] > 0 and not building:
            remember_absence(plan)
        if (allowed or building) and change < np.inf:
            settle(plan, change)
        else:
            undo(field, plan)
            counts[MISSING] = missing
        if missing > 0:
            sums[ABSENCE] = absence(plan)
    return iterations


@inlined
def total(field, plan):
    """Return the cost of the plan, summed up anew: sums of changes drift."""
    cost = 0.0
    for r in range(len(plan.routes)):
        if plan.routes[r].measured == 0:
            measure(field, plan, r)
        if plan.routes[r].count > 0:
            cost += plan.routes[r].cost + plan.routes[r].opening
    for stop in range(field.depots, field.task.nodes):
        node = plan.nodes[stop]
        if node.route >= 0:
            cost += node.extra
        elif node.shelf >= 0 and node.price < np.inf:
            cost += node.price
    return cost


@inlined
def begin(plan):
    """Begin an iteration."""
    counts, sums = plan.counts, plan.sums
    counts[ITERATION] += 1
    counts[TOUCHED] = counts[TOUCHED_ROUTES] = 0
    sums[OUTSIDE] = 0.0
    sums[ABSENCE_NOW] = sums[ABSENCE]


@inlined
def changed_cost(field, plan):
    """Return by how much the plan has become dearer; inf where a route breaks a bound."""
    change = plan.sums[OUTSIDE]
    for k in range(plan.counts[TOUCHED_ROUTES]):
        r = np.int64(plan.lists[CHANGED_ROUTES, k])
        route = plan.routes[r]
        if route.measured == 0:
            measure(field, plan, r)
        change += route.cost - route.old_cost
        change += route.opening * (np.int64(route.count > 0) - np.int64(route.old_count > 0))
    return change


@inlined
def settle(plan, change):
    """Keep the iteration, as the best plan where it is."""
    counts, sums = plan.counts, plan.sums
    keep(plan)
    sums[COST] += change
    better = sums[COST] < sums[BEST_COST] - GAIN * abs(sums[BEST_COST])
    if counts[MISSING] < counts[BEST_MISSING] or (counts[MISSING] == counts[BEST_MISSING] and better):
        sums[BEST_COST], counts[BEST_MISSING] = sums[COST], counts[MISSING]
        record_best(plan)


@inlined
def remember_absence(plan):
    """Count one absence more for each request that must be served and is not."""
    for k in range(plan.counts[REQUESTS]):
        leader = np.int64(plan.lists[TO_INSERT, k])
        if plan.nodes[leader].price == np.inf and plan.nodes[leader].route < 0:
            plan.nodes[leader].absences += 1.0


@inlined
def absence(plan):
    """Return how often the requests that the plan misses have been left out."""
    total = 0.0
    for k in range(plan.counts[BANKED]):
        if plan.nodes[plan.lists[BANK, k]].price == np.inf:
            total += plan.nodes[plan.lists[BANK, k]].absences
    return total
