"""``routeopt plot``: a plan as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import routeopt as ro
from routeopt.cli.errors import Complaints, note
from routeopt.cli.options import Answer, Problem, Round, check_inputs, check_outputs, check_rounding, nearest, source
from routeopt.cli.outputs import PICTURES, check_drawing, write_picture
from routeopt.errors import ProblemError

KINDS = ("routes", "timeline", "loads")  # a plan from a file has no convergence


def plot(
    file: Problem,
    solution: Answer,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="Where to: .png.")],
    kind: Annotated[str, typer.Option(metavar="KIND", help="routes, timeline or loads.")] = "routes",
    rounding: Round = None,
) -> None:
    """Draw a plan: its routes on a map, when each vehicle is where, or what is on board."""
    errors = Complaints()
    with errors.gather():
        if kind not in KINDS:
            raise ProblemError(f"--kind '{kind}' is not known{nearest(kind, KINDS)}; use one of {', '.join(KINDS)}")
    with errors.gather():
        check_rounding(rounding)
    with errors.gather():
        check_inputs(file, solution)
    with errors.gather():
        check_outputs([output], PICTURES, [file, solution], "a picture")
    with errors.gather():
        check_drawing([output])
    errors.finish()
    problem = ro.read(source(file), rounding=rounding)
    plan = ro.Solution(problem, ro.read_solution(source(solution), problem))
    write_picture(plan, output, kind)
    note(f"{problem.name or 'problem'}: {kind} of {plan.vehicles} vehicles drawn in {output}")
