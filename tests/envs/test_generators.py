"""Batches of problems as tensors: what they hold, that the seed decides, and that files come as they are."""

from __future__ import annotations

import numpy as np
import pytest

import routeopt as ro
from routeopt.data.generators import generate
from routeopt.data.generators.batches import BASIC
from routeopt.data.generators.streets import street_grid
from routeopt.data.writers import write
from routeopt.errors import ProblemError

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'routeopt[neural]'")
pytest.importorskip("rl4co", reason="rl4co is not installed: pip install 'routeopt[neural]'")

from routeopt.envs.generators import Mixed, Stated, Streets  # noqa: E402
from routeopt.envs.tensors import instances  # noqa: E402
from routeopt.envs.vrp import VRPEnv  # noqa: E402
from routeopt.testing import check_env  # noqa: E402

GRID = street_grid(400, seed=1)


MAKERS = [
    lambda seed: Mixed((4, 9), seed=seed),
    lambda seed: Stated([generate("cvrp", 5 + k, seed=k) for k in range(9)], seed=seed),
    lambda seed: Streets([GRID], 6, points=30, seed=seed),
]


@pytest.mark.parametrize("make", MAKERS)
def test_the_seed_decides(make):
    one, same, other = (make(seed)(5) for seed in (1, 1, 2))
    assert all(torch.equal(value, same[key]) for key, value in one.items())
    assert not torch.equal(one["stop_features"], other["stop_features"])


def test_the_seed_of_an_environment_leaves_torch_alone():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    env = VRPEnv(Mixed(5), seed=3)
    env.reset(batch_size=[2])
    env.set_seed(4)
    assert torch.rand(1) == expected


def test_attributes_are_there_half_of_the_time():
    problems = instances(Mixed(4, seed=0)(2000))
    share = np.mean(
        [
            [p.end[0] < 0, np.isfinite(p.max_distance[0]), np.isfinite(p.windows[0, 0, 1]), p.backhaul == 2]
            for p in problems
        ],
        axis=0,
    )
    np.testing.assert_allclose(share, 0.5, atol=0.05)
    assert {p.nodes for p in instances(Mixed((4, 7), seed=0)(200))} == {5, 6, 7, 8}


def test_depots_do_not_mix_in_a_batch_but_batches_do():
    generator = Mixed(5, [*BASIC, "mdcvrp", "mdvrptw"], seed=0)
    depots = [generator(2)["depot_features"].shape[1] for _ in range(60)]
    assert set(depots) == {1, 3}
    assert depots.count(1) > depots.count(3)


@pytest.mark.parametrize(
    "arguments", [{"stops": 0}, {"stops": (5, 3)}, {"variants": ["cvrp", "tsp"]}, {"variants": ()}]
)
def test_wrong_mixes_are_told(arguments):
    with pytest.raises(ProblemError, match=r"stops must be|not known|variants are none"):
        Mixed(**arguments)


def test_stated_problems_come_in_order_and_each_at_most_once():
    problems = [generate("cvrp", 5 + k, seed=k) for k in range(6)]
    generator = Stated(problems, seed=0)
    assert generator.every()["nodes"].flatten().tolist() == [6, 7, 8, 9, 10, 11]
    assert sorted(generator(6)["nodes"].flatten().tolist()) == [6, 7, 8, 9, 10, 11]
    assert len(generator(9)["nodes"]) == 9


def test_files_are_read(tmp_path):
    file = tmp_path / "one.json"
    write(generate("cvrp", 5, seed=1), file)
    td = Stated([file]).every()
    np.testing.assert_array_equal(td["delivery"][0], ro.read(file).instance().delivery[:, 0])


def test_all_problems_of_an_archive_are_taken(tmp_path):
    file = tmp_path / "two.npz"
    rng = np.random.default_rng(0)
    np.savez(
        file, locs=rng.random((2, 5, 2)), demand_linehaul=rng.integers(1, 9, (2, 4)), capacity=30, num_depots=1
    )  # fmt: skip
    env = VRPEnv(Mixed(4), val_file=str(file))
    dataset = env.dataset(phase="val")
    assert len(dataset) == 2
    np.testing.assert_array_equal(dataset[1]["x"], Stated([f"{file}#1"]).every()["x"][0])


@pytest.mark.parametrize("spread", ["uniform", "cluster", "clusters", "mixed"])
def test_problems_on_streets_keep_the_contract(spread):
    check_env(
        VRPEnv(Streets([GRID, GRID], 7, points=40, spread=spread, seed=0), dtype=torch.float64), batch=8
    )


def test_streets_differ_by_direction_and_in_time():
    td = VRPEnv(Streets([GRID], 7, points=40, seed=0)).reset(batch_size=[8])
    assert not torch.equal(td["legs"], td["legs"].transpose(1, 2))
    assert not torch.equal(td["legs"], td["durations"])
    assert (td["legs"].amax((1, 2)) == 1).all()


def test_streets_stated_by_someone_keep_the_contract():
    rng = np.random.default_rng(0)
    places = GRID.places[rng.choice(len(GRID.places), 8, replace=False)]
    stops = ro.Stops(*places[1:].T, geographic=True, delivery=1.0, windows=(0.0, 3600.0))
    depot = ro.Depot(lon=float(places[0, 0]), lat=float(places[0, 1]))
    problem = ro.VRP(stops, [ro.Vehicle(capacity=3.0)], [depot], legs=GRID)
    env = VRPEnv(Stated([problem]), dtype=torch.float64)
    check_env(env, batch=4)
    td = env.reset(env.generator.every())
    assert td["durations"].shape == td["legs"].shape


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"networks": []}, "there are none"),
        ({"stops": 30, "points": 20}, "points must be"),
        ({"spread": "even"}, "spread"),
        ({"timed": 2.0}, "timed must be"),
    ],
)
def test_wrong_streets_are_told(arguments, message):
    with pytest.raises(ProblemError, match=message):
        Streets(**{"networks": [GRID], "stops": 5, **arguments})
