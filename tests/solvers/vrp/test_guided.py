"""What a guide says reaches the neighbour lists of the engines, and nothing else changes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st

import routeopt as ro
from routeopt.solvers.vrp.guided import led, renumbered
from routeopt.solvers.vrp.hgs.parameters import HGSParameters
from routeopt.solvers.vrp.hgs.plain import PlainEngine
from routeopt.solvers.vrp.hgs.timed import TimedEngine
from routeopt.solvers.vrp.ils.engine import survey
from routeopt.solvers.vrp.ils.habits import Habits


def far_ones(instance):
    """Say of each stop that the farthest ones come next to it."""
    places = np.column_stack([instance.x, instance.y])[instance.depots :]
    apart = np.linalg.norm(places[:, None] - places, axis=-1)
    np.fill_diagonal(apart, -1.0)
    return (np.argsort(-apart, axis=1, kind="stable")[:, :8] + instance.depots).astype(np.int32)


@given(st.integers(1, 6), st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_the_likeliest_come_first_and_either_part_keeps_its_order(width, count, seed):
    rng = np.random.default_rng(seed)
    near = np.array([rng.permutation(9)[:width] for _ in range(4)], np.int32)
    likely = np.array([rng.permutation(9) for _ in range(4)], np.int32)
    for row, chosen, lists in zip(near, likely, led(near, likely, count), strict=True):
        front = [v for v in row if v in chosen[:count]]
        assert lists.tolist() == front + [v for v in row if v not in front]


def test_renumbered_lists_name_the_same_stops():
    nodes = np.array([3, 1, 2])  # stop 1 of the engine is node 3
    likely = np.array([[2, 3], [3, 1], [1, 2]], np.int32)  # of nodes 1, 2, 3
    assert renumbered(likely, nodes, 1).tolist() == [[2, 3], [3, 1], [1, 2]]


@pytest.mark.parametrize("kind", ["x", "vrptw"])
def test_engines_try_what_the_guide_says(kind):
    instance = ro.generate(kind, 30, seed=2).instance()
    family = PlainEngine if kind == "x" else TimedEngine
    engine = family(instance, HGSParameters(neighbours=5), [], np.random.default_rng(1), far_ones(instance))
    if kind == "x":
        node = np.concatenate([[0], engine._case.nodes])
        near = node[engine.ground.near]
        order = engine._case.nodes
    else:
        near, order = engine.grid.near, np.arange(1, 31)
    said = far_ones(instance)
    for stop, of_stop in zip(order, near[1:], strict=True):
        assert set(of_stop.tolist()) == set(said[stop - 1, :5].tolist())


def test_local_search_of_ils_tries_what_the_guide_says():
    instance = ro.generate("x", 30, seed=2).instance()
    start = ro.solve(ro.generate("x", 30, seed=2), 0, solver="savings").routes
    habits = Habits(10.0, 10, 0.5, 0.01, 20, 5, 3.0)
    site = survey(instance, start, habits, 100, far_ones(instance))
    node = np.concatenate([[0], site.case.nodes])
    for stop in range(1, 31):
        near = site.ground.near[stop]
        assert set(node[near[:5]].tolist()) == set(far_ones(instance)[node[stop] - 1, :5].tolist())
        legs = site.ground.near_legs[stop, :5]
        assert (np.diff(legs) >= 0).all()  # the kernel stops at the first that is too far


@pytest.mark.parametrize("solver", ["ils", "hgs"])
def test_a_guide_that_knows_the_answer_gives_it_with_few_neighbours(solver):
    problem = ro.generate("x", 60, seed=3)
    good = ro.solve(problem, stop=ro.MaxIterations(3_000), solver="hgs")

    def oracle(instance):
        """Neighbours in the good plan first, then the nearest."""
        stops = instance.stops
        places = np.column_stack([instance.x, instance.y])[1:]
        apart = np.linalg.norm(places[:, None] - places, axis=-1)
        np.fill_diagonal(apart, np.inf)
        for route in good.routes.lists():
            for a, b in pairwise(route):
                if max(a, b) <= stops:
                    apart[a - 1, b - 1] = apart[b - 1, a - 1] = -1.0
        return (np.argsort(apart, axis=1, kind="stable")[:, :6] + 1).astype(np.int32)

    def costs(guide):
        name = ro.ILS(neighbours=2) if solver == "ils" else ro.HGS(neighbours=2 if guide is None else 4)
        limit = ro.MaxIterations(400 if solver == "hgs" else 1_000)
        return np.mean(
            [ro.solve(problem, solver=name, stop=limit, seed=seed, guide=guide).cost for seed in range(4)]
        )

    assert costs(oracle) < costs(None)


def test_starts_become_the_first_individuals():
    problem = ro.generate("x", 40, seed=5)
    instance = problem.instance()
    starts = [ro.solve(problem, 0, solver=name).routes for name in ("savings", "sweep", "nearest")]
    engine = PlainEngine(instance, HGSParameters(), starts, np.random.default_rng(1))
    tours = [engine._case.routes(engine._next_tour(), np.array([0, 40])).visits for _ in starts]
    assert [tour.tolist() for tour in tours] == [start.visits.tolist() for start in starts]


def test_the_plans_of_constructors_are_handed_to_the_population():
    problem = ro.generate("x", 40, seed=5)
    run = ro.search(problem, solver=["sweep", "hgs"], stop=ro.MaxIterations(50), seed=1)
    for _ in run:
        pass
    assert len(run._starts) == 1
    (constructed,) = run._starts
    assert run._wanted(run.chain[1], problem.instance(), constructed)["starts"] == []
    other = ro.solve(problem, 0, solver="nearest").routes
    assert run._wanted(run.chain[1], problem.instance(), other)["starts"] == [constructed]
    assert run.solution().feasible


def test_weights_of_something_else_are_refused(tmp_path):
    problem = ro.generate("x", 10, seed=1)
    with pytest.raises(ro.ProblemError, match="no such weights"):
        ro.solve(problem, 0.1, guide="nothing")
    (tmp_path / "bad.npz").write_bytes(b"no archive")
    with pytest.raises(ro.ProblemError, match="damaged"):
        ro.solve(problem, 0.1, guide=tmp_path / "bad.npz")
