"""The modules by which RL4CO's own policies read this environment.

>>> from rl4co.models import POMO  # doctest: +SKIP
>>> model = POMO(env, policy_kwargs=policy_kwargs(128))  # doctest: +SKIP
"""

from __future__ import annotations

from typing import Any

import torch
from tensordict import TensorDict
from torch import Tensor, nn

DEPOT, STOP, CONTEXT = 6, 7, 6  #: features of a depot, of a stop, and of a vehicle under way


class InitEmbedding(nn.Module):
    """Projects depots and stops to embeddings ``(B, N, embed_dim)``; coordinates are ``locs``, as augmented."""

    def __init__(self, embed_dim: int) -> None:
        super().__init__()
        self.depot = nn.Linear(DEPOT, embed_dim, bias=False)
        self.stop = nn.Linear(STOP, embed_dim, bias=False)

    def forward(self, td: TensorDict) -> Tensor:
        """Return the embeddings of all nodes."""
        depots, stops, locs = td["depot_features"], td["stop_features"], td["locs"]
        count = depots.shape[-2]
        depots = torch.cat([depots[..., :1], locs[..., :count, :], depots[..., 3:]], -1)
        stops = torch.cat([locs[..., count:, :], stops[..., 2:]], -1)
        return torch.cat([self.depot(depots), self.stop(stops)], -2)


class ContextEmbedding(nn.Module):
    """Projects the embedding of the current node and what is seen of the vehicle to a query."""

    def __init__(self, embed_dim: int) -> None:
        super().__init__()
        self.project = nn.Linear(embed_dim + CONTEXT, embed_dim, bias=False)

    def forward(self, embeddings: Tensor, td: TensorDict) -> Tensor:
        """Return queries ``(..., embed_dim)`` for embeddings ``(B, N, embed_dim)``."""
        node = _rows(embeddings, td["current_node"])
        depot = td["locs"].gather(-2, td["depot"].unsqueeze(-1).expand(*td["depot"].shape, 2)).squeeze(-2)
        seen = ("available_load", "current_time", "remaining_distance", "available_backhaul")
        return self.project(torch.cat([node, *(td[key] for key in seen), depot], -1))


def _rows(embeddings: Tensor, node: Tensor) -> Tensor:
    """Return the embeddings of nodes ``(B, 1)``, or ``(B, S, 1)`` where there are several starts."""
    index = node.flatten(1).unsqueeze(-1).expand(-1, -1, embeddings.shape[-1])
    return embeddings.gather(1, index).reshape(*node.shape[:-1], -1)


def policy_kwargs(embed_dim: int) -> dict[str, Any]:
    """Return what ``AttentionModelPolicy`` takes for this environment."""
    from rl4co.models.nn.env_embeddings.dynamic import StaticEmbedding

    return {
        "embed_dim": embed_dim,
        "init_embedding": InitEmbedding(embed_dim),
        "context_embedding": ContextEmbedding(embed_dim),
        "dynamic_embedding": StaticEmbedding(),
    }
