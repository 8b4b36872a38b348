"""Plans as sequences of nodes, which is what a policy chooses, and what they cost.

With one depot every vehicle starts there: ``3 1 0 2`` are the routes 3–1 and 2. With several, a depot comes
before the stops of each route that starts from it: ``1 5 3 0 4`` are the route 5–3 from depot 1 and the route 4
from depot 0. A depot ends the route before it, whose vehicle goes home to its own; depots in a row cost nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike
from tensordict import TensorDict
from torch import Tensor

from routeopt.envs.rules import legs
from routeopt.problems.instance import Instance, Integers, Routes


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


def routes(instance: Instance, actions: ArrayLike) -> Routes:
    """Return a plan as routes of the vehicle types of an instance."""
    kind = {int(depot): k for k, depot in reversed(list(enumerate(instance.start)))}
    visits: list[list[int]] = [[]]
    kinds = [kind[0]] if 0 in kind else [0]
    for node in np.asarray(actions).tolist():
        if node >= instance.depots:
            visits[-1].append(node)
        else:
            visits.append([])
            kinds.append(kind[node])
    return Routes.from_lists(visits, kinds)


def actions(instance: Instance, plan: Routes) -> Integers:
    """Return routes, which may not reload, as a plan."""
    nodes: list[int] = []
    for kind, visits in zip(plan.vehicle, plan.lists(), strict=True):
        if nodes or instance.depots > 1:
            nodes.append(int(instance.start[kind]))
        nodes += visits
    return np.array(nodes, np.int64)


def padded(plans: Sequence[Integers], depots: int) -> Tensor:
    """Return plans as one tensor ``(B, L)``; vehicles stay at the depot of their last route."""
    longest = max(map(len, plans))
    filled = torch.empty((len(plans), longest), dtype=torch.int64)
    for row, plan in enumerate(plans):
        last = plan[plan < depots][-1:]
        filled[row] = int(last[0]) if len(last) else 0
        filled[row, : len(plan)] = torch.from_numpy(plan)
    return filled
