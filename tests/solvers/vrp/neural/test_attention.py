"""The attention policy without torch builds the plans, and weighs the steps, that it does with torch."""

from __future__ import annotations

import numpy as np
import pytest
from elsewhere import words_of

import routeopt as ro
from routeopt.data.generators.routefinder import VARIANTS
from routeopt.problems.search import StopSignal
from routeopt.solvers.random import random_state
from routeopt.solvers.vrp.neural.attention import encode, nearness, weights_of
from routeopt.solvers.vrp.neural.constructor import TURNS, Builder, Neural
from routeopt.solvers.vrp.neural.features import features
from routeopt.testing import check_solver

torch = pytest.importorskip("torch", reason="policies are trained with torch")
pytest.importorskip("rl4co", reason="environments are RL4CO's")

from routeopt import weights  # noqa: E402
from routeopt.envs.generators import Stated  # noqa: E402
from routeopt.envs.vrp import VRPEnv  # noqa: E402
from routeopt.policies.attention.config import NetworkConfig  # noqa: E402
from routeopt.policies.attention.policy import AttentionPolicy  # noqa: E402
from routeopt.policies.attention.turned import turned  # noqa: E402

FAMILIES = ("cvrp", "ovrpl", "vrptw", "vrpbltw", "ovrpmbtw", "vrpmbl", "mdvrpb", "mdovrpmbltw", "mdvrpl")


def policy_of(nearest: int) -> AttentionPolicy:
    """Return a policy of which no weight is where it began."""
    torch.manual_seed(3)
    policy = AttentionPolicy(NetworkConfig(units=32, heads=4, layers=2, inner=48, nearest=nearest))
    with torch.no_grad():
        for weight in policy.parameters():
            weight.add_(0.3 * torch.randn_like(weight))
    return policy.eval()


def arrays_of(policy):
    network = policy.network
    arrays = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    return arrays | {name: np.array(getattr(network, name)) for name in ("heads", "nearest", "clip")}


def problem_of(variant, stops=14):
    return ro.generate("routefinder", stops, seed=7, attributes=variant)


def directed(stops=9):
    rng = np.random.default_rng(4)
    x, y = rng.random((2, stops))
    return ro.VRP(
        ro.Stops(x, y, delivery=1.0, windows=(0.0, 900.0), service=5.0),
        [ro.Vehicle(capacity=3.0, fixed_cost=7.0)],
        [ro.Depot(0.5, 0.5)],
        legs=ro.Matrix(100 * rng.random((stops + 1, stops + 1)), 60 * rng.random((stops + 1, stops + 1))),
    )


@pytest.mark.parametrize("nearest", [3, 50])
@pytest.mark.parametrize("variant", [*FAMILIES, "directed"])
def test_greedy_plans_and_their_likelihood_are_those_of_torch(variant, nearest):
    problem = directed() if variant == "directed" else problem_of(variant)
    policy = policy_of(nearest)
    env = VRPEnv(Stated([problem]))
    td = env.reset(env.generator.every())
    with torch.no_grad():
        theirs = policy(td, env, phase="test", decode_type="greedy")
    builder = Builder(problem.instance(), weights_of(arrays_of(policy)))
    ours, likely = builder.sequence(0, 0.0, random_state(np.random.default_rng(1)))
    stated = theirs["actions"][0].numpy()
    assert ours.tolist() == stated[: len(ours)].tolist()
    assert likely == pytest.approx(float(theirs["log_likelihood"][0]), abs=1e-4)
    plan = builder.plans(1, 0.0, np.random.default_rng(1), StopSignal())[0]
    assert ro.Solution(problem, plan).cost == pytest.approx(-float(theirs["reward"][0]), rel=1e-5)


