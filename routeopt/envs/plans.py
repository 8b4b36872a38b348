"""What plans cost that are sequences of nodes, as :mod:`routeopt.solvers.vrp.neural.sequences` has them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from tensordict import TensorDict
from torch import Tensor

from routeopt.envs.rules import legs
from routeopt.problems.instance import Integers
from routeopt.solvers.vrp.neural.sequences import actions as actions, routes as routes


def cost(td: TensorDict, actions: Tensor) -> Tensor:
    """Return the costs ``(...,)`` of plans ``(..., L)`` in the user's units; every plan goes home at last."""
    depots = td["depot_features"].shape[-2]
    first = torch.zeros_like(actions[..., :1])
    target = torch.cat([actions, first], -1)
    origin = torch.cat([first, actions], -1)
    ends, at_depot = target < depots, origin < depots
    step = torch.arange(target.shape[-1], device=actions.device)
    begun = torch.where(at_depot, step, 0).cummax(-1).values  # where the route of each step began
    home = origin.gather(-1, begun)
    distance, _ = legs(td, origin, torch.where(ends, home, target))
    driven = ~(ends & (at_depot | td["open"]))
    total = td["rate"].squeeze(-1) * torch.where(driven, distance, 0.0).sum(-1)
    if "fixed" in td.keys():
        total = total + td["fixed"].squeeze(-1) * (~ends & at_depot).sum(-1)
    return total


def padded(plans: Sequence[Integers], depots: int) -> Tensor:
    """Return plans as one tensor ``(B, L)``; vehicles stay at the depot of their last route."""
    longest = max(map(len, plans))
    filled = torch.empty((len(plans), longest), dtype=torch.int64)
    for row, plan in enumerate(plans):
        last = plan[plan < depots][-1:]
        filled[row] = int(last[0]) if len(last) else 0
        filled[row, : len(plan)] = torch.from_numpy(plan)
    return filled
