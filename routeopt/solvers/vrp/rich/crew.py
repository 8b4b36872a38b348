"""All threads on one plan: each takes some of its routes for a while, then they are put together and dealt anew.

A thread has arrays of its own, in which only its part of the plan is planned: the routes of others are empty
there, and their stops nowhere. So the search needs to know nothing of other threads.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait

import numpy as np

from routeopt.problems.instance import Instance, Integers
from routeopt.solvers.random import State, random_state
from routeopt.solvers.vrp.halving import halve
from routeopt.solvers.vrp.rich.layout import (
    ABSENCE,
    BANK,
    BANKED,
    BEST_COST,
    BEST_MISSING,
    COST,
    DIRTY,
    EMPTIES,
    ITERATION,
    MISSING,
    OWN,
    OWNED,
    ROUTES_USED,
    SEARCHES,
    Field,
    Plan,
)
from routeopt.solvers.vrp.rich.parameters import RichParameters
from routeopt.solvers.vrp.rich.plan import empty_plan
from routeopt.solvers.vrp.rich.search import anneal
from routeopt.solvers.waiting import HEARTBEAT

_ROUND = 0.1  # seconds for which parts stay as they are, at least
_DEALING = 0.05  # share of the time that dealing and putting together may take
_ROUND_ITERATIONS = 1_000  # of each part, where iterations are counted
_LEAST_ROUTES = 2  # of a part
_POLL = 0.01  # seconds between two looks at the flag
_UNBOUNDED = 1 << 30  # iterations
_NOBODY = np.zeros(0, np.int32)


class Crew:
    """The threads that work on a plan.

    Parameters
    ----------
    instance : Instance
    field : Field
    plan : Plan
        The plan of all, complete between rounds.
    settings : RichParameters
    threads : int
    rng : numpy.random.Generator
    """

    def __init__(
        self,
        instance: Instance,
        field: Field,
        plan: Plan,
        settings: RichParameters,
        threads: int,
        rng: np.random.Generator,
    ) -> None:
        self._instance, self._field, self._plan, self._settings = instance, field, plan, settings
        self._members = [_Member(empty_plan(instance, field), random_state(rng)) for _ in range(threads)]
        self._rng = rng
        self._pool = ThreadPoolExecutor(threads)
        self._halt = np.zeros(1, np.uint8)
        self._dealing = 0.0  # seconds that it took in the last round
        self.iterations = 0

    def round(self, heat: float, seconds: float, iterations: float, flag: np.ndarray) -> Iterator[None]:
        """Let the threads work for so many seconds at most, or so many iterations all together.

        Where seconds are inf the clock is not looked at, so that the outcome depends on the seed alone.
        Yields whenever a sign of life is due, and ends early when the flag is set.
        """
        begin = time.perf_counter()
        members = self._deal()
        share, rest = divmod(int(min(iterations, _UNBOUNDED)), len(members))
        limits = [min(share + (i < rest), self._most(seconds)) for i in range(len(members))]
        self._halt[0] = flag[0]
        dealt = time.perf_counter()
        end = np.inf if np.isinf(seconds) else dealt + min(seconds, max(_ROUND, self._dealing / _DEALING))
        working = [
            self._pool.submit(self._work, member, limit, heat)
            for member, limit in zip(members, limits, strict=True)
        ]
        yield from self._watch(working, end, flag)
        done = time.perf_counter()
        self.iterations += sum(worker.result() for worker in working)
        self._gather(members)
        self._dealing = time.perf_counter() - done + dealt - begin

    def _most(self, seconds: float) -> int:
        """Return the most iterations of a part: no bound where the clock ends a round."""
        return _UNBOUNDED if np.isfinite(seconds) else max(_ROUND_ITERATIONS, self._instance.stops // 4)

    def _watch(self, working: list[Future[int]], end: float, flag: np.ndarray) -> Iterator[None]:
        """Wait for the threads, and halt them when the flag is set or the round is over."""
        sign = time.perf_counter() + HEARTBEAT
        while wait(working, min(max(end - time.perf_counter(), 0.0), _POLL)).not_done:
            if flag[0] or time.perf_counter() >= end:
                self._halt[0] = 1
            if time.perf_counter() >= sign:
                sign = time.perf_counter() + HEARTBEAT
                yield

    def _work(self, member: _Member, iterations: int, heat: float) -> int:
        removed, polished = self._settings.removed, self._settings.polished
        field, plan, state = self._field, member.plan, member.state
        anneal(
            field, plan, 0, _NOBODY, removed, polished, heat, 1.0, 0, state, self._halt
        )  # sums up the cost
        plan.sums[BEST_COST] = plan.sums[COST]
        return int(
            anneal(field, plan, iterations, _NOBODY, removed, polished, heat, 1.0, 0, state, self._halt)
        )

    def _deal(self) -> list[_Member]:
        """Give each member some routes, an equal share of the empty ones, and of the stops left out.

        Returns the members that have got any.
        """
        instance, plan = self._instance, self._plan
        nodes, count = plan.nodes, instance.nodes
        route = nodes["route"][:count]
        served = np.flatnonzero(route >= 0)
        whose_route = np.full(len(plan.routes), -1)
        groups = self._groups(route[served], served)
        for part, group in enumerate(groups):
            whose_route[group] = part
        bank = plan.lists[BANK, : plan.counts[BANKED]]
        leader = nodes["leader"][:count]
        whose_leader = np.full(count, -1)
        whose_leader[bank] = self._rng.integers(len(groups), size=len(bank))
        whose_leader[leader[served]] = whose_route[route[served]]
        whose = whose_leader[leader]
        whose[: instance.depots] = -1
        members = self._members[: len(groups)]
        for part, member in enumerate(members):
            member.plan.nodes[:] = nodes
            member.plan.routes[:] = plan.routes
            stops = np.flatnonzero(whose == part)
            self._restrict(member, stops, whose_route == part, bank[whose_leader[bank] == part])
            self._give_empties(member.plan, part, len(groups))
        return members

    def _groups(self, route: Integers, stop: Integers) -> list[Integers]:
        """Return the routes of each part: those that lie together, or any where nothing has a place."""
        size = len(self._plan.routes)
        stops = np.bincount(route, minlength=size)
        used = np.flatnonzero(stops)
        x, y = (
            np.bincount(route, places[stop], size) / np.maximum(stops, 1)
            for places in (self._instance.x, self._instance.y)
        )
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            x, y = self._rng.random((2, size))
        parts = max(1, min(len(self._members), len(used) // _LEAST_ROUTES))
        return halve(used, x, y, stops, parts, self._rng)

    def _restrict(self, member: _Member, stops: Integers, mine: np.ndarray, bank: Integers) -> None:
        """Leave only these stops and routes in the member's plan, which is its best so far."""
        plan, count = member.plan, self._instance.nodes
        nodes, routes, counts, sums = plan.nodes, plan.routes, plan.counts, plan.sums
        member.stops = stops
        other = np.ones(count, bool)
        other[stops] = False
        for link in ("following", "preceding", "route"):
            nodes[link][:count][other] = -1
        nodes["best"], nodes["dirty"], nodes["shelf"][:count] = nodes["following"], 0, -1
        nodes["shelf"][bank] = np.arange(len(bank))
        routes["measured"], routes["count"][~mine] = 0, 0
        plan.lists[OWN, : len(stops)], plan.lists[BANK, : len(bank)] = stops, bank
        hard = np.isinf(nodes["price"][bank])
        counts[OWNED], counts[BANKED], counts[DIRTY] = len(stops), len(bank), 0
        counts[MISSING] = counts[BEST_MISSING] = hard.sum()
        counts[ROUTES_USED] = mine.sum()
        sums[ABSENCE] = nodes["absences"][bank][hard].sum()
        for name in (ITERATION, SEARCHES):
            counts[name] = self._plan.counts[name]

    def _give_empties(self, plan: Plan, part: int, parts: int) -> None:
        """Give the member its share of the empty routes of each vehicle type."""
        first, whole = self._field.first, self._plan
        plan.routes["spot"] = -1
        for kind, height in enumerate(whole.heights):
            share = whole.lists[EMPTIES, first[kind] : first[kind] + height][part::parts]
            plan.lists[EMPTIES, first[kind] : first[kind] + len(share)] = share
            plan.routes["spot"][share] = np.arange(len(share))
            plan.heights[kind] = len(share)

    def _gather(self, members: list[_Member]) -> None:
        """Put the parts together again, and take note of the best of each where their sum is the best plan."""
        plan, instance = self._plan, self._instance
        counts, sums, nodes, routes = plan.counts, plan.sums, plan.nodes, plan.routes
        best = nodes["best"].copy()
        missing = sum(int(member.plan.counts[BEST_MISSING]) for member in members)
        cost = sum(float(member.plan.sums[BEST_COST]) for member in members)
        better = (missing, cost) < (counts[BEST_MISSING], sums[BEST_COST])
        for member in members:
            own = member.plan
            mine = np.flatnonzero((own.routes["count"] > 0) | (own.routes["spot"] >= 0))
            kept = np.concatenate([member.stops, instance.nodes + mine])
            nodes[kept] = own.nodes[kept]
            routes[mine] = own.routes[mine]
            if better:
                best[kept] = own.nodes["best"][kept]
        nodes["best"] = best
        if better:
            counts[BEST_MISSING], sums[BEST_COST] = missing, cost
        bank = np.concatenate([m.plan.lists[BANK, : m.plan.counts[BANKED]] for m in members])
        plan.lists[BANK, : len(bank)], nodes["shelf"][bank] = bank, np.arange(len(bank))
        for name in (BANKED, MISSING, ROUTES_USED):
            counts[name] = sum(int(member.plan.counts[name]) for member in members)
        for name in (ITERATION, SEARCHES):
            counts[name] = max(int(member.plan.counts[name]) for member in members)
        for name in (COST, ABSENCE):
            sums[name] = sum(float(member.plan.sums[name]) for member in members)
        self._stack_empties()

    def _stack_empties(self) -> None:
        plan, first = self._plan, self._field.first
        for kind in range(len(plan.heights)):
            empty = first[kind] + np.flatnonzero(plan.routes["count"][first[kind] : first[kind + 1]] == 0)
            plan.lists[EMPTIES, first[kind] : first[kind] + len(empty)] = empty
            plan.routes["spot"][empty] = np.arange(len(empty))
            plan.heights[kind] = len(empty)

    def close(self) -> None:
        """Let the threads end."""
        self._halt[0] = 1
        self._pool.shutdown()


class _Member:
    """A thread's own plan and random numbers."""

    def __init__(self, plan: Plan, state: State) -> None:
        self.plan, self.state = plan, state
        self.stops: Integers = np.zeros(0, np.int64)
