"""What holds for every kind: a seed gives one problem, all of them are valid, bad options are named."""

import time

import numpy as np
import pytest

import routeopt as ro
from routeopt.data.generators import KINDS, generate


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_one_problem_and_another_seed_another(kind):
    first, again, other = (generate(kind, 30, seed=seed).instance() for seed in (5, 5, 6))
    for mine, same in zip(first, again, strict=True):
        np.testing.assert_array_equal(mine, same)
    assert not np.array_equal(first.x, other.x)


@pytest.mark.parametrize("stops", [1, 2, 9, 40])
@pytest.mark.parametrize("kind", KINDS)
def test_every_size_validates_and_compiles(kind, stops):
    for seed in range(5):
        problem = generate(kind, stops, seed=seed)
        instance = problem.instance()
        assert instance.stops == stops
        assert problem.name == f"{kind}-n{stops}-seed{seed}"
        heaviest = np.maximum(instance.delivery, instance.pickup).max(axis=0)
        assert (heaviest <= instance.capacity.min(axis=0)).all()  # any vehicle can take any one stop


@pytest.mark.parametrize(
    ("kind", "features"),
    [
        ("tsp", {"limited_fleet"}),
        ("cvrp", {"capacity"}),
        ("clustered", {"capacity"}),
        ("mixed", {"capacity"}),
        ("x", {"capacity"}),
        ("vrptw", {"capacity", "time_windows", "service_time"}),
        ("city", {"capacity", "time_windows", "service_time", "durations"}),
    ],
)
def test_features(kind, features):
    assert generate(kind, 40).features == features


def test_units_and_rounding():
    assert generate("x").rounding == "round"
    assert {generate(kind).rounding for kind in ("tsp", "cvrp", "vrptw", "routefinder")} == {"exact"}
    for kind in ("tsp", "cvrp", "clustered", "mixed", "routefinder"):
        places = generate(kind).places
        assert places.min() >= 0
        assert places.max() <= 1
    assert generate("city").geographic


def test_summaries_are_one_line_and_options_are_listed():
    assert all(kind.summary and "\n" not in kind.summary for kind in KINDS.values())
    assert list(KINDS["x"].options) == ["depot", "customers", "demand", "route_length"]
    assert KINDS["tsp"].options == {}


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("unheard-of", {}, ["kind 'unheard-of'", "tsp, cvrp"]),
        ("x", {"stops": 0}, ["stops must be a whole number, 1 or more, not 0"]),
        ("x", {"stops": 2.5}, ["stops must be a whole number"]),
        ("x", {"seed": -1}, ["seed must be a whole number, 0 or more"]),
        ("x", {"depots": 3, "shape": 1}, ["option 'depots'", "option 'shape'", "depot, customers, demand"]),
        ("tsp", {"depot": "central"}, ["option 'depot' is not known", "takes none"]),
        ("x", {"depot": "middle"}, ["depot 'middle'", "central, eccentric, random"]),
        ("x", {"customers": "grid"}, ["customers 'grid'", "random, clustered, random-clustered"]),
        ("x", {"demand": "heavy"}, ["demand 'heavy'", "unitary, 1-10", "quadrant, many-small"]),
        ("x", {"route_length": 0.5, "demand": ""}, ["route_length must be a number, 1 or more", "demand ''"]),
        ("cvrp", {"capacity": 5}, ["capacity must be a whole number, 9 or more, not 5"]),
        ("clustered", {"clusters": 0}, ["clusters must be a whole number, 1 or more"]),
        ("mixed", {"clusters": True}, ["clusters must be a whole number, 1 or more, not True"]),
        ("vrptw", {"horizon": "late", "customers": "C"}, ["horizon 'late'", "short, long", "customers 'C'"]),
        ("vrptw", {"density": 1.5}, ["density must be a number, 0 to 1, not 1.5"]),
        ("vrptw", {"width": 0}, ["width must be a number, 1 to 230, not 0"]),
        ("vrptw", {"service": 100}, ["service must be a number, 0 to 87, not 100"]),
        ("vrptw", {"service": float("nan")}, ["service must be a number, 0 to 87, not nan"]),
        ("routefinder", {"attributes": "vrptwl"}, ["attributes 'vrptwl'", "mdovrpmbltw"]),
        (
            "city",
            {"radius": 20_000, "fleet": "cars"},
            ["radius must be a number, 100 to 10000", "vans, mixed"],
        ),
        ("city", {"centre": (60.2, 94.9)}, ["centre must be (longitude, latitude)"]),
        ("city", {"centre": "Porto"}, ["centre must be (longitude, latitude)"]),
    ],
)
def test_bad_options_are_named_with_what_is_allowed(kind, options, said):
    with pytest.raises(ro.ProblemError) as error:
        generate(kind, **options)
    for text in said:
        assert text in str(error.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_hundred_thousand_stops_take_a_moment(kind):
    started = time.process_time()
    assert len(generate(kind, 100_000).stops) == 100_000
    assert time.process_time() - started < 3