@pytest.mark.parametrize("variant", ["vrpbltw", "mdovrpmbtw"])
def test_plans_from_given_stops_are_those_of_torch(variant):
    problem, policy = problem_of(variant), policy_of(4)
    env = VRPEnv(Stated([problem]))
    td = env.reset(env.generator.every())
    with torch.no_grad():
        theirs = policy(td, env, phase="test", decode_type="multistart_greedy", num_starts=14)
    builder = Builder(problem.instance(), weights_of(arrays_of(policy)))
    for stated, likely in zip(theirs["actions"].numpy(), theirs["log_likelihood"], strict=True):
        first = stated[: 1 if problem.instance().depots == 1 else 2].tolist()
        ours, found = builder.sequence(0, 0.0, random_state(np.random.default_rng(1)), first)
        assert ours.tolist() == stated[: len(ours)].tolist()
        assert found == pytest.approx(float(likely), abs=1e-4)


def test_what_the_encoder_keeps_is_what_torch_keeps():
    problem, policy = problem_of("mdvrpmbtw"), policy_of(50)
    env = VRPEnv(Stated([problem]))
    td = env.reset(env.generator.every())
    read, instance = weights_of(arrays_of(policy)), problem.instance()
    seen = features(instance)
    ours = encode(seen, nearness(instance, float(seen.unit), read), read)
    with torch.no_grad():
        theirs = policy.network.encode(td)
    split = [part[0].transpose(0, 1).flatten(1).numpy() for part in (theirs.key, theirs.value)]
    np.testing.assert_allclose(ours.key, split[0], atol=1e-4)
    np.testing.assert_allclose(ours.value, split[1], atol=1e-4)
    np.testing.assert_allclose(ours.here, theirs.here[0].numpy(), atol=1e-4)
    np.testing.assert_allclose(ours.pointer, theirs.pointer[0].T.numpy(), atol=1e-4)
    np.testing.assert_allclose(ours.bias, theirs.bias[0].numpy(), atol=1e-4)


def test_turned_problems_are_read_as_torch_reads_them():
    problem, policy = problem_of("vrptw"), policy_of(50)
    env = VRPEnv(Stated([problem]))
    td = turned(env.reset(env.generator.every()))
    with torch.no_grad():
        theirs = policy(td, env, phase="test", decode_type="greedy")["actions"].numpy()
    builder = Builder(problem.instance(), weights_of(arrays_of(policy)), TURNS)
    for turn in range(TURNS):
        ours, _ = builder.sequence(turn, 0.0, random_state(np.random.default_rng(1)))
        assert ours.tolist() == theirs[turn, : len(ours)].tolist()


def test_nodes_are_drawn_as_often_as_torch_says():
    problem, policy = problem_of("cvrp", 6), policy_of(50)
    builder = Builder(problem.instance(), weights_of(arrays_of(policy)))
    env = VRPEnv(Stated([problem]))
    td = env.reset(env.generator.every())
    with torch.no_grad():
        memory = policy.network.encode(td)
        scores = policy.network.scores(
            memory,
            td["current_node"],
            torch.cat(
                [
                    td["available_load"], td["current_time"], td["remaining_distance"], td["available_backhaul"],
                    td["locs"][:, 0],
                ],
                -1,
            ).unsqueeze(1),
            td["action_mask"].unsqueeze(1),
        )  # fmt: skip
    expected = scores[0, 0].softmax(-1).numpy()
    rng, draws = np.random.default_rng(5), 4_000
    first = [builder.sequence(0, 1.0, random_state(rng))[0][0] for _ in range(draws)]
    found = np.bincount(first, minlength=7) / draws
    assert np.abs(found - expected).max() < 4 * np.sqrt(0.25 / draws)


@pytest.fixture
def file(tmp_path):
    weights.save(tmp_path / "small.npz", arrays_of(policy_of(50)), {"policy": "attention"})
    return str(tmp_path / "small.npz")


