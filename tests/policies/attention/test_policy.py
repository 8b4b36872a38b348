"""The attention policy: what it may choose, how likely, and that all of it is learned."""

from __future__ import annotations

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'routeopt[neural]'")
pytest.importorskip("rl4co", reason="rl4co is not installed: pip install 'routeopt[neural]'")

from routeopt.data.generators.routefinder import VARIANTS  # noqa: E402
from routeopt.envs.generators import Mixed, Streets  # noqa: E402
from routeopt.envs.tensors import tensors  # noqa: E402
from routeopt.envs.vrp import VRPEnv  # noqa: E402
from routeopt.policies.attention.config import NetworkConfig  # noqa: E402
from routeopt.policies.attention.policy import AttentionPolicy  # noqa: E402
from routeopt.policies.attention.rollout import Sampled, greedy  # noqa: E402
from routeopt.policies.attention.turned import turned  # noqa: E402
from routeopt.problems.instance import Instance  # noqa: E402

SMALL = NetworkConfig(units=32, heads=4, layers=2, inner=48, nearest=5)
SINGLE = [name for name, has in VARIANTS.items() if "MD" not in has]
SEVERAL = [name for name, has in VARIANTS.items() if "MD" in has]


@pytest.fixture
def policy():
    torch.manual_seed(0)
    return AttentionPolicy(SMALL)


def problems(generator, count: int):
    env = VRPEnv(generator, dtype=torch.float64)
    return env, env.reset(env.generator([count]))


@pytest.mark.parametrize("names", [SINGLE, SEVERAL], ids=["one depot", "several"])
def test_gradients_are_finite_on_every_variant(policy, names):
    for name in names:
        env, td = problems(Mixed(7, [name], seed=1), 2)
        out = policy(td, env, phase="train", num_starts=7)
        policy.zero_grad()
        (out["log_likelihood"] * torch.arange(14)).mean().backward()
        for label, weights in policy.named_parameters():
            assert weights.grad is not None, label
            assert torch.isfinite(weights.grad).all(), (name, label)
        assert all(
            not found.violations and not found.missing for found in env.judge(*_rows(td, out["actions"], 7))
        )


def _rows(td, actions, starts):
    """Return the problem of each plan, first starts first, and the plans."""
    return td.unsqueeze(0).expand(starts, *td.batch_size).reshape(-1), actions


@pytest.mark.parametrize("names", [SINGLE, SEVERAL], ids=["one depot", "several"])
def test_plans_are_as_likely_as_they_are_when_evaluated_alone(policy, names):
    env, td = problems(Mixed((5, 9), names, seed=2), 6)
    out = policy(td, env, phase="train", num_starts=3)
    given = 1 if names is SINGLE else 2  # actions that were not chosen
    for row, plan in enumerate(out["actions"]):
        alone = td[row % 6 : row % 6 + 1]
        memory = policy.network.encode(alone)
        start, whole = (policy.replay(env, alone, memory, plan[None, None, :end]) for end in (given, None))
        likelihood = whole.likelihood[0, 0] - start.likelihood[0, 0]
        torch.testing.assert_close(likelihood, out["log_likelihood"][row], atol=2e-4, rtol=1e-4)
    again = policy(td, env, actions=out["actions"][:6])
    torch.testing.assert_close(again["reward"], out["reward"][:6])


def test_chances_are_those_of_the_scores():
    scores = torch.tensor([1.0, -math.inf, 0.0, 2.0]).expand(40_000, -1)
    chance = torch.Generator().manual_seed(0)
    chosen = Sampled(temperature=0.5, generator=chance)(scores)
    share = torch.bincount(chosen, minlength=4) / len(chosen)
    torch.testing.assert_close(share, (scores[0] / 0.5).softmax(0), atol=0.01, rtol=0.0)
    assert (greedy(scores) == 3).all()


@pytest.mark.parametrize("generator", [Mixed(12, SINGLE, seed=3), Mixed(12, SEVERAL, seed=3)])
def test_candidates_are_depots_and_the_nearest_allowed_stops(policy, generator):
    _, td = problems(generator, 8)
    memory = policy.network.encode(td)
    depots = td["depot_features"].shape[1]
    rng = np.random.default_rng(0)
    node = torch.from_numpy(rng.integers(12 + depots, size=(8, 4)))
    allowed = torch.from_numpy(rng.random((8, 4, 12 + depots)) < rng.random((8, 4, 1)))
    found = policy.network.candidates(memory, node, allowed, depots)
    for b, q in np.ndindex(8, 4):
        reachable = [int(j) for j in allowed[b, q].nonzero().flatten() if j >= depots]
        nearest = sorted(reachable, key=lambda j: float(td["legs"][b, node[b, q], j]))[:5]
        expected = set(nearest) | {int(j) for j in allowed[b, q].nonzero().flatten() if j < depots}
        assert set(found[b, q].nonzero().flatten().tolist()) == expected


