"""Rewards in the scale of their variant."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'routeopt[neural]'")
pytest.importorskip("rl4co", reason="rl4co is not installed: pip install 'routeopt[neural]'")

from routeopt.data.generators.routefinder import VARIANTS  # noqa: E402
from routeopt.envs.generators import Mixed  # noqa: E402
from routeopt.envs.vrp import VRPEnv  # noqa: E402
from routeopt.policies.attention.variants import RewardScale, variants  # noqa: E402


def test_each_variant_has_a_number_of_its_own():
    found = {}
    for name in VARIANTS:  # with so many stops none is without a backhaul by chance
        env = VRPEnv(Mixed(40, [name], seed=0))
        numbers = variants(env.reset(env.generator([3])))
        assert len(set(numbers.tolist())) == 1, name
        found[name] = int(numbers[0])
    assert sorted(found.values()) == list(range(48))


def test_rewards_are_divided_by_the_mean_of_their_variant():
    scale = RewardScale(0.25)
    reward = torch.tensor([[-4.0, -6.0], [-9.0, -11.0], [-2.0, -2.0]])
    variant = torch.tensor([3, 7, 3])
    first = torch.stack([reward[0] / 3.5, reward[1] / 10, reward[2] / 3.5])
    torch.testing.assert_close(scale(reward, variant), first)
    torch.testing.assert_close(scale(2 * reward, variant)[1], 2 * reward[1] / (0.75 * 10 + 0.25 * 20))
    assert scale.mean[3] == -(0.75 * 3.5 + 0.25 * 7)
    assert not scale.mean[torch.arange(48) % 4 != 3].any()
    assert "mean" in scale.state_dict()  # so that a run goes on with it
    assert torch.equal(RewardScale(0.0)(reward, variant), reward)
