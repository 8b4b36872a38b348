"""Selective route exchange: a child is one parent with some neighbouring routes taken from the other.

A cluster of routes grows in the first parent from stop to neighbour; in the second parent as many routes
are chosen that serve nearly the same stops. They replace the cluster. Stops then served twice lose one
of their places, in one child the old one, in the other child the new one; stops no longer served are
inserted where they cost least. The cheaper child counts. Source: Nagata, Bräysy & Dullaert, C&OR 37 (2010), there with
routes side by side around the depot; neighbour lists need no coordinates.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inner
from routeopt.solvers.random import below, shuffle
from routeopt.solvers.vrp.hgs.timed_insertion import clear_routes, insert_all, penalised_cost
from routeopt.solvers.vrp.hgs.timed_links import find_empty, link
from routeopt.solvers.vrp.hgs.timed_segments import Int32, depot_of, refresh

_TRIES = 20  # random steps for each route that the cluster should gain


class Exchange(NamedTuple):
    """Scratch of the crossover for n stops and R routes."""

    route: Int32  # (n + 1,) of each stop in the first parent
    route2: Int32  # (n + 1,) in the second parent
    chosen: NDArray[np.uint8]  # (R,) routes of the first parent that are replaced
    chosen2: NDArray[np.uint8]  # (R,) routes of the second parent that replace them
    shared: Int32  # (R,) stops of a route of the second parent that the cluster serves
    cluster: Int32  # (R,) routes in the order in which they were chosen
    missing: Int32  # (n,) stops to insert


def new_exchange(stops: int, fleet: int) -> Exchange:
    """Return scratch."""
    return Exchange(
        route=np.zeros(stops + 1, np.int32),
        route2=np.zeros(stops + 1, np.int32),
        chosen=np.zeros(fleet, np.uint8),
        chosen2=np.zeros(fleet, np.uint8),
        shared=np.zeros(fleet, np.int32),
        cluster=np.zeros(fleet, np.int32),
        missing=np.zeros(stops, np.int32),
    )


@inner
def route_exchange(field, plan, population, first, second, work, state):
    """Leave the better of the two children of the individuals in two slots in the plan, as links."""
    _note_routes(population, first, work.route)
    _note_routes(population, second, work.route2)
    count = 1 + below(state, min(population.sizes[first], population.sizes[second]))
    count = _grow_cluster(plan.near, population, first, count, work, state)
    _match_cluster(population, first, second, count, work)
    missing = _find_missing(population, first, work, count)
    shuffle(work.missing[:missing], state)
    costs = np.inf
    for kept in range(2):
        _build(field, plan, population, first, second, work, kept == 0)
        insert_all(field, plan, work.missing, missing)
        cost = penalised_cost(plan)
        if kept == 0:
            costs = cost
    if costs < cost:
        _build(field, plan, population, first, second, work, True)
        insert_all(field, plan, work.missing, missing)


@inner
def _note_routes(population, slot, route_of):
    tour, offsets = population.tours[slot], population.offsets[slot]
    for route in range(population.sizes[slot]):
        for i in range(offsets[route], offsets[route + 1]):
            route_of[tour[i]] = route


@inner
def _grow_cluster(near, population, slot, count, work, state):
    """Choose up to `count` routes of the first parent, each with a stop near one of the others."""
    tour, offsets, cluster = population.tours[slot], population.offsets[slot], work.cluster
    work.chosen[:] = 0
    cluster[0] = work.route[1 + below(state, len(tour))]
    work.chosen[cluster[0]] = 1
    known, width = 1, near.shape[1]
    for _ in range(_TRIES * count):
        if known == count or width == 0:
            break
        route = cluster[below(state, known)]
        stop = tour[offsets[route] + below(state, offsets[route + 1] - offsets[route])]
        reached = work.route[near[stop, below(state, width)]]
        if work.chosen[reached] == 0:
            work.chosen[reached] = 1
            cluster[known] = reached
            known += 1
    return known


@inner
def _match_cluster(population, first, second, count, work):
    """Choose routes of the second parent that serve most stops of the cluster and fewest others."""
    tour, offsets, offsets2 = population.tours[first], population.offsets[first], population.offsets[second]
    work.chosen2[:] = 0
    work.shared[:] = 0
    for k in range(count):
        for i in range(offsets[work.cluster[k]], offsets[work.cluster[k] + 1]):
            work.shared[work.route2[tour[i]]] += 1
    for _ in range(min(count, population.sizes[second])):
        best, most = -1, -len(tour) - 1
        for route in range(population.sizes[second]):
            score = 2 * work.shared[route] - (offsets2[route + 1] - offsets2[route])
            if work.chosen2[route] == 0 and score > most:
                best, most = route, score
        work.chosen2[best] = 1


@inner
def _find_missing(population, first, work, count):
    """List the stops of the cluster that no chosen route of the second parent serves."""
    tour, offsets = population.tours[first], population.offsets[first]
    missing = 0
    for k in range(count):
        for i in range(offsets[work.cluster[k]], offsets[work.cluster[k] + 1]):
            if work.chosen2[work.route2[tour[i]]] == 0:
                work.missing[missing] = tour[i]
                missing += 1
    return missing


@inner
def _build(field, plan, population, first, second, work, old_first):
    """Link the routes of the child without its missing stops.

    A stop that is in both a remaining and a new route keeps its place in the new one, or in the remaining
    one if `old_first`.
    """
    tour, offsets = population.tours[first], population.offsets[first]
    tour2, offsets2 = population.tours[second], population.offsets[second]
    clear_routes(field, plan)
    route = 0
    for old in range(population.sizes[first]):
        if work.chosen[old] == 0:
            depot = depot_of(plan, route)
            node = depot
            for i in range(offsets[old], offsets[old + 1]):
                stop = tour[i]
                if old_first or work.chosen2[work.route2[stop]] == 0:
                    link(field.nodes, node, stop)
                    node = np.int64(stop)
            link(field.nodes, node, depot)
            if node != depot:
                refresh(field, plan, route)
                route += 1
    for new in range(population.sizes[second]):
        if work.chosen2[new] == 1:
            depot = depot_of(plan, route)
            node = depot
            for i in range(offsets2[new], offsets2[new + 1]):
                stop = tour2[i]
                if not old_first or work.chosen[work.route[stop]] == 1:
                    link(field.nodes, node, stop)
                    node = np.int64(stop)
            link(field.nodes, node, depot)
            if node != depot:
                refresh(field, plan, route)
                route += 1
    find_empty(plan)
