"""``routeopt solve``: a plan for a problem, while the search is watched and may be interrupted.

Everything that can be wrong with the options is found before the problem is read. The incumbents are a plain
loop; Ctrl-C leaves it, and what was found so far is printed and written like any other plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import routeopt as ro
from routeopt import registry
from routeopt.cli.errors import INTERRUPTED, NOT_FEASIBLE, Complaints, note
from routeopt.cli.options import (
    File,
    Json,
    Round,
    check_inputs,
    check_outputs,
    check_rounding,
    known_solver,
    read_problem,
    source,
)
from routeopt.cli.outputs import check_drawing, solution_suffixes, write_solution
from routeopt.cli.progress import Show, watching
from routeopt.cli.settings import solver_settings
from routeopt.errors import ProblemError

if TYPE_CHECKING:
    from routeopt.problems.solution import Solution
    from routeopt.solving import FlowSearch, Search

SHOWN = 10  # reasons before the rest is counted

Seconds = Annotated[
    float | None,
    typer.Option("--seconds", help="Time limit; 0 only constructs. [default: 10, without --iterations]"),
]
Iterations = Annotated[
    int | None, typer.Option("--iterations", help="Iteration limit; the plan then depends on the seed alone.")
]
Chain = Annotated[
    str, typer.Option("--solver", metavar="CHAIN", help="auto, a solver, or a chain such as savings,hgs:0.8.")
]
Changes = Annotated[
    list[str],
    typer.Option("--set", metavar="SOLVER.KEY=VALUE", help="Parameter of a solver, as hgs.neighbours=30."),
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of all randomness.")]
Threads = Annotated[int, typer.Option("--threads", help="Threads that a solver may use.")]
Start = Annotated[
    str | None, typer.Option("--start", metavar="SOLUTION", help="A plan to begin with: .sol or .json.")
]
GuideName = Annotated[
    str | None,
    typer.Option(
        "--guide", metavar="edges|FILE", help="Weights that say which stops belong next to each other."
    ),
]
Outputs = Annotated[
    list[Path],
    typer.Option(
        "--output", "-o", metavar="OUT", help="Where to: .sol .json .csv .geojson .gpx .png; may be repeated."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only data and errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="A line for each improvement.")]


def solve(
    file: File,
    seconds: Seconds = None,
    iterations: Iterations = None,
    solver: Chain = "auto",
    settings: Changes = [],  # noqa: B006 - typer makes a new list for each call
    seed: Seed = 0,
    threads: Threads = 1,
    rounding: Round = None,
    start: Start = None,
    guide: GuideName = None,
    outputs: Outputs = [],  # noqa: B006
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Plan the routes of a problem.

    Prints a summary; with --json one document instead; with -o only files are written.

    Ctrl-C ends the search with the best plan so far.
    """
    errors = Complaints()
    with errors.gather():
        _check_numbers(seconds, iterations, seed, threads)
    with errors.gather():
        _check_chain(solver)
    changes: dict[str, dict[str, Any]] = {}
    with errors.gather():
        changes = solver_settings(settings)
    with errors.gather():
        check_rounding(rounding)
    with errors.gather():
        check_inputs(file, start)
    if outputs:
        with errors.gather():
            check_outputs(outputs, solution_suffixes(), [file, start], "a solution")
        with errors.gather():
            check_drawing(outputs)
    errors.finish()
    problem = read_problem(file, rounding)
    run = ro.search(
        problem,
        seconds,
        solver=solver,
        seed=seed,
        threads=threads,
        start=None if start is None else ro.read_solution(source(start), problem),
        stop=None if iterations is None else ro.MaxIterations(iterations),
        guide=guide,
    )
    configure(run, changes)
    with watching(run, quiet=quiet, lines=verbose) as show:
        plan = follow(run, show)
    if run.interrupted and not quiet:
        note(f"interrupted after {run.seconds:.1f} s; this is the best plan so far")
    _report(plan, outputs, as_json=as_json, quiet=quiet)
    if run.interrupted or not plan.feasible:
        raise typer.Exit(INTERRUPTED if run.interrupted else NOT_FEASIBLE)


def follow(run: Search, show: Show) -> Solution:
    """Show the incumbents of a search to its end, or to Ctrl-C, and return the best plan."""
    incumbents = iter(run)
    try:
        for incumbent in incumbents:
            show(incumbent)
    except KeyboardInterrupt:
        run.interrupted = True
    finally:
        incumbents.close()  # the solver at work stops, and its last answer counts
    return run.solution()


def configure(run: Search | FlowSearch, changes: Mapping[str, Mapping[str, Any]]) -> None:
    """Change parameters of the solvers of a chain, whether it was stated or chosen for the problem.

    Raises
    ------
    ProblemError
        When the chain has no such solver, or a value is not allowed.
    """
    names = [link.name for link in run.chain]
    errors = [
        f"--set {name}.{parameter}: this solve does not use '{name}'; its chain is {','.join(names)}"
        for name, values in changes.items()
        if name not in names
        for parameter in values
    ]
    for position, link in enumerate(run.chain):
        try:
            if link.name in changes:
                run.chain[position] = replace(link, solver=replace(link.solver, **changes[link.name]))
        except ValueError as error:
            errors.append(f"--set {link.name}: {error}")
    if errors:
        raise ProblemError(errors)


def _check_numbers(seconds: float | None, iterations: int | None, seed: int, threads: int) -> None:
    stated = (
        ("seconds", seconds, 0),
        ("iterations", iterations, 0),
        ("seed", seed, 0),
        ("threads", threads, 1),
    )
    messages = [
        f"--{name} must be {least} or more, not {value:g}"
        for name, value, least in stated
        if value is not None and not value >= least
    ]
    if messages:
        raise ProblemError(messages)


def _check_chain(chain: str) -> None:
    """Raise an error that names every link that is not known."""
    from routeopt.solving import parse_chain

    errors = Complaints()
    for link in chain.split(","):
        with errors.gather():
            name = link.partition(":")[0].strip()
            if name != "auto":
                known_solver(name)
    errors.finish()
    parse_chain(chain)


def _report(plan: Solution, outputs: Sequence[Path], *, as_json: bool, quiet: bool) -> None:
    """Print and write a plan. One that some file cannot take is printed as JSON, so that it is not lost."""
    errors = Complaints()
    for path in outputs:
        with errors.gather():
            write_solution(plan, path)
    if as_json or errors:
        from routeopt.data.writers import SOLUTION_WRITERS

        typer.echo(registry.load(SOLUTION_WRITERS[".json"])(plan), nl=False)
    elif not outputs:
        typer.echo(plan.summary())
    if outputs and not quiet and not errors:
        state = "" if plan.feasible else ", not complete" if not plan.violations else ", not feasible"
        name, files = plan.problem.name or "problem", ", ".join(map(str, outputs))
        note(f"{name}: cost {plan.cost:,.10g}{state}, written to {files}")
    if not plan.feasible:
        for line in shortcomings(plan):
            note(line)
    errors.finish()


def shortcomings(plan: Solution) -> list[str]:
    """Return why a plan is not complete or not feasible, a line each; the document has them all."""
    reasons = [f"stop '{stop.stop}' is not served: {stop.reason}" for stop in plan.unserved]
    reasons += [f"stop '{v.stop}': {v.constraint} by {v.amount:,.10g}" for v in plan.violations]
    rest = len(reasons) - SHOWN
    return [*reasons[:SHOWN], *([f"... and {rest} more"] if rest > 0 else [])]
