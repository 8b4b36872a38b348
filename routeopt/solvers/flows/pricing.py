"""Prices in a hurry: a subgradient method for what the relaxation's prices are, where there is no time for it.

Source: Held, Wolfe and Crowder, "Validation of subgradient optimization", Mathematical Programming 6 (1974), with
Polyak's steps towards what is known to be reached.
"""

from __future__ import annotations

import time

import numpy as np

from routeopt.problems.flow_instance import FlowInstance
from routeopt.solvers.compiled import inner, kernel
from routeopt.solvers.flows.relaxation import Relaxation, lagrangian

_PATIENCE = 10  # rounds without a better bound before steps are halved
_ROUNDS = 20  # of a call of the kernel
_SHORTEST = 1e-3  # steps, in Polyak's, that still lead anywhere


def estimate(instance: FlowInstance, reached: float, seconds: float) -> Relaxation:
    """Return prices that are good after a short while, with their bound; without shares of flows or paths.

    Throughput of nodes is left out, which can only raise the bound.

    Parameters
    ----------
    instance : FlowInstance
        With flows.
    reached : float
        What some admission is worth.
    seconds : float
        Time limit.
    """
    deadline = time.perf_counter() + seconds
    sources, number = np.unique(instance.source, return_inverse=True)
    order = np.argsort(number, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(number, minlength=len(sources)))])
    used = np.bincount(instance.link, minlength=len(instance.capacity)) > 0
    start = float(np.median(instance.weight / instance.bandwidth)) / 6
    price = np.where(used & (instance.capacity > 0), start, 0.0)
    best = price.copy()
    state = np.array(
        [np.inf, 1.5, 0.0]
    )  # the least bound, the length of steps, rounds without a better bound
    going = True
    while going:
        _rounds(instance, sources, order, first, price, best, state, reached, _ROUNDS)
        going = time.perf_counter() < deadline and state[1] > _SHORTEST
    nodes, arcs = instance.nodes, len(instance.head)
    entry = np.zeros(nodes)
    return Relaxation(
        lagrangian(instance, best, entry), best, entry, np.zeros(instance.flows), sources, np.zeros((0, arcs))
    )


@kernel
def _rounds(instance, sources, order, first, price, best, state, reached, rounds):
    n = len(instance.first_out) - 1
    label, came, done = np.empty(n), np.empty(n, np.int32), np.empty(n, np.bool_)
    load = np.empty(len(instance.capacity))
    for _ in range(rounds):
        value = 0.0
        for link in range(len(load)):
            load[link] = 0.0
            value += price[link] * instance.capacity[link]
        for s in range(len(sources)):
            _tree(instance, price, sources[s], label, came, done)
            for i in range(first[s], first[s + 1]):
                flow = order[i]
                target = instance.target[flow]
                gain = instance.weight[flow] - instance.bandwidth[flow] * label[target]
                if gain <= 0:
                    continue
                value += gain
                while target != sources[s]:
                    load[instance.link[came[target]]] += instance.bandwidth[flow]
                    target = instance.tail[came[target]]
        if value < state[0] - 1e-9 * abs(value):
            state[0], state[2] = value, 0.0
            best[:] = price
        else:
            state[2] += 1
            if state[2] >= _PATIENCE:
                state[1] *= 0.5
                state[2] = 0.0
                price[:] = best
        square = 0.0
        for link in range(len(load)):
            slack = load[link] - instance.capacity[link]
            if slack > 0 or price[link] > 0:
                square += slack * slack
        if square <= 0:
            break
        step = state[1] * max(value - reached, 1e-9) / square
        for link in range(len(load)):
            if instance.capacity[link] > 0:
                price[link] = max(price[link] + step * (load[link] - instance.capacity[link]), 0.0)


@inner
def _tree(instance, price, source, label, came, done):
    """Fill in the cheapest paths from a node; few nodes, so the next one is found by looking at all."""
    n = len(label)
    for v in range(n):
        label[v], done[v] = np.inf, False
    label[source] = 0.0
    for _ in range(n):
        node = -1
        for v in range(n):
            if not done[v] and label[v] < np.inf and (node < 0 or label[v] < label[node]):
                node = v
        if node < 0:
            return
        done[node] = True
        for arc in range(instance.first_out[node], instance.first_out[node + 1]):
            link = instance.link[arc]
            through = label[node] + price[link]
            if instance.capacity[link] > 0 and through < label[instance.head[arc]]:
                label[instance.head[arc]], came[instance.head[arc]] = through, arc
