"""Files that a command writes: text or picture, by suffix."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from routeopt.cli.errors import missing_extra
from routeopt.errors import ProblemError

if TYPE_CHECKING:
    from routeopt.problems.solution import Solution


def solution_suffixes() -> list[str]:
    """Return the suffixes that a solution can be written with."""
    from routeopt.data.writers import SOLUTION_WRITERS
    from routeopt.plot import SUFFIXES

    return [*SOLUTION_WRITERS, *SUFFIXES]


def check_drawing(paths: Iterable[Path]) -> None:
    """Raise an error when a picture is asked for and nothing is installed to draw it."""
    from routeopt.plot import SUFFIXES

    for path in paths:
        if path.suffix.lower() in SUFFIXES and find_spec("matplotlib") is None:
            raise ProblemError(f"{path}: {missing_extra('matplotlib')}")


def write_solution(solution: Solution, path: Path) -> None:
    """Write a solution as the suffix says; a picture shows the routes."""
    from routeopt.plot import SUFFIXES, save

    if path.suffix.lower() in SUFFIXES:
        save(solution, path)
    else:
        solution.write(path)
