"""The policy as RL4CO has it: problems in, plans with their rewards and likelihoods out."""

from __future__ import annotations

from typing import Any

import torch
from tensordict import TensorDict
from torch import Tensor, nn

from routeopt.policies.attention.config import NetworkConfig
from routeopt.policies.attention.network import Memory, Network
from routeopt.policies.attention.rollout import Choice, Plans, Sampled, advance, follow, greedy, replay, state


class AttentionPolicy(nn.Module):
    """A policy for :class:`routeopt.envs.vrp.VRPEnv` that keeps the contract of RL4CO's constructive policies.

    Parameters
    ----------
    config : NetworkConfig
        Of the network.
    """

    def __init__(self, config: NetworkConfig | None = None) -> None:
        super().__init__()
        config = NetworkConfig() if config is None else config
        self.network = Network(
            config.units, config.heads, config.layers, config.inner, config.nearest, config.clip
        )
        self.train_decode_type = "sampling"
        self.val_decode_type = "greedy"
        self.test_decode_type = "greedy"

    def forward(
        self,
        td: TensorDict,
        env: Any,
        phase: str = "train",
        calc_reward: bool = True,
        return_actions: bool = True,
        actions: Tensor | None = None,
        num_starts: int | None = None,
        decode_type: str | None = None,
        temperature: float = 1.0,
        **_: Any,
    ) -> dict[str, Tensor]:
        """Return ``reward``, ``log_likelihood`` and ``actions`` of plans for problems ``(B,)`` as they are reset.

        Several starts are rows behind each other, all problems of the first start first, as RL4CO has it.

        Parameters
        ----------
        td : TensorDict
            What ``env.reset`` returned.
        env : VRPEnv
            The environment.
        phase : {"train", "val", "test"}
            Whose decode type holds; gradients are there in "train" or where actions are given.
        calc_reward, return_actions : bool
            What else is returned.
        actions : (B, L) tensor, optional
            Plans to evaluate, instead of choosing.
        num_starts : int, optional
            Plans for each problem; their first stops are given. By default one plan, or for a decode type that begins
            with "multistart" as many as the environment says.
        decode_type : str, optional
            "greedy" or "sampling", with "multistart_" before it or not.
        temperature : float
            Of sampling.
        """
        kind = getattr(self, f"{phase}_decode_type") if decode_type is None else decode_type
        choose = greedy if "greedy" in kind else Sampled(temperature)
        starts = (
            (num_starts or env.get_num_starts(td)) if "multistart" in kind or (num_starts or 0) > 1 else 0
        )
        with torch.set_grad_enabled(torch.is_grad_enabled() and (phase == "train" or actions is not None)):
            memory = self.network.encode(td)
            if actions is None:
                plans, likelihood = self.plans(env, td, memory, choose, starts)
            else:
                plans, likelihood = self.replay(env, td, memory, actions.unsqueeze(1))
        out = {"log_likelihood": likelihood.transpose(0, 1).flatten()}
        if calc_reward:
            out["reward"] = env.get_reward(state(td, plans.shape[1]), plans).transpose(0, 1).flatten()
        if return_actions:
            out["actions"] = plans.transpose(0, 1).flatten(0, 1)
        return out

    def plans(self, env: Any, td: TensorDict, memory: Memory, choose: Choice, starts: int = 0) -> Plans:
        """Return plans with their starts, and how likely what was chosen behind these is.

        Parameters
        ----------
        env, td, memory
            The environment, problems ``(B,)``, and what the network made of them.
        choose : callable
            See :mod:`routeopt.policies.attention.rollout`.
        starts : int
            Plans with a given first stop; 0: one, in which that is chosen as well.
        """
        batch = state(td, max(starts, 1))
        first = env.starts(td, starts) if starts else td["nodes"].new_zeros((*batch.batch_size, 0))
        for action in first.unbind(-1):
            batch = advance(env, batch, action)
        found = follow(self.network, memory, env, batch, choose)
        return found._replace(chosen=torch.cat([first, found.chosen], -1))

    def replay(self, env: Any, td: TensorDict, memory: Memory, plans: Tensor) -> Plans:
        """Return given plans ``(B, S, L)``, and how likely all of them is, whatever the rules say."""
        return replay(self.network, memory, env, state(td, plans.shape[1]), plans)
