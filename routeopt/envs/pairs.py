"""Where starts and targets of paths come from, with what the best path between them costs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from math import ceil, prod, sqrt
from typing import Any, NamedTuple

import numpy as np
import torch
from tensordict import TensorDict

from routeopt.data.generators.grids import cardinal_grid, obstacles
from routeopt.data.generators.options import check, number, whole
from routeopt.envs.worlds import Implicit, Networks, World
from routeopt.errors import ProblemError
from routeopt.problems.instance import Flags, Floats, Integers
from routeopt.problems.network import Network
from routeopt.problems.states import StateGraph
from routeopt.solvers.paths.enumeration import enumerated
from routeopt.solvers.paths.front import ShortestPaths

TRIES = 1000  # of drawing a pair, until a world counts as unfit


class Pair(NamedTuple):
    """A start, a target, and the cost of the best path that is known."""

    start: Integers  # (L,)
    target: Integers  # (L,)
    reference: float


class Pairs(ABC):
    """What a path environment takes its problems from.

    Attributes
    ----------
    world : World
        What the paths run in.
    steps : int
        A limit on the steps that leaves room for detours.
    """

    world: World
    steps: int

    def __init__(self, seed: int | None = None) -> None:
        self.rng = np.random.default_rng(seed)

    @abstractmethod
    def pair(self) -> Pair:
        """Return the next problem, whose start is not its target and has a way out."""

    def __call__(self, batch_size: int | Sequence[int]) -> TensorDict:
        """Return the next problems: ``start`` and ``target`` (B, L) int64, ``reference`` (B, 1) float64."""
        size = batch_size if isinstance(batch_size, int) else prod(batch_size)
        pairs = [self.pair() for _ in range(size)]
        return TensorDict(
            {
                "start": torch.from_numpy(np.array([pair.start for pair in pairs], np.int64)),
                "target": torch.from_numpy(np.array([pair.target for pair in pairs], np.int64)),
                "reference": torch.tensor([[pair.reference] for pair in pairs], dtype=torch.float64),
            },
            [size],
        )


class Between(Pairs):
    """Pairs of nodes of networks, by how far apart they are.

    A target is drawn; of the nodes from which it can be reached, ordered by the exact distance to it, the start is the
    one at a share that is drawn between two quantiles.

    Parameters
    ----------
    networks : Network or sequence of Network
        For each pair one is drawn, and another where the target has no start.
    metric : str
        The column of the arcs that paths cost.
    quantiles : pair of float
        Of the distance, from 0 (neighbours) to 1 (as far as one can be).
    seed : int, optional
        The same seed gives the same batches in the same order.

    Raises
    ------
    ProblemError
        Quantiles out of order, or networks in which nobody can go anywhere.
    """

    def __init__(
        self,
        networks: Network | Sequence[Network],
        metric: str = "time",
        *,
        quantiles: tuple[float, float] = (0.0, 1.0),
        seed: int | None = None,
    ) -> None:
        super().__init__(seed)
        low, high = quantiles
        check(number("quantiles[0]", low, 0.0, 1.0), number("quantiles[1]", high, low, 1.0))
        self.quantiles = quantiles
        self.world: Networks = Networks([networks] if isinstance(networks, Network) else networks, metric)
        self.steps = max(32, 4 * ceil(sqrt(max(network.size for network in self.world.networks))))

    def pair(self) -> Pair:
        """Return the next problem."""
        for _ in range(TRIES):
            g = int(self.rng.integers(len(self.world.networks)))
            target = int(self.rng.integers(self.world.networks[g].size))
            pair = self._start(g, target)
            if pair is not None:
                return pair
        raise ProblemError(
            f"in {TRIES} tries no start was found for any target; check the arcs of the networks"
        )

    def _start(self, g: int, target: int) -> Pair | None:
        """Return the problem with this target in network g, or None if no start will do."""
        distance = self.distances(g, target)
        starts = np.flatnonzero(np.isfinite(distance) & self.fit(g, target))
        starts = starts[starts != target]
        if not len(starts):
            return None
        share = self.rng.uniform(*self.quantiles)
        order = np.lexsort([self.rng.random(len(starts)), distance[starts]])  # chance among those as far away
        start = starts[order[int(share * (len(starts) - 1) + 0.5)]]
        first = self.world.first[g]
        return Pair(np.array([first + start]), np.array([first + target]), float(distance[start]))

    def fit(self, g: int, target: int) -> Flags:  # noqa: ARG002 - for other generators
        """Return which nodes of network g may be starts of this target."""
        return np.ones(self.world.networks[g].size, bool)

    def distances(self, g: int, target: int) -> Floats:
        """Return the exact distance from each node of network g to one of them; inf: there is no way."""
        return self._backwards[g].tree(target).distance

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the searches, which a copy makes anew when it needs them."""
        return {name: value for name, value in self.__dict__.items() if name != "_backwards"}

    @cached_property
    def _backwards(self) -> list[ShortestPaths]:
        """Shortest paths against the direction of the arcs."""
        turned = []
        for network, cost in zip(self.world.networks, self.world.cost, strict=True):
            back = Network.from_arcs(network.head, network.tail, size=network.size, arcs={"cost": cost})
            turned.append(ShortestPaths(back, "cost"))
        return turned


