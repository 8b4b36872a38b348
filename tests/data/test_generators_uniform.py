"""Uniform and clustered problems in the unit square."""

import numpy as np
import pytest

from routeopt.data.generators import clusters, generate, uniform


@pytest.mark.parametrize(("stops", "capacity"), [(10, 20), (20, 30), (50, 40), (100, 50), (1000, 150)])
def test_published_capacities(stops, capacity):
    assert generate("cvrp", stops).vehicles[0].capacity == capacity


def test_capacity_grows_with_the_number_of_stops_and_can_be_stated():
    capacities = [uniform.uniform_capacity(n) for n in range(1, 1200)]
    assert (np.diff(capacities) >= 0).all()
    assert generate("cvrp", 200, capacity=80).vehicles[0].capacity == 80


def test_demands_are_one_to_nine_with_equal_chances():
    demands = uniform.uniform_demands(np.random.default_rng(0), 90_000)
    values, counts = np.unique(demands, return_counts=True)
    assert values.tolist() == list(range(1, 10))
    assert abs(counts / 10_000 - 1).max() < 0.05


def test_places_are_uniform():
    places = uniform.uniform_places(np.random.default_rng(0), 100_000)
    counts = np.histogram2d(*places.T, bins=10, range=[(0, 1), (0, 1)])[0]
    assert abs(counts / 1000 - 1).max() < 0.2


def test_a_tour_has_one_vehicle():
    problem = generate("tsp", 20)
    assert [vehicle.count for vehicle in problem.vehicles] == [1]
    assert not problem.stops.delivery.any()


def test_clusters_have_their_spread():
    places = clusters.clustered_places(np.random.default_rng(0), (200, 500), clusters=1)
    spread = places.std(axis=1)
    assert abs(spread.mean() / 0.07 - 1) < 0.02
    middle = places.mean(axis=1)
    assert middle.min() > 0.17
    assert middle.max() < 0.83


def crowding(places):
    """Return the mean distance from a place to the nearest one of its row."""
    gaps = np.linalg.norm(places[:, :, None] - places[:, None], axis=-1)
    gaps[:, np.arange(places.shape[1]), np.arange(places.shape[1])] = np.inf
    return gaps.min(axis=-1).mean()


def test_mixed_places_are_half_uniform_and_half_clustered():
    rng = np.random.default_rng(0)
    uniform_gap = crowding(uniform.uniform_places(rng, (200, 100)))
    clustered_gap = crowding(clusters.clustered_places(rng, (200, 100), 3))
    mixed = clusters.mixed_places(rng, (200, 200), 3)
    assert clustered_gap < 0.75 * uniform_gap
    assert crowding(mixed[:, :100]) == pytest.approx(uniform_gap, rel=0.05)
    assert crowding(mixed[:, 100:]) == pytest.approx(clustered_gap, rel=0.05)


def test_batches_have_a_shape():
    rng = np.random.default_rng(0)
    assert uniform.uniform_places(rng, (4, 30)).shape == (4, 30, 2)
    assert uniform.uniform_demands(rng, (4, 30)).shape == (4, 30)
    assert clusters.clustered_places(rng, (4, 30), 5).shape == (4, 30, 2)
    assert clusters.mixed_places(rng, (4, 31), 5).shape == (4, 31, 2)
    assert clusters.clustered_places(rng, 30, 5).shape == (30, 2)
