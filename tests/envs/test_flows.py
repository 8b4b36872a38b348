"""Online routing: the environment keeps the contract, and agrees with the simulator step for step."""

from __future__ import annotations

import numpy as np
import pytest

import routeopt as ro
from routeopt.errors import ProblemError

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'routeopt[neural]'")
pytest.importorskip("rl4co", reason="rl4co is not installed: pip install 'routeopt[neural]'")

from routeopt.envs.flows import OnlineEnv, Requests  # noqa: E402
from routeopt.testing import check_env  # noqa: E402


def online(capacity=100):
    links = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 0), (0, 2), (1, 4)]
    tail, head = np.array(links + [(v, u) for u, v in links]).T
    return ro.OnlineRouting(ro.Network.from_arcs(tail, head, arcs={"capacity": np.full(len(tail), capacity)}))


@pytest.mark.parametrize("reject", [True, False])
@pytest.mark.parametrize("holding", [None, 6.0])
def test_it_keeps_the_contract(reject, holding):
    check_env(OnlineEnv(Requests(online(), 25, holding, seed=3), reject=reject))


@pytest.mark.parametrize("policy", ["shortest", "widest", "least_loaded", "look_ahead"])
@pytest.mark.parametrize("holding", [None, 6.0])
@pytest.mark.parametrize("reject", [True, False])
def test_what_policies_choose_is_allowed_and_worth_what_the_simulator_says(policy, holding, reject):
    network = online()
    env = OnlineEnv(Requests(network, 40, holding, seed=5), reject=reject, unit=64.0)
    problems = env.generator([6])
    episodes = [
        network.route(asked, policy, until=until, stop_when_blocked=not reject, rollouts=5, horizon=10)
        for asked, until in zip(problems["requests"].numpy(), problems["until"].numpy(), strict=True)
    ]
    chosen = torch.tensor(np.array([episode.chosen for episode in episodes]))
    actions = torch.where(chosen < 0, env.candidates, chosen)
    td = env.reset(problems.clone())
    for action in actions.unbind(-1):
        assert td["action_mask"].gather(-1, action.unsqueeze(-1)).all()
        td["action"] = action
        td = env.step(td)["next"]
    assert td["done"].all()
    assert env.get_reward(td, actions).tolist() == pytest.approx([e.allocated / 64 for e in episodes])


def test_what_is_masked_does_not_fit():
    env = OnlineEnv(Requests(online(40), 30, seed=1))
    td = env.reset(env.generator([8]))
    for _ in range(30):
        room = torch.cat([td["residual"], torch.full_like(td["residual"][:, :1], 10**6)], -1)
        left = room.unsqueeze(1).expand(-1, env.candidates, -1).gather(-1, td["links"]).amin(-1)
        masked = ~td["action_mask"][:, :-1] & ~td["done"]
        exists = td["links"][..., 0] < len(env.online.capacity)
        assert (left[masked & exists] < td["bandwidth"].expand(-1, env.candidates)[masked & exists]).all()
        td["action"] = td["action_mask"].float().argmax(-1)
        td = env.step(td)["next"]


def test_actions_that_do_not_fit_are_named():
    env = OnlineEnv(Requests(online(10), 3, seed=1), check_solution=True)
    td = env.reset(env.generator([1]))
    with pytest.raises(ProblemError, match="request 0: candidate 0 does not fit"):
        env.get_reward(td, torch.zeros(1, 3, dtype=torch.int64))


def test_parameters_that_cannot_be_are_named():
    with pytest.raises(ProblemError, match="count must be 1 or more"):
        Requests(online(), 0)
    with pytest.raises(ProblemError, match="unit must be above 0"):
        OnlineEnv(Requests(online()), unit=0)
