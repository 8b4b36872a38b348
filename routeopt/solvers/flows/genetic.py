"""Genetic algorithms for flow admission: the usual one, whose genes are paths, and one whose genes are ranks.

Source of the former: Lopez et al., "Priority flow admission and routing in SDN: exact and heuristic approaches" (2020),
as far as its abstract tells; of the latter: Bean, "Genetic algorithms and random keys for sequencing and optimization",
ORSA Journal on Computing 6 (1994).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from routeopt.errors import ProblemError
from routeopt.problems.flow_instance import FlowInstance, FlowPaths
from routeopt.problems.instance import Floats, Integers
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.compiled import inner, kernel
from routeopt.solvers.flows.plan import known
from routeopt.solvers.flows.pool import Pool, survey
from routeopt.solvers.flows.room import Room, cheapest, fits, take
from routeopt.solvers.random import below, random_state, uniform
from routeopt.solvers.waiting import made

GENES = ("keys", "paths")
_TOURNAMENT = 3
_NOISE = 0.3  # of the first keys, which are logarithms of what a flow gains for what it takes


@dataclass(frozen=True)
class Genetic:
    """Breed answers.

    Parameters
    ----------
    genes : {"keys", "paths"}
        A number for each flow: its rank, in which it takes the first candidate path that fits; or the candidate that it
        takes, or none, where flows come by what they are worth and those that do not fit are left out.
    paths : int
        Candidates of each flow, those of fewest hops.
    population, elite : int
        Answers of a generation, and how many of the best go on as they are.
    """

    genes: str = "keys"
    paths: int = 4
    population: int = 100
    elite: int = 4

    def __post_init__(self) -> None:
        if self.genes not in GENES:
            raise ProblemError(f"genetic.genes '{self.genes}' is not known; use one of {', '.join(GENES)}")
        if self.paths < 1 or not 0 <= self.elite < self.population:
            raise ValueError("paths must be 1 or more, elite 0 or more and below population")

    def __call__(
        self,
        instance: FlowInstance,
        start: FlowPaths | None,
        *,
        stop: StopSignal,
        rng: np.random.Generator,
        threads: int,  # noqa: ARG002
    ) -> Iterator[Incumbent]:
        """Yield the start, then ever better answers; an iteration is a generation."""
        best = known(instance, start, stop, "genetic")
        yield best
        pool = yield from made(lambda: survey(instance, None, self.paths).pool, best, stop)
        if pool is None:
            return
        herd, state, done = self._herd(instance, pool, rng), random_state(rng), 0
        while not stop.reached(done):
            _breed(instance, pool, herd, self.genes == "keys", self.elite, state, stop.flag)
            done += 1
            worth = int(herd.worth[0])
            if worth > best.objective:
                best = best._replace(objective=worth, answer=pool.paths(herd.chosen))
            best = best._replace(seconds=stop.seconds(), iterations=done)
            yield best

    def _herd(self, instance: FlowInstance, pool: Pool, rng: np.random.Generator) -> _Herd:
        size, flows = self.population, instance.flows
        counts = np.diff(pool.of_pair)[pool.pair]
        if self.genes == "keys":
            cost = np.array(
                [
                    pool.cost[pool.of_pair[pair]] if some else np.inf
                    for pair, some in zip(pool.pair, counts, strict=True)
                ]
            )
            gain = np.log(instance.weight / (instance.bandwidth * np.maximum(cost, 1e-9)) + 1e-300)
            genes = gain + _NOISE * rng.standard_normal((size, flows)) * (np.arange(size) > 0)[:, None]
        else:
            genes = rng.integers(-1, np.maximum(counts, 1), (size, flows)).astype(np.float64)
        spread = np.full(flows, _NOISE) if self.genes == "keys" else counts.astype(np.float64)
        room = Room(instance.capacity.copy(), instance.table.copy(), instance.throughput.copy())
        return _Herd(
            genes,
            np.empty_like(genes),
            np.full(size, -1, np.int64),
            np.empty(size, np.int64),
            spread,
            np.argsort(-instance.weight, kind="stable"),
            np.full(flows, -1, np.int64),
            np.full(flows, -1, np.int64),
            room,
            Room(*(limit.copy() for limit in room)),
        )


class _Herd(NamedTuple):
    genes: Floats  # (P, F) the best first, once their worth is known
    children: Floats  # (P, F)
    worth: Integers  # (P,) -1: not known
    born: Integers  # (P,) worth of the children
    spread: Floats  # (F,) of mutation: noise of a key, or the number of paths
    order: Integers  # (F,) flows by falling weight
    chosen: Integers  # (F,) paths of the best
    trial: Integers  # (F,)
    full: Room
    room: Room


@kernel
def _breed(instance, pool, herd, keys, elite, state, flag):
    """Replace all but the best by children; at first, only find out what everyone is worth."""
    size, flows = herd.genes.shape
    if herd.worth[0] < 0:
        for p in range(size):
            herd.worth[p] = _decode(instance, pool, herd, herd.genes[p], keys)
            if flag[0] != 0:
                break
    else:
        for p in range(size):
            if p < elite:
                herd.children[p] = herd.genes[p]
                herd.born[p] = herd.worth[p]
                continue
            if flag[0] != 0:  # what is not born in time is worth nothing
                herd.children[p] = herd.genes[p]
                herd.born[p] = herd.worth[p]
                continue
            one, other = _chosen(herd, state), _chosen(herd, state)
            for f in range(flows):
                herd.children[p, f] = herd.genes[one if uniform(state) < 0.5 else other, f]
            for _ in range(3):  # three mutations on average would be as many draws as genes
                f = below(state, flows)
                if keys:
                    herd.children[p, f] += herd.spread[f] * 4 * (uniform(state) - 0.5)
                else:
                    herd.children[p, f] = below(state, np.int64(herd.spread[f]) + 1) - 1
            herd.born[p] = _decode(instance, pool, herd, herd.children[p], keys)
        herd.genes[:] = herd.children
        herd.worth[:] = herd.born
    order = np.argsort(-herd.worth, kind="mergesort")
    herd.genes[:] = herd.genes[order]
    herd.worth[:] = herd.worth[order]
    _decode(instance, pool, herd, herd.genes[0], keys)
    herd.chosen[:] = herd.trial


@inner
def _chosen(herd, state):
    """Return the best of a few drawn by chance; they are in the order of their worth."""
    best = below(state, len(herd.worth))
    for _ in range(_TOURNAMENT - 1):
        best = min(best, below(state, len(herd.worth)))
    return best


@kernel
def _decode(instance, pool, herd, genes, keys):
    """Write the paths that genes mean and return what they are worth."""
    herd.room.capacity[:] = herd.full.capacity
    herd.room.table[:] = herd.full.table
    herd.room.throughput[:] = herd.full.throughput
    order = np.argsort(-genes, kind="mergesort") if keys else herd.order
    worth = 0
    for i in range(len(order)):
        flow = order[i]
        path = -1
        if keys:
            path = cheapest(instance, pool, herd.room, flow, np.inf)
        else:
            stated = pool.of_pair[pool.pair[flow]] + np.int64(genes[flow])
            if genes[flow] >= 0 and stated < pool.of_pair[pool.pair[flow] + 1]:
                path = stated if fits(instance, pool, herd.room, flow, stated) else -1
        herd.trial[flow] = path
        if path >= 0:
            take(instance, pool, herd.room, flow, path)
            worth += instance.weight[flow]
    return worth
