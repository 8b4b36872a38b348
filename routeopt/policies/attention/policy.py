"""The policy as RL4CO has it: problems in, plans with their rewards and likelihoods out."""

from __future__ import annotations

from typing import Any

import torch
from tensordict import TensorDict
from torch import Tensor, nn

from routeopt.policies.attention.config import NetworkConfig
from routeopt.policies.attention.network import Memory, Network
from routeopt.policies.attention.rollout import Choice, Decisions, Given, Sampled, advance, follow, greedy, state

# Scores that are computed at once: what the caches of a processor hold, and what bounds the memory of other devices.
MOST = {"cpu": 2**20}
MOST_ELSEWHERE = 2**26


class AttentionPolicy(nn.Module):
    """A policy for :class:`routeopt.envs.vrp.VRPEnv` that keeps the contract of RL4CO's constructive policies.

    Plans are built without gradients; then the likelihood of everything that was chosen is computed in one pass over
    all steps, with gradients.

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
        starts = (num_starts or env.get_num_starts(td)) if "multistart" in kind or (num_starts or 0) > 1 else 0
        with torch.set_grad_enabled(torch.is_grad_enabled() and (phase == "train" or actions is not None)):
            memory = self.network.encode(td)
            if actions is None:
                plans, decisions = self.plans(env, td, memory, choose, starts)
            else:
                plans = actions.unsqueeze(1)
                decisions = self.replay(env, td, memory, plans)
            out = {"log_likelihood": self.log_likelihood(memory, decisions).transpose(0, 1).flatten()}
        if calc_reward:
            out["reward"] = env.get_reward(state(td, plans.shape[1]), plans).transpose(0, 1).flatten()
        if return_actions:
            out["actions"] = plans.transpose(0, 1).flatten(0, 1)
        return out

    def plans(
        self, env: Any, td: TensorDict, memory: Memory, choose: Choice, starts: int = 0
    ) -> tuple[Tensor, Decisions]:
        """Return plans ``(B, S, L)`` and what was decided in them, without gradients.

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
        decisions = follow(self.network, memory.detach(), env, batch, choose)
        return torch.cat([first, decisions.chosen], -1), decisions

    def replay(self, env: Any, td: TensorDict, memory: Memory, plans: Tensor) -> Decisions:
        """Return what is decided in plans ``(B, S, L)``; what they choose is a candidate, whatever the rules say."""
        batch = state(td, plans.shape[1])
        found = follow(self.network, memory.detach(), env, batch, Given(plans), plans.shape[-1])
        return found._replace(candidates=found.candidates.scatter(-1, plans.unsqueeze(-1), True))

    def log_likelihood(self, memory: Memory, decisions: Decisions) -> Tensor:
        """Return the logarithms ``(B, S)`` of how likely plans are, with gradients."""
        total = torch.zeros_like(decisions.node[..., 0], dtype=torch.float32)
        batch, starts, steps, size = decisions.candidates.shape
        most = MOST.get(total.device.type, MOST_ELSEWHERE)
        length = max(1, most // (batch * starts * size))
        for begin in range(0, steps, length):
            part = Decisions(*(entry[:, :, begin : begin + length] for entry in decisions))
            flat = Decisions(*(entry.flatten(1, 2) for entry in part))
            scores = self.network.scores(memory, flat.node, flat.seen, flat.candidates)
            chosen = scores.gather(-1, flat.chosen.unsqueeze(-1)).squeeze(-1)
            total = total + (chosen - scores.logsumexp(-1)).view(batch, starts, -1).sum(-1)
        return total
