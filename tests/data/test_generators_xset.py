"""The X set: places, demands and capacities as in Uchoa et al. (2017)."""

import numpy as np
import pytest

from routeopt.data.generators import generate, xset


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize(("depot", "place"), [("central", [500, 500]), ("eccentric", [0, 0])])
def test_depot_positions(depot, place):
    assert generate("x", 20, depot=depot).places[0].tolist() == place


def test_random_depots_are_anywhere_on_the_grid():
    places = xset.depot_places(rng(), 10_000, "random")
    assert places.min() == 0
    assert places.max() == 1000
    assert abs(places.mean() - 500) < 10


@pytest.mark.parametrize("customers", xset.CUSTOMERS)
@pytest.mark.parametrize("depot", xset.DEPOTS)
def test_no_two_places_are_the_same(depot, customers):
    problem = generate("x", 1000, depot=depot, customers=customers)
    assert (problem.places == problem.places.round()).all()
    assert problem.places.min() >= 0
    assert problem.places.max() <= 1000
    assert len(np.unique(problem.places, axis=0)) == 1001


def test_rows_of_a_batch_are_apart_each_for_itself():
    depots = xset.depot_places(rng(), 500, "central")
    places = xset.stop_places(rng(), (500, 60), "clustered", depots)
    assert places.shape == (500, 60, 2)
    for row, depot in zip(places, depots, strict=True):
        assert len(np.unique([*row.tolist(), depot.tolist()], axis=0)) == 61
    assert not np.array_equal(places[0], places[1])


def test_random_stops_are_uniform():
    places = xset.stop_places(rng(), (100, 1000), "random", np.zeros((100, 2), int)).reshape(-1, 2)
    counts = np.histogram2d(*places.T, bins=10, range=[(0, 1000), (0, 1000)])[0]
    assert abs(counts / 1000 - 1).max() < 0.2


def test_clusters_thin_out_by_half_every_forty():
    # Seeds in the middle, so that the square hardly cuts: the distance has the density r * 2 ** (-r / 40).
    places = np.full((1, 8, 2), 500)
    near = xset._near_seeds(rng(), np.zeros(200_000, int), places, np.array([8]), 1000)
    distance = np.hypot(*(near - 500).T)
    edges = np.arange(0.0, 401, 40)
    crowd = np.histogram(distance, edges)[0] / (edges[1:] ** 2 - edges[:-1] ** 2)  # stops by area
    halving = crowd[2:] / crowd[1:-1]
    assert abs(halving - 0.5).max() < 0.03
    assert (
        abs(distance.mean() / (2 * 40 / np.log(2)) - 1) < 0.02
    )  # a gamma distribution of shape 2, hardly cut


def test_half_of_the_stops_cluster():
    depots = np.zeros((400, 2), int)
    places = xset.stop_places(rng(), (400, 201), "random-clustered", depots)
    last = places[:, 101:].reshape(-1, 2)  # the first 101 cluster, the other 100 are anywhere
    counts = np.histogram2d(*last.T, bins=5, range=[(0, 1000), (0, 1000)])[0]
    assert abs(counts / 1600 - 1).max() < 0.2

    def gap(some):
        legs = np.linalg.norm(some[:, :, None] - some[:, None], axis=-1)
        legs[:, np.arange(some.shape[1]), np.arange(some.shape[1])] = np.inf
        return legs.min(axis=-1).mean()

    assert gap(places[:, :101]) < 0.75 * gap(places[:, 101:])


def test_seeds_are_three_to_eight():
    drawn = {len(cluster_seeds(seed)) for seed in range(200)}
    assert drawn == {3, 4, 5, 6, 7, 8}


def cluster_seeds(seed):
    """Return stops that all others of a clustered problem are near to, found from the order of drawing."""
    generator = np.random.default_rng(seed)
    number = np.random.default_rng(seed).integers(3, 9, 1)[0]
    places = xset.stop_places(generator, 400, "clustered", np.zeros(2, int))
    nearest = np.linalg.norm(places[:, None] - places[None, :number], axis=-1).min(axis=1)
    assert np.median(nearest[number:]) < 120  # the median of the distribution above is 97
    return places[:number]


@pytest.mark.parametrize(("kind", "low", "high"), [(kind, *span) for kind, span in xset.RANGES.items()])
def test_demand_ranges(kind, low, high):
    demands = generate("x", 5000, demand=kind).stops.delivery
    assert (demands.min(), demands.max()) == (low, high)
    assert abs(demands.mean() - (low + high) / 2) < 0.03 * (high - low) + 1e-9


def test_demands_by_quadrant():
    problem = generate("x", 5000, demand="quadrant")
    right, upper = problem.stops.x >= 500, problem.stops.y >= 500
    first_or_third = problem.stops.delivery[right == upper]
    others = problem.stops.delivery[right != upper]
    assert (first_or_third.min(), first_or_third.max()) == (51, 100)
    assert (others.min(), others.max()) == (1, 50)


def test_many_small_demands_and_a_few_large_ones():
    demands = xset.stop_demands(rng(), "many-small", np.zeros((300, 500, 2), int))
    small, large = demands <= 10, demands >= 50
    assert (small | large).all()
    assert demands.min() == 1
    assert demands.max() == 100
    share = small.mean(axis=1)
    assert share.min() > 0.63
    assert share.max() < 0.99
    assert abs(share.mean() - 0.825) < 0.02


@pytest.mark.parametrize("length", [3, 7.5, 25])
def test_capacity_is_what_the_route_length_asks_for(length):
    problem = generate("x", 100, route_length=length)
    demands = problem.stops.delivery
    assert problem.vehicles[0].capacity == np.ceil(length * demands.sum() / 100)


def test_capacity_takes_the_largest_demand():
    assert xset.capacity(3.0, np.array([1, 1, 1, 80])) == 80
    assert xset.capacity(np.array([3.0, 10.0]), np.array([[1, 2], [3, 5]])).tolist() == [5, 40]


def test_route_lengths_are_triangular():
    drawn = np.array(
        [generate("x", 20, seed=seed, demand="unitary").vehicles[0].capacity for seed in range(2000)]
    )
    assert drawn.min() >= 4  # 3 rounded up
    assert drawn.max() <= 25
    assert abs(drawn.mean() - (3 + 6 + 25) / 3 - 0.5) < 0.3  # and half a stop for rounding up


def test_the_square_grows_with_very_many_stops():
    problem = generate("x", 40_000, depot="central", customers="clustered")
    assert problem.places[0].tolist() == [1000, 1000]
    assert problem.places.max() > 1000
    assert len(np.unique(problem.places, axis=0)) == 40_001
