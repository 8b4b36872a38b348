"""Ruin and recreate: flows around a link give their paths back, and others take what has become free.

Source: Schrimpf et al., Journal of Computational Physics 159 (2000), with the prices of the relaxation to say which
flow comes first and which path it takes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Floats, Integers
from routeopt.solvers.compiled import inner, kernel
from routeopt.solvers.flows.room import Room, cheapest, give_back, take
from routeopt.solvers.random import below, uniform


class Tide(NamedTuple):
    """The present plan and the best one; what a kernel changes in place."""

    chosen: Integers  # (F,) path of each flow, -1: rejected
    best: Integers  # (F,)
    room: Room
    value: Integers  # (2,) summed weight of the present plan and of the best
    queue: Integers  # (F,) flows, those that come first where there is room first
    limit: Floats  # (F,) what a flow's path may cost for a unit of bandwidth
    touched: Integers  # (F,) flows that an iteration has changed
    before: Integers  # (F,) what they had
    mark: NDArray[np.bool_]  # (F,) whether a flow is among the touched
    out: Integers  # (n,) the most that an arc out of a node has left when recreating begins
    into: Integers  # (n,) likewise, of arcs into it


@kernel
def anneal(instance, pool, tide, most, blink, force, heat, iterations, state, flag):
    """Do some iterations at a temperature; return how many, fewer where the flag is set."""
    for iteration in range(iterations):
        if iteration % 64 == 0 and flag[0] != 0:
            return iteration
        _iterate(instance, pool, tide, most, blink, force, heat, state)
    return iterations


@inner
def _iterate(instance, pool, tide, most, blink, force, heat, state):
    chosen, value = tide.chosen, tide.value[0]
    if uniform(state) < force:
        size = _force(instance, pool, tide, state)
    else:
        size = _ruin(instance, pool, tide, 1 + below(state, most), state)
    for k in range(size):
        value -= instance.weight[tide.touched[k]] if tide.before[k] >= 0 else 0
        value += instance.weight[tide.touched[k]] if chosen[tide.touched[k]] >= 0 else 0
    _look(instance, tide)
    for k in range(len(tide.queue)):
        flow = tide.queue[k]
        bandwidth = instance.bandwidth[flow]
        if chosen[flow] >= 0 or tide.out[instance.source[flow]] < bandwidth:
            continue
        if tide.into[instance.target[flow]] < bandwidth or uniform(state) < blink:
            continue
        path = cheapest(instance, pool, tide.room, flow, tide.limit[flow])
        if path >= 0:
            size = _note(tide, flow, size)
            take(instance, pool, tide.room, flow, path)
            chosen[flow] = path
            value += instance.weight[flow]
    if value - tide.value[0] >= heat * np.log(uniform(state) + 1e-300):
        tide.value[0] = value
        _forget(tide, size)
        if value > tide.value[1]:
            tide.value[1] = value
            for f in range(len(chosen)):
                tide.best[f] = chosen[f]
    else:
        _undo(instance, pool, tide, size)


@inner
def _look(instance, tide):
    """Note the widest arcs out of and into each node: most flows find there already that nothing has changed."""
    for node in range(len(tide.out)):
        tide.out[node] = tide.into[node] = 0
    for arc in range(len(instance.head)):
        left = tide.room.capacity[instance.link[arc]]
        tide.out[instance.tail[arc]] = max(tide.out[instance.tail[arc]], left)
        tide.into[instance.head[arc]] = max(tide.into[instance.head[arc]], left)


@inner
def _ruin(instance, pool, tide, wanted, state):
    """Take flows away that draw on a link, from a random one on; return how many."""
    flows, chosen = len(tide.chosen), tide.chosen
    begin = below(state, flows)
    seed = -1
    for k in range(flows):
        flow = begin + k if begin + k < flows else begin + k - flows
        if chosen[flow] >= 0:
            seed = flow
            break
    if seed < 0:
        return 0
    path = chosen[seed]
    at = pool.first[path] + below(state, pool.first[path + 1] - pool.first[path])
    link, size = instance.link[pool.arcs[at]], 0
    for k in range(flows):
        flow = begin + k if begin + k < flows else begin + k - flows
        if chosen[flow] >= 0 and _draws_on(instance, pool, chosen[flow], link):
            size = _note(tide, flow, size)
            give_back(instance, pool, tide.room, flow, chosen[flow])
            chosen[flow] = -1
            if size == wanted:
                break
    return size


@inner
def _force(instance, pool, tide, state):
    """Let a rejected flow have a path, whoever has to leave a link for it; return how many flows are touched."""
    queue, chosen, size = tide.queue, tide.chosen, 0
    waiting = len(queue)
    if waiting == 0:
        return 0
    begin, flow = below(state, waiting), -1
    for k in range(waiting):
        other = queue[begin + k if begin + k < waiting else begin + k - waiting]
        if chosen[other] < 0:
            flow = other
            break
    if flow < 0:
        return 0
    pair = pool.pair[flow]
    able = pool.of_pair[pair]
    while able < pool.of_pair[pair + 1] and pool.cost[able] <= tide.limit[flow]:
        able += 1
    path = pool.of_pair[pair] + below(state, max(able - pool.of_pair[pair], 1))
    if (
        pool.first[path + 1] - pool.first[path] > instance.max_hops[flow]
        or pool.delay[path] > instance.max_delay[flow]
    ):
        return 0
    for i in range(pool.first[path], pool.first[path + 1]):
        arc = pool.arcs[i]
        begin, k = below(state, len(chosen)), 0
        while k < len(chosen) and _lacks(instance, tide.room, arc, instance.bandwidth[flow]):
            other = begin + k if begin + k < len(chosen) else begin + k - len(chosen)
            k += 1
            if chosen[other] >= 0 and _enters(instance, pool, chosen[other], arc):
                size = _note(tide, other, size)
                give_back(instance, pool, tide.room, other, chosen[other])
                chosen[other] = -1
        if _lacks(instance, tide.room, arc, instance.bandwidth[flow]):
            return size
    size = _note(tide, flow, size)
    take(instance, pool, tide.room, flow, path)
    chosen[flow] = path
    return size


@inner
def _lacks(instance, room, arc, bandwidth):
    node = instance.head[arc]
    lacking = room.capacity[instance.link[arc]] < bandwidth
    return lacking or room.table[node] < 1 or room.throughput[node] < bandwidth


@inner
def _enters(instance, pool, path, arc):
    """Tell whether a path uses the link of an arc, or the node that it enters where that is what is short."""
    link, node = instance.link[arc], instance.head[arc]
    for i in range(pool.first[path], pool.first[path + 1]):
        if instance.link[pool.arcs[i]] == link or instance.head[pool.arcs[i]] == node:
            return True
    return False


@inner
def _draws_on(instance, pool, path, link):
    for i in range(pool.first[path], pool.first[path + 1]):  # noqa: SIM110 - numba knows no generators
        if instance.link[pool.arcs[i]] == link:
            return True
    return False


@inner
def _note(tide, flow, size):
    """Note what a flow had before the iteration, once; return how many are noted."""
    if not tide.mark[flow]:
        tide.mark[flow] = True
        tide.touched[size], tide.before[size] = flow, tide.chosen[flow]
        size += 1
    return size


@inner
def _forget(tide, size):
    for k in range(size):
        tide.mark[tide.touched[k]] = False


@inner
def _undo(instance, pool, tide, size):
    for k in range(size):
        flow = tide.touched[k]
        if tide.chosen[flow] >= 0:
            give_back(instance, pool, tide.room, flow, tide.chosen[flow])
    for k in range(size):
        flow, path = tide.touched[k], tide.before[k]
        if path >= 0:
            take(instance, pool, tide.room, flow, path)
        tide.chosen[flow] = path
    _forget(tide, size)
