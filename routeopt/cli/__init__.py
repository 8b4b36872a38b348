"""The command line: ``routeopt solve``, ``check``, ``generate``, ``train`` and what else `app` names below.

Standard output carries data only; progress, notes and errors go to standard error. Every error is one
line that says what is wrong, where, and what would fix it. A module of this package holds one command;
nothing heavy is imported before the command that needs it runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

import routeopt
from routeopt.cli import (
    bench,
    check,
    convert,
    flows,
    generate,
    info,
    listing,
    map_app,
    path,
    plot,
    solve,
    train,
)
from routeopt.cli.errors import explain

__all__ = ["app", "main"]

EPILOG = (
    "Exit codes: 0 ok; 1 internal error; 2 bad usage or bad input; 3 no complete feasible solution, or the "
    "check failed (the best plan is still written, with reasons); 130 interrupted (likewise)."
)
DEBUG = "--debug"

app = typer.Typer(
    name="routeopt",
    help="Plan vehicle routes: state a problem in a file, solve it, check the answer and draw it.",
    epilog=EPILOG,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for function, name in (
    (solve.solve, "solve"),
    (check.check, "check"),
    (info.info, "info"),
    (convert.convert, "convert"),
    (plot.plot, "plot"),
    (path.path, "path"),
    (bench.bench, "bench"),
    (train.train, "train"),
    (train.evaluate, "eval"),
    (train.export, "export"),
    (map_app.app, "app"),
    (listing.listing, "list"),
):
    app.command(name, epilog=EPILOG)(function)
app.add_typer(flows.commands, name="flows", epilog=EPILOG)
app.add_typer(generate.commands, name="generate", epilog=EPILOG)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"routeopt {routeopt.__version__}")
        raise typer.Exit


@app.callback()
def _common(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    _debug: Annotated[
        bool, typer.Option(DEBUG, help="Show the traceback of an error; may stand anywhere in the line.")
    ] = False,
) -> None:
    """Plan vehicle routes: state a problem in a file, solve it, check the answer and draw it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words behind the name of the program; by default those it was called with.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    words = [word for word in given if word != DEBUG]
    try:
        code = app(words or ["--help"], prog_name="routeopt", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return explain(error, debug=DEBUG in given)
    return int(code or 0)
