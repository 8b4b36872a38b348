"""The stated requirements and their tested pins agree."""

from __future__ import annotations

import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def stated() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    every = [Requirement(line) for group in (project["dependencies"], *extras.values()) for line in group]
    return [requirement for requirement in every if requirement.name != project["name"]]


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {normalized(name): version for name, version in pairs}


def test_every_stated_package_is_pinned_within_its_range() -> None:
    pins = pinned()
    outside = [
        str(requirement)
        for requirement in stated()
        if not requirement.specifier.contains(pins.get(normalized(requirement.name), "0"))
    ]
    assert not outside


def test_pins_name_public_versions_only() -> None:
    local = [name for name, version in pinned().items() if "+" in version]
    assert not local, "a local version such as 2.13.0+cpu is not to be had everywhere"


def test_highspy_stays_out() -> None:
    names = {normalized(requirement.name) for requirement in stated()} | set(pinned())
    assert "highspy" not in names
    assert find_spec("highspy") is None, (
        "highspy and ortools cannot be loaded into one process; uninstall highspy"
    )


def test_every_extra_is_part_of_all() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert Requirement(extras["all"][0]).extras == set(extras) - {"all", "dev"}


def test_the_package_is_marked_as_typed() -> None:
    assert (ROOT / "routeopt" / "py.typed").is_file()
