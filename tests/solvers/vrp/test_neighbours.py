from __future__ import annotations

import numpy as np
import pytest

from routeopt.solvers.vrp import neighbours
from routeopt.solvers.vrp.neighbours import nearest_by_legs, nearest_by_position


def naive(legs, count, first):
    near = []
    for i in range(first, len(legs)):
        others = sorted((j for j in range(first, len(legs)) if j != i), key=lambda j: (legs[i, j], j))
        near.append(others[:count])
    return near


@pytest.mark.parametrize(
    ("nodes", "count", "first"), [(1, 5, 0), (2, 5, 1), (4, 9, 1), (40, 7, 0), (40, 7, 3)]
)
def test_by_legs_with_ties_and_in_blocks(nodes, count, first, monkeypatch):
    monkeypatch.setattr(neighbours, "_BLOCK", 3 * nodes)
    rng = np.random.default_rng(nodes)
    legs = rng.integers(0, 9, (nodes, nodes)).astype(np.int32)
    found = nearest_by_legs(legs, count, first)
    assert found.dtype == np.int32
    assert found.tolist() == naive(legs, count, first)


@pytest.mark.parametrize(("nodes", "count", "first"), [(1, 5, 0), (2, 5, 1), (60, 8, 1)])
def test_by_position(nodes, count, first):
    rng = np.random.default_rng(nodes)
    x, y = rng.random((2, nodes))
    legs = np.hypot(x[:, None] - x, y[:, None] - y)
    found = nearest_by_position(x, y, count, first)
    assert found.dtype == np.int32
    assert found.tolist() == naive(legs, count, first)


def test_by_position_when_all_are_in_one_place():
    found = nearest_by_position(np.zeros(20), np.zeros(20), 4)
    assert found.shape == (20, 4)
    for node, near in enumerate(found):
        assert node not in near
        assert len(set(near)) == 4
