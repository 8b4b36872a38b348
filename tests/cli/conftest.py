"""A command line to call, a problem and a plan for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from truck import TRUCK

from routeopt.cli import main


@pytest.fixture
def call(capsys):
    """Run one command line; return exit code, standard output and standard error."""

    def called(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        return code, *capsys.readouterr()

    return called


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "truck.json"
    path.write_text(json.dumps(TRUCK))
    return path


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "truck.sol"
    path.write_text("Route #1: 1 2\nRoute #2: 3\nCost 30\n")
    return path