@pytest.mark.parametrize("temperature", [0.0, 1.0], ids=["starts", "drawn"])
@pytest.mark.parametrize("variant", [*VARIANTS, "directed"])
def test_plans_are_feasible_different_and_the_best_is_last(variant, temperature, file):
    problem = directed() if variant == "directed" else problem_of(variant)
    solver, instance = Neural(file, plans=6, temperature=temperature), problem.instance()
    found = list(solver(instance, None, stop=StopSignal(), rng=np.random.default_rng(1), threads=1))
    found = [incumbent for incumbent in found if incumbent.answer is not None]
    costs = [incumbent.objective for incumbent in found]
    assert costs == sorted(costs, reverse=True)
    plans = {
        frozenset(zip(answer.vehicle.tolist(), map(tuple, answer.lists()), strict=True))
        for answer in (incumbent.answer for incumbent in found)
    }
    assert len(plans) == len(found) <= 6
    assert len(plans) > 1 or (variant, temperature) == (
        "directed",
        0.0,
    )  # whose greedy routes are single stops
    for incumbent in found:
        solution = ro.Solution(problem, incumbent.answer)
        assert solution.feasible
        assert solution.complete
        assert solution.cost == pytest.approx(incumbent.objective)


def test_the_seed_decides_and_threads_do_not(file):
    instance = problem_of("mdvrptw", 20).instance()

    def plans(seed, threads, temperature=1.0):
        solver = Neural(file, plans=5, temperature=temperature, turns=2)
        found = solver(instance, None, stop=StopSignal(), rng=np.random.default_rng(seed), threads=threads)
        return [incumbent.answer.lists() for incumbent in found if incumbent.answer is not None]

    assert plans(1, 1) == plans(1, 2)
    assert plans(1, 1) != plans(2, 1)
    assert plans(1, 1, 0.0) == plans(1, 2, 0.0)


def test_few_plans_are_all_found_and_each_once(file):
    problem = ro.generate("routefinder", 2, seed=7, attributes="cvrp")  # together in either order, or apart
    builder = Builder(problem.instance(), weights_of(weights.load(file)[0]))
    found = builder.plans(50, 30.0, np.random.default_rng(1), StopSignal())
    assert sorted(sorted(plan.lists()) for plan in found) == [[[1], [2]], [[1, 2]], [[2, 1]]]


def test_a_flag_ends_it(file):
    stop = StopSignal()
    stop.set()
    builder = Builder(problem_of("cvrp").instance(), weights_of(weights.load(file)[0]))
    assert builder.plans(4, 1.0, np.random.default_rng(1), stop) == []


PLAN = """
import routeopt as ro
problem = ro.generate("routefinder", 12, seed=3, attributes="mdvrpmbtw")
solver = ro.Neural({file!r}, plans=4, temperature=1.0)
cost = ro.solve(problem, solver=solver, seed=1, stop=ro.MaxIterations(20)).cost
"""


def test_interpreted_kernels_find_the_same(file):
    here = {}
    exec(PLAN.format(file=file), here)
    (cost,) = words_of(PLAN.format(file=file) + "print(cost)", NUMBA_DISABLE_JIT="1")
    assert float(cost) == here["cost"]


def test_it_conforms(file):
    check_solver(Neural(file, plans=3))


def test_all_plans_begin_the_genetic_search(file):
    problem = ro.generate("cvrp", 30, seed=1)
    run = ro.search(problem, solver=[Neural(file, plans=5), "hgs"], stop=ro.MaxIterations(40), seed=1)
    for _ in run:
        pass
    assert len(run._starts) == 5
    assert run.solution().feasible


def test_what_does_not_fit_is_told(file, tmp_path):
    problem = ro.generate("cvrp", 8, seed=1)
    arrays = arrays_of(policy_of(50))
    arrays["layers.0.up.weight"] = arrays["layers.0.up.weight"][:-1]
    del arrays["beta"]
    with pytest.raises(ro.ProblemError) as wrong:
        weights_of(arrays)
    assert "'layers.0.up.weight'" in str(wrong.value)
    assert "'beta' is missing" in str(wrong.value)
    with pytest.raises(ro.ProblemError, match="no such weights"):
        ro.solve(problem, 0.1, solver=Neural(str(tmp_path / "none.npz")))
    with pytest.raises(ro.UnsupportedError, match="prizes"):
        ro.solve(problem.replace(stops=ro.Stops([0.0], [0.0], prize=1.0)), 0.1, solver=Neural(file))
    for wrong_one in ({"plans": 0}, {"temperature": -1.0}, {"turns": 9}):
        with pytest.raises(ValueError, match="must be"):
            Neural(**wrong_one)