def test_padding_changes_nothing(policy):
    small = Mixed(5, ["ovrpbltw"], seed=4).batch(1)
    large = Mixed(9, ["ovrpbltw"], seed=5).batch(1)
    env = VRPEnv(dtype=torch.float64)
    alone = env.reset(tensors(small))
    both = env.reset(tensors(Instance.join([small, large], [np.array([0]), np.array([1])])))
    for one, padded in zip(policy.network.encode(alone)[:3], policy.network.encode(both)[:3], strict=True):
        torch.testing.assert_close(padded[:1].narrow(-2, 0, 6), one, atol=1e-5, rtol=1e-5)
    plan, padded = (policy(td, env, phase="val")["actions"][0] for td in (alone, both))
    assert torch.equal(padded[: len(plan)], plan)
    assert not padded[len(plan) :].any()


def test_places_turned_are_the_same_problems(policy):
    env, td = problems(Mixed(6, SEVERAL, seed=5), 3)
    many = turned(td)
    plans = policy(td, env, phase="val", num_starts=2)["actions"][:3]
    cost = env.get_reward(td, plans)
    torch.testing.assert_close(env.get_reward(many, plans.repeat(8, 1)), cost.repeat(8))
    assert torch.equal(many["locs"][:3], td["locs"])
    places = many["locs"].view(8, 3, -1, 2)
    apart = torch.cdist(places, places)
    torch.testing.assert_close(apart, apart[:1].expand_as(apart), atol=1e-5, rtol=0.0)
    assert len({tuple(way.flatten().tolist()) for way in places[:, 0]}) == 8
    scores = policy.network.encode(many).here.view(8, 3, -1, 32)
    assert (scores[0] - scores[1]).abs().max() > 1e-3  # the network sees that they are turned


def test_streets_are_learned_too(policy):
    env, td = problems(Streets(["coquimbo"], 6, points=60, seed=0), 4)
    out = policy(td, env, num_starts=6)
    out["log_likelihood"].sum().backward()
    assert torch.isfinite(out["reward"]).all()
    assert torch.isfinite(policy.network.beta.grad)


def test_a_tiny_set_is_learned_by_heart(policy):
    env, td = problems(Mixed(8, ["cvrp", "ovrptw", "vrpb"], seed=6), 4)
    plans = policy(td, env, decode_type="sampling")["actions"]
    optimiser = torch.optim.Adam(policy.parameters(), 3e-3)
    for _ in range(120):
        loss = -policy(td, env, actions=plans, calc_reward=False)["log_likelihood"].mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss < 0.5
    found = policy(td, env, phase="val")["actions"]
    length = min(found.shape[1], plans.shape[1])
    assert torch.equal(found[:, :length], plans[:, :length])


# What RL4CO and Lightning say of their own doings:
@pytest.mark.filterwarnings(
    "ignore:Attribute '(env|policy|baseline)' is an instance of `nn.Module`:UserWarning",
    "ignore:.isinstance.treespec, LeafSpec.. is deprecated",
    "ignore:Found [0-9]+ module.s. in eval mode",
    "ignore:The '.*_dataloader' does not have many workers",
)
@pytest.mark.parametrize("name", ["POMO", "REINFORCE"])
def test_rl4co_trains_it_unmodified(policy, name):
    import rl4co.models
    from rl4co.utils.trainer import RL4COTrainer

    env = VRPEnv(Mixed(6, ["cvrp", "vrptw"], seed=0))
    data = {"batch_size": 8, "train_data_size": 16, "val_data_size": 8, "test_data_size": 8}
    options = {"baseline": "no"} if name == "REINFORCE" else {}
    model = getattr(rl4co.models, name)(env, policy, dataloader_num_workers=0, **data, **options)
    trainer = RL4COTrainer(
        max_epochs=1, accelerator="cpu", precision="32-true", logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False,
    )  # fmt: skip
    trainer.fit(model)
    assert torch.isfinite(trainer.callback_metrics["train/loss"])
    assert trainer.callback_metrics["val/reward"] < 0
