"""How the edges of each stop are ranked by their scores, and how many of a plan's edges come first."""

from __future__ import annotations

import torch
from torch import Tensor


def adjacency(log_probabilities: Tensor) -> Tensor:
    """Return the logarithm of the mean of both probabilities (E, 2): that the head is next to the tail, (E,)."""
    return (
        torch.logaddexp(log_probabilities[:, 0], log_probabilities[:, 1])
        - torch.log(torch.tensor(2.0)).item()
    )


def places(scores: Tensor, tails: Tensor) -> Tensor:
    """Return the place of each edge (E,) among those of its tail, from 0, the highest score first."""
    order = torch.argsort(scores, descending=True, stable=True)
    order = order[torch.argsort(tails[order], stable=True)]
    sorted_tails = tails[order]
    number = torch.arange(len(order), device=scores.device)
    begins = torch.ones_like(sorted_tails, dtype=torch.bool)
    begins[1:] = sorted_tails[1:] != sorted_tails[:-1]
    first = torch.where(begins, number, 0).cummax(0).values
    placed = torch.empty_like(number)
    placed[order] = number - first
    return placed


def found(scores: Tensor, tails: Tensor, to_depot: Tensor, targets: Tensor, count: int) -> Tensor:
    """Return how many edges of the plans, from stop to stop, are among so many of their tails with the best scores."""
    among_stops = scores.masked_fill(to_depot, -torch.inf)
    hit = (places(among_stops, tails) < count) & ~to_depot & (targets.sum(dim=1) > 0)
    return hit.sum()
