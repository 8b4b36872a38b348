"""The decoder: builds a plan node by node, by the rules that every solution is judged by.

The rules are those of :mod:`routeopt.problems.schedule`, compiled. What may come next, and which of it is scored, is
what ``routeopt.envs.vrp`` and ``routeopt.policies.attention`` say; tests hold them equal.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import EPS, LINEHAUL_FIRST, MIXED, Flags, Floats, Instance
from routeopt.problems.legs import legs
from routeopt.problems.schedule import Node, State, schedule
from routeopt.solvers.compiled import borrowed, inlined, inner, kernel, summing
from routeopt.solvers.random import uniform
from routeopt.solvers.vrp.neural.attention import Memory
from routeopt.solvers.vrp.neural.features import UNLIMITED
from routeopt.solvers.vrp.neural.stated import has_windows

_RULES = schedule(inlined)
_begin, _extend, _finish = _RULES.begin, _RULES.extend, _RULES.finish


class Task(NamedTuple):
    """What a plan must keep to: N nodes, D depots, in the units of the instance."""

    places: NDArray[np.float32]  # (D, 2) of the depots, as the network sees them
    early: Floats  # (N,)
    late: Floats  # (N,)
    service: Floats  # (N,)
    delivery: Floats  # (N,)
    pickup: Floats  # (N,)
    brings: Floats  # (N,) 1 for a stop with a delivery
    fetches: Floats  # (N,) 1 for a stop with a pickup only
    distance: Floats  # (N, N)
    duration: Floats  # (N, N)
    capacity: float
    limit: float  # on the distance of a route
    unit: float  # of what a network sees
    open: bool
    ordered: bool  # deliveries come before pickups
    mixed: bool  # deliveries and pickups come in any order
    timed: bool


def task_of(instance: Instance, places: Floats, unit: float) -> Task:
    """Return the task of an instance that can be stated, with the places (D, 2) and the unit that a network sees."""
    every = np.arange(instance.nodes)
    distance, duration = legs(instance, int(instance.profile[0]), every[:, None], every)
    early, late = instance.windows[:, 0, 0], instance.windows[:, 0, 1]
    delivery, pickup = instance.delivery[:, 0].copy(), instance.pickup[:, 0].copy()
    timed = bool(has_windows(early, late).any())
    return Task(
        places.astype(np.float32),
        early.copy(),
        late.copy(),
        instance.service if timed else np.zeros(instance.nodes),
        delivery,
        pickup,
        np.where(delivery > 0, 1.0, 0.0),
        np.where((pickup > 0) & (delivery <= 0), 1.0, 0.0),
        np.ascontiguousarray(distance),
        np.ascontiguousarray(duration if timed else distance),
        float(instance.capacity[0, 0]),
        float(instance.max_distance[0]),
        float(unit),
        bool(instance.end[0] < 0),
        instance.backhaul == LINEHAUL_FIRST,
        bool(instance.backhaul == MIXED and (pickup > 0).any()),
        timed,
    )


@inlined
def _node(task: Task, i: int) -> Node:
    return Node(
        ((task.early[i], task.late[i]),),
        task.service[i],
        task.delivery[i],
        task.pickup[i],
        task.brings[i],
        task.fetches[i],
    )


@inlined
def _loaded(task: Task, depot: int) -> State:
    """Return a vehicle that is loaded at a depot as early as can be."""
    node = _node(task, depot)
    return _begin(node, task.early[depot], 0.0 * task.early[depot])


@inlined
def _served(task: Task, state: State, at: int, stop: int) -> State:
    return _extend(state, _node(task, stop), task.distance[at, stop], task.duration[at, stop])


@inlined
def _feasible(task: Task, state: State, at: int, stop: int, depot: int) -> bool:
    """Return whether a vehicle can serve a stop next, and still get home to its depot."""
    if not np.isfinite(task.distance[at, stop] + task.duration[at, stop]):
        return False
    after = _served(task, state, at, stop)
    if after.peak > task.capacity + EPS or after.lateness > EPS or (task.ordered and after.misordered > 0):
        return False
    if task.open:
        return after.distance <= task.limit + EPS
    if not np.isfinite(task.distance[stop, depot] + task.duration[stop, depot]):
        return False
    home = _finish(after, _node(task, depot), task.distance[stop, depot], task.duration[stop, depot])
    return home.lateness - after.lateness <= EPS and home.distance <= task.limit + EPS


@kernel
def servable(task: Task) -> Flags:
    """Return which stops a vehicle of each depot can serve on a route of their own, (D, N)."""
    task = borrowed(task)
    depots, nodes = len(task.places), len(task.early)
    found = np.zeros((depots, nodes), np.bool_)
    for depot in range(depots):
        for stop in range(depots, nodes):
            found[depot, stop] = _feasible(task, _loaded(task, depot), depot, stop, depot)
    return found


@kernel
def build(
    task: Task,
    memory: Memory,
    possible: Flags,
    first: NDArray[np.int32],
    temperature: float,
    state: NDArray[np.uint64],
    plan: NDArray[np.int32],
    work: NDArray[np.float32],
    flag: NDArray[np.uint8],
) -> tuple[int, float]:
    """Build a plan, and return how many nodes it has and how likely it was.

    Parameters
    ----------
    task, memory
        The problem, and what the network made of it.
    possible : (D, N) bool
        What :func:`servable` returns.
    first : (F,) int32
        Nodes that the plan begins with.
    temperature : float
        Scores are divided by it before one is drawn; 0: the best one is taken.
    state : (4,) uint64
        Of the random numbers.
    plan : (2 n + 2,) int32
        Is filled with the nodes.
    work : (3, W) float32
        Room for as many numbers as there are units, and nodes.
    flag : (1,) uint8
        Set to 1 by another thread, it ends this: there is no plan.
    """
    task, memory = borrowed(task), borrowed(memory)
    depots, nodes = len(task.places), len(task.early)
    visited = np.zeros(nodes, np.bool_)
    candidates = np.empty(nodes, np.int64)
    at, depot, left, length, likely = 0, 0, nodes - depots, 0, 0.0
    vehicle = _loaded(task, 0)
    while left > 0:
        if flag[0]:
            return 0, 0.0
        if length < len(first):
            chosen = int(first[length])
        else:
            count = _candidates(task, memory, possible, visited, vehicle, at, depot, length, candidates)
            if count == 0:  # who waits at a depot can serve some stop that is left, as a route of its own
                return 0, 0.0
            _score(task, memory, vehicle, at, depot, candidates, count, work)
            picked = _pick(work, count, temperature, state)
            likely += _log_share(work, count, picked)
            chosen = int(candidates[picked])
        if chosen < depots:
            depot = chosen
            vehicle = _loaded(task, depot)
        else:
            vehicle = _served(task, vehicle, at, chosen)
            visited[chosen] = True
            left -= 1
        plan[length] = chosen
        at = chosen
        length += 1
    return length, likely


@inner
def _candidates(task, memory, possible, visited, vehicle, at, depot, length, candidates):
    """List the depots that may come next, and the nearest of the stops that may; return how many."""
    depots, nodes = len(task.places), len(task.early)
    waiting, count = at < depots, 0
    if depots == 1:
        if not waiting:
            candidates[0] = 0
            count = 1
    elif not waiting or length == 0:
        for other in range(depots):
            for stop in range(depots, nodes):
                if possible[other, stop] and not visited[stop]:
                    candidates[count] = other
                    count += 1
                    break
    if depots > 1 and length == 0:
        return count
    order, begin = memory.order, count
    if order.shape[1] == 0:
        for stop in range(depots, nodes):
            if not visited[stop] and _feasible(task, vehicle, at, stop, depot):
                candidates[count] = stop
                count += 1
        return count
    reach = np.float32(-np.inf)
    for k in range(order.shape[1]):
        stop = order[at, k]
        if count - begin >= memory.nearest and memory.bias[at, stop] < reach:
            break
        if not visited[stop] and _feasible(task, vehicle, at, stop, depot):
            candidates[count] = stop
            count += 1
            reach = memory.bias[at, stop]
    return count


@summing
def _score(task, memory, vehicle, at, depot, candidates, count, work):
    """Put the scores of the candidates into ``work[0]``."""
    units = memory.here.shape[1]
    width = units // memory.heads
    _query(task, memory, vehicle, at, depot, work)
    scale = np.float32(1.0 / np.sqrt(width))
    for head in range(memory.heads):
        begin = head * width
        most = np.float32(-np.inf)
        for k in range(count):
            j = candidates[k]
            fit = np.float32(0.0)
            for u in range(begin, begin + width):
                fit += work[1, u] * memory.key[j, u]
            work[0, k] = fit * scale
            most = max(most, work[0, k])
        work[2, begin : begin + width] = np.float32(0.0)
        total = np.float32(0.0)
        for k in range(count):
            j = candidates[k]
            share = np.exp(work[0, k] - most)
            total += share
            for u in range(begin, begin + width):
                work[2, u] += share * memory.value[j, u]
        for u in range(begin, begin + width):
            work[2, u] /= total
    for k in range(count):
        j = candidates[k]
        fit = np.float32(0.0)
        for u in range(units):
            fit += work[2, u] * memory.pointer[j, u]
        work[0, k] = np.float32(memory.clip) * np.tanh(fit) + memory.bias[at, j]


@inner
def _query(task, memory, vehicle, at, depot, work):
    """Put what is seen of the vehicle, and where it is, into ``work[1]``."""
    units = memory.here.shape[1]
    load = 1.0 - vehicle.peak / task.capacity
    room = 1.0 - vehicle.pickup / task.capacity
    if task.ordered and vehicle.backhauls > 0:
        load = room
    time = vehicle.time / task.unit if task.timed else 0.0
    remaining = UNLIMITED
    if np.isfinite(task.limit):
        remaining = (task.limit - vehicle.distance) / task.unit
    a, b, c = np.float32(load), np.float32(time), np.float32(remaining)
    d = np.float32(room if task.mixed else 0.0)
    x, y = task.places[depot, 0], task.places[depot, 1]
    seen = memory.seen
    for u in range(units):
        work[1, u] = (
            memory.here[at, u]
            + a * seen[0, u] + b * seen[1, u] + c * seen[2, u] + d * seen[3, u] + x * seen[4, u] + y * seen[5, u]
        )  # fmt: skip


@inner
def _pick(work, count, temperature, state):
    """Return the number of the best score, or of one drawn by the softmax: the best behind Gumbel noise."""
    best, most = 0, -np.inf
    for k in range(count):
        score = np.float64(work[0, k])
        if temperature > 0:
            score = score / temperature - np.log(-np.log(uniform(state) + 1e-300))
        if score > most:
            best, most = k, score
    return best


@inner
def _log_share(work, count, picked):
    """Return the logarithm of the softmax's probability of one."""
    most = work[0, 0]
    for k in range(count):
        most = max(most, work[0, k])
    total = 0.0
    for k in range(count):
        total += np.exp(np.float64(work[0, k] - most))
    return np.float64(work[0, picked] - most) - np.log(total)
