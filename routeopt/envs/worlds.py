"""What paths run in: networks as tensors, or an implicit graph. Both say where one can go from each node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from routeopt.errors import ProblemError
from routeopt.problems.instance import Floats
from routeopt.problems.network import Network
from routeopt.problems.states import StateGraph
from routeopt.solvers.paths.weights import CLOSED, read_weights


class Moves(NamedTuple):
    """The ways out of nodes, padded to the largest number of them."""

    heads: Tensor  # (..., D, L) int64; anything where it is not allowed
    cost: Tensor  # (..., D) float64; inf where it is not allowed


class World(Protocol):
    """Nodes and the ways between them.

    Attributes
    ----------
    width : int
        L, the numbers that name a node: 1 in networks.
    degree : int
        D, the largest number of ways out of a node.
    """

    width: int
    degree: int

    def moves(self, nodes: Tensor) -> Moves:
        """Return the ways out of nodes ``(..., L)``."""
        ...

    def keys(self, nodes: Tensor) -> Tensor:
        """Return one int64 for each node ``(..., L)``, by which nodes are told apart."""
        ...


class Networks:
    """One network, or several side by side: their arcs in rows by the tail, nodes counted through.

    Turns that a network forbids are not seen; hand over the network of its turns
    (:func:`routeopt.solvers.paths.turns.with_turns`) where they matter.

    Parameters
    ----------
    networks : sequence of Network
    metric : str
        The column of the arcs that is the cost.

    Attributes
    ----------
    first : (G + 1,) int64 array
        The nodes of network g are first[g] to first[g + 1] − 1.
    cost : list of (m,) float64 arrays
        Of the arcs of each network; inf: closed.

    Raises
    ------
    ProblemError
        There is no network, or a network lacks the column, has negative costs, or no open arc.
    """

    width = 1

    def __init__(self, networks: Sequence[Network], metric: str) -> None:
        if not networks:
            raise ProblemError("there are no networks; give one or more")
        self.networks, self.metric = list(networks), metric
        self.cost = [_costs(network, metric) for network in networks]
        shut = [g for g, cost in enumerate(self.cost) if not np.isfinite(cost).any()]
        if shut:
            raise ProblemError(f"network {g}: no arc is open" for g in shut)
        sizes, arcs = [n.size for n in networks], [len(n.head) for n in networks]
        self.first = np.concatenate([[0], np.cumsum(sizes)])
        before = np.concatenate([[0], np.cumsum(arcs)])
        first_out = [n.first_out[:-1] + m for n, m in zip(networks, before[:-1], strict=True)]
        heads = [n.head.astype(np.int64) + v for n, v in zip(networks, self.first[:-1], strict=True)]
        self._first_out = torch.from_numpy(np.concatenate([*first_out, before[-1:]]))
        self._head = torch.from_numpy(np.concatenate(heads))
        self._cost = torch.from_numpy(np.concatenate(self.cost))
        self.degree = int(self._first_out.diff().max())

    def to(self, device: torch.device) -> None:
        """Bring the arcs to a device, where they are not yet there."""
        if self._head.device != device:
            self._first_out, self._head, self._cost = (
                tensor.to(device) for tensor in (self._first_out, self._head, self._cost)
            )

    def moves(self, nodes: Tensor) -> Moves:
        """Return the ways out of nodes ``(..., 1)``: way d is the d-th arc out of the node."""
        self.to(nodes.device)
        begin, end = self._first_out[nodes], self._first_out[nodes + 1]
        arc = begin + torch.arange(self.degree, device=nodes.device)
        none = arc >= end
        arc = arc.masked_fill(none, 0)
        cost = self._cost[arc].masked_fill(none, torch.inf)
        heads = torch.where(none, nodes, self._head[arc])
        return Moves(heads.unsqueeze(-1), cost)

    def keys(self, nodes: Tensor) -> Tensor:
        """Return the numbers of nodes."""
        return nodes[..., 0]

    def of(self, node: int) -> tuple[int, int]:
        """Return the network that a node is of, and its number in there."""
        g = int(np.searchsorted(self.first, node, side="right")) - 1
        return g, node - int(self.first[g])


class Implicit:
    """An implicit graph; its states are expanded by its own code, on the CPU.

    Parameters
    ----------
    graph : StateGraph
    """

    def __init__(self, graph: StateGraph) -> None:
        self.graph, self.width, self.degree = graph, graph.width, graph.degree
        # Two states have one key with a chance of about 2^-63, whatever their numbers are.
        drawn = np.random.default_rng(0).integers(-(2**63), 2**63 - 1, graph.width, dtype=np.int64)
        self._multipliers = torch.from_numpy(drawn | 1)

    def moves(self, nodes: Tensor) -> Moves:
        """Return the ways out of states ``(..., L)``: way d is move d."""
        heads, cost = self.graph.expand(nodes.reshape(-1, self.width).cpu().numpy())
        shape = nodes.shape[:-1]
        return Moves(
            torch.tensor(np.asarray(heads, np.int64))
            .to(nodes.device)
            .reshape(*shape, self.degree, self.width),
            torch.tensor(np.asarray(cost, np.float64)).to(nodes.device).reshape(*shape, self.degree),
        )

    def keys(self, nodes: Tensor) -> Tensor:
        """Return hashes of states: sums of their numbers, each with a multiplier of its own."""
        return (nodes * self._multipliers.to(nodes.device)).sum(-1)


def _costs(network: Network, metric: str) -> Floats:
    weights = read_weights(network, metric)
    return np.where(weights.units == CLOSED, np.inf, np.asarray(network.arcs[metric], np.float64))
