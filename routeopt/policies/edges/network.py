"""The network: an anisotropic graph network on edges from each stop to its candidates.

With h of nodes and e of edges, from stop i to candidate j, a layer is
``h_i += silu(norm(W_s h_i + mean_j sigmoid(e_ij) * W_m h_j))`` and
``e_ij += silu(norm(W_e e_ij + W_t h_i + W_h h_j))``, both computed from what the layer was given. A depot takes its
mean over the edges that lead to it. Joshi, Laurent and Bresson (2019), "An efficient graph convolutional network
technique for the travelling salesman problem"; as the dividing policy of UDC (Zheng et al. 2024), with layer norm.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch_geometric.utils import scatter

from routeopt.solvers.vrp.neural.edge_features import EDGE, NODE


class Layer(nn.Module):
    """One exchange between nodes and edges."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.of_nodes = nn.Linear(units, 4 * units)  # self, message, tail and head
        self.of_edges = nn.Linear(units, units, bias=False)
        self.node_norm = nn.LayerNorm(units)
        self.edge_norm = nn.LayerNorm(units)

    def forward(self, h: Tensor, e: Tensor, edges: Tensor, returning: Tensor) -> tuple[Tensor, Tensor]:
        """Return the next h (N, units) and e (E, units).

        `edges` is (2, E); `returning` are the numbers of those that lead to a depot.
        """
        tails, heads = edges
        own, message, tail, head = self.of_nodes(h).chunk(4, dim=1)
        gate = torch.sigmoid(e)
        sent = scatter(gate * message.index_select(0, heads), tails, dim_size=len(h), reduce="mean")
        taken = gate.index_select(0, returning) * message.index_select(0, tails.index_select(0, returning))
        sent = sent + scatter(taken, heads.index_select(0, returning), dim_size=len(h), reduce="mean")
        between = self.of_edges(e) + tail.index_select(0, tails) + head.index_select(0, heads)
        return h + F.silu(self.node_norm(own + sent)), e + F.silu(self.edge_norm(between))


class EdgeScorer(nn.Module):
    """Scores of edges.

    Parameters
    ----------
    layers : int
        Layers.
    units : int
        Width of every layer.
    """

    def __init__(self, layers: int = 8, units: int = 64) -> None:
        super().__init__()
        self.nodes = nn.Linear(NODE, units)
        self.edges = nn.Linear(EDGE, units)
        self.layers = nn.ModuleList(Layer(units) for _ in range(layers))
        self.hidden = nn.Linear(units, units)
        self.ends = nn.Linear(units, 2 * units, bias=False)  # tail and head
        self.scores = nn.Linear(units, 2, bias=False)

    def forward(self, x: Tensor, edge_attr: Tensor, edge_index: Tensor, to_depot: Tensor) -> Tensor:
        """Return scores (E, 2), for a softmax over the edges of each tail: the head comes behind it, or before it."""
        h, e = self.nodes(x), self.edges(edge_attr)
        returning = to_depot.nonzero().squeeze(1)
        for layer in self.layers:
            h, e = layer(h, e, edge_index, returning)
        tail, head = self.ends(h).chunk(2, dim=1)
        hidden = self.hidden(e) + tail.index_select(0, edge_index[0]) + head.index_select(0, edge_index[1])
        scores: Tensor = self.scores(F.silu(hidden))
        return scores


def log_probabilities(scores: Tensor, tails: Tensor, nodes: int) -> Tensor:
    """Return the logarithm of the softmax of scores (E, 2) over the edges of each tail."""
    highest = scatter(scores.detach(), tails, dim_size=nodes, reduce="max")
    shifted = scores - highest.index_select(0, tails)
    total = scatter(shifted.exp(), tails, dim_size=nodes, reduce="sum")
    return shifted - total.clamp_min(1e-30).log().index_select(0, tails)
