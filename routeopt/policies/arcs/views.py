"""What the arc scorer sees: the network around each target, padded, with features of nodes and arcs.

No feature knows a distance along the network: nodes know where the target lies as the crow flies, and arcs how much
nearer they lead in a straight line.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from routeopt.envs.worlds import Networks
from routeopt.problems.instance import Floats

NODE_FEATURES = 6
ARC_FEATURES = 4


class View(NamedTuple):
    """The networks of a batch of problems, N nodes with D arcs each at the most."""

    nodes: Tensor  # (B, N, NODE_FEATURES) float32
    arcs: Tensor  # (B, N, D, ARC_FEATURES) float32
    heads: Tensor  # (B, N, D) int64, numbers within the network
    open: Tensor  # (B, N, D) bool
    first: Tensor  # (B,) int64: the number in the world of the network's node 0


class Viewer:
    """Looks at the networks of a world.

    Parameters
    ----------
    world : Networks
    """

    def __init__(self, world: Networks) -> None:
        self.world = world
        self.first = torch.from_numpy(world.first)
        self.places = torch.from_numpy(
            np.concatenate([_places(world, g) for g in range(len(world.networks))])
        )
        costs = [cost[np.isfinite(cost)].mean() for cost in world.cost]
        self.typical = torch.tensor(np.maximum(costs, 1e-12))  # cost of an arc

    def to(self, device: torch.device) -> None:
        """Bring what is known of the networks to a device."""
        self.first, self.places, self.typical = (
            tensor.to(device) for tensor in (self.first, self.places, self.typical)
        )

    def __call__(self, target: Tensor) -> View:
        """Return the networks of targets ``(B, 1)``."""
        if self.first.device != target.device:
            self.to(target.device)
        network = torch.searchsorted(self.first, target, right=True) - 1  # (B, 1)
        first, size = self.first[network], self.first[network + 1] - self.first[network]
        node = torch.arange(int(size.max()), device=target.device)
        real = node < size
        nodes = torch.where(real, first + node, first)  # (B, N)
        heads, cost = self.world.moves(nodes.unsqueeze(-1))
        heads = heads.squeeze(-1)
        passable = cost.isfinite() & real.unsqueeze(-1)
        places, there = self.places[nodes], self.places[target]
        away = (there - places).norm(dim=-1)
        along = self.places[heads] - places.unsqueeze(-2)
        gained = away.unsqueeze(-1) - (there.unsqueeze(-2) - self.places[heads]).norm(dim=-1)
        degree = passable.sum(-1).double()
        arcs = [
            (cost / self.typical[network].unsqueeze(-1)).masked_fill(~passable, 0.0),
            gained,
            *along.unbind(-1),
        ]
        toward = (there - places) / away.clamp(min=1e-9).unsqueeze(-1)
        seen = [nodes == target, *toward.unbind(-1), away / 10.0, degree / self.world.degree, real]
        return View(
            torch.stack([column.double() for column in seen], -1).float(),
            torch.stack(arcs, -1).float(),
            heads - first.unsqueeze(-1),
            passable,
            first.squeeze(-1),
        )


def _places(world: Networks, g: int) -> Floats:
    """Return where nodes of network g lie, a typical arc being 1 long; zeros where nobody knows."""
    network = world.networks[g]
    if network.places is None:
        return np.zeros((network.size, 2))
    places = network.places - network.places.mean(axis=0)
    if network.geographic:
        places = places * [np.cos(np.radians(network.places[:, 1].mean())), 1.0]
    apart = np.hypot(*(places[network.head] - places[network.tail]).T)[np.isfinite(world.cost[g])]
    scaled: Floats = places / max(apart.mean(), 1e-12)
    return scaled
