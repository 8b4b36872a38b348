"""Arrays: padded batches, parts of an instance, legs with and without a matrix, routes as lists."""

from __future__ import annotations

import numpy as np
import pytest

import routeopt as ro
from routeopt.problems import legs
from routeopt.problems.reasons import servable
from routeopt.testing import cases

CASES = cases()


def test_a_batch_holds_each_instance_unchanged():
    instances = [problem.instance() for problem in CASES.values()]
    batch = ro.Instance.stack(instances)
    for row, instance in enumerate(instances):
        for name in instance._fields:
            value = np.asarray(getattr(instance, name))
            part = getattr(batch, name)[(row, *(slice(0, size) for size in value.shape))]
            assert np.array_equal(part, value), name


def test_padding_is_neutral():
    small, large = CASES["one stop"].instance(), CASES["several windows"].instance()
    batch = ro.Instance.stack([small, large])
    assert not batch.allowed[0, :, small.nodes :].any()
    assert not batch.prize[0, small.nodes :].any()
    assert np.array_equal(batch.windows[0, : small.nodes, 1], small.windows[:, 0])


@pytest.mark.parametrize("name", CASES)
def test_a_restriction_to_all_nodes_changes_nothing(name):
    instance = CASES[name].instance()
    whole = instance.restrict(np.arange(instance.nodes))
    for field in instance._fields:
        assert np.array_equal(getattr(whole, field), getattr(instance, field)), field


def test_a_restriction_drops_what_loses_an_end():
    part = CASES["shipments"].instance().restrict(np.array([0, 1, 2, 7]))
    assert part.stops == 3
    assert part.shipments.tolist() == [[1, 3]]
    assert part.distance.shape == (1, 4, 4)


@pytest.mark.parametrize("name", CASES)
def test_every_stop_of_the_suite_can_be_served(name):
    assert servable(CASES[name].instance()).all()


@pytest.mark.parametrize("rounding", ["exact", "round", "trunc", "dimacs"])
@pytest.mark.parametrize("kind", [legs.Euclidean, legs.Haversine])
def test_legs_are_the_same_with_and_without_a_matrix(monkeypatch, kind, rounding):
    rng = np.random.default_rng(2)
    geographic = kind is legs.Haversine
    places = rng.uniform(-60, 60, (2, 9))
    depot = ro.Depot(lon=1, lat=2) if geographic else ro.Depot(1, 2)

    def instance():
        stops = ro.Stops(*places, geographic=geographic)
        return ro.VRP(stops, depots=[depot], legs=kind(rounding, speed=2.0)).instance()

    stored = instance()
    monkeypatch.setattr(legs, "DENSE_LIMIT", 3)
    computed = instance()
    assert computed.distance.size == 0
    assert np.array_equal(servable(stored), servable(computed))
    for i in range(10):
        for j in range(10):
            assert legs.leg(stored, 0, i, j) == pytest.approx(legs.leg(computed, 0, i, j), rel=1e-12)


def test_legs_compile():
    numba = pytest.importorskip("numba")
    length = numba.njit(legs.straight_leg)
    for metric in (1, 2):
        for rounding in range(4):
            assert length(metric, rounding, 1.0, 2.0, 4.5, 6.0) == legs.straight_leg(
                metric, rounding, 1, 2, 4.5, 6
            )


def test_routes_as_lists_and_back():
    routes = ro.Routes.from_lists([[3, 1], [], [2, 0, 4]], [0, 1, 2])
    assert routes.lists() == [[3, 1], [2, 0, 4]]
    assert routes.vehicle.tolist() == [0, 2]
    assert routes.size == 2
    assert ro.Routes.from_lists([]).lists() == []
