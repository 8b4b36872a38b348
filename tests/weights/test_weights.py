"""Files of weights: arrays and facts come back, nothing is unpickled, and what does not fit is said."""

from __future__ import annotations

import numpy as np
import pytest

from routeopt import ProblemError, weights


def test_arrays_and_facts_come_back(tmp_path):
    path = tmp_path / "some.npz"
    arrays = {"a.weight": np.arange(6, dtype=np.float16).reshape(2, 3), "b": np.float32([1, 2])}
    weights.save(path, arrays, {"policy": "edges", "seed": 3, "config": {"layers": 2}})
    found, meta = weights.load(path, "edges")
    assert meta == {"policy": "edges", "seed": 3, "config": {"layers": 2}}
    assert found.keys() == arrays.keys()
    for name, value in arrays.items():
        np.testing.assert_array_equal(found[name], value)
        assert found[name].dtype == value.dtype
    assert [file.name for file in tmp_path.iterdir()] == ["some.npz"]


def test_weights_of_another_policy_are_refused(tmp_path):
    weights.save(tmp_path / "a.npz", {}, {"policy": "edges"})
    with pytest.raises(ProblemError, match="for 'edges', not for 'attention'"):
        weights.load(tmp_path / "a.npz", "attention")


@pytest.mark.parametrize("damage", ["text", "cut", "no meta", "pickle", "json"])
def test_a_damaged_file_is_one_clear_message(tmp_path, damage):
    path = tmp_path / "a.npz"
    weights.save(path, {"a": np.zeros(100)}, {"policy": "edges"})
    if damage == "text":
        path.write_text("no weights")
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-50])
    elif damage == "no meta":
        np.savez(path, a=np.zeros(1))
    elif damage == "pickle":
        np.savez(path, meta='{"policy": "edges"}', a=np.array([Loud()]), allow_pickle=True)
    else:
        np.savez(path, meta="{")
    with pytest.raises(ProblemError, match=r"a\.npz: this is no file of weights"):
        weights.load(path)


class Loud:
    """Whoever unpickles it hears of it."""

    def __reduce__(self):
        return (pytest.fail, ("this was unpickled",))


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(ProblemError, match="no such weights"):
        weights.load(tmp_path / "none.npz")


def test_what_can_be_used_instead_is_of_the_same_policy(tmp_path, monkeypatch):
    weights.save(tmp_path / "mine.npz", {"a": np.zeros(1)}, {"policy": "edges"})
    monkeypatch.setattr(weights, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(ProblemError, match="use mine or the path of a file"):
        weights.load("others", "edges")
    with pytest.raises(ProblemError, match="'routeopt train attention' and 'export' wrote"):
        weights.load("others", "attention")


@pytest.mark.parametrize("name", weights.names())
def test_what_comes_with_routeopt_is_small_and_says_where_it_comes_from(name):
    arrays, meta = weights.load(name)
    assert {"policy", "config", "seed", "hardware", "seconds", "version"} <= meta.keys()
    assert sum(value.nbytes for value in arrays.values()) < 10e6
    assert all(np.isfinite(value).all() for value in arrays.values())
