"""The page Learning: logs become curves, other files are refused, and networks show what they do."""

from __future__ import annotations

import numpy as np
import pytest

from routeopt import weights

LOG = b"epoch,step,train/loss,val/gap\n0,9,2.5,\n0,19,2.0,\n0,19,,12.0\n1,39,1.5,\n1,39,,9.0\n"


def upload(page, *files):
    page.at.file_uploader(key="logs").set_value([(name, data, "text/csv") for name, data in files])
    return page.run()


def test_without_a_log_it_says_how_to_train(open_page):
    page = open_page("views/learning.py")
    assert any("routeopt train" in code.value for code in page.at.code)


def test_logs_become_curves(open_page):
    page = upload(open_page("views/learning.py"), ("one.csv", LOG), ("two.csv", LOG))
    assert page.at.selectbox(key="measure").value == "val/gap"
    assert page.at.selectbox(key="measure").options == ["train/loss", "val/gap"]
    charts = len(page.at.get("vega_lite_chart"))
    page.at.selectbox(key="measure").set_value("train/loss")
    page.at.slider(key="smoothing").set_value(0.9)
    page.run()
    assert len(page.at.get("vega_lite_chart")) == charts > 0


@pytest.mark.parametrize(
    "data", [b"", b"a,b\n1,2\n", b"\x00\xff" * 50, b"step,loss\n", b"step,loss\n1,much\n"]
)
def test_other_files_are_refused(open_page, data):
    page = upload(open_page("views/learning.py"), ("other.csv", data))
    assert "is no log of a training" in page.words
    assert "Traceback" not in page.words


def attention_arrays(units=16, layers=1, inner=16):
    rng = np.random.default_rng(1)
    shapes = {
        "depot.weight": (units, 6), "stop.weight": (units, 7), "norm.weight": (units,), "here.weight": (units, units),
        "keys.weight": (3 * units, units), "seen.weight": (units, 6), "beta": (),
    }  # fmt: skip
    for number in range(layers):
        shapes |= {
            f"layers.{number}.{name}": shape
            for name, shape in {
                "norm_in.weight": (units,), "project.weight": (3 * units, units), "output.weight": (units, units),
                "alpha": (), "norm_feed.weight": (units,), "gate.weight": (inner, units), "up.weight": (inner, units),
                "down.weight": (units, inner),
            }.items()
        }  # fmt: skip
    arrays = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    return arrays | {"heads": np.array(4), "nearest": np.array(50), "clip": np.array(10.0)}


def test_a_policy_is_followed_step_by_step(open_page, tmp_path, monkeypatch):
    weights.save(tmp_path / "mine.npz", attention_arrays(), {"policy": "attention", "seed": 7})
    monkeypatch.setattr(weights, "__file__", str(tmp_path / "__init__.py"))
    page = open_page("views/learning.py")
    page.at.number_input(key="learning_stops").set_value(12)
    page.run()
    steps = next(slider for slider in page.at.slider if slider.label == "Steps")
    whole = page.words
    assert "The policy after all stops" in whole
    steps.set_value(3)
    page.run()
    assert "of 12 stops" in page.words
    assert "The engine after 1 s" in page.words


@pytest.mark.skipif("edges" not in weights.names(), reason="no edge scorer comes with this version")
@pytest.mark.parametrize("variant", ["cvrp", "vrptw", "mdvrp"])
def test_an_edge_scorer_shows_what_it_expects(open_page, variant):
    page = open_page("views/learning.py")
    page.at.number_input(key="learning_stops").set_value(15)
    page.at.selectbox(key="variant").set_value(variant)
    page.at.selectbox(key="weights").set_value("edges")
    page.run()
    assert "What the edge scorer expects" in page.words
    assert len(page.at.get("vega_lite_chart")) == 2
