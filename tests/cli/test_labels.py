"""``routeopt generate labels``."""

from __future__ import annotations

import pytest

from routeopt.data.labels import Labels

SMALL = ("--stops", "5-9", "--iterations", 20, "--solver", "rich", "--shard", 3)


def test_labels_are_written_once(call, tmp_path):
    words = ("generate", "labels", "cvrp", "x", *SMALL, "--count", 5, "-o", tmp_path / "new")
    code, out, err = call(*words)
    assert (code, out) == (0, "")
    assert err.endswith(": 5 of them solved now\n")
    assert [label.kind for label in Labels(tmp_path / "new")].count("x") in range(1, 5)
    assert len(list((tmp_path / "new").iterdir())) == 2
    assert call(*words)[2].endswith(": 0 of them solved now\n")


def test_the_kind_may_stand_behind_options(call):
    code, out, _ = call("generate", "--stops", 3, "cvrp")
    assert code == 0
    assert '"depots"' in out


@pytest.mark.parametrize("words", [["generate", "--help"], ["generate", "labels", "--help"]])
def test_help_names_the_labels(call, words):
    code, out, _ = call(*words)
    assert code == 0
    assert "labels" in out


def test_a_kind_is_asked_for(call):
    code, _, err = call("generate")
    assert code == 2
    assert "KIND" in err


def test_errors_come_all_at_once(call, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    code, _, err = call(
        "generate", "labels", "cvpr", "--stops", "9-5", "--solver", "hsg", "--seed", -1, "-o", file
    )
    assert code == 2
    lines = err.splitlines()
    for word in (
        "did you mean 'cvrp'",
        "as in 50-200",
        "solver 'hsg'",
        "no end",
        "--seed -1",
        "name a folder",
    ):
        assert any(word in line for line in lines), word
    assert "Traceback" not in err
