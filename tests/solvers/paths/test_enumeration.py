"""Implicit graphs as networks."""

from __future__ import annotations

import numpy as np
import pytest
from puzzles import Doubling, pancakes

import routeopt as ro
from routeopt.errors import ProblemError
from routeopt.solvers.paths.enumeration import enumerated


def test_all_arrangements_are_listed_once_with_the_known_diameter():
    network, states = enumerated(pancakes(5), np.arange(5))
    assert len({tuple(state) for state in states.tolist()}) == network.size == 120
    assert states[0].tolist() == [0, 1, 2, 3, 4]
    distance = ro.ShortestPaths(network, "cost").tree(0).distance
    assert distance.max() == 5  # the pancake number of 5 (Gates and Papadimitriou 1979)


def test_arcs_are_the_moves():
    graph = pancakes(4)
    network, states = enumerated(graph, np.array([3, 0, 2, 1]))
    for arc in range(len(network.head)):
        following, cost = graph.expand(states[network.tail[arc]][None])
        move = network.arcs["move"][arc]
        assert np.array_equal(following[0, move], states[network.head[arc]])
        assert cost[0, move] == network.arcs["cost"][arc]


def test_moves_that_are_not_possible_are_no_arcs():
    network, states = enumerated(Doubling(20), np.array([2]))
    reached = {2}
    for k in range(2, 21):
        reached |= {m for m in (k + 3, 2 * k) if k in reached and m <= 20}
    assert set(states.ravel().tolist()) == reached
    assert len(network.head) == sum((k + 3 <= 20) + (2 * k <= 20) for k in reached)


def test_a_single_state():
    network, states = enumerated(Doubling(3), np.array([2]))
    assert (network.size, len(network.head), states.tolist()) == (1, 0, [[2]])


def test_too_many_states_are_an_error():
    with pytest.raises(ProblemError, match="more than 50 states"):
        enumerated(pancakes(6), np.arange(6), limit=50)
