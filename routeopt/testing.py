"""Conformance: what every solver and every environment must do, as checks that anyone can run on their own.

>>> import routeopt as ro
>>> from routeopt.testing import check_solver
>>> check_solver(ro.Nearest())

A broken promise raises an ``AssertionError`` that says which one, on which problem, and how to keep it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from math import inf, isclose
from typing import Any

import numpy as np

from routeopt.problems.columns import Stops
from routeopt.problems.evaluation import Evaluator
from routeopt.problems.features import FEATURES
from routeopt.problems.instance import Instance, Routes
from routeopt.problems.legs import Euclidean, Matrix
from routeopt.problems.rows import Depot, Shipment, Stop, Vehicle
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.problems.vrp import VRP

HEARTBEAT = 0.1  # seconds between incumbents, at most
GRACE = 0.05  # seconds behind the deadline, or 2 %
NOISE = 0.25  # seconds that a busy machine may add to either


def check_solver(solver: Any, *, seconds: float = 0.5) -> None:
    """Check a vehicle routing solver against its contract.

    Parameters
    ----------
    solver : Solver
        A callable ``(instance, start, *, stop, rng, threads)`` with ``supports``.
    seconds : float
        Time limit of the timed runs.

    Raises
    ------
    AssertionError
        When a promise is broken.
    """
    supports = getattr(solver, "supports", None)
    assert isinstance(supports, frozenset), (
        "supports must be a frozenset of names from routeopt.problems.features"
    )
    unknown = supports - set(FEATURES)
    assert not unknown, (
        f"supports names {sorted(unknown)}, which are not in routeopt.problems.features.FEATURES"
    )
    problems = {name: problem for name, problem in cases().items() if problem.features <= supports}
    assert problems, (
        "supports is so small that no problem of the suite fits; add 'capacity' or 'limited_fleet'"
    )
    for name, problem in problems.items():
        _check_answers(solver, name, problem)
        _check_seed(solver, name, problem)
    name, problem = max(problems.items(), key=lambda item: len(item[1].stops))
    _check_clock(solver, name, problem, seconds)


def check_env(env: Any, *, batch: int = 16, seed: int = 0, device: str = "cpu") -> None:
    """Check an environment for learning against its contract.

    Random plans, and plans of the last allowed actions, which stay away from depots, are followed to their end:
    something is always allowed, what is allowed is feasible, and the reward is minus the cost that ``env.judge``
    states. Vehicle routing and path search are checked alike.

    Parameters
    ----------
    env : RL4COEnvBase
        With a generator whose ``rng`` follows ``env.set_seed``, and with ``judge(td, actions)``, which returns for
        each plan its ``cost``, ``violations`` and ``missing``, reckoned without the environment's own rules. A
        plan that may fail at a penalty states it in its cost, and is not missing anything.
    batch : int
        Number of problems.
    seed : int
        Of the problems and of the plans.
    device : str
        Where plans are made; problems are generated where the generator does.

    Raises
    ------
    AssertionError
        When a promise is broken.
    """
    from routeopt.envs.contract import check

    check(env, batch, seed, device)


def cases() -> dict[str, VRP]:
    """Return the small problems of the suite by name; each uses other attributes."""
    rng = np.random.default_rng(7)
    places = rng.integers(0, 100, (12, 2)).astype(float)
    x, y = places.T
    load = rng.integers(1, 9, 12).astype(float)
    half = np.where(np.arange(12) % 2, load, 0.0)
    fleet, depot = [Vehicle(capacity=30.0)], [Depot(50.0, 50.0)]
    apart = np.hypot(*(places[:, None] - places).T) + rng.random((12, 12))

    def columns(**attributes: Any) -> Stops:
        return Stops(x, y, **{"delivery": load, **attributes})

    early = rng.integers(0, 200, 12).astype(float)
    windows = np.column_stack([early, early + 300.0])
    big = rng.integers(0, 1000, (60, 2)).astype(float)
    pairs = [Shipment(str(i), str(i + 6), 3.0) for i in range(1, 7)]
    two = [Depot(50.0, 50.0), Depot(10.0, 10.0)]
    loads = load - half, half
    strict = columns(delivery=loads[0], pickup=loads[1])
    lift = {"lift": np.arange(12) < 4}
    truck = Vehicle(capacity=30.0)
    day = Vehicle(
        capacity=30.0, shift=(10.0, 500.0), duration_cost=0.5, overtime_after=150.0, overtime_cost=2.0
    )
    slow = {"car": Euclidean(speed=2.0), "bike": Euclidean()}
    return {
        "one stop": VRP([Stop(3.0, 4.0, delivery=1.0)], fleet, depot),
        "stops in one place": VRP([Stop(3.0, 4.0, delivery=1.0)] * 5, fleet, depot),
        "capacity": VRP(columns(), fleet, depot),
        "rounded": VRP(columns(), fleet, depot, legs=Euclidean("round")),
        "tour": VRP(Stops(x, y), [Vehicle(count=1)], depot),
        "limited fleet": VRP(columns(), [replace(truck, count=4)], depot),
        "asymmetric": VRP(columns(), fleet, depot, legs=Matrix(np.pad(apart, (1, 0), constant_values=50.0))),
        "windows": VRP(columns(windows=windows, service=5.0), fleet, depot),
        "windows, tenths": VRP(columns(windows=windows), fleet, depot, legs=Euclidean("dimacs")),
        "several windows": VRP(columns(windows=np.stack([windows, windows + 400.0], axis=1)), fleet, depot),
        "distance limit": VRP(columns(), [replace(truck, max_distance=250.0)], depot),
        "duration limit": VRP(columns(service=5.0), [replace(truck, max_duration=280.0)], depot),
        "pickups": VRP(columns(pickup=load[::-1]), fleet, depot),
        "backhauls": VRP(strict, fleet, depot, backhaul="strict"),
        "linehauls first": VRP(strict, fleet, depot, backhaul="linehaul_first"),
        "two loads": VRP(columns(delivery=places % 7), [Vehicle(capacity=(30.0, 25.0))], depot),
        "prizes": VRP(columns(prize=rng.integers(0, 80, 12)), fleet, depot),
        "groups": VRP(columns(group=np.arange(12) // 3), fleet, depot),
        "releases": VRP(columns(release=early, windows=(0.0, 900.0)), fleet, depot),
        "skills": VRP(columns(skills=lift), [truck, Vehicle(capacity=20.0, skills={"lift"})], depot),
        "shipments": VRP(Stops(x, y), [Vehicle(capacity=6.0)], depot, shipments=pairs),
        "fixed edges": VRP(columns(), fleet, depot, fixed_edges=[("1", "2")]),
        "depots": VRP(columns(), [truck, replace(truck, start=1)], two),
        "open ends": VRP(columns(), [replace(truck, open_end=True)], depot),
        "other end": VRP(columns(), [replace(truck, end=1)], two),
        "fleet mix": VRP(columns(), [replace(truck, fixed_cost=90.0), Vehicle(capacity=9.0)], depot),
        "profiles": VRP(
            columns(), [replace(truck, profile="car"), Vehicle(profile="bike")], depot, legs=slow
        ),
        "two a kilometre": VRP(columns(), [replace(truck, distance_cost=2.0)], depot),
        "working day": VRP(columns(service=4.0), [day], depot),
        "few stops a route": VRP(columns(), [replace(truck, max_stops=3)], depot),
        "reloads": VRP(columns(), [replace(truck, count=2, reload_depots=(0,))], depot),
        "fewest vehicles": VRP(columns(), fleet, depot, objective="fewest_vehicles"),
        "sixty stops": VRP(
            Stops(*big.T, delivery=rng.integers(1, 9, 60)), [Vehicle(capacity=40.0)], [Depot(500.0, 500.0)]
        ),
    }


def _run(
    solver: Any, instance: Instance, start: Routes | None, signal: StopSignal, seed: int = 1
) -> Iterator[Incumbent]:
    return iter(solver(instance, start, stop=signal, rng=np.random.default_rng(seed), threads=1))


def _check_answers(solver: Any, name: str, problem: VRP) -> None:
    """Check that answers hold, claims are true, nothing gets worse, and the instance is left alone."""
    instance = problem.instance()
    before = [np.copy(field) for field in instance]
    evaluator = Evaluator(instance)
    found = list(_run(solver, instance, None, StopSignal(iterations=50)))
    assert found, f"{name}: nothing was yielded; yield at least one Incumbent, even with answer None"
    for earlier, later in pairwise(found):
        assert later.objective <= earlier.objective, f"{name}: the objective rose from {earlier} to {later}"
        assert later.iterations >= earlier.iterations, f"{name}: the count of iterations went down"
        assert later.seconds >= earlier.seconds, f"{name}: the clock went back"
    for incumbent in found:
        if incumbent.answer is not None:
            _check_claim(evaluator, name, incumbent)
    answer = next((incumbent.answer for incumbent in reversed(found) if incumbent.answer is not None), None)
    assert answer is not None, f"{name}: no answer in 50 iterations"
    start = answer
    again = list(_run(solver, instance, start, StopSignal(iterations=5), seed=2))
    begun = (evaluator.evaluate(start).cost + instance.vehicle_weight * start.size) / instance.scale
    best = min([incumbent.objective for incumbent in again if incumbent.answer is not None], default=inf)
    improver = not getattr(solver, "constructs", False)
    if improver and best < inf:
        assert best <= begun * (1 + 1e-9) + 1e-6, (
            f"{name}: {best} is worse than the start {begun}; keep the start"
        )
    for field, left in zip(instance._fields, before, strict=True):
        assert np.array_equal(left, getattr(instance, field), equal_nan=True), (
            f"{name}: the solver changed instance.{field}; copy it"
        )


def _check_claim(evaluator: Evaluator, name: str, incumbent: Incumbent) -> None:
    data = evaluator.instance
    found = evaluator.evaluate(incumbent.answer)
    assert not found.violations, f"{name}: an answer was yielded that violates {found.violations}"
    if incumbent.objective < inf:
        assert not found.missing, (
            f"{name}: a plan without stops {found.missing} has a finite objective; yield inf"
        )
        cost = (found.cost + data.vehicle_weight * incumbent.answer.size) / data.scale
        close = isclose(incumbent.objective, cost, rel_tol=1e-9, abs_tol=1e-6)
        assert close, f"{name}: the objective {incumbent.objective} is claimed, but recomputed it is {cost}"


def _check_seed(solver: Any, name: str, problem: VRP) -> None:
    """Check that the seed decides everything when iterations are the limit."""
    runs = [
        [i.objective for i in _run(solver, problem.instance(), None, StopSignal(iterations=20))]
        for _ in range(2)
    ]
    assert runs[0][-1] == runs[1][-1], (
        f"{name}: two runs with one seed ended at {runs[0][-1]} and {runs[1][-1]}"
    )


def _check_clock(solver: Any, name: str, problem: VRP, seconds: float) -> None:
    """Check that deadline and flag are kept, with a heartbeat on the way."""
    late = max(GRACE, 0.02 * seconds) + NOISE
    signal = StopSignal(seconds)
    beats = [0.0, *(signal.seconds() for _ in _run(solver, problem.instance(), None, signal))]
    over = signal.seconds() - seconds
    assert over <= late, (
        f"{name}: it ended {over:.3f} s behind the deadline; poll stop.flag and stop.reached()"
    )
    silence = max(np.diff([*beats, signal.seconds()]))
    assert silence <= HEARTBEAT + NOISE, f"{name}: silent for {silence:.3f} s; yield a heartbeat every 100 ms"
    signal = StopSignal(60.0)
    for _ in _run(solver, problem.instance(), None, signal):
        signal.set()
        asked = time.perf_counter()
    waited = time.perf_counter() - asked
    assert waited <= HEARTBEAT + late, f"{name}: it went on for {waited:.3f} s with stop.flag set"
