"""``routeopt generate``: problems made by chance, for tests, training and benchmarks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import routeopt as ro
from routeopt.cli.errors import Complaints, note
from routeopt.cli.options import Settings, check_outputs, literal, nearest, split_settings
from routeopt.errors import ProblemError


def generate(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="What 'routeopt list generators' names.")],
    stops: Annotated[int, typer.Option(help="Number of stops.")] = 100,
    seed: Annotated[int, typer.Option(help="The same seed gives the same problem.")] = 0,
    settings: Settings = [],  # noqa: B006 - typer makes a new list for each call
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="OUT", help="Where to: .json, .vrp or .csv.")
    ] = None,
) -> None:
    """Make a problem by chance and print it as JSON, or write it to a file."""
    from routeopt.data.generators import KINDS
    from routeopt.data.writers import PROBLEM_WRITERS

    errors = Complaints()
    with errors.gather():
        if kind not in KINDS:
            remedy = f"use one of {', '.join(KINDS)}"
            raise ProblemError(f"kind '{kind}' is not known{nearest(kind, KINDS)}; {remedy}")
    with errors.gather():
        check_outputs([] if output is None else [output], PROBLEM_WRITERS, [], "a problem")
    with errors.gather():
        options = {key: literal(text) for key, text in split_settings(settings).items()}
    errors.finish()
    problem = ro.generate(kind, stops, seed=seed, **options)
    if output is None:
        from routeopt import registry

        typer.echo(registry.load(PROBLEM_WRITERS[".json"])(problem), nl=False)
    else:
        ro.write(problem, output)
        note(f"{problem.name}: {len(problem.stops):,} stops written to {output}")
