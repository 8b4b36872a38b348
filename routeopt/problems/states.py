"""Graphs that are never written down: states, and a rule that says where one can go from each."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Floats, Integers


@runtime_checkable
class StateGraph(Protocol):
    """An implicit graph: its nodes are rows of whole numbers, its arcs are numbered moves.

    Attributes
    ----------
    width : int
        L, the numbers of a state.
    degree : int
        D, the number of moves; a state may allow only some of them.
    """

    width: int
    degree: int

    def expand(self, states: Integers) -> tuple[Integers, Floats]:
        """Return where each move leads and what it costs.

        Parameters
        ----------
        states : (B, L) int64 array

        Returns
        -------
        following : (B, D, L) int64 array
            Anything where a move is not possible.
        cost : (B, D) float64 array
            0 or more; inf: the move is not possible.
        """
        ...


class Permutations:
    """States are arrangements, and a move puts the numbers in another order: cubes, sliding rings, pancakes.

    Parameters
    ----------
    moves : (D, L) integers
        The number at place p of the following state stood at place ``moves[d, p]``.
    cost : (D,) floats, optional
        1 each by default.
    """

    def __init__(self, moves: NDArray[np.integer], cost: Floats | None = None) -> None:
        self.moves = np.asarray(moves, np.int64)
        self.degree, self.width = self.moves.shape
        self.cost = np.ones(self.degree) if cost is None else np.asarray(cost, np.float64)

    def expand(self, states: Integers) -> tuple[Integers, Floats]:
        """Return where each move leads and what it costs."""
        return states[:, self.moves], np.broadcast_to(self.cost, (len(states), self.degree))
