"""Paths by the scores of their arcs."""

from __future__ import annotations

from typing import NamedTuple

import torch
from tensordict import TensorDict
from torch import Tensor

from routeopt.envs.paths import PathEnv
from routeopt.policies.arcs.views import View


class Paths(NamedTuple):
    """Paths of problems of any batch shape."""

    cost: Tensor  # (...,) float64, with the penalty
    success: Tensor  # (...,) bool
    log_likelihood: Tensor  # (...,)
    actions: Tensor  # (..., L)


def rollout(env: PathEnv, td: TensorDict, scores: Tensor, view: View, *, paths: int | None = None) -> Paths:
    """Return paths of problems ``(B,)``: the best arc each time, or so many samples ``(B, paths)``.

    Parameters
    ----------
    env : PathEnv
    td : TensorDict
        As the generator makes it.
    scores : (B, N, D) tensor
        Log-probabilities of arcs; those that the mask forbids are left out and the others made to sum to one.
    view : View
    paths : int, optional
        Number of samples.
    """
    state = env.reset(td)
    rows = torch.arange(len(scores), device=scores.device)
    if paths is not None:
        state = state.unsqueeze(1).expand(len(scores), paths)
        rows = rows.unsqueeze(1).expand(len(scores), paths)
    first = view.first[rows]
    likelihood = torch.zeros(rows.shape, device=scores.device)
    actions = []
    while not state["done"].all():
        here = scores[rows, state["current_node"].squeeze(-1) - first]
        done = state["done"]
        here = here.masked_fill(done, 0.0).masked_fill(~state["action_mask"], -torch.inf)
        logs = torch.log_softmax(here, -1)
        action = logs.argmax(-1) if paths is None else _drawn(logs)
        taken = logs.gather(-1, action.unsqueeze(-1)).squeeze(-1)
        likelihood = likelihood + taken.masked_fill(done.squeeze(-1), 0.0)
        actions.append(action)
        state["action"] = action
        state = env.step(state)["next"]
    return Paths(env.cost(state), state["success"].squeeze(-1), likelihood, torch.stack(actions, -1))


def _drawn(logs: Tensor) -> Tensor:
    """Return one action for each row of log-probabilities."""
    return torch.multinomial(logs.exp().flatten(0, -2), 1).view(logs.shape[:-1])
