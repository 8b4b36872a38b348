"""The conformance check of environments finds what breaks each promise."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'routeopt[neural]'")
pytest.importorskip("rl4co", reason="rl4co is not installed: pip install 'routeopt[neural]'")

from routeopt.envs.generators import Mixed  # noqa: E402
from routeopt.envs.vrp import VRPEnv  # noqa: E402
from routeopt.testing import check_env  # noqa: E402


class EmptyMask(VRPEnv):
    def get_action_mask(self, td):
        return super().get_action_mask(td) & (td["i"] < 3)


class Overloaded(VRPEnv):
    def get_action_mask(self, td):
        mask = super().get_action_mask(td)
        mask[..., 1:] = ~td["visited"][..., 1:]
        return mask


class Unfinished(VRPEnv):
    def _arrive(self, td, state, under_way):
        td = super()._arrive(td, state, under_way)
        td["done"] = td["visited"][..., 3:].all(-1, keepdim=True)
        return td


class Dearer(VRPEnv):
    def _get_reward(self, td, actions):
        return super()._get_reward(td, actions) * (1 + 1e-9)


class OfState(VRPEnv):
    def _get_reward(self, td, actions):
        return super()._get_reward(td, actions) + 1e-14 * td["i"].squeeze(-1)


class Waiting(VRPEnv):
    def _get_reward(self, td, actions):
        late = (actions[..., -3:] == 0).all()
        return super()._get_reward(td, actions) - 1.0 * late


class OfTheBatch(VRPEnv):
    def get_action_mask(self, td):
        mask = super().get_action_mask(td)
        home = (td["current_node"] > 0) & td["done"].any()  # all go home when one is done
        return torch.where(home & mask[..., :1], torch.arange(mask.shape[-1]) == 0, mask)


class Changing(VRPEnv):
    def _reset(self, td, batch_size=None):
        td["delivery"] += 0.0
        td["capacity"] *= 2.0
        return super()._reset(td, batch_size)


class Forgetful(VRPEnv):
    def _set_seed(self, seed):
        self.rng = torch.Generator()


class BadStarts(VRPEnv):
    def select_start_nodes(self, td, num_starts):
        return super().select_start_nodes(td, num_starts) * 0


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (EmptyMask, "nothing is allowed in step 3 of problems"),
        (Overloaded, "break .*capacity"),
        (Unfinished, "it is done, but .* leaves out"),
        (Dearer, "the reward is not -cost"),
        (OfState, "depends on more than"),
        (Waiting, "waiting behind the end"),
        (OfTheBatch, "alone has another mask"),
        (Changing, "changed the problems"),
        (Forgetful, "two different batches"),
        (BadStarts, "select_start_nodes"),
    ],
)
def test_broken_promises_are_named(broken, message):
    with pytest.raises(AssertionError, match=message):
        check_env(broken(Mixed((5, 8), ["cvrp"]), dtype=torch.float64), batch=8)
