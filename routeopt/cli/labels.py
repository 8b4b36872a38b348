"""``routeopt generate labels``: problems made by chance, each with a good plan, for training."""

from __future__ import annotations

import sys
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routeopt.cli.errors import Complaints, note
from routeopt.cli.options import unknown
from routeopt.errors import ProblemError

if TYPE_CHECKING:
    from rich.progress import Progress

Kinds = Annotated[
    list[str],
    typer.Argument(metavar="KIND...", help="Of 'routeopt list generators'; named twice, twice as often."),
]
Count = Annotated[int, typer.Option("--count", min=1, help="Number of problems.")]
Stops = Annotated[str, typer.Option("--stops", metavar="A-B", help="Fewest and most stops of a problem.")]
Solver = Annotated[str, typer.Option("--solver", metavar="CHAIN", help="Who solves them.")]
Seconds = Annotated[float | None, typer.Option("--seconds", help="For each problem, on one thread.")]
Iterations = Annotated[
    int | None, typer.Option("--iterations", help="For each problem; labels then depend on the seed alone.")
]
Seed = Annotated[int, typer.Option("--seed", help="Of the whole sequence of problems.")]
Shard = Annotated[int, typer.Option("--shard", min=1, help="Problems in a file.")]
Output = Annotated[
    Path, typer.Option("--output", "-o", metavar="DIR", help="Folder of the shards; made if absent.")
]


def labels(
    kinds: Kinds,
    output: Output,
    count: Count = 1000,
    stops: Stops = "50-200",
    solver: Solver = "auto",
    seconds: Seconds = None,
    iterations: Iterations = None,
    seed: Seed = 0,
    shard: Shard = 100,
) -> None:
    """Make problems by chance, solve each for a short time, and write shards; goes on where it was stopped."""
    from routeopt.data.generators import KINDS
    from routeopt.data.labels import Budget, Mixture, make_shard, pending

    errors = Complaints()
    bounds = (1, 1)
    budget = None
    with errors.gather():
        wrong = [unknown("kind", kind, KINDS) for kind in dict.fromkeys(kinds) if kind not in KINDS]
        if wrong:
            raise ProblemError(wrong)
    with errors.gather():
        bounds = _bounds(stops)
    with errors.gather():
        budget = Budget(
            solver,
            inf if seconds is None else seconds,
            inf if iterations is None else iterations,
        )
    with errors.gather():
        if output.exists() and not output.is_dir():
            raise ProblemError(f"{output}: this is a file; name a folder")
    with errors.gather():
        if seed < 0:
            raise ProblemError(f"--seed {seed}: write a whole number, 0 or more")
    errors.finish()
    assert budget is not None
    mixture = Mixture(tuple(kinds), *bounds, seed)
    output.mkdir(parents=True, exist_ok=True)
    todo = pending(output, count, shard)
    left = sum(len(numbers) for _, numbers in todo)
    with _bar() as bar:
        task = bar.add_task("labels", total=count, completed=count - left)
        for path, numbers in todo:
            for _ in make_shard(path, mixture, numbers, budget):
                bar.advance(task)
    note(f"{count:,} problems in {output}: {left:,} of them solved now")


def _bounds(stops: str) -> tuple[int, int]:
    """Return the two numbers of ``A-B``, or one number twice."""
    fewest, mark, most = stops.partition("-")
    words = (fewest, most if mark else fewest)
    if not all(word.isdecimal() for word in words) or not 1 <= int(words[0]) <= int(words[1]):
        raise ProblemError(
            f"--stops {stops}: write a number of stops, or the fewest and the most, as in 50-200"
        )
    return int(words[0]), int(words[1])


def _bar() -> Progress:
    """Return a bar that shows how many problems are solved; only a terminal sees it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True, highlight=False)
    return Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty())
