"""Shortest paths from many nodes at once, as tensor operations on frontiers: for a GPU, and the same on a CPU.

Each round relaxes the arcs out of all nodes whose labels fell in the round before, for all sources together. How
these arcs are dealt out is the work assignment, see :mod:`routeopt.frontier.assignments`. Source: Raval, Nasre,
Kumar, Vasudevan, Vadhiyar & Pingali, "Dynamic load balancing strategies for graph applications on GPUs", arXiv
1711.00231 (2017).

>>> import numpy as np
>>> from routeopt.problems.network import Network
>>> network = Network.from_arcs([0, 1, 0], [1, 2, 2], arcs={"time": np.array([3, 4, 9])})
>>> Frontier(network, device="cpu").distances([0, 1]).tolist()[0]
[0, 3, 7]
"""

from routeopt.frontier.front import Frontier as Frontier
from routeopt.frontier.rounds import Counters as Counters

__all__ = ["Counters", "Frontier"]
