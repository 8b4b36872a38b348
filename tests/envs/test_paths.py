"""Path search: the mask allows what a path may do, and the reward is what the path costs."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st
from puzzles import Doubling, pancakes, ring

import routeopt as ro
from routeopt.data.generators.streets import street_grid
from routeopt.errors import ProblemError
from routeopt.problems.network import Network

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'routeopt[neural]'")
pytest.importorskip("rl4co", reason="rl4co is not installed: pip install 'routeopt[neural]'")

from tensordict import TensorDict  # noqa: E402

from routeopt.envs.contract import follow  # noqa: E402
from routeopt.envs.pairs import Between, Grids, Pair, Pairs, Walks  # noqa: E402
from routeopt.envs.paths import PathEnv  # noqa: E402
from routeopt.envs.worlds import Networks  # noqa: E402
from routeopt.testing import check_env  # noqa: E402

WORLDS = {
    "GridRoute": lambda: Grids(10, grids=4, seed=1),
    "blocked cells": lambda: Grids(9, ["cells"], 0.35, grids=4, seed=1),
    "streets": lambda: Between(street_grid(150), quantiles=(0.2, 0.9), seed=1),
    "a town": lambda: Between(ro.load_network("helsinki"), "length", seed=1),
    "several": lambda: Between([street_grid(30, seed=s) for s in range(3)], "length", seed=1),
    "pancakes": lambda: Walks(pancakes(5), np.arange(5), (1, 6), states=120, seed=1),
    "a long ring": lambda: Walks(ring(12), np.arange(12), (2, 9), seed=1),
    "no way back": lambda: Walks(Doubling(50), np.array([1]), (1, 9), states=60, seed=1),
}


@pytest.mark.parametrize("revisits", [False, True])
@pytest.mark.parametrize("world", WORLDS)
def test_the_contract_holds(world, revisits):
    env = PathEnv(WORLDS[world](), steps=30, revisits=revisits, dtype=torch.float64)
    check_env(env, batch=8)


class Forgets(PathEnv):
    """Knows the last node only."""

    def _step(self, td):
        td = super()._step(td)
        td["visited"] = self.world.keys(td["current_node"]).unsqueeze(-1).expand_as(td["visited"]).clone()
        return td


class GivesUp(PathEnv):
    def _arrive(self, td, node):
        td = super()._arrive(td, node)
        td["done"] = td["done"] | (td["i"] >= 3)
        return td


class Pardons(PathEnv):
    def cost(self, td):
        return td["cost_so_far"].squeeze(-1)


class ThroughWalls(PathEnv):
    def _arrive(self, td, node):
        td = super()._arrive(td, node)
        td["action_mask"] = td["action_mask"] | ~td["done"]
        return td


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (Forgets, "leads back to"),
        (GivesUp, "leaves out"),
        (Pardons, "the reward is not -cost"),
        (ThroughWalls, "there is none, or it is closed"),
    ],
)
def test_the_check_finds_what_is_broken(broken, message):
    env = broken(Grids(8, ["cells"], 0.3, grids=3, seed=2), steps=40, dtype=torch.float64)
    with pytest.raises(AssertionError, match=message):
        check_env(env, batch=32)


class Stated(Pairs):
    """One pair in one network."""

    def __init__(self, network, start, target, reference=1.0, metric="cost"):
        super().__init__()
        self.world, self.steps = Networks([network], metric), 100
        self.stated = Pair(np.array([start]), np.array([target]), reference)

    def pair(self):
        return self.stated


@st.composite
def networks(draw):
    size = draw(st.integers(2, 6))
    node = st.integers(0, size - 1)
    arcs = draw(st.lists(st.tuples(node, node, st.integers(0, 5), st.booleans()), min_size=1, max_size=14))
    arcs.append((0, 1, 1, False))  # at least one is open
    tails, heads, costs, closed = map(np.array, zip(*arcs, strict=True))
    return Network.from_arcs(tails, heads, size=size, arcs={"cost": costs * 0.1}, closed=closed)


@settings(max_examples=60, deadline=None)
@given(networks(), st.data())
def test_masks_ends_and_costs_are_those_of_a_slow_walk(network, data):
    node = st.integers(0, network.size - 1)
    start, target = data.draw(node), data.draw(node)
    revisits, steps = data.draw(st.booleans()), data.draw(st.integers(1, 5))
    onward = (network.tail == start) & ~network.closed & (revisits | (network.head != start))
    assume(start != target and onward.any())  # nothing may have ended before it begins
    env = PathEnv(
        Stated(network, start, target), steps=steps, revisits=revisits, failure=7.0, dtype=torch.float64
    )
    td = env.reset(env.generator(1))
    path, cost, actions = [start], 0.0, []
    while True:
        ways = {}
        for d in range(network.first_out[path[-1]], network.first_out[path[-1] + 1]):
            if not network.closed[d] and (revisits or network.head[d] not in path):
                ways[int(d - network.first_out[path[-1]])] = d
        ended = path[-1] == target or not ways or len(actions) == steps
        assert bool(td["done"]) == ended
        allowed = td["action_mask"][0].nonzero().flatten().tolist()
        assert allowed == ([0] if ended else sorted(ways))
        if ended:
            break
        action = data.draw(st.sampled_from(allowed))
        arc = ways[action]
        path.append(int(network.head[arc]))
        cost += network.arcs["cost"][arc]
        actions.append(action)
        td["action"] = torch.tensor([action])
        td = env.step(td)["next"]
        assert td["current_node"].tolist() == [[path[-1]]]
        assert td["cost_so_far"].item() == pytest.approx(cost)
    assert bool(td["success"]) == (path[-1] == target)
    waiting = torch.tensor([[*actions, 0, 0]])
    expected = cost + (0.0 if path[-1] == target else 7.0)
    assert env.get_reward(td, waiting).item() == pytest.approx(-expected)


@pytest.mark.parametrize("world", ["GridRoute", "streets", "several"])
def test_shortest_paths_earn_the_reference(world):
    generator = WORLDS[world]()
    env = PathEnv(generator, dtype=torch.float64, check_solution=True)
    td = generator(12)
    rows = []
    for start, target, reference in zip(
        *(td[key].flatten().tolist() for key in ("start", "target", "reference")), strict=True
    ):
        g, local = generator.world.of(start)
        network = generator.world.networks[g]
        path = ro.ShortestPaths(network, generator.world.metric).path(local, generator.world.of(target)[1])
        assert path.cost == pytest.approx(reference, rel=1e-9)
        rows.append((path.arcs - network.first_out[network.tail[path.arcs]]).tolist())
    length = max(map(len, rows))
    actions = torch.tensor([row + [0] * (length - len(row)) for row in rows])
    reward = env.get_reward(env.reset(td), actions)
    torch.testing.assert_close(-reward, td["reference"].squeeze(-1))
    assert env.follow(td, actions)["success"].all()
    torch.testing.assert_close(env.gap(td, reward), torch.zeros(12, dtype=torch.float64))


def test_quantiles_decide_how_far_apart_pairs_are():
    network = street_grid(200)
    means = [
        Between(network, quantiles=quantiles, seed=3)(60)["reference"].mean().item()
        for quantiles in ((0.0, 0.1), (0.45, 0.55), (0.9, 1.0))
    ]
    assert means[0] < 0.5 * means[1] < 0.5 * means[2]


def test_pairs_of_gridroute_are_apart_with_an_obstacle_between():
    generator = Grids(20, grids=10, seed=4)
    td = generator(100)
    for start, target in zip(*(td[key].flatten().tolist() for key in ("start", "target")), strict=True):
        (g, a), (same, b) = generator.world.of(start), generator.world.of(target)
        rows, columns = np.divmod([a, b], 20)
        assert g == same
        assert np.hypot(np.diff(rows), np.diff(columns))[0] >= 0.3 * np.sqrt(2) * 20
        between = generator.free[g][rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        assert not between.all()
        assert generator.free[g].flat[a]
        assert generator.free[g].flat[b]


def test_walks_know_the_exact_distance_where_states_are_listed():
    exact, walked = (Walks(pancakes(5), np.arange(5), 6, states=states, seed=5)(80) for states in (120, 0))
    assert torch.equal(exact["target"], walked["target"])
    assert (exact["reference"] <= walked["reference"]).all()
    assert (exact["reference"] < walked["reference"]).any()
    assert (exact["reference"] <= 5).all()


def test_a_seed_decides_the_pairs_and_copies_go_their_own_way():
    env = PathEnv(WORLDS["GridRoute"](), seed=7)
    first = env.generator(5)
    twin = deepcopy(env)
    again = PathEnv(WORLDS["GridRoute"](), seed=7).generator(5)
    assert torch.equal(first["start"], again["start"])
    assert torch.equal(first["target"], again["target"])
    assert torch.equal(env.generator(5)["start"], twin.generator(5)["start"])


def test_states_take_any_axes_and_share_what_does_not_change():
    env = PathEnv(WORLDS["streets"](), steps=20, dtype=torch.float64)
    td = env.generator(3)
    _, actions, state = follow(env, td, lambda mask: mask.float().argmax(-1))
    wide = env.reset(td.clone()).unsqueeze(1).expand(3, 4)
    for action in actions.T:
        wide["action"] = action[:, None].expand(3, 4)
        wide = env.step(wide)["next"]
    assert torch.equal(wide["cost_so_far"], state["cost_so_far"][:, None].expand(3, 4, 1))
    rewards = env.get_reward(wide, actions[:, None].expand(3, 4, -1))
    assert rewards.shape == (3, 4)


def test_a_large_network_needs_no_matrix():
    network = street_grid(40_000)
    env = PathEnv(Between(network, quantiles=(0.5, 0.5), seed=1), steps=50)
    state = env.reset(env.generator(4))
    for _ in range(5):
        state["action"] = state["action_mask"].float().argmax(-1)
        state = env.step(state)["next"]
    largest = max(value.numel() for value in state.values() if not isinstance(value, TensorDict))
    assert largest <= 4 * 51


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Networks([], "time"), "no networks"),
        (lambda: Networks([street_grid(9)], "weight"), "metric 'weight'"),
        (
            lambda: Networks([street_grid(9).close(np.arange(len(street_grid(9).head)))], "time"),
            "network 0: no arc is open",
        ),
        (lambda: Between(street_grid(9), quantiles=(0.8, 0.2)), r"quantiles\[1\]"),
        (lambda: Grids(10, []), "kinds"),
        (lambda: Walks(pancakes(4), np.arange(3), 2), "start: 3 numbers"),
        (lambda: Walks(pancakes(4), np.arange(4), (3, 2)), "length"),
        (lambda: Walks(Doubling(1), np.array([1]), 2)(1), "walks ended where they began"),
        (lambda: PathEnv(Grids(8, grids=1), steps=0), "steps must be 1 or more"),
        (lambda: Grids(8, ["cells"], 0.0, grids=1).pair(), "no start was found"),
    ],
)
def test_what_does_not_fit_is_an_error_that_says_so(make, message):
    with pytest.raises(ProblemError, match=message):
        make()


def test_a_path_that_breaks_the_rules_is_named():
    env = PathEnv(
        Stated(Network.from_arcs([0, 1, 1], [1, 0, 2], arcs={"cost": np.ones(3)}), 0, 2), check_solution=True
    )
    td = env.generator(1)
    for actions, message in (([[1]], "there is none"), ([[0, 0]], "leads back"), ([[0]], "stops on the way")):
        with pytest.raises(ProblemError, match=message):
            env.get_reward(env.reset(td), torch.tensor(actions))
    assert env.get_reward(env.reset(td), torch.tensor([[0, 1]])).item() == -2.0
