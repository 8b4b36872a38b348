"""Rewards of many kinds of problems made comparable: multi-variant reward normalisation (Berto et al. 2025)."""

from __future__ import annotations

import torch
from tensordict import TensorDict
from torch import Tensor, nn

VARIANTS = 48  #: with one depot or several, no backhauls, deliveries first or mixed, open, limited, timed


def variants(td: TensorDict) -> Tensor:
    """Return a number of the variant ``(B,)`` of each problem, from what is seen of it."""
    depots, stops = td["depot_features"], td["stop_features"]
    first = depots[:, 0]
    fetches = (stops[..., 3] > 0).any(-1)
    mixed = first[:, 5] > 0
    timed = (stops[..., 5] > 0).any(-1) | (first[:, 4] > 0)
    backhaul = torch.where(mixed, 2, fetches.long())
    several = int(depots.shape[1] > 1)
    number: Tensor = (
        (first[:, 0] > 0).long()
        + 2 * (first[:, 3] > 0).long()
        + 4 * timed.long()
        + 8 * backhaul
        + 24 * several
    )
    return number


class RewardScale(nn.Module):
    """Divides rewards by the size that those of their variant have had lately.

    Parameters
    ----------
    momentum : float
        The weight of a batch in the mean of a variant; 0: rewards stay as they are.
    """

    mean: Tensor

    def __init__(self, momentum: float) -> None:
        super().__init__()
        self.momentum = momentum
        self.register_buffer("mean", torch.zeros(VARIANTS))

    def forward(self, reward: Tensor, variant: Tensor) -> Tensor:
        """Return rewards ``(B, S)`` of variants ``(B,)`` in their scale, and take them into the means."""
        if not self.momentum:
            return reward
        of_problem = reward.mean(-1).to(self.mean.dtype)
        total = torch.zeros_like(self.mean).index_add(0, variant, of_problem)
        count = torch.zeros_like(self.mean).index_add(0, variant, torch.ones_like(of_problem))
        mean = total / count.clamp(min=1.0)
        moved = torch.where(self.mean == 0, mean, (1 - self.momentum) * self.mean + self.momentum * mean)
        self.mean.copy_(torch.where(count > 0, moved, self.mean))
        size = self.mean.abs().index_select(0, variant).clamp(min=1e-9)
        return reward / size.unsqueeze(-1)
