"""Runs: trained, resumed, measured and exported, and what is refused."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from routeopt.cli import main

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'routeopt[neural]'")
pytest.importorskip("rl4co", reason="rl4co is not installed: pip install 'routeopt[neural]'")

from routeopt import weights  # noqa: E402
from routeopt.policies import checkpoints  # noqa: E402
from routeopt.solvers.vrp.neural.attention import weights_of  # noqa: E402

TINY = """
steps = 3
batch = 6
rate = 0.01
[network]
units = 16
heads = 2
layers = 1
inner = 16
[problems]
stops = [4, 6]
variants = ["cvrp", "ovrptw", "mdvrpmb"]
[validation]
stops = 5
count = 2
seconds = 0.0
[trainer]
accelerator = "cpu"
devices = 1
"""


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    """Run a command line in a folder that has the configuration; return exit code and both outputs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.toml").write_text(TINY)

    def called(line: str) -> tuple[int, str, str]:
        code = main(line.split())
        return code, *capsys.readouterr()

    return called


def states(folder: str) -> dict[str, torch.Tensor]:
    return checkpoints.read(f"{folder}/checkpoints/last.ckpt")["state_dict"]


def same(one: str, other: str) -> bool:
    first, second = states(one), states(other)
    assert first.keys() == second.keys()
    return all(torch.equal(value, second[name]) for name, value in first.items())


def test_a_run_that_is_resumed_ends_as_one_that_is_not(call):
    code, out, err = call("train attention --config run.toml --set trainer.epochs=2 --out whole")
    assert code == 0, err
    path, label, value = out.split()
    assert Path(path).is_file()
    assert label == "val/gap"
    assert float(value) > -1e-6
    lines = err.splitlines()
    assert [line.split(",")[0] for line in lines if line.startswith("epoch")] == ["epoch 0", "epoch 1"]
    for seed, folder in ((1, "again"), (2, "other")):
        once = f"--set trainer.epochs=1 --set trainer.seed={seed}"
        assert call(f"train attention --config run.toml {once} --out {folder}")[0] == 0
    assert not same("again", "whole")
    assert not same("again", "other")
    code, _, err = call("train attention --out again --resume --set trainer.epochs=2")
    assert code == 0, err
    assert same("again", "whole")
    facts = checkpoints.read("again/checkpoints/last.ckpt")[checkpoints.FACTS]
    assert facts["steps"] == 6
    assert facts["seed"] == 1
    assert facts["seconds"] > 0
    rows = Path("again/logs/version_1/metrics.csv").read_text().splitlines()[1:]
    assert {line.split(",")[0] for line in rows} == {"1"}
    assert list(Path("again/tensorboard/version_1").glob("events.*"))

    fewer = "--set validation.variants=cvrp --set validation.augmentations=1"
    code, out, err = call(f"eval whole/checkpoints/best.ckpt {fewer}")
    assert code == 0, err
    assert json.loads(out).keys() == {"val/gap", "val/gap/cvrp"}

    code, _, err = call("export whole/checkpoints/last.ckpt -o whole.npz --half")
    assert code == 0, err
    arrays, meta = weights.load("whole.npz", "attention")
    assert weights_of(arrays).heads == 2
    assert meta["config"]["network"]["units"] == 16
    assert meta["hardware"].startswith("1 × ")
    trained = states("whole")
    for name, array in arrays.items():
        if name not in ("heads", "nearest", "clip"):
            assert array.dtype == np.float16
            np.testing.assert_allclose(array, trained[f"policy.network.{name}"].numpy(), atol=1e-2)


def test_labels_are_imitated(call, tmp_path):
    code, _, err = call("generate labels cvrp --count 8 -o labels --stops 4-6 --iterations 20 --solver ils")
    assert code == 0, err
    imitated = "--set imitation.epochs=1 --set imitation.labels=labels"
    code, _, err = call(f"train attention --config run.toml --out run --set trainer.epochs=2 {imitated}")
    assert code == 0, err
    text = Path("run/logs/version_0/metrics.csv").read_text()
    head, *rows = [line.split(",") for line in text.splitlines()]
    filled = {name: [row[0] for row in rows if row[k]] for k, name in enumerate(head)}
    assert set(filled["train/imitation"]) == {"0"}
    assert set(filled["train/loss"]) == {"1"}


class Bomb:
    def __reduce__(self):
        return (Path("went_off").touch, ())


def test_checkpoints_run_nothing(call, tmp_path):
    torch.save({checkpoints.FACTS: Bomb()}, "bomb.ckpt")
    (tmp_path / "raw.ckpt").write_bytes(pickle.dumps(Bomb()))
    torch.save({"state_dict": {}}, "foreign.ckpt")
    for name, reason in (
        ("bomb", "is no checkpoint"),
        ("raw", "is no checkpoint"),
        ("foreign", "does not say what"),
    ):
        code, _, err = call(f"export {name}.ckpt -o out.npz")
        assert code == 2
        assert reason in err
        assert len(err.splitlines()) == 1
    assert not Path("went_off").exists()
    assert not Path("out.npz").exists()


@pytest.mark.parametrize(
    ("line", "messages"),
    [
        ("train atention", ["policy 'atention' is not known; did you mean 'attention'?"]),
        (
            "train attention --config run.toml --set network.unit=3 --set batch=few",
            ["--set network.unit is not known; did you mean 'units'?", "--set batch must be int, not 'few'"],
        ),
        ("train attention --set network.units=30", ["--set network.units are 30, which 8 heads do not divide"]),
        ("train attention --set imitation.epochs=3", ["--set imitation.epochs are 3, but there are no labels"]),
        ("train attention --config none.toml", ["none.toml: No such file or directory"]),
        ("train attention --resume --out none", ["none/checkpoints/last.ckpt: there is no such checkpoint"]),
        ("train attention --resume --smoke", ["--resume: a run goes on as it was configured"]),
        ("train attention --set validation.folder=nowhere --set validation.variants=cvrp,ovrp", [
            "there is no file nowhere/cvrp_50.npz", "there is no file nowhere/ovrp_50.npz"
        ]),
        ("train attention --set validation.variants=x", ["validation: variant 'x' is not known"]),
        ("train attention --set trainer.precision=7", ["trainer.precision must be str, not 7"]),
        ("train attention --set trainer.precision=half", ["trainer: "]),
        ("eval none.ckpt", ["none.ckpt: there is no such file"]),
        ("export none.ckpt -o out.txt", [
            "none.ckpt: there is no such file", "out.txt: weights cannot be written as '.txt'"
        ]),
    ],
)  # fmt: skip
def test_errors_say_what_to_change(call, line, messages):
    code, out, err = call(line)
    assert code == 2, err
    assert not out
    lines = err.splitlines()
    assert len(lines) == len(messages)
    for found, message in zip(lines, messages, strict=True):
        assert found.startswith("error: ")
        assert message in found


def test_policies_are_listed(call):
    code, out, err = call("list policies")
    assert code == 0, err
    rows = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert "network.nearest=50" in rows["attention"]
    assert "trainer.seed=1" in rows["edges"]
