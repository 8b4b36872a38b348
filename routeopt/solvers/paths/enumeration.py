"""Implicit graphs written down: every state that can be reached becomes a node of a network."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routeopt.errors import ProblemError
from routeopt.problems.instance import Integers
from routeopt.problems.network import Network
from routeopt.problems.states import StateGraph


class Enumerated(NamedTuple):
    """A network and the state that each of its nodes stands for."""

    network: Network  # arcs have the columns cost and move
    states: Integers  # (n, L), in the order in which they are found; the first is where it began


def enumerated(graph: StateGraph, start: Integers, limit: int = 1_000_000) -> Enumerated:
    """Return all that can be reached from a state as a network, on which any search of paths is exact.

    Raises
    ------
    ProblemError
        There are more states than `limit`.
    """
    first = np.asarray(start, np.int64).reshape(1, -1)
    number = {first.tobytes(): 0}
    states, fresh = [first], first
    tails, heads, costs, moves = [], [], [], []
    count = 0  # of the states before the fresh ones
    while len(fresh):
        following, cost = graph.expand(fresh)
        row, move = np.nonzero(np.isfinite(cost))
        reached = np.ascontiguousarray(following[row, move], np.int64)
        before = len(number)
        head = [number.setdefault(state.tobytes(), len(number)) for state in reached]
        if len(number) > limit:
            raise ProblemError(
                f"there are more than {limit} states; raise the limit, or do without exact distances"
            )
        tails.append(row + count)
        heads.append(np.array(head, np.int64))
        costs.append(cost[row, move])
        moves.append(move)
        count += len(fresh)
        new, where = np.unique(heads[-1], return_index=True)
        fresh = reached[where[new >= before]]
        states.append(fresh)
    network = Network.from_arcs(
        np.concatenate(tails),
        np.concatenate(heads),
        size=len(number),
        arcs={"cost": np.concatenate(costs), "move": np.concatenate(moves)},
    )
    return Enumerated(network, np.concatenate(states))
