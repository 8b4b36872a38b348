"""Routing of requests as they come, in optical transport networks and the like: nothing of what comes next is known.

A request asks for bandwidth between two nodes and takes one of a few candidate paths, or is blocked.
Sources: Almasan et al., "Deep reinforcement learning meets graph neural networks: exploring a routing optimization
use case" (2019), for the setting; Bertsekas, Tsitsiklis and Wu, "Rollout algorithms for combinatorial optimization"
(1997), for looking ahead.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routeopt.errors import ProblemError
from routeopt.problems.instance import Integers
from routeopt.problems.network import Network
from routeopt.solvers.compiled import inner, kernel
from routeopt.solvers.random import below, random_state

POLICIES = ("random", "shortest", "widest", "least_loaded", "look_ahead")
_RANDOM, _SHORTEST, _WIDEST, _LEAST_LOADED, _LOOK_AHEAD = range(len(POLICIES))
NEVER = 2**62  #: of `until`: a request that stays


class Choices(NamedTuple):
    """K candidate paths at most for each pair of nodes s, t, at row s · n + t; links in the order of the path."""

    number: Integers  # (n · n,)
    links: NDArray[np.int32]  # (n · n, K, M); -1 behind the end


class Episode(NamedTuple):
    """What became of some requests."""

    chosen: Integers  # (R,) the candidate of each request, -1: blocked, or behind the end
    allocated: int  # bandwidth of those that were admitted
    blocked: int  # requests


@dataclass(frozen=True, eq=False)
class OnlineRouting:
    """A network whose requests come one after the other.

    Parameters
    ----------
    network : Network
        Its column ``capacity`` has whole numbers; both directions of a link share that of the arc which comes first.
    candidates : int
        Paths of each pair of nodes: those of fewest hops, and of as many those whose nodes come first.
    sizes : tuple of int
        Bandwidths that are drawn when looking ahead.
    """

    network: Network
    candidates: int = 4
    sizes: tuple[int, ...] = (8, 32, 64)

    def __post_init__(self) -> None:
        errors = []
        if "capacity" not in self.network.arcs:
            errors.append("network: its arcs have no column 'capacity'; give arcs={'capacity': …}")
        if (self.network.twin < 0).any():
            errors.append("network: some arc has none the other way; give both directions of each link")
        if self.candidates < 1:
            errors.append(f"candidates must be 1 or more, not {self.candidates}")
        if not self.sizes or min(self.sizes) < 1:
            errors.append(f"sizes must be whole numbers of 1 or more, not {self.sizes}")
        if errors:
            raise ProblemError(errors)

    @cached_property
    def link(self) -> Integers:
        """The number of the link of each arc, (m,)."""
        own = np.arange(len(self.network.head))
        _, number = np.unique(np.minimum(own, self.network.twin), return_inverse=True)
        return np.asarray(number, np.int64)

    @cached_property
    def capacity(self) -> Integers:
        """Of each link."""
        found = np.zeros(int(self.link.max(initial=-1)) + 1, np.int64)
        found[self.link[::-1]] = self.network.arcs["capacity"][::-1]
        return found

    @cached_property
    def choices(self) -> Choices:
        """The candidate paths of all pairs."""
        n = self.network.size
        paths = [self._paths(s, t) if s != t else [] for s in range(n) for t in range(n)]
        longest = max((len(path) for of_pair in paths for path in of_pair), default=1)
        links = np.full((n * n, self.candidates, longest), -1, np.int32)
        for pair, of_pair in enumerate(paths):
            for k, path in enumerate(of_pair):
                links[pair, k, : len(path)] = self.link[path]
        return Choices(np.array([len(of_pair) for of_pair in paths], np.int64), links)

    def _paths(self, source: int, target: int) -> list[list[int]]:
        """Return the candidates of a pair as lists of arcs, those of fewest hops first, then in the order of nodes."""
        network, found = self.network, list[list[int]]()
        rest = self._hops[:, target]
        arcs = [
            sorted(range(a, b), key=lambda arc: int(network.head[arc]))
            for a, b in pairwise(network.first_out)
        ]

        def go_on(node: int, path: list[int], seen: set[int], hops: int) -> None:
            if node == target:
                if hops == 0:
                    found.append(path)
                return
            for arc in arcs[node]:
                after = int(network.head[arc])
                if after not in seen and rest[after] < hops and len(found) < self.candidates:
                    go_on(after, [*path, arc], seen | {after}, hops - 1)

        for hops in range(1, network.size):
            go_on(source, [], {source}, hops)
        return found

    @cached_property
    def _hops(self) -> NDArray[np.float64]:
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import shortest_path

        network = self.network
        graph = csr_array(
            (np.ones(len(network.head)), network.head, network.first_out), shape=(network.size,) * 2
        )
        return np.asarray(shortest_path(graph, unweighted=True))

    def route(
        self,
        requests: ArrayLike,
        policy: str = "least_loaded",
        *,
        until: ArrayLike | None = None,
        stop_when_blocked: bool = True,
        rollouts: int = 200,
        horizon: int = 60,
        seed: int = 0,
    ) -> Episode:
        """Route requests one after the other.

        Parameters
        ----------
        requests : (R, 3) integers
            Source, target and bandwidth.
        policy : {"random", "shortest", "widest", "least_loaded", "look_ahead"}
            Which of the candidates that fit is taken: any; the first; the one whose narrowest link has most left; the
            one with the least sum of 1 / (left + 1); or the one behind which most is admitted on average of some
            random futures, in which "least_loaded" decides.
        until : (R,) integers, optional
            The number of the request before which each one gives its bandwidth back; by default all stay.
        stop_when_blocked : bool
            Whether the first request that does not fit ends the episode; else it is blocked and the next one comes.
        rollouts, horizon : int
            Futures of each candidate when looking ahead, and requests in each.
        seed : int
            Of random choices and futures.

        Raises
        ------
        ProblemError
            A request or the policy is not what it may be.
        """
        asked = np.asarray(requests, np.int64).reshape(-1, 3)
        stays = np.full(len(asked), NEVER) if until is None else np.asarray(until, np.int64)
        self._check(asked, stays, policy)
        chosen = _route(
            self.choices,
            self.capacity.copy(),
            asked,
            stays,
            POLICIES.index(policy),
            stop_when_blocked,
            np.array(self.sizes, np.int64),
            rollouts,
            horizon,
            random_state(np.random.default_rng(seed)),
        )
        done = len(asked)
        if stop_when_blocked and (chosen < 0).any():
            done = int(np.argmax(chosen < 0)) + 1
        admitted = chosen >= 0
        return Episode(chosen, int(asked[admitted, 2].sum()), int((~admitted[:done]).sum()))

    def _check(self, asked: Integers, until: Integers, policy: str) -> None:
        errors = []
        if policy not in POLICIES:
            errors.append(f"policy '{policy}' is not known; use one of {', '.join(POLICIES)}")
        n = self.network.size
        for k, (source, target, bandwidth) in enumerate(asked.tolist()):
            if not (0 <= source < n and 0 <= target < n):
                errors.append(f"request {k}: nodes are 0 to {n - 1}, not {source} and {target}")
            elif source == target:
                errors.append(f"request {k}: its source is its target, node {source}")
            if bandwidth < 1:
                errors.append(f"request {k}: bandwidth is {bandwidth}; it must be 1 or more")
        if len(until) != len(asked):
            errors.append(f"until has {len(until)} entries for {len(asked)} requests")
        if errors:
            raise ProblemError(errors)

    def fluid_bound(self, requests: ArrayLike) -> int:
        """Return the bandwidth of as many first requests as could all be split over all paths, knowing all of them.

        No policy that stops when it is blocked admits more of them.
        """
        asked = np.asarray(requests, np.int64).reshape(-1, 3)
        low, high = 0, len(asked)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._splittable(asked[:middle]) else (low, middle - 1)
        return int(asked[:low, 2].sum())

    def _splittable(self, asked: Integers) -> bool:
        """Tell whether all demands fit at once where they may be split."""
        from scipy.optimize import linprog
        from scipy.sparse import coo_array, csr_array

        network, n, m = self.network, self.network.size, len(self.network.head)
        sources, number = np.unique(asked[:, 0], return_inverse=True)
        count = len(sources)
        supply = np.zeros((count, n))
        np.add.at(supply, (number, asked[:, 1]), asked[:, 2])
        np.add.at(supply, (number, asked[:, 0]), -asked[:, 2])
        of_source, arc = np.repeat(np.arange(count), m), np.tile(np.arange(m), count)
        rows = np.concatenate([of_source * n + network.head[arc], of_source * n + network.tail[arc]])
        columns = np.tile(np.arange(count * m), 2)
        values = np.concatenate([np.ones(count * m), -np.ones(count * m)])
        balance = csr_array(coo_array((values, (rows, columns)), shape=(count * n, count * m)))
        loads = csr_array(
            coo_array(
                (np.ones(count * m), (self.link[arc], np.arange(count * m))),
                shape=(len(self.capacity), count * m),
            )
        )
        found = linprog(
            np.zeros(count * m),
            A_ub=loads,
            b_ub=self.capacity,
            A_eq=balance,
            b_eq=supply.ravel(),
            method="highs",
        )
        return bool(found.status == 0)


@kernel
def _route(choices, left, asked, until, policy, stops, sizes, rollouts, horizon, state):
    chosen = np.full(len(asked), -1, np.int64)
    room = np.empty(len(left), np.int64)
    n = int(np.sqrt(len(choices.number)))
    for r in range(len(asked)):
        for before in range(r):
            if until[before] == r and chosen[before] >= 0:
                pair = asked[before, 0] * n + asked[before, 1]
                _add(choices, left, pair, chosen[before], asked[before, 2])
        pair, bandwidth = asked[r, 0] * n + asked[r, 1], asked[r, 2]
        if policy == _LOOK_AHEAD:
            seed = np.empty(4, np.uint64)
            best, most = -1, -1
            begin = state.copy()
            for k in range(choices.number[pair]):
                if not _fits(choices, left, pair, k, bandwidth):
                    continue
                seed[:] = begin  # all candidates have the same futures
                total = 0
                for _ in range(rollouts):
                    room[:] = left
                    _add(choices, room, pair, k, -bandwidth)
                    total += _future(choices, room, sizes, horizon, n, seed)
                if total > most:
                    best, most = k, total
                state[:] = seed
            chosen[r] = best
        else:
            chosen[r] = _choose(choices, left, pair, bandwidth, policy, state)
        if chosen[r] >= 0:
            _add(choices, left, pair, chosen[r], -bandwidth)
        elif stops:
            break
    return chosen


@inner
def _future(choices, left, sizes, horizon, n, state):
    """Return what is admitted of random requests before one is blocked."""
    total = 0
    for _ in range(horizon):
        source = below(state, n)
        target = below(state, n - 1)
        target += target >= source
        bandwidth = sizes[below(state, len(sizes))]
        pair = source * n + target
        k = _choose(choices, left, pair, bandwidth, _LEAST_LOADED, state)
        if k < 0:
            break
        _add(choices, left, pair, k, -bandwidth)
        total += bandwidth
    return total


@inner
def _choose(choices, left, pair, bandwidth, policy, state):
    """Return the candidate that a policy takes, -1 where none fits."""
    best, score, fitting = -1, np.inf, 0
    for k in range(choices.number[pair]):
        if not _fits(choices, left, pair, k, bandwidth):
            continue
        fitting += 1
        if policy == _SHORTEST:
            return k
        if policy == _RANDOM:
            if below(state, fitting) == 0:
                best = k
            continue
        own = _score(choices, left, pair, k, policy)
        if own < score:
            best, score = k, own
    return best


@inner
def _score(choices, left, pair, k, policy):
    found = -np.inf if policy == _WIDEST else 0.0
    for i in range(choices.links.shape[2]):
        link = choices.links[pair, k, i]
        if link < 0:
            break
        if policy == _WIDEST:
            found = max(found, -left[link])
        else:
            found += 1.0 / (left[link] + 1.0)
    return found


@inner
def _fits(choices, left, pair, k, bandwidth):
    for i in range(choices.links.shape[2]):
        link = choices.links[pair, k, i]
        if link < 0:
            break
        if left[link] < bandwidth:
            return False
    return True


@inner
def _add(choices, left, pair, k, bandwidth):
    for i in range(choices.links.shape[2]):
        link = choices.links[pair, k, i]
        if link < 0:
            break
        left[link] += bandwidth
