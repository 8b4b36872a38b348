"""Plans that are built step by step, without gradients, and what was decided in each step."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import torch
from tensordict import TensorDict
from torch import Tensor

from routeopt.policies.attention.network import Memory, Network

EVERY = 8  # steps after which a device is asked whether all plans are complete: each time it is waited for

_LEAST = 1e-12  # so that nothing is infinitely unlikely
_SEEN = ("available_load", "current_time", "remaining_distance", "available_backhaul")


class Decisions(NamedTuple):
    """What was decided between what in which state, in L steps of S plans for each of B problems."""

    node: Tensor  # (B, S, L)
    seen: Tensor  # (B, S, L, 6)
    candidates: Tensor  # (B, S, L, N)
    chosen: Tensor  # (B, S, L)


class Choice(Protocol):
    """How the next node is chosen."""

    def __call__(self, scores: Tensor, step: int) -> Tensor:
        """Return the nodes ``(B, S)`` for scores ``(B, S, N)``."""
        ...


def greedy(scores: Tensor, step: int) -> Tensor:  # noqa: ARG001 - as Choice has it
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

    def __call__(self, scores: Tensor, step: int) -> Tensor:  # noqa: ARG002 - as Choice has it
        """Return a node for each row of scores."""
        chance = torch.rand(scores.shape, generator=self.generator, device=scores.device).add_(_LEAST)
        return (scores / self.temperature - chance.log_().neg_().log_()).argmax(-1)


class Given:
    """Chooses what is stated.

    Parameters
    ----------
    actions : (B, S, L) tensor
        Nodes, step by step.
    """

    def __init__(self, actions: Tensor) -> None:
        self.actions = actions

    def __call__(self, scores: Tensor, step: int) -> Tensor:  # noqa: ARG002 - as Choice has it
        """Return the nodes of a step."""
        return self.actions[..., step]


def state(td: TensorDict, starts: int) -> TensorDict:
    """Return S states for each of the problems, ``(B, S)``, which share what does not change."""
    return td.unsqueeze(1).expand(*td.batch_size, starts)


def advance(env: Any, td: TensorDict, action: Tensor) -> TensorDict:
    """Return the states behind actions."""
    td["action"] = action
    behind: TensorDict = env.step(td)["next"]
    return behind


@torch.no_grad()
def follow(
    network: Network, memory: Memory, env: Any, td: TensorDict, choose: Choice, steps: int | None = None
) -> Decisions:
    """Build plans until all are complete, or for so many steps.

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
    steps : int, optional
        By default until the plans are complete.
    """
    depots, size = td["depot_features"].shape[-2], td["locs"].shape[-2]
    places = td["locs"][..., :depots, :]
    nodes, seens, masks, chosen = [], [], [], []
    least = size - depots - int(td["i"].max())  # no plan through as many stops as there is room for is shorter
    step = 0
    while step < steps if steps is not None else _going(td, step, least):
        node = td["current_node"].squeeze(-1)
        place = places.gather(-2, td["depot"].unsqueeze(-1).expand(*td["depot"].shape, 2)).squeeze(-2)
        seen = torch.cat([*(td[key] for key in _SEEN), place], -1)
        candidates = network.candidates(memory, node, td["action_mask"], depots)
        action = choose(network.scores(memory, node, seen, candidates), step)
        nodes.append(node)
        seens.append(seen)
        masks.append(candidates)
        chosen.append(action)
        td = advance(env, td, action)
        step += 1
    return Decisions(
        torch.stack(nodes, 2), torch.stack(seens, 2), torch.stack(masks, 2), torch.stack(chosen, 2)
    )


def _going(td: TensorDict, step: int, least: int) -> bool:
    if step < least or (td.device is not None and td.device.type != "cpu" and (step - least) % EVERY):
        return True
    return not bool(td["done"].all())
