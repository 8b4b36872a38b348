"""Path search as an environment: from a start to a target, one arc after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from tensordict import TensorDict
from torch import Tensor

from routeopt.envs.pairs import Grids, Pairs
from routeopt.envs.seeded import SeededEnv
from routeopt.envs.starts import in_turn
from routeopt.envs.worlds import Implicit, Networks
from routeopt.errors import ProblemError

PROBLEM = ("start", "target", "reference")


class Judged(NamedTuple):
    """What a path is worth, reckoned arc by arc from the network."""

    cost: float  # with the penalty, if it fails
    violations: list[str]
    missing: list[int]  # [0]: the path neither arrives, nor is it stuck or out of steps
    success: bool


class PathEnv(SeededEnv):
    """Paths in networks, grids and implicit graphs, found by choosing one arc after the other.

    Actions are numbers of arcs out of the current node, ``0 … D-1``, D being the largest number of them; in grids they
    are north, east, south and west. There is no matrix: arcs are gathered from rows by their tail, which all problems
    share. The mask leaves out arcs that do not exist, are closed, or lead back to a node of the path, unless
    `revisits`. A path ends at its target, where nothing is allowed any more, or after `steps` arcs; in the last two
    cases it has failed, and costs a penalty besides. The reward is minus the cost. Paths that have ended wait for the
    others with action 0, at no cost.

    =================  ============  ========  ================================================================
    key                shape         dtype     what
    =================  ============  ========  ================================================================
    start, target      (B, L)        int64     nodes, L = 1; or states of an implicit graph
    reference          (B, 1)        float64   what the best path that is known costs
    current_node       (B, L)        int64
    next_nodes         (B, D, L)     int64     where the arcs lead; anything behind the mask
    arc_costs          (B, D)        float64   inf where there is no open arc
    visited            (B, T + 1)    int64     keys of the nodes so far, the start's where there are none yet
    cost_so_far        (B, 1)        float64   without a penalty
    action_mask        (B, D)        bool
    done               (B, 1)        bool
    success            (B, 1)        bool      the target is reached
    i                  (B, 1)        int64     arcs so far, without waiting
    =================  ============  ========  ================================================================

    Instead of (B,) the state may have any axes, for example ``td.unsqueeze(1).expand(B, paths)``.

    Parameters
    ----------
    generator : Pairs
        Where problems come from, and the world they are in; by default grids of 20 × 20 as GridRoute has them.
    steps : int, optional
        The most arcs of a path, T; by default what the generator holds for sufficient.
    revisits : bool
        Whether a path may come back to its nodes; it pays for that itself, by its cost.
    failure : float
        The penalty of a path that does not arrive, in multiples of the reference.
    dtype : torch.dtype
        Of the reward. Costs are summed in float64.
    check_solution : bool
        Whether paths are judged arc by arc before they are rewarded.
    seed : int, optional
        Of the generator; by default it keeps its own.
    **options
        Of ``RL4COEnvBase``.

    Raises
    ------
    ProblemError
        `steps` is below 1, or `failure` below 0.
    """

    name = "paths"

    def __init__(
        self,
        generator: Pairs | None = None,
        *,
        steps: int | None = None,
        revisits: bool = False,
        failure: float = 2.0,
        dtype: torch.dtype = torch.float32,
        check_solution: bool = False,
        seed: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(check_solution=check_solution, seed=seed, **options)
        self.generator = Grids() if generator is None else generator
        self.world = self.generator.world
        self.steps = self.generator.steps if steps is None else steps
        if self.steps < 1 or not failure >= 0:
            raise ProblemError(
                f"steps must be 1 or more, not {self.steps}, and failure 0 or more, not {failure}"
            )
        self.revisits, self.failure, self.reward_dtype = revisits, failure, dtype
        if seed is not None:
            self.set_seed(seed)

    def _reset(self, td: TensorDict, batch_size: Sequence[int] | None = None) -> TensorDict:  # noqa: ARG002
        state = td.copy()
        start = state["start"]
        number = torch.zeros_like(start[..., :1])
        state["visited"] = (
            self.world.keys(start).unsqueeze(-1).repeat(*[1] * (start.dim() - 1), self.steps + 1)
        )
        state.update({"i": number, "cost_so_far": torch.zeros_like(state["reference"])})
        return self._arrive(state, start)

    def _step(self, td: TensorDict) -> TensorDict:
        action, done = td["action"].unsqueeze(-1), td["done"]
        cost = td["arc_costs"].gather(-1, action)
        chosen = action.unsqueeze(-1).expand(*action.shape, self.world.width)
        node = td["next_nodes"].gather(-2, chosen).squeeze(-2)
        node = torch.where(done, td["current_node"], node)
        i = td["i"] + (~done).long()
        visited = td["visited"].scatter(-1, i.clamp(max=self.steps), self.world.keys(node).unsqueeze(-1))
        td.update(
            {"i": i, "visited": visited, "cost_so_far": td["cost_so_far"] + cost.masked_fill(done, 0.0)}
        )
        return self._arrive(td, node)

    def _arrive(self, td: TensorDict, node: Tensor) -> TensorDict:
        """Store that paths have come to nodes, and what is possible there."""
        heads, cost = self.world.moves(node)
        allowed = cost.isfinite()
        if not self.revisits:
            keys = self.world.keys(heads)
            allowed = allowed & ~(keys.unsqueeze(-1) == td["visited"].unsqueeze(-2)).any(-1)
        success = (node == td["target"]).all(-1, keepdim=True)
        done = success | ~allowed.any(-1, keepdim=True) | (td["i"] >= self.steps)
        waiting = torch.arange(allowed.shape[-1], device=node.device) == 0
        td.update(
            {
                "current_node": node,
                "next_nodes": heads,
                "arc_costs": cost,
                "success": success,
                "done": done,
                "action_mask": torch.where(done, waiting, allowed),
                "reward": torch.zeros_like(td["reference"], dtype=self.reward_dtype),
            }
        )
        return td

    def follow(self, td: TensorDict, actions: Tensor) -> TensorDict:
        """Return the state in which problems are after actions ``(B, L)``."""
        state = self._reset(td.select(*PROBLEM))
        for action in actions.unbind(-1):
            state["action"] = action
            state = self._step(state)
        return state

    def _get_reward(self, td: TensorDict, actions: Tensor) -> Tensor:
        return -self.cost(self.follow(td, actions)).to(self.reward_dtype)

    def cost(self, td: TensorDict) -> Tensor:
        """Return what paths in this state cost, float64, with the penalty of those that have not arrived."""
        return (td["cost_so_far"] + self.failure * td["reference"] * ~td["success"]).squeeze(-1)

    @staticmethod
    def gap(td: TensorDict, reward: Tensor) -> Tensor:
        """Return by what share of the reference paths cost more, penalties included."""
        return -reward.double() / td["reference"].squeeze(-1) - 1.0

    def judge(self, td: TensorDict, actions: Tensor) -> list[Judged]:
        """Return what paths ``(B, L)`` are worth, reckoned from the networks or the graph, not from the state."""
        rows = zip(*(td[key].cpu().numpy() for key in PROBLEM), actions.cpu().tolist(), strict=True)
        return [self._judged(*row) for row in rows]

    def _judged(self, start: Any, target: Any, reference: Any, actions: list[int]) -> Judged:
        node, goal = tuple(start.tolist()), tuple(target.tolist())
        path, cost, violations = [node], 0.0, []
        for action in actions:
            if node == goal or len(path) > self.steps or not self._onward(path):
                break
            ways = self._ways(node)
            if action not in ways:
                violations.append(f"arc {action} out of {node}: there is none, or it is closed")
                break
            node, arc_cost = ways[action]
            if node in path and not self.revisits:
                violations.append(f"arc {action} leads back to {node}")
            path.append(node)
            cost += arc_cost
        ended = node == goal or len(path) > self.steps or not self._onward(path)
        if node != goal:
            cost += self.failure * float(reference[0])
        return Judged(cost, violations, [] if ended or violations else [0], node == goal)

    def _onward(self, path: list[tuple[int, ...]]) -> bool:
        """Return whether a path can go on."""
        return any(self.revisits or node not in path for node, _ in self._ways(path[-1]).values())

    def _ways(self, node: tuple[int, ...]) -> dict[int, tuple[tuple[int, ...], float]]:
        """Return where each open arc out of a node leads, and its cost."""
        if isinstance(self.world, Networks):
            g, local = self.world.of(node[0])
            network, first = self.world.networks[g], int(self.world.first[g])
            row = slice(int(network.first_out[local]), int(network.first_out[local + 1]))
            heads, costs = [(first + int(head),) for head in network.head[row]], self.world.cost[g][row]
        else:
            assert isinstance(self.world, Implicit)
            following, cost = self.world.graph.expand(np.array([node], np.int64))
            heads, costs = [tuple(head) for head in np.asarray(following)[0].tolist()], cost[0]
        return {d: (heads[d], float(costs[d])) for d in range(len(heads)) if np.isfinite(costs[d])}

    def check_solution_validity(self, td: TensorDict, actions: Tensor) -> None:
        """Raise a ProblemError that names what paths break."""
        broken = []
        for row, found in enumerate(self.judge(td, actions)):
            broken += [f"path {row}: {violation}" for violation in found.violations]
            broken += [f"path {row}: it stops on the way"] * bool(found.missing)
        if broken:
            raise ProblemError(broken)

    def get_num_starts(self, td: TensorDict) -> int:
        """Return the number of arcs out of a node, D."""
        return int(td["action_mask"].shape[-1])

    def select_start_nodes(self, td: TensorDict, num_starts: int) -> Tensor:
        """Return the first action of each start ``(num_starts · B,)``, in the order that RL4CO's decoding has."""
        number = torch.arange(num_starts, device=td["i"].device)
        return in_turn(td["action_mask"], number.expand(*td.batch_size, num_starts)).transpose(0, 1).flatten()
