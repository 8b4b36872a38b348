"""Configurations: what fits is taken in the declared type, and everything that does not is named at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from routeopt.errors import ProblemError
from routeopt.policies.configs import configured, nested, read_toml, settings


@dataclass(frozen=True)
class Inner:
    size: int = 3
    names: tuple[str, ...] = ("a",)
    bounds: tuple[int, int] = (1, 2)

    def __post_init__(self):
        if self.size < 0:
            raise ProblemError("size must not be negative")


@dataclass(frozen=True)
class Outer:
    rate: float = 0.5
    limit: float | None = None
    devices: int | str = "auto"
    deep: bool = True
    inner: Inner = field(default_factory=Inner)


def test_values_are_taken_in_their_type():
    changes = {
        "rate": 1,
        "limit": 2,
        "devices": 4,
        "deep": False,
        "inner": {"names": "x, y", "bounds": [3, 4]},
    }
    made = configured(Outer(), changes)
    assert made == Outer(1.0, 2.0, 4, False, Inner(3, ("x", "y"), (3, 4)))
    assert type(made.rate) is float
    assert type(made.limit) is float
    assert configured(made, {"limit": None, "devices": "auto"}) == Outer(1.0, None, "auto", False, made.inner)
    assert configured(Outer(), {"inner": {"names": ()}}).inner.names == ()
    assert configured(Outer(), {"inner": {"names": "b"}}).inner.names == ("b",)


def test_all_that_is_wrong_is_named_at_once():
    changes = {
        "rat": 1, "rate": "fast", "devices": 1.5, "deep": 1, "limit": "none",
        "inner": {"sise": 1, "bounds": [1], "names": [1]},
    }  # fmt: skip
    with pytest.raises(ProblemError) as caught:
        configured(Outer(), changes, "run.toml: ")
    assert list(caught.value.messages) == [
        "run.toml: rat is not known; did you mean 'rate'? use one of rate, limit, devices, deep, inner",
        "run.toml: rate must be float, not 'fast'",
        "run.toml: devices must be int or str, not 1.5",
        "run.toml: deep must be bool, not 1",
        "run.toml: limit must be float or none, not 'none'",
        "run.toml: inner.sise is not known; did you mean 'size'? use one of size, names, bounds",
        "run.toml: inner.bounds must be 2 of type int, not [1]",
        "run.toml: inner.names must be several of type str, not [1]",
    ]
    with pytest.raises(ProblemError, match=r"inner is a table, not 3; set its fields, as in inner\.size"):
        configured(Outer(), {"inner": 3})
    with pytest.raises(ProblemError, match=r"inner\.size must not be negative"):
        configured(Outer(), {"inner": {"size": -1}})


def test_names_with_dots_are_tables():
    assert nested({"a.b": 1, "a.c.d": 2, "e": 3}) == {"a": {"b": 1, "c": {"d": 2}}, "e": 3}
    with pytest.raises(ProblemError, match=r"a\.b: a is set to a value as well"):
        nested({"a": 1, "a.b": 2})
    assert dict(settings(Outer()))["inner.bounds"] == (1, 2)
    tables = nested(dict(settings(Outer(2.0))))
    assert configured(Outer(), tables) == Outer(2.0)


def test_toml(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text('rate = 2\n[inner]\nnames = ["x"]\n')
    assert configured(Outer(), read_toml(path)) == Outer(2.0, inner=Inner(names=("x",)))
    path.write_text("rate = ")
    with pytest.raises(ProblemError, match=r"run\.toml: Invalid value"):
        read_toml(path)
    with pytest.raises(ProblemError, match="No such file"):
        read_toml(tmp_path / "none.toml")
