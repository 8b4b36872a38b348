"""Labels: what a shard brings back, that making goes on where it was stopped, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from routeopt import ProblemError
from routeopt.data.labels import Budget, Labels, Mixture, make_shard, pending, write_shard
from routeopt.problems.evaluation import Evaluator
from routeopt.problems.instance import EXPLICIT, Instance, Routes

MIXTURE = Mixture(("cvrp", "x", "routefinder", "vrptw"), 5, 12, seed=3)
BUDGET = Budget("rich", iterations=20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("labels")
    make_all(made, 12, 5)
    return made


def make_all(folder: Path, count: int, shard: int, mixture: Mixture = MIXTURE) -> list[int]:
    return [
        n
        for path, numbers in pending(folder, count, shard)
        for n in make_shard(path, mixture, numbers, BUDGET)
    ]


def arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def test_a_label_is_a_problem_of_the_mixture_with_a_feasible_plan_of_the_stated_cost(folder):
    labels = Labels(folder)
    assert len(labels) == 12
    for number, label in enumerate(labels):
        kind, seed, problem = MIXTURE.problem(number)
        found = Evaluator(label.instance).evaluate(label.routes)
        assert (label.kind, label.seed) == (kind, seed)
        assert not found.violations
        assert not found.missing
        assert found.cost / label.instance.scale == pytest.approx(label.cost, rel=1e-12)
        for field, value in problem.instance()._asdict().items():
            if field not in ("distance", "duration"):
                np.testing.assert_array_equal(getattr(label.instance, field), value)
    assert {type(value) for value in labels[0].instance[:5]} == {int, float}
    assert (
        5
        <= min(label.instance.stops for label in labels)
        < max(label.instance.stops for label in labels)
        <= 12
    )


def test_matrices_that_coordinates_do_not_give_come_back(tmp_path):
    make_all(tmp_path, 2, 2, Mixture(("streets",), 4, 6))
    label, expected = Labels(tmp_path)[1], Mixture(("streets",), 4, 6).problem(1)[2].instance()
    assert label.instance.metric[0] == EXPLICIT
    np.testing.assert_array_equal(label.instance.distance, expected.distance)
    np.testing.assert_array_equal(label.instance.duration, expected.duration)


def test_labels_made_by_iterations_depend_on_the_seed_alone(folder, tmp_path):
    make_all(tmp_path, 12, 5)
    for path in sorted(folder.iterdir()):
        again = arrays(tmp_path / path.name)
        for name, value in arrays(path).items():
            np.testing.assert_array_equal(again[name], value, err_msg=name)
    other = Mixture(MIXTURE.kinds, 5, 12, seed=4)
    assert other.problem(0)[1] != MIXTURE.problem(0)[1]


def test_making_goes_on_where_it_was_stopped(folder, tmp_path):
    whole = make_all(tmp_path, 12, 5)
    assert whole == list(range(12))
    second = sorted(tmp_path.iterdir())[1]
    before = arrays(second)
    second.unlink()
    steps = make_shard(second, MIXTURE, range(5, 10), BUDGET)
    next(steps)
    steps.close()  # stopped in the middle of a shard
    assert not second.exists()
    assert make_all(tmp_path, 12, 5) == [5, 6, 7, 8, 9]
    assert all((before[name] == value).all() for name, value in arrays(second).items())
    assert make_all(tmp_path, 12, 5) == []


def test_a_shard_that_was_not_finished_is_not_read(folder, tmp_path):
    make_all(tmp_path, 5, 5)
    (tmp_path / "labels-0000005-0000010.npz.unfinished").write_bytes(b"half")
    assert len(Labels(tmp_path)) == 5


@pytest.mark.parametrize("damage", ["cut", "text", "format", "missing", "lengths", "pickle"])
def test_a_damaged_shard_is_one_clear_message(folder, tmp_path, damage):
    path = tmp_path / "labels.npz"
    source = sorted(folder.iterdir())[0]
    if damage == "cut":
        path.write_bytes(source.read_bytes()[:-300])
    elif damage == "text":
        path.write_text("no labels")
    else:
        content = arrays(source)
        if damage == "format":
            content["format"] = np.array(99)
        elif damage == "missing":
            del content["instance.x"]
        elif damage == "lengths":
            content["routes.visits"] = content["routes.visits"][1:]
        else:
            content["cost"] = np.array([object()] * 5)
        np.savez(path, **content, allow_pickle=True)
    with pytest.raises(ProblemError, match=r"labels\.npz: .*(make them anew|not a shard)"):
        Labels(path)


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(ProblemError, match="no labels in this folder"):
        Labels(tmp_path)
    with pytest.raises(ProblemError, match="no such file"):
        Labels(tmp_path / "none.npz")


def test_options_are_refused_all_at_once():
    with pytest.raises(ProblemError) as caught:
        Mixture(("cvpr", "cvpr", "tsp"), 0, -1, seed=-1)
    assert len(caught.value.messages) == 4
    with pytest.raises(ProblemError) as caught:
        Budget("nix", seconds=0.0)
    assert [message.split()[0] for message in caught.value.messages] == ["solver", "seconds"]
    with pytest.raises(ProblemError, match="no end"):
        Budget()


def test_plans_that_are_not_feasible_make_no_labels(tmp_path, monkeypatch):
    from routeopt import registry

    class Nothing:
        feasible = False

    before = registry.load
    monkeypatch.setattr(
        registry,
        "load",
        lambda name: (lambda *_, **__: Nothing()) if name.endswith(":solve") else before(name),
    )
    with pytest.raises(ProblemError, match="no plan was complete"):
        make_all(tmp_path, 2, 2)
    assert not list(tmp_path.iterdir())


def test_a_shard_keeps_facts_and_fields_of_any_shape(tmp_path):
    _, _, problem = MIXTURE.problem(0)
    instance = problem.instance()._replace(shipments=np.zeros((0, 2), np.int64))
    from routeopt.data.labels import Label

    routes = Routes.from_lists([])
    write_shard(tmp_path / "one.npz", [Label(instance, routes, 1.5, "cvrp", 1 << 61)], seconds=0.5)
    label = Labels(tmp_path / "one.npz")[0]
    assert (label.cost, label.seed) == (1.5, 1 << 61)
    assert label.routes.size == 0
    assert label.instance.shipments.shape == (0, 2)
    assert float(arrays(tmp_path / "one.npz")["seconds"]) == 0.5
    assert set(Instance._fields) == set(label.instance._asdict())
