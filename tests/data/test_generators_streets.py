"""Streets made by chance: connected, sized as asked, of several classes, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

import routeopt as ro
from routeopt.data.generators.streets import CLASSES, street_grid


def test_streets_are_one_component_with_every_class_of_road():
    network = street_grid(20_000, seed=2)
    assert 0.9 * 20_000 < network.size <= 20_000
    assert np.unique(network.components()).tolist() == [0]
    assert np.unique(network.arcs["highway"]).tolist() == list(range(len(CLASSES)))
    assert 2.5 < len(network.head) / network.size < 3.1
    speed = network.arcs["length"] / network.arcs["time"] * 3.6
    assert speed.min() == pytest.approx(25)
    assert speed.max() == pytest.approx(110)
    assert {network.label("name", 0).split()[0]} <= {"Street", "Avenue"}


def test_lengths_are_those_between_places():
    network = street_grid(400, seed=1)
    a, b = np.radians(network.places[network.tail]), np.radians(network.places[network.head])
    flat = np.hypot((b - a)[:, 0] * np.cos(a[:, 1]), (b - a)[:, 1]) * 6_371_000
    assert network.arcs["length"] == pytest.approx(flat, rel=1e-3)


def test_the_same_seed_makes_the_same_streets():
    one, same, other = street_grid(900, seed=1), street_grid(900, seed=1), street_grid(900, seed=2)
    assert (one.places == same.places).all()
    assert (one.head == same.head).all()
    assert one.size != other.size or (one.places != other.places).any()


@pytest.mark.parametrize(("n", "seed"), [(3, 0), (100, -1), (10.5, 0)])
def test_nonsense_is_refused(n, seed):
    with pytest.raises(ro.ProblemError):
        street_grid(n, seed)
