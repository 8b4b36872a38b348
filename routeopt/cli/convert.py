"""``routeopt convert``: a problem from one format to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import routeopt as ro
from routeopt.cli.errors import Complaints, note
from routeopt.cli.options import File, Round, check_inputs, check_outputs, check_rounding, read_problem


def convert(
    file: File,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="Where to: .json, .vrp or .csv.")],
    rounding: Round = None,
) -> None:
    """Read a problem in any format and write it in another."""
    from routeopt.data.writers import PROBLEM_WRITERS

    errors = Complaints()
    with errors.gather():
        check_rounding(rounding)
    with errors.gather():
        check_inputs(file)
    with errors.gather():
        check_outputs([target], PROBLEM_WRITERS, [file], "a problem")
    errors.finish()
    problem = read_problem(file, rounding)
    ro.write(problem, target)
    note(f"{problem.name or 'problem'}: {len(problem.stops):,} stops written to {target}")