class Grids(Between):
    """Grids with obstacles, in which one walks north, east, south and west; pairs as GridRoute has them.

    Start and target are at least three tenths of the diagonal apart, a blocked cell lies in the rectangle between
    them, and there is a path.

    Parameters
    ----------
    size : int
        Cells on a side.
    kinds : sequence of "squares" and "cells"
        See :func:`routeopt.data.generators.grids.obstacles`; the grids are of each in turn.
    share : float
        The chance that a cell is blocked, with "cells".
    grids : int
        So many are made; each pair is in one of them.
    seed : int, optional
        Of grids and pairs. :meth:`~routeopt.envs.paths.PathEnv.set_seed` decides about pairs only.
    """

    def __init__(
        self,
        size: int = 20,
        kinds: Sequence[str] = ("squares",),
        share: float = 0.3,
        *,
        grids: int = 100,
        seed: int | None = None,
    ) -> None:
        check(whole("grids", grids, 1))
        if not kinds:
            raise ProblemError("kinds: there are none; name 'squares', 'cells' or both")
        rng = np.random.default_rng(seed)
        self.free = [obstacles(rng, size, kinds[i % len(kinds)], share) for i in range(grids)]
        super().__init__([cardinal_grid(free) for free in self.free], "length", seed=seed)
        self.rng = rng

    def fit(self, g: int, target: int) -> Flags:
        """Return which cells are far enough, with an obstacle between."""
        free = self.free[g]
        size = len(free)
        row, column = divmod(target, size)
        rows, columns = np.indices(free.shape)
        far = np.hypot(rows - row, columns - column) >= 0.3 * sqrt(2) * size
        sums = np.pad(np.cumsum(np.cumsum(~free, 0), 1), ((1, 0), (1, 0)))
        top, bottom = np.minimum(rows, row), np.maximum(rows, row) + 1
        left, right = np.minimum(columns, column), np.maximum(columns, column) + 1
        blocked = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
        fit: Flags = far & free & (blocked > 0)
        return fit.ravel()


class Walks(Pairs):
    """Walks in an implicit graph from one state; where a walk ends is the target.

    A walk never undoes its last move at once. Where all states can be listed, the reference is exact; else it is what
    the walk cost.

    Parameters
    ----------
    graph : StateGraph
    start : (L,) integers
    length : int, or pair of int
        Moves of a walk, or the least and the most.
    states : int
        Up to so many states are listed; 0: the reference is the walk.
    seed : int, optional
        The same seed gives the same batches in the same order.

    Raises
    ------
    ProblemError
        Lengths out of order, more states than `states`, or walks that lead nowhere.
    """

    def __init__(
        self,
        graph: StateGraph,
        start: Integers,
        length: int | tuple[int, int],
        *,
        states: int = 0,
        seed: int | None = None,
    ) -> None:
        super().__init__(seed)
        self.length = (length, length) if isinstance(length, int) else length
        check(whole("length", self.length[0], 1), whole("length", self.length[1], self.length[0]))
        self.world = Implicit(graph)
        self.graph, self.start = graph, np.asarray(start, np.int64).reshape(-1)
        if len(self.start) != graph.width:
            raise ProblemError(f"start: {len(self.start)} numbers, but states have {graph.width}")
        self.steps = 4 * self.length[1]
        self._exact: dict[bytes, float] | None = None
        if states:
            network, listed = enumerated(graph, self.start, states)
            distance = ShortestPaths(network, "cost").tree(0).distance
            self._exact = {state.tobytes(): float(d) for state, d in zip(listed, distance, strict=True)}

    def pair(self) -> Pair:
        """Return the next problem."""
        for _ in range(TRIES):
            end, cost = self._walk(int(self.rng.integers(*self.length, endpoint=True)))
            if not np.array_equal(end, self.start):
                return Pair(self.start, end, cost if self._exact is None else self._exact[end.tobytes()])
        raise ProblemError(f"{TRIES} walks ended where they began; check the moves of the graph")

    def _walk(self, length: int) -> tuple[Integers, float]:
        before, here, total = self.start, self.start, 0.0
        for _ in range(length):
            following, cost = (array[0] for array in self.graph.expand(here[None]))
            open_moves = np.flatnonzero(
                np.isfinite(cost) & (following != before).any(1) & (following != here).any(1)
            )
            if not len(open_moves):
                break
            move = self.rng.choice(open_moves)
            before, here = here, np.ascontiguousarray(following[move], np.int64)
            total += float(cost[move])
        return here, total
