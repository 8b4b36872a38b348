"""The 48 variants: names and attributes agree, and the distributions are those of the published test sets."""

import os
from pathlib import Path

import numpy as np
import pytest

from routeopt.data.generators import generate, routefinder
from routeopt.data.generators.routefinder import VARIANTS

DATA = (
    Path(os.environ.get("ROUTEOPT_DATA", Path(__file__).parents[3] / "shared" / "data"))
    / "nco"
    / "routefinder"
)
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no data at {DATA}; set ROUTEOPT_DATA")


def test_there_are_48():
    assert len(VARIANTS) == 48
    assert VARIANTS["cvrp"] == frozenset()
    assert VARIANTS["ovrpbltw"] == {"O", "B", "L", "TW"}
    assert VARIANTS["mdvrpmbtw"] == {"MD", "MB", "TW"}
    assert VARIANTS["mdcvrp"] == {"MD"}


@pytest.mark.parametrize("name", VARIANTS)
def test_features_are_what_the_name_says(name):
    problem = generate("routefinder", 50, attributes=name)
    has = VARIANTS[name]
    expected = {"capacity"}
    expected |= {"open_end"} if "O" in has else set()
    expected |= {"linehaul_first"} if "B" in has else set()
    expected |= {"pickup"} if "MB" in has else set()
    expected |= {"max_distance"} if "L" in has else set()
    expected |= {"time_windows", "service_time"} if "TW" in has else set()
    expected |= {"depots"} if "MD" in has else set()
    assert problem.features == expected
    assert len(problem.depots) == len(problem.vehicles) == (3 if "MD" in has else 1)
    assert problem.instance().vehicle_count.min() == 50  # as many as needed from each depot


def test_variants_of_a_seed_are_one_problem_with_more_or_fewer_attributes():
    plain, full = (generate("routefinder", 60, seed=3, attributes=name) for name in ("cvrp", "ovrpmbltw"))
    np.testing.assert_array_equal(plain.places, full.places)
    np.testing.assert_array_equal(plain.stops.delivery, full.stops.delivery + full.stops.pickup)
    assert not (full.stops.delivery * full.stops.pickup).any()


def test_any_variant_is_drawn_by_default():
    drawn = {frozenset(generate("routefinder", 20, seed=seed).features) for seed in range(400)}
    assert len(drawn) == 48


@pytest.mark.parametrize(
    ("stops", "capacity"), [(10, 30), (20, 30), (50, 40), (100, 50), (1000, 230), (2000, 260)]
)
def test_capacity(stops, capacity):
    assert routefinder.capacity(stops) == capacity


@pytest.mark.parametrize("depots", [1, 3])
def test_ranges_of_a_batch(depots):
    drawn = routefinder.sample(np.random.default_rng(0), 50, depots, (400,))
    assert drawn.places.shape == (400, 50, 2)
    assert drawn.depots.shape == (400, depots, 2)
    assert (drawn.demands.min(), drawn.demands.max()) == (1, 9)
    assert abs(drawn.backhaul.mean() - 0.2) < 0.01
    assert drawn.service.min() >= 0.15
    assert drawn.service.max() <= 0.18
    early, late = np.moveaxis(drawn.windows, -1, 0)
    assert (late - early).min() > 0.18 - 1e-12
    assert (late - early).max() < 0.20 + 1e-12
    distance = np.linalg.norm(drawn.places - drawn.depots[:, :1], axis=-1)
    assert (early >= distance).all()
    assert (late + drawn.service + distance <= 4.6 + 1e-12).all()
    assert (drawn.limit >= 2 * distance.max(axis=1)).all()
    assert drawn.limit.max() <= 2 * np.sqrt(2)


@needs_data
def test_names_are_those_of_the_published_sets():
    assert {path.name.removesuffix("_100.npz") for path in DATA.glob("*_100.npz")} == set(VARIANTS)


@needs_data
@pytest.mark.parametrize("depots", [1, 3])
@pytest.mark.parametrize("stops", [50, 100])
def test_distributions_are_those_of_the_published_sets(stops, depots):
    with np.load(DATA / f"{'md' if depots == 3 else ''}ovrpmbltw_{stops}.npz") as file:
        theirs = {key: file[key] for key in file.files}
    ours = routefinder.sample(np.random.default_rng(0), stops, depots, (500,))
    assert ours.capacity == theirs["capacity"]
    windows, service = theirs["time_windows"][:, depots:], theirs["service_time"][:, depots:]
    pairs = [
        (ours.demands, theirs["demand_linehaul"] + theirs["demand_backhaul"], 0.03),
        (ours.backhaul, theirs["demand_backhaul"] > 0, 0.05),
        (ours.service, service, 0.01),
        (np.diff(ours.windows), np.diff(windows), 0.01),
        (ours.windows[..., 0], windows[..., 0], 0.04),
        (ours.limit, theirs["distance_limit"], 0.04),
    ]
    for mine, published, tolerance in pairs:
        assert abs(mine.mean() / published.mean() - 1) < tolerance
        assert abs(mine.std() / published.std() - 1) < 4 * tolerance
