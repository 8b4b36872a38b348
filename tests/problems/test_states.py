"""Implicit graphs: permutations and their moves."""

from __future__ import annotations

import numpy as np

from routeopt.problems.states import Permutations, StateGraph


def test_moves_of_permutations_take_the_numbers_from_their_places():
    graph = Permutations(np.array([[1, 2, 0], [1, 0, 2]]), np.array([1.0, 2.5]))
    assert isinstance(graph, StateGraph)
    assert (graph.width, graph.degree) == (3, 2)
    following, cost = graph.expand(np.array([[7, 8, 9], [9, 9, 1]]))
    assert following.tolist() == [[[8, 9, 7], [8, 7, 9]], [[9, 1, 9], [9, 9, 1]]]
    assert cost.tolist() == [[1.0, 2.5], [1.0, 2.5]]
