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


def follow(network: Network, memory: Memory, env: Any, td: TensorDict, choose: Choice) -> Plans:
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
    """
    depots, size = td["depot_features"].shape[-2], td["locs"].shape[-2]
    least = (
        size - depots - 1
    )  # steps behind a start, at least, where there are as many stops as room for them
    chosen: list[Tensor] = []
    likelihood = torch.zeros(td.batch_size, device=td["locs"].device)
    while _going(td, len(chosen), least):
        node, seen, allowed = _view(td)
        scores = network.scores(memory, node, seen, network.candidates(memory, node, allowed, depots))
        action = choose(scores.detach())
        likelihood = likelihood + _likelihood(scores, action)
        chosen.append(action)
        td = advance(env, td, action)
    return Plans(torch.stack(chosen, -1), likelihood)


def replay(network: Network, memory: Memory, env: Any, td: TensorDict, given: Tensor) -> Plans:
    """Return given plans ``(B, S, L)`` with their likelihoods; what they choose is a candidate, whatever the rules say.

    All decisions are scored at once, which takes a fraction of the time that building plans takes.
    """
    depots = td["depot_features"].shape[-2]
    views = []
    with torch.no_grad():
        for action in given.unbind(-1):
            views.append(_view(td))
            td = advance(env, td, action)
    node, seen, allowed = (torch.stack(seen, 2).flatten(1, 2) for seen in zip(*views, strict=True))
    action = given.flatten(1)
    candidates = network.candidates(memory, node, allowed, depots).scatter(-1, action.unsqueeze(-1), True)
    likelihood = _likelihood(network.scores(memory, node, seen, candidates), action)
    return Plans(given, likelihood.view(given.shape).sum(-1))


def _view(td: TensorDict) -> tuple[Tensor, Tensor, Tensor]:
    """Return where vehicles are ``(B, S)``, what is seen of them ``(B, S, 6)``, and the allowed nodes ``(B, S, N)``."""
    places = td["locs"][..., : td["depot_features"].shape[-2], :]
    place = places.gather(-2, td["depot"].unsqueeze(-1).expand(*td["depot"].shape, 2)).squeeze(-2)
    seen = torch.cat([*(td[key] for key in _SEEN), place], -1)
    return td["current_node"].squeeze(-1), seen, td["action_mask"]


def _likelihood(scores: Tensor, action: Tensor) -> Tensor:
    return scores.gather(-1, action.unsqueeze(-1)).squeeze(-1) - scores.logsumexp(-1)


def _going(td: TensorDict, step: int, least: int) -> bool:
    if step < least or (td.device is not None and td.device.type != "cpu" and (step - least) % EVERY):
        return True
    return not bool(td["done"].all())
