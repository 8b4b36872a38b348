"""Shortest paths on what is left of a network, for flows that are admitted one after the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.problems.flow_instance import FlowInstance, FlowPaths
from routeopt.problems.instance import Floats, Integers
from routeopt.solvers.compiled import inner, kernel


class _Left(NamedTuple):
    capacity: Integers  # (L,)
    table: Integers  # (n,)
    throughput: Integers  # (n,)


def admit_one_by_one(instance: FlowInstance, order: Integers, price: Floats) -> FlowPaths:
    """Give each flow, in this order, the cheapest path that is left, as long as there is one.

    Among paths of the same cost those of fewer hops come first. A flow whose cheapest path has too many hops or too
    much delay is given the one of fewest hops, or else of least delay, where that keeps within both.

    Parameters
    ----------
    instance : FlowInstance
        The problem.
    order : (k,) integers
        Flows.
    price : (m,) array
        What an arc costs, above 0.
    """
    hops = np.ones(len(price))
    left = _Left(instance.capacity.copy(), instance.table.copy(), instance.throughput.copy())
    first, arcs = _admit(instance, left, order, price, hops)
    return FlowPaths(first, arcs)


@kernel
def _admit(instance, left, order, price, hops):
    n, flows = len(instance.first_out) - 1, len(instance.source)
    label, came, done = np.empty(n), np.empty(n, np.int32), np.empty(n, np.bool_)
    path = np.empty(n, np.int32)
    begin, size = np.zeros(flows, np.int64), np.zeros(flows, np.int64)
    arcs, end = np.empty(8 * flows + n, np.int32), 0
    for k in range(len(order)):
        flow = order[k]
        length = _find(instance, left, flow, price, label, came, done, path)
        if length > 0 and not _keeps(instance, flow, path, length):
            length = _find(instance, left, flow, hops, label, came, done, path)
        if length > 0 and not _keeps(instance, flow, path, length):
            length = _find(instance, left, flow, instance.delay, label, came, done, path)
        if length == 0 or not _keeps(instance, flow, path, length):
            continue
        if end + length > len(arcs):
            more = np.empty(2 * len(arcs) + length, np.int32)
            more[:end] = arcs[:end]
            arcs = more
        begin[flow], size[flow] = end, length
        for i in range(length):
            arcs[end + i] = path[i]
            left.capacity[instance.link[path[i]]] -= instance.bandwidth[flow]
            left.table[instance.head[path[i]]] -= 1
            left.throughput[instance.head[path[i]]] -= instance.bandwidth[flow]
        end += length
    first, sorted_arcs = np.zeros(flows + 1, np.int64), np.empty(end, np.int32)
    for flow in range(flows):
        first[flow + 1] = first[flow] + size[flow]
        for i in range(size[flow]):
            sorted_arcs[first[flow] + i] = arcs[begin[flow] + i]
    return first, sorted_arcs


@inner
def _keeps(instance, flow, path, length):
    delay = 0.0
    for i in range(length):
        delay += instance.delay[path[i]]
    return length <= instance.max_hops[flow] and delay <= instance.max_delay[flow]


@inner
def _find(instance, left, flow, weight, label, came, done, path):
    """Write the flow's cheapest path that is left and return its number of arcs, 0 where there is none.

    Networks of switches are small: the next node is found by looking at all.
    """
    source, target, bandwidth = instance.source[flow], instance.target[flow], instance.bandwidth[flow]
    n = len(label)
    for v in range(n):
        label[v], came[v], done[v] = np.inf, -1, False
    label[source] = 0.0
    while True:
        node = -1
        for v in range(n):
            if not done[v] and label[v] < np.inf and (node < 0 or label[v] < label[node]):
                node = v
        if node < 0 or node == target:
            break
        done[node] = True
        for arc in range(instance.first_out[node], instance.first_out[node + 1]):
            after = instance.head[arc]
            if left.capacity[instance.link[arc]] < bandwidth or left.table[after] < 1:
                continue
            if left.throughput[after] >= bandwidth and label[node] + weight[arc] < label[after]:
                label[after], came[after] = label[node] + weight[arc], arc
    if label[target] == np.inf:
        return 0
    length, node = 0, target
    while node != source:
        length += 1
        node = instance.tail[came[node]]
    node = target
    for i in range(length - 1, -1, -1):
        path[i] = came[node]
        node = instance.tail[came[node]]
    return length
