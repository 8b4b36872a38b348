"""What an environment promises to a policy; :func:`routeopt.testing.check_env` tries it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import torch
from tensordict import TensorDict
from torch import Tensor

TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5}  # of rewards, relative
LONGEST = 100_000  # steps, behind which a plan is taken not to end


def check(env: Any, batch: int, seed: int, device: str) -> None:
    """Raise an AssertionError that names the promise that an environment breaks."""
    problems = _check_problems(env, batch, seed).to(device)
    chance = torch.Generator(device).manual_seed(seed)
    for allowed in (lambda mask: torch.multinomial(mask.float(), 1, generator=chance).squeeze(-1), _last):
        masks, actions, state = follow(env, problems, allowed)
        _check_plans(env, problems, actions, state)
        _check_alone(env, problems, actions, masks)
    _check_starts(env, problems)


def follow(env: Any, problems: TensorDict, choose: Any) -> tuple[Tensor, Tensor, TensorDict]:
    """Return masks ``(B, L, N)``, actions ``(B, L)`` and last state of plans that are chosen from the masks."""
    td = env.reset(problems.clone())
    masks: list[Tensor] = []
    actions: list[Tensor] = []
    while not td["done"].all():
        mask = td["action_mask"].clone()
        stuck = (~mask.any(-1)).nonzero().flatten().tolist()
        assert not stuck, f"nothing is allowed in step {len(actions)} of problems {stuck}, which are not done"
        action = choose(mask)
        td["action"] = action
        td = env.step(td)["next"]
        masks.append(mask)
        actions.append(action)
        assert len(actions) < LONGEST, f"after {LONGEST} steps some problems are not done"
    return torch.stack(masks, 1), torch.stack(actions, 1), td


def _last(mask: Tensor) -> Tensor:
    """Return the last allowed action: routes grow until a bound ends them, because depots come first."""
    return mask.shape[-1] - 1 - mask.flip(-1).to(torch.uint8).argmax(-1)


def _check_problems(env: Any, batch: int, seed: int) -> TensorDict:
    """Check that the seed decides the problems and that nothing changes them; return them."""
    env.set_seed(seed)
    problems = env.generator([batch])
    env.set_seed(seed)
    again = env.generator([batch])
    assert _equal(problems, again), "one seed gave two different batches; draw from generator.rng alone"
    before = problems.clone()
    state = env.reset(problems)
    state["action"] = _last(state["action_mask"])
    env.step(state)
    kept = problems.select(*before.keys())  # TorchRL adds the state to what it resets
    assert _equal(kept, before), "reset or step changed the problems it was given; copy them"
    deepcopy(env)
    return before


def _equal(one: TensorDict, other: TensorDict) -> bool:
    return set(one.keys()) == set(other.keys()) and all(
        torch.equal(value, other[key]) for key, value in one.items()
    )


def _check_plans(env: Any, problems: TensorDict, actions: Tensor, state: TensorDict) -> None:
    """Check that plans are feasible, cost what the reward says, and that waiting for others costs nothing."""
    reward = env.get_reward(state, actions)
    found = env.judge(problems, actions)
    for row, (judged, plan) in enumerate(zip(found, actions.tolist(), strict=True)):
        assert not judged.violations, f"problem {row}: allowed actions {plan} break {judged.violations}"
        assert not judged.missing, f"problem {row}: it is done, but {plan} leaves out {judged.missing}"
    cost = torch.tensor([judged.cost for judged in found], dtype=torch.float64, device=reward.device)
    rtol = TOLERANCE[reward.dtype]
    torch.testing.assert_close(
        -reward.double(),
        cost,
        rtol=rtol,
        atol=rtol * 1e-3,
        msg=lambda text: f"the reward is not -cost: {text}",
    )
    again = env.get_reward(env.reset(problems.clone()), actions)
    assert torch.equal(again, reward), "the reward depends on more than problems and actions"
    waited = actions
    for _ in range(3):
        state["action"] = _last(state["action_mask"])
        waited = torch.cat([waited, state["action"].unsqueeze(-1)], -1)
        state = env.step(state)["next"]
        assert state["done"].all(), "a problem that was done is not any more"
        assert state["action_mask"].any(-1).all(), (
            "nothing is allowed behind the end; others may not be done yet"
        )
    torch.testing.assert_close(
        env.get_reward(state, waited),
        reward,
        rtol=rtol,
        atol=0.0,
        msg="waiting behind the end changes the reward",
    )


def _check_alone(env: Any, problems: TensorDict, actions: Tensor, masks: Tensor) -> None:
    """Check that a problem goes on alone as it does in a batch."""
    whole = env.get_reward(env.reset(problems.clone()), actions)
    for row in range(0, len(actions), max(1, len(actions) // 4)):
        td = env.reset(problems[row : row + 1].clone())
        for step, action in enumerate(actions[row]):
            same = torch.equal(td["action_mask"][0], masks[row, step])
            assert same, f"problem {row} alone has another mask in step {step} than in the batch"
            td["action"] = action[None]
            td = env.step(td)["next"]
        alone = env.get_reward(td, actions[row : row + 1])
        torch.testing.assert_close(
            alone, whole[row : row + 1], rtol=1e-12, atol=0.0, msg=f"problem {row} alone has another reward"
        )


def _check_starts(env: Any, problems: TensorDict) -> None:
    """Check that the starts of several plans are allowed."""
    td = env.reset(problems.clone())
    number = env.get_num_starts(td)
    first = env.select_start_nodes(td, number).reshape(number, -1).transpose(0, 1)
    assert td["action_mask"].gather(-1, first).all(), (
        "select_start_nodes starts with actions that are not allowed"
    )
