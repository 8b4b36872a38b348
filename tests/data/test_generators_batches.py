"""Stacked batches: row by row they are the problems that the generators of single ones would make."""

from __future__ import annotations

import numpy as np
import pytest

from routeopt.data.generators import batches, routefinder
from routeopt.data.generators.batches import mixed_batch, stacked
from routeopt.data.generators.pools import Pool, drawn_points, pool_batch, street_pool
from routeopt.data.generators.routefinder import VARIANTS, Sample
from routeopt.data.generators.streets import street_grid
from routeopt.errors import ProblemError
from routeopt.problems.instance import Instance
from routeopt.problems.network import Network

NO_LEGS = np.zeros((1, 0, 0))


@pytest.mark.parametrize("depots", [1, 3])
def test_rows_are_the_problems_of_single_samples(depots):
    rng = np.random.default_rng(0)
    names = [name for name, has in VARIANTS.items() if ("MD" in has) == (depots > 1)]
    drawn = routefinder.sample(rng, 12, depots, (len(names),))
    flags = {
        mark: np.array([mark in VARIANTS[name] for name in names]) for mark in ("O", "B", "MB", "L", "TW")
    }
    rows = [Sample(*(field[row] for field in drawn[:-1]), drawn.capacity) for row in range(len(names))]
    made = [
        routefinder.problem(row, VARIANTS[name]).instance()._replace(distance=NO_LEGS, duration=NO_LEGS)
        for row, name in zip(rows, names, strict=True)
    ]
    expected = Instance.stack(made)
    for name, ours, theirs in zip(Instance._fields, stacked(drawn, flags), expected, strict=True):
        assert ours.dtype == theirs.dtype, name
        np.testing.assert_array_equal(ours, theirs, err_msg=name)


def test_sizes_are_those_asked_for():
    stops = np.array([5, 9, 5, 7])
    batch = mixed_batch(np.random.default_rng(0), stops, ["vrptw"])
    assert batch.nodes.tolist() == [6, 10, 6, 8]
    for row, n in enumerate(stops):
        assert (batch.delivery[row, 1 : n + 1] > 0).all()
        assert not batch.delivery[row, n + 1 :].any()
        assert not batch.allowed[row, :, n + 1 :].any()
        assert batch.capacity[row] == routefinder.capacity(n)


def test_joining_batches_is_stacking_their_rows():
    rng = np.random.default_rng(0)
    small, large = (batches.mixed_batch(rng, np.full(2, n)) for n in (3, 6))
    joined = Instance.join([small, large], [np.array([2, 0]), np.array([1, 3])])
    rows = [(small, 1), (large, 0), (small, 0), (large, 1)]
    expected = Instance.stack([Instance(*(field[row] for field in batch)) for batch, row in rows])
    for name, ours, theirs in zip(Instance._fields, joined, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs, err_msg=name)


@pytest.mark.parametrize(
    ("variants", "message"),
    [(["cvrp", "tsp"], "'tsp'"), (["cvrp", "mdcvrp"], "a batch of each"), ([], "variants are none")],
)
def test_wrong_variants_are_told(variants, message):
    with pytest.raises(ProblemError, match=message):
        mixed_batch(np.random.default_rng(0), np.array([5]), variants)


@pytest.fixture(scope="module")
def pool() -> Pool:
    return street_pool(np.random.default_rng(0), street_grid(400, seed=0), 60)


def test_windows_of_streets_can_be_met_alone(pool):
    batch = pool_batch(np.random.default_rng(0), pool, 20, np.ones(50, bool))
    early, late = batch.windows[:, 1:, 0, 0], batch.windows[:, 1:, 0, 1]
    there, back = batch.duration[:, 0, 0, 1:], batch.duration[:, 0, 1:, 0]
    assert (there <= late).all()
    assert (np.maximum(early, there) + batch.service[:, 1:] + back <= routefinder.HORIZON).all()
    assert (early >= there - 1e-12).all()
    assert ((late - early >= 0.18 - 1e-12) & (late - early <= 0.20 + 1e-12)).all()


def test_matrices_are_those_of_the_pool_scaled(pool):
    batch = pool_batch(np.random.default_rng(0), pool, 20, np.zeros(5, bool))
    assert (
        batch.distance.max(axis=(1, 2, 3)).tolist()
        == batch.duration.max(axis=(1, 2, 3)).tolist()
        == [1.0] * 5
    )
    assert [batch.x.min(), batch.x.max(), batch.y.min(), batch.y.max()] == [0, 1, 0, 1]
    points = drawn_points(np.random.default_rng(0), pool, (5, 21), "uniform")
    for row, at in enumerate(points):
        for ours, theirs in ((batch.distance, pool.distance), (batch.duration, pool.duration)):
            part = theirs[np.ix_(at, at)]
            np.testing.assert_array_equal(ours[row, 0], part / part.max())


@pytest.mark.parametrize("spread", ["uniform", "cluster", "clusters", "mixed"])
def test_points_lie_as_asked(pool, spread):
    points = drawn_points(np.random.default_rng(0), pool, (200, 16), spread)
    assert all(len(set(row)) == 16 for row in points.tolist())
    assert np.bincount(points[:, 0], minlength=60).max() < 25  # the depot is any of them
    near = pool.distance + pool.distance.T
    span = np.median([near[np.ix_(row, row)].mean() for row in points])
    anywhere = near.mean()
    assert span > 0.9 * anywhere if spread == "uniform" else span < 0.97 * anywhere


def test_points_that_are_cut_off_are_left_out():
    network = Network.from_arcs(
        np.array([0, 1, 2, 3, 3]),  # a one-way ring, and a street that leads away from it
        np.array([1, 2, 3, 0, 4]),
        size=5,
        arcs={"length": np.array([100.0, 100, 100, 100, 400]), "time": np.full(5, 10.0)},
        places=np.array([[8.0, 50.0], [8.001, 50.0], [8.001, 50.001], [8.0, 50.001], [7.9, 50.002]]),
        geographic=True,
    )
    pool = street_pool(np.random.default_rng(0), network, 40)
    assert 10 < len(pool.places) < 40
    assert np.isfinite(pool.distance).all()
    assert np.isfinite(pool.duration).all()
