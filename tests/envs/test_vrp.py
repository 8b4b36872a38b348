"""The environment of vehicle routing: what it allows is what our checker allows, and it pays what a solution costs."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st
from strategies import problems

import routeopt as ro
from routeopt.data.generators import generate
from routeopt.data.generators.routefinder import VARIANTS
from routeopt.data.readers.routefinder import read_all, reference_routes
from routeopt.errors import ProblemError, UnsupportedError
from routeopt.problems.features import FEATURES

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'routeopt[neural]'")
pytest.importorskip("rl4co", reason="rl4co is not installed: pip install 'routeopt[neural]'")

from routeopt.envs import plans  # noqa: E402
from routeopt.envs.contract import follow  # noqa: E402
from routeopt.envs.generators import Mixed, Stated  # noqa: E402
from routeopt.envs.tensors import SUPPORTS, instances  # noqa: E402
from routeopt.envs.vrp import VRPEnv  # noqa: E402
from routeopt.testing import check_env  # noqa: E402

DATA = Path(os.environ.get("ROUTEOPT_DATA", Path(__file__).parents[3] / "shared" / "data")) / "nco"
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no data at {DATA}; set ROUTEOPT_DATA")


def by_chance(seed=0):
    chance = torch.Generator().manual_seed(seed)
    return lambda mask: torch.multinomial(mask.float(), 1, generator=chance).squeeze(-1)


def stated(*problems):
    return VRPEnv(Stated(problems), dtype=torch.float64)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_keeps_the_contract(variant, device):
    check_env(VRPEnv(Mixed(10, [variant]), dtype=torch.float64), batch=8, device=device)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("depots", ["", "md"])
def test_variants_and_sizes_of_one_batch_keep_the_contract(depots, device):
    variants = [name for name in VARIANTS if name.startswith("md") == bool(depots)]
    check_env(VRPEnv(Mixed((3, 14), variants)), batch=32, device=device)


@pytest.mark.parametrize("variant", ["cvrp", "ovrpbltw", "vrpmbtw", "mdvrpmbltw", "mdovrpb"])
def test_rewards_are_costs_of_solutions(variant):
    vrps = [generate("routefinder", 7 + seed, seed=seed, attributes=variant) for seed in range(6)]
    env = stated(*vrps)
    _, actions, state = follow(env, env.generator.every(), by_chance())
    for problem, plan, reward in zip(vrps, actions, env.get_reward(state, actions), strict=True):
        solution = ro.Solution(problem, plans.routes(problem.instance(), plan))
        assert solution.feasible
        assert solution.complete
        assert -float(reward) == pytest.approx(solution.cost, rel=1e-12)


@needs_data
@pytest.mark.parametrize("variant", VARIANTS)
def test_reference_routes_are_allowed_and_cost_what_they_should(variant):
    file = DATA / "routefinder" / f"{variant}_50.npz"
    vrps = read_all(file)[:12]
    solutions = [ro.Solution(problem, reference_routes(file, item)) for item, problem in enumerate(vrps)]
    actions = plans.padded(
        [plans.actions(s.problem.instance(), s.routes) for s in solutions], len(vrps[0].depots)
    )
    env = stated(*vrps)
    td = env.reset(env.generator.every())
    allowed = []
    for action in actions.T:
        allowed.append(td["action_mask"].gather(-1, action[:, None]).squeeze(-1))
        td["action"] = action
        td = env.step(td)["next"]
    reward = env.get_reward(td, actions)
    assert td["done"].all()
    # PyVRP counts in thousandths, so that some of its routes are too long by less than that
    assert torch.stack(allowed).all(0).tolist() == [solution.feasible for solution in solutions]
    assert (-reward).tolist() == pytest.approx([solution.cost for solution in solutions], rel=1e-12)
    with np.load(file.with_name(f"{variant}_reference_costs.npz")) as costs:
        assert (-reward).tolist() == pytest.approx(costs["pyvrp_50_float"][:12].tolist(), abs=1e-5)


@needs_data
def test_driving_times_of_ortec():
    files = sorted((DATA / "ortec_euro_neurips").glob("*.npz"))[:2]
    env = stated(*files)
    check_env(env, batch=2)
    solution = ro.Solution(ro.read(files[0]), reference_routes(files[0], which="bks"))
    td = env.reset(env.generator.every()[:1])
    actions = torch.from_numpy(plans.actions(solution.problem.instance(), solution.routes))[None]
    for action in actions.T:
        assert td["action_mask"].gather(-1, action[:, None]).all()
        td["action"] = action
        td = env.step(td)["next"]
    assert -float(env.get_reward(td, actions)) == solution.cost == solution.problem.best_known


@given(st.data())
def test_the_mask_is_what_the_checker_says(data):
    """Whatever is stated, a stop is allowed exactly if the route with it at its end has no violation."""
    problem = data.draw(
        problems(without=FEATURES.keys() - SUPPORTS, whole=data.draw(st.booleans()), max_stops=6)
    )
    try:
        env = stated(problem)
    except (ProblemError, UnsupportedError):
        assume(False)
    instance = problem.instance()
    evaluate = ro.problems.evaluation.Evaluator(instance).evaluate
    kind = {int(depot): k for k, depot in enumerate(instance.start)}
    td = env.reset(env.generator.every())
    depot, route, left, plan = 0, [], set(range(instance.depots, instance.nodes)), []

    def possible(depot, visits):
        return not evaluate(ro.Routes.from_lists([visits], [kind[depot]])).violations

    while left:
        allowed = set(td["action_mask"][0].nonzero().flatten().tolist())
        started = instance.depots == 1 or plan
        expected = {stop for stop in left if possible(depot, [*route, stop])} if started else set()
        if route or not started:
            expected |= {d for d in range(instance.depots) if any(possible(d, [stop]) for stop in left)}
        assert allowed == expected
        action = data.draw(st.sampled_from(sorted(allowed)))
        plan.append(action)
        if action < instance.depots:
            depot, route = action, []
        else:
            route.append(action)
            left.remove(action)
        td["action"] = torch.tensor([action])
        td = env.step(td)["next"]
    assert td["done"].all()
    solution = ro.Solution(problem, plans.routes(instance, plan))
    assert solution.feasible
    assert -float(env.get_reward(td, torch.tensor([plan]))) == pytest.approx(solution.cost, rel=1e-12)


SEEN = ("available_load", "available_backhaul", "current_time", "remaining_distance")


def test_problems_go_on_in_a_batch_as_they_do_alone():
    """Sizes differ, and one has windows, another matrices, another backhauls."""
    rng = np.random.default_rng(0)
    vrps = [
        ro.VRP(
            ro.Stops(*rng.random((2, 4)), windows=(0.0, 1.4), delivery=1.0), [ro.Vehicle(capacity=2.0)],
            [ro.Depot(0, 0)],
        ),
        ro.VRP(
            ro.Stops(*rng.random((2, 7)), delivery=1.0), [ro.Vehicle(capacity=3.0, fixed_cost=2.0)], [ro.Depot(0, 0)],
            legs=ro.Matrix(rng.random((8, 8)), rng.random((8, 8))),
        ),
        ro.VRP(
            ro.Stops(*rng.random((2, 5)), pickup=[0, 1, 0, 1, 0], delivery=[1, 0, 1, 0, 2]),
            [ro.Vehicle(capacity=2.0, max_distance=4.0)], [ro.Depot(0, 0)], backhaul="linehaul_first",
        ),
    ]  # fmt: skip
    env = stated(*vrps)
    masks, actions, state = follow(env, env.generator.every(), by_chance())
    rewards = env.get_reward(state, actions)
    batch, seen = env.reset(env.generator.every()), []
    for action in actions.T:
        seen.append({name: batch[name].clone() for name in SEEN})
        batch["action"] = action
        batch = env.step(batch)["next"]
    for row, problem in enumerate(vrps):
        alone = stated(problem)
        td = alone.reset(alone.generator.every())
        for step, action in enumerate(actions[row]):
            mask = masks[row, step]
            assert torch.equal(td["action_mask"][0], mask[: len(td["action_mask"][0])])
            assert not mask[problem.instance().nodes :].any()
            for name in SEEN:
                assert torch.equal(td[name][0], seen[step][name][row]), name
            td["action"] = action[None]
            td = alone.step(td)["next"]
        assert float(alone.get_reward(td, actions[row : row + 1])) == pytest.approx(
            float(rewards[row]), rel=1e-12
        )


def test_unreachable_legs_are_not_allowed():
    legs = np.ones((4, 4))
    legs[1, 2] = np.inf  # from stop 1 to stop 2
    problem = ro.VRP(ro.Stops([0, 1, 2], [0, 0, 0]), [ro.Vehicle()], [ro.Depot(0, 0)], legs=ro.Matrix(legs))
    env = stated(problem)
    td = env.reset(env.generator.every())
    td["action"] = torch.tensor([1])
    assert env.step(td)["next"]["action_mask"].tolist() == [[True, False, False, True]]
    assert td["legs"][0, 1, 2] == 10.0
    check_env(env, batch=4)


def test_a_stop_that_nobody_can_serve_is_named():
    stops = ro.Stops([1, 9], [0, 0], name=["near", "far"])
    with pytest.raises(ProblemError, match="no vehicle can serve stop 'far'"):
        Stated([ro.VRP(stops, [ro.Vehicle(max_distance=10.0)], [ro.Depot(0, 0)])])


@pytest.mark.parametrize(
    ("vehicles", "attributes"),
    [
        ([ro.Vehicle(count=1)], "limited_fleet"),
        ([ro.Vehicle(duration_cost=1.0, max_stops=2)], "duration_cost', 'max_stops"),
        ([ro.Vehicle(capacity=1.0), ro.Vehicle(capacity=2.0)], "heterogeneous_fleet"),
        ([ro.Vehicle(capacity=1.0), ro.Vehicle(capacity=1.0, open_end=True)], "heterogeneous_fleet"),
    ],
)
def test_what_the_environment_lacks_is_named(vehicles, attributes):
    with pytest.raises(UnsupportedError, match=attributes):
        Stated([ro.VRP(ro.Stops([1, 2], [0, 0]), vehicles, [ro.Depot(0, 0)])])


def test_numbers_of_depots_do_not_mix():
    one, three = (generate("routefinder", 5, attributes=name) for name in ("cvrp", "mdcvrp"))
    with pytest.raises(ProblemError, match="1 and 3 depots"):
        Stated([one, three])


def test_tensors_tell_the_whole_problem():
    problem = generate("routefinder", 9, seed=4, attributes="mdovrpmbltw")
    (back,) = instances(Stated([problem]).every())
    ours = problem.instance()
    stops = ("x", "y", "delivery", "pickup", "windows", "service", "prize")
    for name in (*stops, "capacity", "start", "end", "max_distance"):
        np.testing.assert_array_equal(getattr(back, name), getattr(ours, name), err_msg=name)


def test_what_a_policy_sees_of_a_route():
    problem = ro.VRP(
        ro.Stops([3, 3], [4, 0], delivery=[1, 2], windows=(0, 20), service=1.0),
        [ro.Vehicle(capacity=4.0, max_distance=15.0)], [ro.Depot(0, 0)],
    )  # fmt: skip
    env = stated(problem)
    td = env.reset(env.generator.every())
    unit = float(td["unit"])
    td["action"] = torch.tensor([1])
    td = env.step(td)["next"]
    seen = [
        float(td[key])
        for key in ("available_load", "available_backhaul", "current_time", "remaining_distance")
    ]
    assert seen == pytest.approx([0.75, 0.0, 6 / unit, 10 / unit])
    td["action"] = torch.tensor([0])
    td = env.step(td)["next"]
    seen = [
        float(td[key])
        for key in ("available_load", "available_backhaul", "current_time", "remaining_distance")
    ]
    assert seen == pytest.approx([1.0, 0.0, 0.0, 15 / unit])


def test_starts_differ_and_are_allowed():
    env = VRPEnv(Mixed((4, 9)), seed=3)
    td = env.reset(batch_size=[8])
    starts = env.starts(td, 9)[..., 0]
    for row, nodes in zip(starts.tolist(), td["nodes"].flatten().tolist(), strict=True):
        assert set(row) == set(range(1, nodes))  # every stop can be the first


@pytest.mark.parametrize("variant", ["mdcvrp", "mdvrptw"])  # windows may not fit to every depot
def test_starts_of_several_depots_choose_a_stop_as_well(variant):
    env = VRPEnv(Mixed(6, [variant]), seed=3)
    td = env.reset(batch_size=[4])
    starts = env.starts(td, 18)
    if variant == "mdcvrp":
        assert {tuple(pair) for pair in starts[0].tolist()} == {(d, s) for d in range(3) for s in range(3, 9)}
    state = td.unsqueeze(1).expand(4, 18)
    for action in starts.unbind(-1):
        assert state["action_mask"].gather(-1, action.unsqueeze(-1)).all()
        state["action"] = action
        state = env.step(state)["next"]


def test_starts_expanded_without_copies_are_those_of_copies():
    env = VRPEnv(Mixed(8), seed=1, dtype=torch.float64)
    td = env.reset(batch_size=[4])
    many = td.unsqueeze(1).expand(4, 5)
    copied = td.unsqueeze(1).expand(4, 5).contiguous().flatten()
    actions, chance = [], torch.Generator().manual_seed(0)
    while not copied["done"].all():
        action = torch.multinomial(copied["action_mask"].float(), 1, generator=chance).squeeze(-1)
        actions.append(action)
        copied["action"], many["action"] = action, action.view(4, 5)
        copied, many = env.step(copied)["next"], env.step(many)["next"]
        assert torch.equal(many["action_mask"].flatten(0, 1), copied["action_mask"])
    plan = torch.stack(actions, -1)
    assert many["delivery"].stride(1) == 0  # what does not change is not copied
    assert torch.equal(env.get_reward(many, plan.view(4, 5, -1)).flatten(), env.get_reward(copied, plan))


def test_broken_plans_are_told():
    env = stated(generate("routefinder", 5, attributes="cvrp"))
    td = env.reset(env.generator.every())
    with pytest.raises(ProblemError, match="it leaves out node 3"):
        env.get_reward(td, torch.tensor([[1, 2, 0, 4, 5]]), check_solution=True)
