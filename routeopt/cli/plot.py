"""``routeopt plot``: a plan as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import routeopt as ro
from routeopt.cli.errors import Complaints, note
from routeopt.cli.options import (
    File,
    Plan,
    Round,
    check_inputs,
    check_outputs,
    check_rounding,
    read_problem,
    source,
    unknown,
)
from routeopt.cli.outputs import check_drawing
from routeopt.errors import ProblemError

KINDS = ("routes", "timeline", "loads")  # a plan from a file has no convergence

Picture = Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="Where to: .png, .svg or .pdf.")]
Kind = Annotated[str, typer.Option("--kind", metavar="KIND", help="routes, timeline or loads.")]


def plot(file: File, solution: Plan, output: Picture, kind: Kind = "routes", rounding: Round = None) -> None:
    """Draw a plan: its routes on a map, when each vehicle is where, or what is on board."""
    from routeopt.plot import SUFFIXES, save

    errors = Complaints()
    with errors.gather():
        if kind not in KINDS:
            raise ProblemError(unknown("--kind", kind, KINDS))
    with errors.gather():
        check_rounding(rounding)
    with errors.gather():
        check_inputs(file, solution)
    with errors.gather():
        check_outputs([output], SUFFIXES, [file, solution], "a picture")
    with errors.gather():
        check_drawing([output])
    errors.finish()
    problem = read_problem(file, rounding)
    plan = ro.Solution(problem, ro.read_solution(source(solution), problem))
    save(plan, output, kind)
    note(f"{problem.name or 'problem'}: {kind} of {plan.vehicles} vehicles drawn in {output}")
