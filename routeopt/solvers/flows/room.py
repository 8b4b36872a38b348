"""What the admitted flows leave of capacities, tables and throughput, kept up while paths come and go."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.problems.flow_instance import FlowInstance
from routeopt.problems.instance import Integers
from routeopt.solvers.compiled import inner, kernel
from routeopt.solvers.flows.pool import Pool


class Room(NamedTuple):
    """What is left for further flows."""

    capacity: Integers  # (L,)
    table: Integers  # (n,)
    throughput: Integers  # (n,)


def room_beside(instance: FlowInstance, pool: Pool, chosen: Integers) -> Room:
    """Return what is left beside the chosen paths (F,)."""
    room = Room(instance.capacity.copy(), instance.table.copy(), instance.throughput.copy())
    _take_all(instance, pool, room, chosen)
    return room


@kernel
def _take_all(instance, pool, room, chosen):
    for flow in range(len(chosen)):
        if chosen[flow] >= 0:
            take(instance, pool, room, flow, chosen[flow])


@inner
def fits(instance, pool, room, flow, path):
    """Tell whether a flow may take a path beside all others."""
    begin, end, bandwidth = pool.first[path], pool.first[path + 1], instance.bandwidth[flow]
    if end - begin > instance.max_hops[flow] or pool.delay[path] > instance.max_delay[flow]:
        return False
    for i in range(begin, end):
        arc = pool.arcs[i]
        node = instance.head[arc]
        if room.capacity[instance.link[arc]] < bandwidth:
            return False
        if room.table[node] < 1 or room.throughput[node] < bandwidth:
            return False
    return True


@inner
def take(instance, pool, room, flow, path):
    """Let a flow take a path."""
    _change(instance, pool, room, flow, path, 1)


@inner
def give_back(instance, pool, room, flow, path):
    """Let a flow give its path back."""
    _change(instance, pool, room, flow, path, -1)


@inner
def _change(instance, pool, room, flow, path, sign):
    bandwidth = sign * instance.bandwidth[flow]
    for i in range(pool.first[path], pool.first[path + 1]):
        arc = pool.arcs[i]
        room.capacity[instance.link[arc]] -= bandwidth
        room.table[instance.head[arc]] -= sign
        room.throughput[instance.head[arc]] -= bandwidth


@inner
def cheapest(instance, pool, room, flow, limit):
    """Return the cheapest path of the pool that a flow may take and that costs no more, -1 where there is none."""
    pair = pool.pair[flow]
    for path in range(pool.of_pair[pair], pool.of_pair[pair + 1]):
        if pool.cost[path] > limit:
            break
        if fits(instance, pool, room, flow, path):
            return path
    return -1


@kernel
def admit_in_order(instance, pool, room, chosen, order):
    """Give each rejected flow, in this order, the cheapest path that fits."""
    for i in range(len(order)):
        flow = order[i]
        if chosen[flow] < 0:
            path = cheapest(instance, pool, room, flow, np.inf)
            if path >= 0:
                take(instance, pool, room, flow, path)
                chosen[flow] = path


@kernel
def take_what_fits(instance, pool, room, chosen, flows, paths):
    """Give flows that have none these paths, one after the other, as long as they fit; return how many did."""
    count = 0
    for i in range(len(flows)):
        if chosen[flows[i]] < 0 and fits(instance, pool, room, flows[i], paths[i]):
            take(instance, pool, room, flows[i], paths[i])
            chosen[flows[i]] = paths[i]
            count += 1
    return count
