"""Networks of turns: restrictions and turning back, against trying every sequence of arcs."""

from __future__ import annotations

import heapq
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from path_networks import multigraphs

import routeopt as ro
from routeopt.problems.network import Network
from routeopt.solvers.paths.front import ShortestPaths
from routeopt.solvers.paths.turns import with_turns


def cheapest(network: Network, first: int, last: int, u_turn: float) -> float:
    """Return what it costs from the end of an arc to the end of another; states remember the last arcs."""
    memory = max((len(r) for r in network.restrictions), default=2)
    degree = np.diff(network.first_out)
    queue, seen = [(0.0, (first,))], set()
    while queue:
        cost, past = heapq.heappop(queue)
        if past[-1] == last:
            return cost
        if past in seen:
            continue
        seen.add(past)
        node = network.head[past[-1]]
        for arc in range(network.first_out[node], network.first_out[node + 1]):
            way = (*past, arc)
            if network.closed is not None and network.closed[arc]:
                continue
            if any(tuple(r.tolist()) == way[-len(r) :] for r in network.restrictions):
                continue
            back = u_turn if network.twin[past[-1]] == arc and degree[node] > 1 else 0.0
            if np.isfinite(back):
                heapq.heappush(queue, (cost + network.arcs["time"][arc] + back, way[-memory:]))
    return np.inf


@settings(max_examples=60)
@given(network=multigraphs(most=5, closed=False), data=st.data(), u_turn=st.sampled_from([0.0, 7.0, np.inf]))
def test_turns_are_those_that_every_sequence_of_arcs_allows(network, data, u_turn):
    if not len(network.head):
        return
    restrictions = []
    for _ in range(data.draw(st.integers(0, 3))):
        way = [data.draw(st.integers(0, len(network.head) - 1))]
        for _ in range(data.draw(st.integers(1, 3))):
            node = network.head[way[-1]]
            following = range(network.first_out[node], network.first_out[node + 1])
            if following:
                way.append(data.draw(st.sampled_from(following)))
        if len(way) > 1:
            restrictions.append(np.array(way, np.int32))
    network = replace(network, restrictions=tuple(restrictions))
    turns = with_turns(network, u_turn=u_turn)
    first = data.draw(st.integers(0, len(network.head) - 1))
    distance = ShortestPaths(turns.network).tree(first).distance
    for last in range(len(network.head)):
        best = distance[turns.arc == last].min()
        assert best == cheapest(network, first, last, u_turn)


def test_a_forbidden_turn_is_driven_round():
    # 0 - 1 - 2 in a row and a way round by 3: straight on from 0-1 to 1-2 is forbidden
    network = Network.from_arcs(
        [0, 1, 1, 3],
        [1, 2, 3, 2],
        arcs={"time": [1.0, 1.0, 5.0, 5.0]},
        restrictions=(np.array([0, 1], np.int32),),
    )
    turns = with_turns(network)
    paths = ShortestPaths(turns.network)
    assert paths.distance(0, 1) == np.inf
    path = paths.path(0, 3)
    assert path.cost == 10.0
    assert turns.along(path.arcs, 0).tolist() == [0, 2, 3]


def test_turning_back_costs_something_or_is_refused():
    with pytest.raises(ro.ProblemError, match="u_turn: -1"):
        with_turns(Network.from_arcs([0], [1]), u_turn=-1)
