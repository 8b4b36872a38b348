"""Grids in which one walks north, east, south and west."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from routeopt.data.generators.grids import DIRECTIONS, cardinal_grid, obstacles
from routeopt.errors import ProblemError


@given(st.integers(1, 5), st.integers(1, 5), st.data())
def test_the_dth_arc_of_a_cell_leads_in_the_dth_direction(height, width, data):
    free = np.array(data.draw(st.lists(st.booleans(), min_size=height * width, max_size=height * width)))
    free = free.reshape(height, width)
    network = cardinal_grid(free)
    assert network.size == height * width
    steps = {"north": (-1, 0), "east": (0, 1), "south": (1, 0), "west": (0, -1)}
    for row, column in np.ndindex(height, width):
        for d, name in enumerate(DIRECTIONS):
            arc = 4 * (row * width + column) + d
            there = row + steps[name][0], column + steps[name][1]
            inside = 0 <= there[0] < height and 0 <= there[1] < width
            assert network.tail[arc] == row * width + column
            assert network.closed[arc] == (not (inside and free[row, column] and free[there]))
            assert network.head[arc] == (there[0] * width + there[1] if inside else network.tail[arc])
            if inside:
                down, right = steps[name]
                moved = network.places[network.head[arc]] - network.places[network.tail[arc]]
                assert moved.tolist() == [right, -down]


@pytest.mark.parametrize(("size", "squares", "side"), [(10, 2, 3), (20, 3, 4), (30, 4, 5)])
def test_squares_are_as_many_and_as_large_as_in_gridroute(size, squares, side):
    blocked = [(~obstacles(np.random.default_rng(seed), size)).sum() for seed in range(50)]
    assert max(blocked) == squares * side**2  # where none overlap
    assert min(blocked) >= side**2


def test_cells_are_blocked_by_their_share_and_a_seed_gives_the_same_ones():
    grids = [obstacles(np.random.default_rng(5), 60, "cells", 0.3) for _ in range(2)]
    assert np.array_equal(*grids)
    assert 0.26 < (~grids[0]).mean() < 0.34


def test_every_option_that_is_wrong_is_named():
    with pytest.raises(ProblemError, match=r"(?s)size.*kind 'walls'.*share"):
        obstacles(np.random.default_rng(0), 2, "walls", 1.5)
