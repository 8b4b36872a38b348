"""Online routing as an environment: requests come one after the other, and each takes a path or is rejected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from tensordict import TensorDict
from torch import Tensor

from routeopt.envs.seeded import SeededEnv
from routeopt.envs.starts import in_turn
from routeopt.errors import ProblemError
from routeopt.solvers.flows.online import NEVER, OnlineRouting

PROBLEM = ("requests", "until")


class Judged(NamedTuple):
    """What an episode is worth, reckoned request by request."""

    cost: float  # minus the bandwidth that was admitted, in units of `unit`
    violations: list[str]
    missing: list[int]  # requests that an action is lacking for


class Requests:
    """Episodes of requests, uniform over pairs of nodes and sizes.

    Parameters
    ----------
    online : OnlineRouting
        The network; its `sizes` are drawn.
    count : int
        Requests of an episode.
    holding : float, optional
        Requests that come, on average, before one gives its bandwidth back (a geometric number); by default all stay.
    seed : int
        Of everything.
    """

    def __init__(
        self, online: OnlineRouting, count: int = 100, holding: float | None = None, seed: int = 0
    ) -> None:
        if count < 1 or (holding is not None and not holding >= 1):
            raise ProblemError(f"count must be 1 or more, not {count}, and holding 1 or more, not {holding}")
        self.online, self.count, self.holding = online, count, holding
        self.rng = np.random.default_rng(seed)

    def __call__(self, batch_size: Sequence[int] | int) -> TensorDict:
        """Return episodes: ``requests`` ``(B, R, 3)``, source, target and bandwidth; ``until`` ``(B, R)``."""
        batch = int(np.prod(batch_size))
        shape, n = (batch, self.count), self.online.network.size
        source = self.rng.integers(n, size=shape)
        target = (source + self.rng.integers(1, n, shape)) % n
        bandwidth = self.rng.choice(self.online.sizes, shape)
        until = np.full(shape, NEVER)
        if self.holding is not None:
            until = np.arange(self.count) + self.rng.geometric(1 / self.holding, shape)
        data = {"requests": np.stack([source, target, bandwidth], -1), "until": until}
        return TensorDict({key: torch.from_numpy(value) for key, value in data.items()}, [batch])


class OnlineEnv(SeededEnv):
    """Requests of bandwidth, one after the other, over a few candidate paths each.

    Actions are candidates ``0 … K-1``, and K to reject. The mask leaves out paths on which some link has less than
    what is asked for, as ``OnlineRouting.route`` does. The reward is what is admitted, divided by `unit`.

    =================  ==========  =======  ==================================================
    key                shape       dtype    what
    =================  ==========  =======  ==================================================
    requests, until    (B, R, …)   int64    see :class:`Requests`
    residual           (B, L)      int64    what each link has left
    links              (B, K, M)   int64    of the present request's candidates; L: behind the end
    bandwidth          (B, 1)      int64    of the present request
    taken              (B, R)      int64    the candidate of each request so far, K where it has none
    action_mask        (B, K + 1)  bool
    done               (B, 1)      bool
    i                  (B, 1)      int64    requests so far
    =================  ==========  =======  ==================================================

    Parameters
    ----------
    generator : Requests
        Where episodes come from, and the network.
    reject : bool
        Whether a request may be rejected, or goes unserved where nothing fits; else the first one that does not fit
        ends the episode, the rules of Almasan et al. (2019), whose unit is 64.
    unit : float
        Of the reward.
    check_solution : bool
        Whether episodes are judged before they are rewarded.
    seed : int, optional
        Of the generator; by default it keeps its own.
    **options
        Of ``RL4COEnvBase``.
    """

    name = "online"

    def __init__(
        self,
        generator: Requests,
        *,
        reject: bool = True,
        unit: float = 1.0,
        check_solution: bool = False,
        seed: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(check_solution=check_solution, seed=seed, **options)
        if not unit > 0:
            raise ProblemError(f"unit must be above 0, not {unit}")
        self.generator, self.online = generator, generator.online
        self.reject, self.unit = reject, unit
        choices, links = self.online.choices, len(self.online.capacity)
        self.candidates = self.online.candidates
        self._links = torch.from_numpy(np.where(choices.links < 0, links, choices.links).astype(np.int64))
        self._number = torch.from_numpy(choices.number)
        self._capacity = torch.from_numpy(self.online.capacity)
        if seed is not None:
            self.set_seed(seed)

    def _reset(self, td: TensorDict, batch_size: Sequence[int] | None = None) -> TensorDict:  # noqa: ARG002
        state = td.copy()
        shape = state["requests"].shape[:-2]
        device = state["requests"].device
        state.update(
            {
                "residual": self._capacity.to(device).expand(*shape, -1).clone(),
                "taken": torch.full_like(state["until"], self.candidates),
                "i": torch.zeros(*shape, 1, dtype=torch.int64, device=device),
                "done": torch.zeros(*shape, 1, dtype=torch.bool, device=device),
            }
        )
        return self._arrive(state)

    def _step(self, td: TensorDict) -> TensorDict:
        action, done = td["action"].unsqueeze(-1), td["done"]
        action = torch.where(done, self.candidates, action)
        served = action < self.candidates
        row = action.clamp(max=self.candidates - 1).unsqueeze(-1).expand(*action.shape, td["links"].shape[-1])
        path = td["links"].gather(-2, row).squeeze(-2)
        residual = self._add(td["residual"], path, -td["bandwidth"] * served)
        at = td["i"].clamp(max=td["taken"].shape[-1] - 1)
        taken = torch.where(done, td["taken"], td["taken"].scatter(-1, at, action))
        i = td["i"] + (~done).long()
        td.update({"residual": self._released(td, residual, taken, i), "taken": taken, "i": i})
        return self._arrive(td)

    def _released(self, td: TensorDict, residual: Tensor, taken: Tensor, i: Tensor) -> Tensor:
        """Return what links have left once requests that are over have given their bandwidth back."""
        over = (td["until"] == i) & (taken < self.candidates) & ~td["done"]
        for number in over.reshape(-1, over.shape[-1]).any(0).nonzero().flatten().tolist():
            links = self._candidates(td["requests"][..., number, :])
            row = taken[..., number, None, None].clamp(max=self.candidates - 1)
            path = links.gather(-2, row.expand(*row.shape[:-1], links.shape[-1])).squeeze(-2)
            amount = td["requests"][..., number, 2:] * over[..., number, None]
            residual = self._add(residual, path, amount)
        return residual

    def _add(self, residual: Tensor, path: Tensor, amount: Tensor) -> Tensor:
        """Return what links have left after something is given to those of a path; one more link takes the rest."""
        room = torch.cat([residual, torch.zeros_like(residual[..., :1])], -1)
        return room.scatter_add(-1, path, amount.expand(path.shape))[..., :-1]

    def _candidates(self, request: Tensor) -> Tensor:
        """Return the links ``(…, K, M)`` of the candidates of requests ``(…, 3)``."""
        pair = request[..., 0] * self.online.network.size + request[..., 1]
        return self._links.to(request.device)[pair]

    def _arrive(self, td: TensorDict) -> TensorDict:
        """Store the next request, and which of its candidates fit."""
        count = td["until"].shape[-1]
        at = td["i"].clamp(max=count - 1)
        request = td["requests"].gather(-2, at.unsqueeze(-1).expand(*at.shape, 3)).squeeze(-2)
        links, bandwidth = self._candidates(request), request[..., 2:]
        room = torch.cat([td["residual"], torch.full_like(td["residual"][..., :1], NEVER)], -1)
        left = room.unsqueeze(-2).expand(*links.shape[:-1], room.shape[-1]).gather(-1, links).amin(-1)
        pair = request[..., 0] * self.online.network.size + request[..., 1]
        known = torch.arange(self.candidates, device=left.device) < self._number.to(left.device)[
            pair
        ].unsqueeze(-1)
        fits = known & (left >= bandwidth)
        done = td["done"] | (td["i"] >= count)
        if not self.reject:
            done = done | ~fits.any(-1, keepdim=True)
        waiting = torch.arange(self.candidates + 1, device=left.device) == self.candidates
        allowed = torch.cat([fits, torch.full_like(done, self.reject)], -1)
        td.update(
            {
                "links": links,
                "bandwidth": bandwidth,
                "done": done,
                "action_mask": torch.where(done, waiting, allowed),
                "reward": torch.zeros_like(td["i"], dtype=torch.float32),
            }
        )
        return td

    def _get_reward(self, td: TensorDict, actions: Tensor) -> Tensor:
        state = self._reset(td.select(*PROBLEM))
        for action in actions.unbind(-1):
            state["action"] = action
            state = self._step(state)
        admitted = state["requests"][..., 2] * (state["taken"] < self.candidates)
        return admitted.sum(-1).float() / self.unit

    def judge(self, td: TensorDict, actions: Tensor) -> list[Judged]:
        """Return what episodes ``(B, L)`` are worth, reckoned with dictionaries from the network."""
        rows = zip(td["requests"].tolist(), td["until"].tolist(), actions.tolist(), strict=True)
        return [self._judged(*row) for row in rows]

    def _judged(self, requests: list[list[int]], until: list[int], actions: list[int]) -> Judged:
        left = dict(enumerate(self.online.capacity.tolist()))
        held: dict[int, list[int]] = {}
        violations: list[str] = []
        total, n = 0, self.online.network.size
        for number, (source, target, bandwidth) in enumerate(requests):
            for before in [k for k in held if until[k] == number]:
                for link in held.pop(before):
                    left[link] += requests[before][2]
            pair = source * n + target
            paths = [
                [link for link in path if link >= 0]
                for path in self.online.choices.links[pair].tolist()[: self.online.choices.number[pair]]
            ]
            fitting = [k for k, path in enumerate(paths) if all(left[link] >= bandwidth for link in path)]
            if not self.reject and not fitting:
                break
            if number >= len(actions):
                return Judged(-total / self.unit, violations, [number])
            if actions[number] == self.candidates and self.reject:
                continue
            if actions[number] not in fitting:
                violations.append(f"request {number}: candidate {actions[number]} does not fit")
                break
            held[number] = paths[actions[number]]
            for link in held[number]:
                left[link] -= bandwidth
            total += bandwidth
        return Judged(-total / self.unit, violations, [])

    def check_solution_validity(self, td: TensorDict, actions: Tensor) -> None:
        """Raise a ProblemError that names what episodes break."""
        broken = []
        for row, found in enumerate(self.judge(td, actions)):
            broken += [f"episode {row}: {violation}" for violation in found.violations]
            broken += [f"episode {row}: it ends before request {number}" for number in found.missing]
        if broken:
            raise ProblemError(broken)

    def get_num_starts(self, td: TensorDict) -> int:
        """Return the number of candidates, K."""
        return int(td["action_mask"].shape[-1]) - 1

    def select_start_nodes(self, td: TensorDict, num_starts: int) -> Tensor:
        """Return the first action of each start ``(num_starts · B,)``, in the order that RL4CO's decoding has."""
        number = torch.arange(num_starts, device=td["i"].device)
        return in_turn(td["action_mask"], number.expand(*td.batch_size, num_starts)).transpose(0, 1).flatten()
