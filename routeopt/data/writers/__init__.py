"""Writers, one format a file: the suffix of the path decides.

A writer is a function ``(solution or problem) -> str``. What it returns replaces the file in one step, so
that nobody ever reads half a plan, and a failed write leaves the old file as it was.
"""

from __future__ import annotations

from pathlib import Path

from routeopt import registry
from routeopt.data.writers.files import write_text
from routeopt.errors import ProblemError
from routeopt.problems.solution import Solution
from routeopt.problems.vrp import VRP

SOLUTION_WRITERS = {
    ".sol": "routeopt.data.writers.sol:text",
    ".json": "routeopt.data.writers.solution_json:text",
    ".csv": "routeopt.data.writers.csv:text",
    ".geojson": "routeopt.data.writers.geojson:text",
    ".gpx": "routeopt.data.writers.gpx:text",
}
PROBLEM_WRITERS = {
    ".json": "routeopt.data.writers.problem_json:text",
    ".vrp": "routeopt.data.writers.vrplib:text",
    ".csv": "routeopt.data.writers.table:text",
}


def write(thing: Solution | VRP, path: str | Path) -> None:
    """Write a solution or a problem in the format that the suffix of the path names.

    Parameters
    ----------
    thing : Solution or VRP
        A solution goes to .sol, .json, .csv, .geojson or .gpx; a problem to .json, .vrp or .csv.
    path : str or Path
        The file to make or to replace.

    Raises
    ------
    ProblemError
        When the suffix is not known, the folder does not exist, or the format cannot say what the problem
        states.
    """
    path = Path(path)
    if isinstance(thing, Solution):
        kind, writers = "a solution", SOLUTION_WRITERS
    elif isinstance(thing, VRP):
        kind, writers = "a problem", PROBLEM_WRITERS
    else:
        raise ProblemError(f"{path}: only a Solution or a VRP can be written, not a {type(thing).__name__}")
    target = writers.get(path.suffix.lower())
    if target is None:
        raise ProblemError(
            f"{path}: {kind} cannot be written as '{path.suffix}'; use one of {', '.join(writers)}"
        )
    write_text(path, registry.load(target)(thing))
