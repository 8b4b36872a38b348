"""Problems with time windows: in Solomon's manner, and a day of deliveries in a city."""

import numpy as np
import pytest

from routeopt.data.generators import city, generate, solomon


def alone(problem):
    """Return how late a vehicle that serves one stop is there, and at the depot when it comes back."""
    instance = problem.instance()
    out, back = instance.duration[0, 0, 1:], instance.duration[0, 1:, 0]
    opens, closes = instance.windows[0, 0]
    early, late = instance.windows[1:, 0].T
    begin = np.maximum(opens + out, early)
    return (begin - late).max(), (begin + instance.service[1:] + back - closes).max()


@pytest.mark.parametrize("density", [0, 0.5, 1])
@pytest.mark.parametrize("horizon", solomon.HORIZONS)
@pytest.mark.parametrize("customers", solomon.CUSTOMERS)
def test_each_stop_alone_is_feasible(customers, horizon, density):
    for width in (None, 1, 200):
        for service in (None, 0, 87):
            options = {"customers": customers, "horizon": horizon, "density": density}
            problem = generate("vrptw", 200, width=width, service=service, **options)
            assert max(alone(problem)) <= 0


@pytest.mark.parametrize(
    ("customers", "horizon", "day"), [(*positioning, day) for positioning, day in solomon.DAYS.items()]
)
def test_classes(customers, horizon, day):
    problem = generate("vrptw", 50, customers=customers, horizon=horizon)
    assert problem.depots[0].window == (0, day.horizon)
    assert problem.vehicles[0].capacity == day.capacity
    assert set(problem.stops.service) == {day.service}


def test_whole_numbers_on_the_grid():
    problem = generate("vrptw", 300, customers="random-clustered")
    for values in (problem.places, problem.stops.windows, problem.stops.delivery):
        np.testing.assert_array_equal(values, values.round())
    assert problem.places.min() >= 0
    assert problem.places.max() <= 100
    assert problem.stops.delivery.min() >= 1
    assert problem.stops.delivery.max() <= 41
    assert abs(problem.stops.delivery.mean() - 15) < 2


@pytest.mark.parametrize("density", [0.25, 0.75])
def test_density_is_the_share_of_stops_with_a_window(density):
    early = generate("vrptw", 4000, density=density, horizon="long", width=10).stops.windows[:, 0, 0]
    assert abs((early > 0).mean() - density) < 0.03


@pytest.mark.parametrize("width", [10, 100])
def test_width_is_the_mean_width_of_a_window(width):
    windows = generate("vrptw", 4000, width=width, horizon="long").stops.windows[:, 0]
    uncut = windows[windows[:, 0] > 0]
    assert abs(np.diff(uncut).mean() / width - 1) < 0.15


def test_windows_of_a_batch():
    rng = np.random.default_rng(0)
    places = solomon.grid_places(rng, (6, 40), "clustered")
    distance = np.hypot(*np.moveaxis(places - 50, -1, 0))
    windows = solomon.windows(rng, distance, 1236, 90, 0.5, 60)
    assert windows.shape == (6, 40, 2)
    assert (windows[..., 1] >= distance).all()
    assert (windows[..., 1] + 90 + distance <= 1236).all()


@pytest.mark.parametrize("radius", [100, 5000, 10_000])
@pytest.mark.parametrize("fleet", city.FLEETS)
def test_each_delivery_alone_is_feasible(radius, fleet):
    for seed in range(5):
        assert max(alone(generate("city", 300, seed=seed, radius=radius, fleet=fleet))) <= 0


def test_a_city_lies_around_its_centre():
    centre = (-8.61, 41.15)
    problem = generate("city", 500, centre=centre, radius=3000)
    north = np.radians(problem.places[:, 1] - centre[1]) * 6_371_000
    east = np.radians(problem.places[:, 0] - centre[0]) * 6_371_000 * np.cos(np.radians(centre[1]))
    distance = np.hypot(east, north)
    assert distance.max() < 3001
    assert abs(distance[0] - 2400) < 1  # the depot at the edge
    assert distance[1:].mean() > 1000
    # a leg as the problem measures it: metres, and seconds at 25 km/h
    instance = problem.instance()
    straight = np.hypot(east[1] - east[0], north[1] - north[0])
    assert abs(instance.distance[0, 0, 1] / straight - 1) < 0.001
    assert abs(instance.duration[0, 0, 1] * 25 / 3.6 / instance.distance[0, 0, 1] - 1) < 1e-9


def test_hours_of_a_city():
    windows = city.hours(np.random.default_rng(0), 20_000) / 3600
    kinds, counts = np.unique(windows, axis=0, return_counts=True)
    shares = {tuple(kind): count / 20_000 for kind, count in zip(kinds.tolist(), counts, strict=True)}
    assert abs(shares[8, 18] - 0.40) < 0.02
    assert abs(shares[8, 12] - 0.25) < 0.02
    assert abs(shares[13, 18] - 0.20) < 0.02
    slots = {hours: share for hours, share in shares.items() if hours[1] - hours[0] == 2}
    assert set(slots) == {(hour, hour + 2) for hour in range(8, 17)}
    assert sum(shares.values()) == pytest.approx(1)


def test_a_mixed_fleet():
    problem = generate("city", 120, fleet="mixed")
    assert {"heterogeneous_fleet", "fixed_cost", "duration_cost", "max_distance"} <= problem.features
    assert [(vehicle.name, vehicle.count) for vehicle in problem.vehicles] == [
        ("cargo bike", 3),
        ("van", None),
        ("truck", 1),
    ]
