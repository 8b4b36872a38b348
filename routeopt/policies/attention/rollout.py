"""Plans that are built step by step, and how likely they were."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import torch
from tensordict import TensorDict
from torch import Tensor

from routeopt.policies.attention.network import Memory, Network

EVERY = 8  # steps after which a device is asked whether all plans are complete: each time it is waited for

_LEAST = 1e-12  # so that nothing is infinitely unlikely
_SEEN = ("available_load", "current_time", "remaining_distance", "available_backhaul")


class Plans(NamedTuple):
    """S plans for each of B problems."""

    chosen: Tensor  # (B, S, L) nodes, without those that were given as starts
    likelihood: Tensor  # (B, S) the logarithm of how likely these were


class Choice(Protocol):
    """How the next node is chosen."""

    def __call__(self, scores: Tensor) -> Tensor:
        """Return the nodes ``(B, S)`` for scores ``(B, S, N)``."""
        ...


def greedy(scores: Tensor) -> Tensor:
    """Return the nodes with the best scores."""
    return scores.argmax(-1)


class Sampled:
    """Chooses by chance, with the probabilities of the scores' softmax: the best behind Gumbel noise.

    Parameters
    ----------
    temperature : float
        Scores are divided by it.
    generator : torch.Generator, optional
        Source of chance; by default that of torch.
    """

    def __init__(self, temperature: float = 1.0, generator: torch.Generator | None = None) -> None:
        self.temperature, self.generator = temperature, generator

    def __call__(self, scores: Tensor) -> Tensor:
        """Return a node for each row of scores."""
        chance = torch.rand(scores.shape, generator=self.generator, device=scores.device).add_(_LEAST)
        return (scores / self.temperature - chance.log_().neg_().log_()).argmax(-1)


def state(td: TensorDict, starts: int) -> TensorDict:
    """Return S states for each of the problems, ``(B, S)``, which share what does not change."""
    return td.unsqueeze(1).expand(*td.batch_size, starts)


def advance(env: Any, td: TensorDict, action: Tensor) -> TensorDict:
    """Return the states behind actions."""
    td["action"] = action
    behind: TensorDict = env.step(td)["next"]
    return behind


def follow(
    network: Network, memory: Memory, env: Any, td: TensorDict, choose: Choice, given: Tensor | None = None
) -> Plans:
    """Build plans until all are complete, with gradients of their likelihoods where they are enabled.

    Parameters
    ----------
    network : Network
        Scores the nodes.
    memory : Memory
        Of the problems ``(B,)``.
    env : VRPEnv
        Steps.
    td : TensorDict
        States ``(B, S)``.
    choose : callable
        How the next node is chosen.
    given : (B, S, L) tensor, optional
        Plans to follow instead; what they choose is a candidate, whatever the rules say.
    """
    depots, size = td["depot_features"].shape[-2], td["locs"].shape[-2]
    places = td["locs"][..., :depots, :]
    least = (
        size - depots - 1
    )  # steps behind a start, at least, where there are as many stops as room for them
    chosen: list[Tensor] = []
    likelihood = torch.zeros(td.batch_size, device=places.device)
    while len(chosen) < given.shape[-1] if given is not None else _going(td, len(chosen), least):
        node = td["current_node"].squeeze(-1)
        place = places.gather(-2, td["depot"].unsqueeze(-1).expand(*td["depot"].shape, 2)).squeeze(-2)
        seen = torch.cat([*(td[key] for key in _SEEN), place], -1)
        candidates = network.candidates(memory, node, td["action_mask"], depots)
        if given is not None:
            candidates = candidates.scatter(-1, given[..., len(chosen), None], True)
        scores = network.scores(memory, node, seen, candidates)
        action = choose(scores.detach()) if given is None else given[..., len(chosen)]
        score = scores.gather(-1, action.unsqueeze(-1)).squeeze(-1)
        likelihood = likelihood + score - scores.logsumexp(-1)
        chosen.append(action)
        td = advance(env, td, action)
    return Plans(torch.stack(chosen, -1), likelihood)


def _going(td: TensorDict, step: int, least: int) -> bool:
    if step < least or (td.device is not None and td.device.type != "cpu" and (step - least) % EVERY):
        return True
    return not bool(td["done"].all())
