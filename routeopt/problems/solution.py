"""The answer as people see it: schedule, cost breakdown, violations, and who is not served and why.

Nothing here is taken from a solver but the routes: everything else is recomputed from the problem.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from routeopt import registry
from routeopt.errors import ProblemError
from routeopt.problems import violations as found
from routeopt.problems.evaluation import Evaluator
from routeopt.problems.instance import Routes
from routeopt.problems.reasons import reason_left_out
from routeopt.problems.vrp import VRP

LOADS = {"capacity"}  # constraints whose amount is a load; it is not scaled
COUNTS = {"skills", "shipments", "groups", "reloads", "max_stops", "limited_fleet", "fixed_edges", "backhaul",
          "linehaul_first", "visited_twice", "unreachable"}  # fmt: skip


class Visit(NamedTuple):
    """One line of a driver's schedule, in the user's units."""

    node: int
    name: str
    arrival: float
    begin: float  # of the service
    departure: float
    waiting: float  # before the service, or for goods released late
    lateness: float
    distance: float  # since the start of the route
    load: tuple[float, ...]  # on board when leaving


class Violation(NamedTuple):
    """One bound that does not hold."""

    constraint: str  # name of the attribute
    route: int | None  # number of the route from 0; None where no single one is to blame
    stop: str  # name of the stop; empty where no single one is to blame
    amount: float  # by how much, in the user's units


class Unserved(NamedTuple):
    """A stop that is left out."""

    stop: str
    reason: str


class Solution:
    """Routes of a problem, with all that follows from them.

    Parameters
    ----------
    problem : VRP
        What was asked.
    routes : Routes
        Who visits what, in which order.
    seconds, iterations, solver, parameters, seed, threads, trace, bound
        How the routes were found; kept for the record.

    Raises
    ------
    ProblemError
        When the routes speak of nodes or vehicles that the problem does not have.
    """

    def __init__(
        self,
        problem: VRP,
        routes: Routes,
        *,
        seconds: float = 0.0,
        iterations: int = 0,
        solver: str = "",
        parameters: Mapping[str, Any] | None = None,
        seed: int | None = None,
        threads: int = 1,
        trace: Sequence[tuple[float, float]] = (),
        bound: float | None = None,
    ) -> None:
        self.problem = problem
        self.routes = routes
        self.seconds = seconds
        self.iterations = iterations
        self.solver = solver
        self.parameters = dict(parameters or {})
        self.seed = seed
        self.threads = threads
        self.trace = list(trace)
        self.bound = bound
        self._check_numbers()
        evaluator = Evaluator(problem.instance())
        self._evaluation = evaluator.evaluate(routes)
        self._evaluator = evaluator

    def _check_numbers(self) -> None:
        instance, errors = self.problem.instance(), []
        visits, vehicle = self.routes.visits, self.routes.vehicle
        unknown = np.unique(visits[(visits < 0) | (visits >= instance.nodes)]).tolist()
        if unknown:
            errors.append(
                f"routes: there are no nodes {unknown}; they are numbered 0 to {instance.nodes - 1}"
            )
        kinds = np.unique(vehicle[(vehicle < 0) | (vehicle >= len(instance.vehicle_count))]).tolist()
        if kinds:
            errors.append(f"routes: there are no vehicle types {kinds}; they are numbered from 0")
        if errors:
            raise ProblemError(errors)

    @property
    def scale(self) -> float:
        """Inside units per user unit."""
        return float(self.problem.instance().scale)

    @cached_property
    def costs(self) -> dict[str, float]:
        """Cost by kind: distance, duration, overtime, fixed, prizes."""
        return {name: cost / self.scale for name, cost in self._evaluation.costs.items()}

    @property
    def cost(self) -> float:
        """Total cost, in the user's units."""
        return self._evaluation.cost / self.scale

    @property
    def objective(self) -> float:
        """What a search minimises: the cost, with vehicles counted first where the problem says so."""
        instance = self.problem.instance()
        return self.cost + instance.vehicle_weight * self.vehicles / self.scale

    @cached_property
    def violations(self) -> list[Violation]:
        """Every bound that does not hold."""
        names = self.problem.names
        return [
            Violation(v.constraint, v.route, names[v.node] if v.node >= 0 else "", self._amount(v))
            for v in self._evaluation.violations
        ]

    def _amount(self, violation: found.Violation) -> float:
        plain = violation.constraint in LOADS | COUNTS
        return violation.amount if plain else violation.amount / self.scale

    @property
    def complete(self) -> bool:
        """Whether every stop that must be served is."""
        return not self._evaluation.missing

    @property
    def feasible(self) -> bool:
        """Whether the plan is complete and violates nothing."""
        return self.complete and not self._evaluation.violations

    @cached_property
    def unserved(self) -> list[Unserved]:
        """Stops that are left out, each with its reason; of a served group only the served stop counts."""
        instance, names = self.problem.instance(), self.problem.names
        seen = np.zeros(instance.nodes, bool)
        seen[self.routes.visits] = True
        served_groups = set(instance.group[seen].tolist()) - {-1}
        full = (self.fleet_used >= instance.vehicle_count).all()
        return [
            Unserved(names[node], reason_left_out(self.problem, self._evaluator, int(node), bool(full)))
            for node in np.flatnonzero(~seen)
            if node >= instance.depots and int(instance.group[node]) not in served_groups
        ]

    @property
    def vehicles(self) -> int:
        """Number of vehicles used."""
        return self.routes.size

    @property
    def fleet_used(self) -> Any:
        """Number of vehicles used of each type, (T,)."""
        return np.bincount(self.routes.vehicle, minlength=len(self.problem.vehicles))

    @property
    def distance(self) -> float:
        """Total distance."""
        return float(self._evaluation.distance.sum()) / self.scale

    @property
    def duration(self) -> float:
        """Total duration of the routes, waiting and service included."""
        return float(self._evaluation.duration.sum()) / self.scale

    @property
    def gap(self) -> float | None:
        """How far the cost is above the best known, as a fraction; None when no value is known."""
        best = self.problem.best_known
        return None if best is None else (self.cost - best) / best if best else self.cost

    @cached_property
    def schedule(self) -> list[list[Visit]]:
        """The visits of each route: its start, the stops and reloads, and its end unless that is open."""
        return [
            self._visits(self._evaluator.drive(int(kind), visits))
            for kind, visits in zip(self.routes.vehicle, self.routes.lists(), strict=True)
        ]

    def _visits(self, drive: found.Drive) -> list[Visit]:
        names, scale = self.problem.names, self.scale
        loads = self._onboard(drive.nodes)
        lines, waiting, lateness = [], 0.0, 0.0
        for node, state, load in zip(drive.nodes, drive.states, loads, strict=True):
            waited = max(0.0, state.waiting - waiting)  # a difference of sums may fall below by a hair
            late = max(0.0, state.lateness - lateness)
            times = (state.arrival, state.begin, state.time, waited, late, state.distance)
            arrival, begin, leave, waited, late, so_far = (float(value) / scale for value in times)
            lines.append(Visit(node, names[node], arrival, begin, leave, waited, late, so_far, load))
            waiting, lateness = state.waiting, state.lateness
        return lines

    def _onboard(self, nodes: list[int]) -> list[tuple[float, ...]]:
        """Return the load on board after each node: a trip starts with all that it delivers."""
        instance = self.problem.instance()
        loads: list[tuple[float, ...]] = []
        onboard = np.zeros(instance.delivery.shape[1])
        for k, node in enumerate(nodes):
            if node < instance.depots:
                trip = next((m for m in range(k + 1, len(nodes)) if nodes[m] < instance.depots), len(nodes))
                onboard = instance.delivery[nodes[k + 1 : trip]].sum(axis=0)
            else:
                onboard = onboard - instance.delivery[node] + instance.pickup[node]
            loads.append(tuple(float(value) for value in np.round(onboard, 9)))
        return loads

    def rows(self) -> list[dict[str, Any]]:
        """Return one dict per visit: route, vehicle, position, stop, times, load, distance."""
        names = self.problem.vehicle_names
        return [
            {
                "route": number,
                "vehicle": names[kind],
                "position": position,
                "stop": visit.name,
                "arrival": visit.arrival,
                "begin": visit.begin,
                "departure": visit.departure,
                "waiting": visit.waiting,
                "lateness": visit.lateness,
                "load": visit.load[0] if len(visit.load) == 1 else visit.load,
                "distance": visit.distance,
            }
            for number, (kind, visits) in enumerate(zip(self.routes.vehicle, self.schedule, strict=True), 1)
            for position, visit in enumerate(visits)
        ]

    def table(self) -> Any:
        """Return the rows as a pandas DataFrame."""
        return registry.load("pandas:DataFrame")(self.rows())

    def summary(self) -> str:
        """Return eight lines that say what the plan is worth."""
        problem = self.problem
        state = "feasible" if self.feasible else "not feasible" if self.violations else "not complete"
        kinds = ", ".join(f"{name} {cost:,.2f}" for name, cost in self.costs.items() if cost)
        known = "" if self.gap is None else f" ({100 * self.gap:+.2f} % to the best known)"
        broken = ", ".join(sorted({v.constraint for v in self.violations}))
        served = len(problem.stops) - len(self.unserved)
        lines = [
            f"{problem.name or 'problem'}: {state}",
            f"cost        {self.cost:,.2f}{known}",
            f"of which    {kinds or 'nothing'}",
            f"vehicles    {self.vehicles} of {problem.instance().vehicle_count.sum()}",
            f"distance    {self.distance:,.2f}, duration {self.duration:,.2f}, rounding {problem.rounding}",
            f"stops       {served} served, {len(self.unserved)} unserved",
            f"violations  {f'{len(self.violations)}: {broken}' if broken else 'none'}",
            f"search      {self.solver or 'none'}, {self.iterations:,} iterations in {self.seconds:.2f} s",
        ]
        return "\n".join(lines)

    __str__ = summary

    def document(self) -> dict[str, Any]:
        """Return the solution as one JSON document; see the command line's ``--json``."""
        document: dict[str, Any] = registry.load("routeopt.data.writers.solution_json:document")(self)
        return document

    def write(self, path: str | Path) -> None:
        """Write the solution in the format that the suffix names: .sol, .json, .csv or .geojson."""
        registry.load("routeopt.data.writers:write")(self, path)

    def plot(self, kind: str = "routes", **options: Any) -> Any:
        """Draw the routes, the timeline, the loads or the convergence; see :mod:`routeopt.plot`."""
        return registry.load("routeopt.plot:plot")(self, kind, **options)

    def __repr__(self) -> str:
        """Return a line that says what it is."""
        name = self.problem.name or "a problem"
        return f"<Solution of {name}: cost {self.cost:,.2f}, {self.vehicles} vehicles>"
