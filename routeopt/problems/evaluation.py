"""What routes cost and what they violate, recomputed from the instance with the forward schedule.

This is what counts, whoever found the routes: :class:`routeopt.Solution` shows it, and the search
compares incumbents by it. Amounts are in the instance's scaled units.
"""

from __future__ import annotations

from math import inf, isfinite
from typing import NamedTuple

import numpy as np

from routeopt.problems import schedule
from routeopt.problems.instance import EPS, Floats, Instance, Routes
from routeopt.problems.legs import leg
from routeopt.problems.lockstep import fits, totals
from routeopt.problems.schedule import Node, State
from routeopt.problems.violations import Drive, Violation, plan_violations, route_violations


class Evaluation(NamedTuple):
    """Costs by kind, violations, and the mandatory nodes that nobody serves."""

    costs: dict[str, float]
    violations: list[Violation]
    missing: list[int]  # nodes
    distance: Floats  # of each route
    duration: Floats  # of each route

    @property
    def cost(self) -> float:
        """Total cost."""
        return sum(self.costs.values())


class Evaluator:
    """Evaluates routes of one instance; makes the description of each node once."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self._nodes: dict[int, Node] = {}
        self._one_load = instance.delivery.shape[1] == 1
        rules = schedule if self._one_load else schedule.schedule(maximum=np.maximum)
        self.begin, self.extend, self.reload, self.finish = (
            rules.begin,
            rules.extend,
            rules.reload,
            rules.finish,
        )

    def node(self, i: int) -> Node:
        """Return what a node asks for."""
        if i not in self._nodes:
            data = self.instance
            windows = tuple((float(a), float(b)) for a, b in data.windows[i])
            brings, fetches = bool(data.delivery[i].any()), bool((data.pickup[i] > 0).any())
            self._nodes[i] = Node(
                windows[:1] if windows[0] == windows[-1] else windows,
                float(data.service[i]),
                float(data.delivery[i, 0]) if self._one_load else data.delivery[i],
                float(data.pickup[i, 0]) if self._one_load else data.pickup[i],
                float(brings),
                float(fetches and not brings),
            )
        return self._nodes[i]

    def depot(self, i: int, kind: int) -> Node:
        """Return a depot as the start or end of a vehicle type, open while its shift lasts."""
        node = self.node(i)
        early, late = self.instance.shift[kind]
        return node._replace(
            windows=tuple((max(a, float(early)), min(b, float(late))) for a, b in node.windows)
        )

    def leg(self, kind: int, i: int, j: int) -> tuple[float, float]:
        """Return distance and duration; an unreachable leg counts 0 here and is listed as a violation."""
        distance, duration = leg(self.instance, int(self.instance.profile[kind]), i, j)
        return (float(distance), float(duration)) if isfinite(distance + duration) else (0.0, 0.0)

    def evaluate(self, routes: Routes) -> Evaluation:
        """Return costs, violations and missing stops."""
        data, kinds, offsets = self.instance, routes.vehicle, routes.offsets
        driven: dict[int, Drive] = {}

        def driven_route(r: int) -> Drive:
            if r not in driven:
                driven[r] = self.drive(int(kinds[r]), routes.visits[offsets[r] : offsets[r + 1]].tolist())
            return driven[r]

        if fits(data, routes):
            distance, duration, suspect = totals(data, routes)
        else:
            drives = [driven_route(r) for r in range(routes.size)]
            distance = np.array([drive.distance for drive in drives])
            duration = np.array([drive.duration for drive in drives])
            suspect = np.ones(routes.size, bool)
        violations = [
            found
            for r in np.flatnonzero(suspect).tolist()
            for found in route_violations(self, r, int(kinds[r]), driven_route(r))
        ]
        missing, forfeited = self._left_out(routes.visits[routes.visits >= data.depots])
        violations += plan_violations(data, routes)
        over = np.maximum(duration - data.overtime_after[kinds], 0.0)
        overtime = np.where(over > 0, data.overtime_cost[kinds], 0.0)
        costs = {
            "distance": (data.distance_cost[kinds] * distance).sum(),
            "duration": (data.duration_cost[kinds] * duration).sum(),
            "overtime": (overtime * over).sum(),
            "fixed": data.fixed_cost[kinds].sum(),
            "prizes": forfeited,
        }
        return Evaluation(
            {name: float(cost) for name, cost in costs.items()}, violations, missing, distance, duration
        )

    def drive(self, kind: int, visits: list[int]) -> Drive:
        """Return the route with the least lateness, then the least duration, then the earliest start.

        The earliest schedule is delayed by its slack (Savelsbergh 1992). Where stops have several
        windows, a later start can catch later ones: each choice of windows is tried in turn.
        """
        data = self.instance
        start, end = int(data.start[kind]), int(data.end[kind])
        nodes = [start, *visits] if end < 0 else [start, *visits, end]
        several = any(len(self.node(i).windows) > 1 for i in nodes)
        time, latest = self.depot(start, kind).windows[0][0], self.depot(start, kind).windows[-1][1]
        best: list[State] = []
        rank = (inf, inf)
        while not best or time <= latest:
            states = self._forward(kind, nodes, time)
            slack = self._slack(kind, nodes, states)
            delay = min(slack, states[-1].waiting)
            delayed = self._forward(kind, nodes, time + delay) if delay > 0 else states
            if delayed[-1].lateness < rank[0] - EPS or (
                delayed[-1].lateness <= rank[0] + EPS
                and delayed[-1].time - delayed[0].arrival < rank[1] - EPS
            ):
                best = delayed
                rank = (delayed[-1].lateness, delayed[-1].time - delayed[0].arrival)
            if not several or not isfinite(slack) or states[-1].lateness > rank[0] + EPS:
                break
            time += slack + 3 * EPS  # just too late for the tightest of the chosen windows
        return Drive(nodes, best)

    def _forward(self, kind: int, nodes: list[int], time: float) -> list[State]:
        data = self.instance
        releases = self._trip_releases(nodes)
        state = self.begin(self.depot(nodes[0], kind), time, releases[0])
        states = [state]
        for k in range(1, len(nodes)):
            i, j = nodes[k - 1], nodes[k]
            if j >= data.depots:
                state = self.extend(state, self.node(j), *self.leg(kind, i, j))
            elif k < len(nodes) - 1:
                state = self.reload(state, self.node(j), *self.leg(kind, i, j), releases[k])
            else:
                state = self.finish(state, self.depot(j, kind), *self.leg(kind, i, j))
            states.append(state)
        return states

    def _trip_releases(self, nodes: list[int]) -> dict[int, float]:
        """Return, by position of the depot visit, the latest release of the trip that begins there."""
        releases, begins = {0: 0.0}, 0
        for k, i in enumerate(nodes):
            if i < self.instance.depots:
                begins = k
                releases[k] = 0.0
            else:
                releases[begins] = max(releases[begins], float(self.instance.release[i]))
        return releases

    def _slack(self, kind: int, nodes: list[int], states: list[State]) -> float:
        """Return by how much the start can be delayed without missing the window chosen at any node."""
        slack = inf
        for k, (i, state) in enumerate(zip(nodes, states, strict=True)):
            ends = k == 0 or (k == len(nodes) - 1 and i < self.instance.depots)
            windows = self.depot(i, kind).windows if ends else self.node(i).windows
            late = next((late for _, late in windows if state.begin <= late + EPS), windows[-1][1])
            gate = (
                state.time - state.begin - self.node(i).service
                if i < self.instance.depots and not ends
                else 0.0
            )
            before = (
                state.waiting - max(gate, 0.0) if k else 0.0
            )  # waiting for a release comes behind the window
            slack = min(slack, before + max(0.0, late - state.begin))
        return slack

    def _left_out(self, visited: np.ndarray) -> tuple[list[int], float]:
        """Return the mandatory nodes that are not visited, and the prizes forfeited.

        A group is served by any of its stops; leaving it out costs the highest of its prizes, and
        serving a lesser one the difference.
        """
        data = self.instance
        seen = np.zeros(data.nodes, bool)
        seen[visited] = True
        stops = np.arange(data.depots, data.nodes)
        alone = stops[(data.group[stops] < 0) & ~seen[stops]]
        mandatory = ~np.isfinite(data.prize[alone])
        missing, forfeited = alone[mandatory].tolist(), float(data.prize[alone[~mandatory]].sum())
        for group in np.unique(data.group[data.group >= 0]):
            members = np.flatnonzero(data.group == group)
            served = members[seen[members]]
            if not np.isfinite(data.prize[members]).all():
                missing += [] if len(served) else members[:1].tolist()
            else:
                forfeited += data.prize[members].max() - data.prize[served].max(initial=0.0)
        return missing, float(forfeited)
