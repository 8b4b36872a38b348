"""The edge scorer as a guide of a search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Instance
from routeopt.solvers.vrp.neural.edges import network_of, score_edges


class EdgeGuide:
    """Says which stops a trained network expects next to each other.

    Parameters
    ----------
    arrays : mapping of str to array
        What ``routeopt export`` wrote for an edge scorer.

    Raises
    ------
    ProblemError
        The arrays are not those of an edge scorer.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        network_of(arrays)  # says what is wrong with them before a search begins
        self._arrays = arrays

    def __call__(self, instance: Instance) -> NDArray[np.int32]:
        """Return nodes of stops for each of the n stops, the likeliest first, (n, k)."""
        return score_edges(instance, self._arrays)[0]
