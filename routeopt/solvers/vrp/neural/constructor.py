"""Plans by a trained attention policy, without torch: as many different ones as are wanted.

Sources: Kwon et al., "POMO: policy optimization with multiple optima" (2020), for greedy plans from several first
stops and for turning problems; Kool et al., "Stochastic beams and where to find them" (2019), for drawing without
replacement, which is here done by drawing anew what is there already; Greenberg et al., "Accelerating vehicle routing
via AI-initialized genetic algorithms" (2025), for beginning a genetic search with all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from routeopt import registry
from routeopt.errors import ProblemError, UnsupportedError
from routeopt.problems.evaluation import Evaluator
from routeopt.problems.instance import Floats, Instance, Routes
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.random import random_state
from routeopt.solvers.vrp.neural.attention import Memory, Spread, Weights, encode, nearness, weights_of
from routeopt.solvers.vrp.neural.decoder import Task, build, servable, task_of
from routeopt.solvers.vrp.neural.features import Features, features
from routeopt.solvers.vrp.neural.sequences import routes as as_routes
from routeopt.solvers.vrp.neural.stated import SUPPORTS, explicit, lacking_of, straight
from routeopt.solvers.waiting import finished, made

_MOST_STOPS = 5_000  # three matrices of 8 bytes an entry
_ATTEMPTS = 3  # at as many different plans as are wanted
TURNS = 8  #: ways to turn and mirror a square
_GO_ON = np.zeros(1, np.uint8)


@dataclass(frozen=True)
class Neural:
    """Build plans with a trained attention policy.

    The first plan takes the best next node in every step. The others do the same behind first stops that differ; or,
    at a temperature above 0, draw nodes, without replacement.

    Parameters
    ----------
    weights : str
        Of an attention policy: the name of those that come with routeopt, or a file.
    plans : int
        How many are built.
    temperature : float
        Of drawing nodes: the lower, the more like the first plan; 0: nothing but first stops is drawn.
    turns : int
        In how many ways, of eight, the problem is turned and mirrored; plans take them in turn, the first as it is.
    """

    weights: str = "attention"
    plans: int = 8
    temperature: float = 0.0
    turns: int = 1
    supports: ClassVar[frozenset[str]] = SUPPORTS
    constructs: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.plans < 1:
            raise ValueError(f"plans must be 1 or more, not {self.plans}")
        if not self.temperature >= 0:
            raise ValueError(f"temperature must be 0 or more, not {self.temperature}")
        if not 1 <= self.turns <= TURNS:
            raise ValueError(f"turns must be from 1 to {TURNS}, not {self.turns}")

    def __call__(
        self,
        instance: Instance,
        start: Routes | None,  # noqa: ARG002
        *,
        stop: StopSignal,
        rng: np.random.Generator,
        threads: int,
    ) -> Iterator[Incumbent]:
        """Yield the plans, the best one last.

        Raises
        ------
        UnsupportedError
            The instance uses an attribute that is not in `supports`.
        ProblemError
            There are no such weights, a stop cannot be served, or there are too many stops.
        """
        lacking = lacking_of(instance)
        if lacking:
            raise UnsupportedError("neural", lacking)
        if instance.stops > _MOST_STOPS:
            raise ProblemError(
                f"solver 'neural': there are {instance.stops} stops, and it takes {_MOST_STOPS}"
            )
        known = Incumbent(stop.seconds(), 0, inf, None, None, "neural")
        builder = yield from made(
            lambda: Builder(instance, _weights(self.weights), self.turns, threads), known, stop
        )
        if builder is None:
            return
        found = yield from finished(
            lambda: builder.plans(self.plans, self.temperature, rng, stop), known, stop
        )
        evaluator = Evaluator(builder.instance)
        costs = [evaluator.evaluate(plan).cost / instance.scale for plan in found]
        for cost, plan in sorted(zip(costs, found, strict=True), key=lambda each: -each[0]):
            yield Incumbent(stop.seconds(), 0, cost, None, plan, "neural")


class Builder:
    """A policy that has read a problem, and builds plans for it.

    Parameters
    ----------
    instance : Instance
        With attributes of `SUPPORTS` alone.
    weights : Weights
    turns : int
        In how many ways it is read.
    threads : int

    Raises
    ------
    ProblemError
        A stop cannot be served.
    """

    def __init__(self, instance: Instance, weights: Weights, turns: int = 1, threads: int = 1) -> None:
        self.instance = instance = instance if straight(instance) else explicit(instance)
        self._threads = threads
        seen = features(instance)
        near = nearness(instance, float(seen.unit), weights)
        task = task_of(instance, seen.depots[:, 1:3], float(seen.unit))

        def read(turn: int, spread: Spread = map) -> tuple[Task, Memory]:
            turned = Features(_turned(seen.depots, 1, turn), _turned(seen.stops, 0, turn), seen.unit)
            places = turned.depots[:, 1:3].astype(np.float32)
            return task._replace(places=places), encode(turned, near, weights, spread)

        with ThreadPoolExecutor(threads) as pool:
            self._read = [read(0, pool.map)] if turns == 1 else list(pool.map(read, range(turns)))
        self._possible = servable(task)
        alone = ~self._possible[:, instance.depots :].any(axis=0)
        if alone.any():
            raise ProblemError(f"solver 'neural': no vehicle can serve {int(alone.sum())} of the stops")

    def plans(
        self, count: int, temperature: float, rng: np.random.Generator, stop: StopSignal
    ) -> list[Routes]:
        """Return so many different plans, the greedy one first; fewer when time is over or no others come."""
        found: dict[frozenset[tuple[int, ...]], Routes] = {}
        for again in range(_ATTEMPTS):
            missing = count - len(found)
            if not missing or (again and stop.reached(0)):
                break
            for nodes in self._sequences(missing, temperature, rng, stop, greedy=again == 0):
                plan = as_routes(self.instance, nodes)
                found.setdefault(_regardless_of_order(plan), plan)
        return list(found.values())

    def _sequences(
        self, count: int, temperature: float, rng: np.random.Generator, stop: StopSignal, *, greedy: bool
    ) -> list[NDArray[np.int32]]:
        states = [random_state(each) for each in rng.spawn(count)]
        stops = self.instance.depots + np.resize(rng.permutation(self.instance.stops), count)

        def one(number: int) -> NDArray[np.int32]:
            best = greedy and number == 0
            if not best and stop.reached(0):
                return np.empty(0, np.int32)
            first = () if best or temperature else self._beginning(int(stops[number]))
            return self.sequence(
                number % len(self._read), 0.0 if best else temperature, states[number], first, stop.flag
            )[0]

        with ThreadPoolExecutor(self._threads) as pool:
            return [nodes for nodes in pool.map(one, range(count)) if len(nodes)]

    def _beginning(self, stop: int) -> tuple[int, ...]:
        """Return what a plan begins with whose first stop is given: with several depots, the nearest that can."""
        task, depots = self._read[0][0], self.instance.depots
        if depots == 1:
            return (stop,)
        legs = np.where(self._possible[:, stop], task.distance[:depots, stop], inf)
        return (int(legs.argmin()), stop)

    def sequence(
        self,
        turn: int,
        temperature: float,
        state: NDArray[np.uint64],
        first: Sequence[int] = (),
        flag: NDArray[np.uint8] = _GO_ON,
    ) -> tuple[NDArray[np.int32], float]:
        """Return a plan as a sequence of nodes that begins with these, and the logarithm of how likely the others were.

        It is empty where the flag was set meanwhile.
        """
        task, memory = self._read[turn]
        plan = np.empty(2 * self.instance.stops + 2, np.int32)
        work = np.empty((3, max(memory.here.shape)), np.float32)
        length, likely = build(
            task, memory, self._possible, np.array(first, np.int32), temperature, state, plan, work, flag
        )
        return plan[:length], float(likely)


def _regardless_of_order(plan: Routes) -> frozenset[tuple[int, ...]]:
    """Return what tells whether two plans have the same routes."""
    return frozenset((int(kind), *visits) for kind, visits in zip(plan.vehicle, plan.lists(), strict=True))


def _turned(rows: Floats, column: int, turn: int) -> Floats:
    """Return rows whose places, in this column and the next, are turned or mirrored."""
    x, y = rows[:, column], rows[:, column + 1]
    if turn >= TURNS // 2:
        x, y = y, x
    turned = rows.copy()
    turned[:, column] = 1.0 - x if turn % 2 else x
    turned[:, column + 1] = 1.0 - y if turn // 2 % 2 else y
    return turned


@lru_cache(maxsize=4)
def _read_weights(name: str, changed: float) -> Weights:  # noqa: ARG001 - a file that changed is read again
    arrays, _ = registry.load("routeopt.weights:load")(name, policy="attention")
    return weights_of(arrays)


def _weights(name: str) -> Weights:
    path = Path(name)
    return _read_weights(name, path.stat().st_mtime if path.is_file() else 0.0)
