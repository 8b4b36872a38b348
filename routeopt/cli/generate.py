"""``routeopt generate``: problems made by chance, for tests, training and benchmarks.

``generate KIND`` makes a problem; ``generate labels KIND...`` many, each with a plan.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import routeopt as ro
from routeopt import registry
from routeopt.cli import labels
from routeopt.cli.errors import Complaints, note
from routeopt.cli.options import check_outputs, unknown
from routeopt.cli.settings import literal, split_settings
from routeopt.errors import ProblemError

Kind = Annotated[str, typer.Argument(metavar="KIND", help="What 'routeopt list generators' names.")]
Count = Annotated[int, typer.Option("--stops", help="Number of stops.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same problem.")]
Options = Annotated[list[str], typer.Option("--set", metavar="KEY=VALUE", help="Option of the kind.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="OUT", help="Where to: .json, .vrp or .csv.")
]


class _KindOrCommand(TyperGroup):
    """Takes whatever begins with no command of the group as what describes a single problem."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in (*self.commands, *self.get_help_option_names(ctx)):
            args = ["problem", *args]
        return super().parse_args(ctx, args)


def problem(
    kind: Kind,
    stops: Count = 100,
    seed: Seed = 0,
    settings: Options = [],  # noqa: B006 - typer makes a new list for each call
    output: Output = None,
) -> None:
    """Make a problem by chance and print it as JSON, or write it to a file."""
    from routeopt.data.generators import KINDS
    from routeopt.data.writers import PROBLEM_WRITERS

    errors = Complaints()
    options: dict[str, Any] = {}
    with errors.gather():
        if kind not in KINDS:
            raise ProblemError(unknown("kind", kind, KINDS))
    with errors.gather():
        options = {key: literal(text) for key, text in split_settings(settings).items()}
        if kind in KINDS and (others := [key for key in options if key not in KINDS[kind].options]):
            raise ProblemError(unknown(f"--set {kind}: option", key, KINDS[kind].options) for key in others)
    with errors.gather():
        check_outputs([] if output is None else [output], PROBLEM_WRITERS, [], "a problem")
    errors.finish()
    made = ro.generate(kind, stops, seed=seed, **options)
    if output is None:
        typer.echo(registry.load(PROBLEM_WRITERS[".json"])(made), nl=False)
    else:
        ro.write(made, output)
        note(f"{made.name}: {len(made.stops):,} stops written to {output}")


commands = typer.Typer(
    cls=_KindOrCommand, help="Make a problem by chance ('generate KIND'), or many with a plan each."
)
commands.command("problem")(problem)
commands.command("labels")(labels.labels)
