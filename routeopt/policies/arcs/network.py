"""The arc scorer: messages pass against the arcs, from heads to tails, and each arc gets a score.

Weights are the same in every round, and a node keeps of the messages of its arcs the largest in each unit: this is
the form of value iteration, which such a network can learn to do (Veličković et al. 2020, "Neural execution of graph
algorithms"). After r rounds a node knows of nothing that is more than r arcs away, but for the straight line to the
target.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from routeopt.policies.arcs.views import ARC_FEATURES, NODE_FEATURES, View


class ArcScorer(nn.Module):
    """Scores arcs of networks, given a target.

    Parameters
    ----------
    rounds : int
        Of messages.
    units : int
        Width.
    """

    def __init__(self, rounds: int, units: int) -> None:
        super().__init__()
        self.rounds = rounds
        self.node = nn.Linear(NODE_FEATURES, units)
        self.arc = nn.Linear(ARC_FEATURES, units)
        self.message = nn.Linear(units, units, bias=False)
        self.update = nn.GRUCell(units, units)
        self.tail = nn.Linear(units, units)
        self.head = nn.Linear(units, units, bias=False)
        self.way = nn.Linear(ARC_FEATURES, units, bias=False)
        self.score = nn.Sequential(nn.ReLU(), nn.Linear(units, units), nn.ReLU(), nn.Linear(units, 1))

    def forward(self, view: View) -> Tensor:
        """Return log-probabilities ``(B, N, D)`` of the open arcs out of each node; −inf for others."""
        batch, size, degree = view.heads.shape
        heads = view.heads + size * torch.arange(batch, device=view.heads.device)[:, None, None]
        heads = heads.flatten()
        shut = ~view.open.reshape(-1, degree, 1)
        state = torch.tanh(self.node(view.nodes)).flatten(0, 1)
        arcs = self.arc(view.arcs).flatten(0, 1).masked_fill(shut, -1e4)
        for _ in range(self.rounds):
            messages = _at(self.message(state), heads, degree) + arcs
            state = self.update(torch.relu(messages.max(-2).values), state)
        ways = self.tail(state).unsqueeze(-2) + _at(self.head(state), heads, degree)
        ways = ways + self.way(view.arcs).flatten(0, 1)
        scores = self.score(ways).masked_fill(shut, -torch.inf).squeeze(-1)
        none = shut.squeeze(-1).all(-1, keepdim=True)
        scores = torch.log_softmax(scores.masked_fill(none, 0.0), -1).masked_fill(
            shut.squeeze(-1), -torch.inf
        )
        return scores.reshape(batch, size, degree)


def _at(state: Tensor, heads: Tensor, degree: int) -> Tensor:
    """Return what stands at the heads of arcs, (nodes, D, units)."""
    return state.index_select(0, heads).view(-1, degree, state.shape[-1])
