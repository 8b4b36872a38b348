"""One environment for many kinds of vehicle routing problems, for RL4CO and anything that steps as it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from tensordict import TensorDict
from torch import Tensor

from routeopt.envs import plans, rules
from routeopt.envs.generators import Generator, Mixed, Stated
from routeopt.envs.seeded import SeededEnv
from routeopt.envs.starts import in_turn
from routeopt.envs.tensors import instances
from routeopt.errors import ProblemError
from routeopt.problems.evaluation import Evaluation, Evaluator
from routeopt.solvers.vrp.neural.features import UNLIMITED


class VRPEnv(SeededEnv):
    """Vehicle routing problems, solved by choosing one node after the other.

    A batch may mix problems with and without open routes, limits on the distance, time windows, mixed backhauls
    or deliveries first, of different sizes; they have the same number of depots, a vehicle type at each, and as
    many vehicles as they need. Legs are straight lines, or matrices that may differ by direction and in
    distance and duration.

    Actions are nodes ``0 … N-1``, the depots first, as :mod:`routeopt.envs.plans` reads them. The mask allows what
    the rules of :mod:`routeopt.problems.schedule` allow, so that every sequence of allowed actions is a feasible
    plan, and allows something until the plan is complete. The reward is minus the cost of the
    :class:`~routeopt.problems.solution.Solution`, in the user's units.

    The state is what :mod:`routeopt.envs.tensors` makes of the problems, and

    ====================  ==========  ==============  ====================================================
    key                   shape       dtype           what
    ====================  ==========  ==============  ====================================================
    legs                  (B, N, N)   float32         distances in the unit of the features; 10 if unreachable
    durations             (B, N, N)   float32         where they are not the distances
    current_node          (B, 1)      int64
    depot                 (B, 1)      int64           from which the current route started
    visited               (B, N)      bool            stops that are served; padding counts as served
    available_load        (B, 1)      float32         share of the capacity that is left for what may come
                                                      next: deliveries, or pickups behind deliveries
    available_backhaul    (B, 1)      float32         share left for pickups; 0 unless they are mixed
    current_time          (B, 1)      float32         ready to leave, in the unit of the features; 0 where a
                                                      problem has no windows
    remaining_distance    (B, 1)      float32         in the unit of the features; 10 without a limit
    action_mask           (B, N)      bool
    done                  (B, 1)      bool            every stop is served
    i                     (B, 1)      int64           actions so far
    home_…                (B, D, N)   float64         legs from the nodes to the depots, see ``rules``
    route_…               (B, 1)      float64         the state of the vehicle under way, see ``rules``
    servable              (B, D, N)   bool            with several depots: stops that a vehicle of a depot
                                                      can serve on a route of their own
    ====================  ==========  ==============  ====================================================

    Instead of (B,) the state may have any axes, for example ``td.unsqueeze(1).expand(B, starts)``, which copies
    nothing that does not change.

    Parameters
    ----------
    generator : callable
        Takes a batch size and returns problems as :func:`routeopt.envs.tensors.tensors` does; by default
        problems of the 16 basic variants with 50 stops.
    dtype : torch.dtype
        Of the reward. The rules reckon in float64.
    check_solution : bool
        Whether plans are judged by :class:`~routeopt.problems.evaluation.Evaluator` before they are rewarded.
    seed : int, optional
        Of the generator; by default it keeps its own.
    **options
        Of ``RL4COEnvBase``.
    """

    name = "vrp"

    def __init__(
        self,
        generator: Generator | None = None,
        *,
        dtype: torch.dtype = torch.float32,
        check_solution: bool = False,
        seed: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(check_solution=check_solution, seed=seed, **options)
        self.generator = Mixed() if generator is None else generator
        self.reward_dtype = dtype
        if seed is not None:
            self.set_seed(seed)

    def _reset(self, td: TensorDict, batch_size: Sequence[int] | None = None) -> TensorDict:  # noqa: ARG002
        state = td.copy()
        distance, duration = rules.matrices(state)
        unit = state["unit"].unsqueeze(-1)
        state["legs"] = (distance / unit).nan_to_num(posinf=UNLIMITED).float()
        if "duration_matrix" in state.keys():
            state["durations"] = (duration / unit).nan_to_num(posinf=UNLIMITED).float()
        depots = state["depot_features"].shape[-2]
        state.update(rules.homes(state))
        zero = torch.zeros_like(state["nodes"])
        node = torch.arange(state["locs"].shape[-2], device=zero.device)
        state.update({"current_node": zero, "depot": zero, "i": zero, "visited": node >= state["nodes"]})
        if depots > 1:
            state["servable"] = rules.servable(state)
        return self._arrive(state, rules.begin(state, zero), zero > 0)

    def _step(self, td: TensorDict) -> TensorDict:
        action = td["action"].unsqueeze(-1)
        stop = action >= td["depot_features"].shape[-2]
        visited = td["visited"].scatter(-1, action, stop)
        served = rules.extend(td, rules.carried(td), td["current_node"], action)
        state = served
        if "early" in td.keys():
            state = served._replace(time=torch.where(stop, served.time, rules.begin(td, action).time))
        depot = torch.where(stop, td["depot"], action)
        td.update({"visited": visited, "current_node": action, "depot": depot, "i": td["i"] + 1})
        return self._arrive(td, state, stop)

    def _arrive(self, td: TensorDict, state: Any, under_way: Tensor) -> TensorDict:
        """Store the state of vehicles that are ready to leave their nodes, and what follows from it."""
        depots = td["depot_features"].shape[-2]
        td.update(rules.store(td, state, under_way))
        td["done"] = td["visited"][..., depots:].all(-1, keepdim=True)
        td["reward"] = torch.zeros_like(td["unit"], dtype=self.reward_dtype)
        td.update(_seen(td))
        td["action_mask"] = self.get_action_mask(td)
        return td

    def get_action_mask(self, td: TensorDict) -> Tensor:
        """Return which nodes ``(..., N)`` may come next."""
        depots = td["depot_features"].shape[-2]
        visited, node, done = td["visited"], td["current_node"], td["done"]
        stops = rules.feasible(td, rules.carried(td), node, td["depot"]) & ~visited
        waiting = node < depots  # a depot behind a depot would lead nowhere
        if depots == 1:
            return torch.cat([~waiting | done, stops[..., 1:]], -1)
        first = td["i"] == 0  # a depot has to be chosen
        useful = (td["servable"] & ~visited.unsqueeze(-2)).any(-1)
        own = torch.arange(depots, device=node.device) == td["depot"]
        chosen = (useful & (~waiting | first)) | (done & own)
        return torch.cat([chosen, stops[..., depots:] & ~first], -1)

    def _get_reward(self, td: TensorDict, actions: Tensor) -> Tensor:
        return -plans.cost(td, actions).to(self.reward_dtype)

    def judge(self, td: TensorDict, actions: Tensor) -> list[Evaluation]:
        """Return what the evaluator makes of plans ``(B, L)``, with costs in the user's units."""
        return [
            Evaluator(instance).evaluate(plans.routes(instance, row))
            for instance, row in zip(instances(td), actions.cpu().numpy(), strict=True)
        ]

    def check_solution_validity(self, td: TensorDict, actions: Tensor) -> None:
        """Raise a ProblemError that names what plans break."""
        broken = []
        for row, found in enumerate(self.judge(td, actions)):
            broken += [
                f"plan {row}: it breaks '{violation.constraint}' at node {violation.node} by {violation.amount}"
                for violation in found.violations
            ]
            broken += [f"plan {row}: it leaves out node {node}" for node in found.missing]
        if broken:
            raise ProblemError(broken)

    @staticmethod
    def load_data(fpath: str, batch_size: Sequence[int] = ()) -> TensorDict:  # noqa: ARG004
        """Return the problems of a file."""
        return Stated([fpath]).every()

    def get_num_starts(self, td: TensorDict) -> int:
        """Return the number of stops, with padding."""
        return int(td["stop_features"].shape[-2])

    def starts(self, td: TensorDict, num_starts: int) -> Tensor:
        """Return the first actions ``(B, num_starts, 1)`` of plans that begin with different stops.

        With several depots they are two, ``(B, num_starts, 2)``: a depot and a stop, depots in turn.
        """
        depots = td["depot_features"].shape[-2]
        number = torch.arange(num_starts, device=td["locs"].device)
        if depots == 1:
            return in_turn(td["action_mask"][..., 1:], number).unsqueeze(-1) + 1
        depot = in_turn(td["action_mask"][..., :depots], number)
        servable = td["servable"][..., depots:]
        own = servable.gather(-2, depot.unsqueeze(-1).expand(*depot.shape, servable.shape[-1]))
        stop = in_turn(own, (number // depots).unsqueeze(-1)).squeeze(-1)
        return torch.stack([depot, stop + depots], -1)

    def select_start_nodes(self, td: TensorDict, num_starts: int) -> Tensor:
        """Return the first action of each start ``(num_starts · B,)``, in the order that RL4CO's decoding has."""
        return self.starts(td, num_starts)[..., 0].transpose(0, 1).flatten()


def _seen(td: TensorDict) -> dict[str, Tensor]:
    """Return what a policy sees of the vehicles."""
    capacity, unit, state = td["capacity"], td["unit"], rules.carried(td)
    left = 1.0 - state.peak / capacity
    room = 1.0 - state.pickup / capacity if "pickup" in td.keys() else torch.ones_like(left)
    if "linehaul_first" in td.keys():
        left = torch.where(td["linehaul_first"] & (state.backhauls > 0), room, left)
    mixed = td["depot_features"][..., :1, 5]
    time, remaining = torch.zeros_like(left), torch.full_like(left, UNLIMITED)
    if "early" in td.keys():
        time = torch.where(td["timed"], state.time / unit, time)
    if "limit" in td.keys():
        remaining = ((td["limit"] - state.distance) / unit).nan_to_num(posinf=UNLIMITED)
    return {
        "available_load": left.float(),
        "available_backhaul": (room * mixed).float(),
        "current_time": time.float(),
        "remaining_distance": remaining.float(),
    }
