"""What a network sees: of generated problems what is stated, of others the same whatever their units."""

from __future__ import annotations

import numpy as np
import pytest

import routeopt as ro
from routeopt.data.generators import generate
from routeopt.data.generators.routefinder import VARIANTS
from routeopt.problems.instance import Instance
from routeopt.solvers.vrp.neural.features import features


@pytest.mark.parametrize("variant", VARIANTS)
def test_generated_problems_are_seen_as_they_are(variant):
    problem, has = generate("routefinder", 30, seed=2, attributes=variant), VARIANTS[variant]
    depots, stops, unit = features(problem.instance())
    assert unit == 1.0
    np.testing.assert_array_equal(depots[:, 1:3], problem.places[: len(depots)])
    np.testing.assert_array_equal(stops[:, :2], problem.places[len(depots) :])
    assert (depots[:, 0] == ("O" in has)).all()
    assert (depots[:, 3] == (problem.vehicles[0].max_distance if "L" in has else 0.0)).all()
    assert (depots[:, 4] == (4.6 if "TW" in has else 0.0)).all()
    assert (depots[:, 5] == ("MB" in has)).all()
    np.testing.assert_array_equal(stops[:, 2], problem.stops.delivery[:, 0] / problem.vehicles[0].capacity)
    np.testing.assert_array_equal(stops[:, 3], problem.stops.pickup[:, 0] / problem.vehicles[0].capacity)
    windows = problem.stops.windows[:, 0] if "TW" in has else np.zeros((30, 2))
    np.testing.assert_array_equal(stops[:, 4:6], windows)
    np.testing.assert_array_equal(stops[:, 6], problem.stops.service)


def test_units_do_not_matter():
    rng = np.random.default_rng(0)
    x, y, early = rng.uniform(0, 70, (3, 9))

    def stated(factor: float, shift: float, load: float) -> Instance:
        stops = ro.Stops(
            factor * x + shift, factor * y - shift, delivery=load, service=factor,
            windows=factor * np.stack([early, early + 30], axis=1),
        )  # fmt: skip
        depot = ro.Depot(factor * 10 + shift, factor * 20 - shift, window=(0, factor * 200))
        vehicle = ro.Vehicle(capacity=4 * load, max_distance=factor * 150)
        return ro.VRP(stops, [vehicle], [depot]).instance()

    one, other = features(stated(1.0, 0.0, 1.0)), features(stated(1000.0, 5e4, 7.0))
    np.testing.assert_allclose(one.depots, other.depots, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(one.stops, other.stops, rtol=1e-9, atol=1e-9)
    assert other.unit == pytest.approx(1000 * one.unit)
    assert one.stops[:, :2].min() >= 0
    assert one.stops[:, :2].max() <= 1


def test_matrices_have_their_own_unit():
    legs = np.array([[0, 400, np.inf], [300, 0, 200], [100, 500, 0]])
    stops = ro.Stops([8.01, 8.02], [50.0, 50.01], windows=(50, 1000))
    problem = ro.VRP(stops, [ro.Vehicle(max_distance=750)], [ro.Depot(8.0, 50.0)], legs=ro.Matrix(legs))
    depots, rows, unit = features(problem.instance())
    assert unit == 500.0
    assert depots.tolist() == [[0, 0, 0, 1.5, 0, 0]]
    np.testing.assert_allclose(rows, [[0.5, 0, 0, 0, 0.1, 2, 0], [1, 0.5, 0, 0, 0.1, 2, 0]], atol=1e-9)


def test_stacked_problems_are_seen_as_alone():
    problems = [
        generate("routefinder", 5 + 2 * k, seed=k, attributes=name) for k, name in enumerate(VARIANTS)
    ]
    single = [p.instance() for p in problems if len(p.depots) == 1]
    batch = features(Instance.stack(single))
    for row, instance in enumerate(single):
        alone = features(instance)
        np.testing.assert_array_equal(batch.depots[row], alone.depots)
        np.testing.assert_array_equal(batch.stops[row, : instance.stops], alone.stops)
        assert batch.unit[row] == alone.unit


def test_places_in_one_spot_and_no_capacity():
    seen = features(
        ro.VRP(ro.Stops([5, 5], [5, 5], delivery=1.0), [ro.Vehicle()], [ro.Depot(5, 5)]).instance()
    )
    assert np.isfinite(seen.stops).all()
    assert not seen.stops.any()
