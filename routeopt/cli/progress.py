"""How a search is watched: a bar on a terminal, a line for each improvement, or nothing.

Everything goes to standard error. What the package logs (that kernels are being compiled, say) comes out
in the same place, above the bar.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import inf, isfinite
from typing import TYPE_CHECKING, cast

from routeopt.cli.errors import note

if TYPE_CHECKING:
    from routeopt.problems.search import Incumbent
    from routeopt.problems.vrp import VRP
    from routeopt.solving import FlowSearch, Search

Show = Callable[["Incumbent"], None]


@contextmanager
def watching(
    run: Search | FlowSearch,
    *,
    state: Callable[[Incumbent], str] | None = None,
    sense: float = 1.0,
    quiet: bool = False,
    lines: bool = False,
    interval: float = 0.0,
) -> Iterator[Show]:
    """Give a function that shows incumbents while the block runs.

    Parameters
    ----------
    run : Search or FlowSearch
        What is watched; its limits are the ends of the bar.
    state : callable, optional
        What is said of an incumbent; by default its cost, the gap to the best known cost of the problem, and vehicles.
    sense : float
        1 where lower objectives are better, -1 where higher ones are.
    quiet : bool
        Show nothing, and log errors only.
    lines : bool
        Write a line for each improvement.
    interval : float
        Seconds between two lines at least.
    """
    limits = run.limit, run.criterion.iterations
    with _Bar(*limits) if sys.stderr.isatty() and not quiet else _NoBar() as bar:
        say = partial(_of_vehicles, cast("VRP", run.problem)) if state is None else state
        watch = _Watch(say, sense, bar, lines=lines and not quiet, interval=interval)
        with logged(bar.write, logging.ERROR if quiet else logging.INFO):
            yield watch


@contextmanager
def logged(write: Callable[[str], None], level: int) -> Iterator[None]:
    """Hand the log of the package to `write` while the block runs."""
    log = logging.getLogger("routeopt")
    handler, before = _Handler(write), log.level
    handler.setLevel(level)
    log.addHandler(handler)
    log.setLevel(level)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


class _Handler(logging.Handler):
    def __init__(self, write: Callable[[str], None]) -> None:
        super().__init__()
        self.write = write

    def emit(self, record: logging.LogRecord) -> None:
        self.write(record.getMessage())


class _Watch:
    """Turns incumbents into lines and into the state of the bar."""

    def __init__(
        self, state: Callable[[Incumbent], str], sense: float, bar: _NoBar, *, lines: bool, interval: float
    ) -> None:
        self.state, self.sense = state, sense
        self.bar = bar
        self.lines = lines
        self.interval = interval
        self.best = inf
        self.due = -inf  # when the next line may be written

    def __call__(self, incumbent: Incumbent) -> None:
        self.bar.show(incumbent, self.state(incumbent))
        better = self.sense * incumbent.objective < self.best
        if better and self.lines and incumbent.seconds >= self.due:
            self.due = incumbent.seconds + self.interval
            self.bar.write(f"{incumbent.seconds:8.2f} s  {incumbent.source:10s}  {self.state(incumbent)}")
        self.best = min(self.best, self.sense * incumbent.objective)


def _of_vehicles(problem: VRP, incumbent: Incumbent) -> str:
    if not isfinite(incumbent.objective):
        return "no complete plan yet"
    instance = problem.instance()
    weight, vehicles = instance.vehicle_weight / instance.scale, incumbent.answer.size
    cost = incumbent.objective - weight * vehicles
    known = problem.best_known
    gap = f"  gap {100 * (cost - known) / known:+.2f} %" if known else ""
    return f"cost {cost:,.2f}{gap}  vehicles {vehicles:,}  iterations {incumbent.iterations:,}"


class _NoBar:
    """Where there is no terminal."""

    def __enter__(self) -> _NoBar:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def write(self, line: str) -> None:
        """Write a line."""
        note(line)

    def show(self, incumbent: Incumbent, state: str) -> None:
        """Show nothing."""


class _Bar(_NoBar):
    """A bar that fills up to the limit; it disappears at the end, for the summary says it all."""

    def __init__(self, seconds: float, iterations: float) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self.seconds, self.iterations = seconds, iterations
        columns = (TextColumn("{task.fields[clock]}"), BarColumn(), TextColumn("{task.fields[state]}"))
        self.progress = Progress(*columns, console=Console(stderr=True, highlight=False), transient=True)
        self.task = self.progress.add_task("", total=1.0, clock="preparing", state="")

    def __enter__(self) -> _Bar:
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def write(self, line: str) -> None:
        """Write a line above the bar."""
        self.progress.console.print(line, markup=False)

    def show(self, incumbent: Incumbent, state: str) -> None:
        """Move the bar to the nearer of the two limits."""
        done = max(
            incumbent.seconds / self.seconds if self.seconds else 1.0,
            incumbent.iterations / self.iterations if self.iterations else 1.0,
        )
        limit = f"/{self.seconds:g}" if isfinite(self.seconds) else ""
        clock = f"{incumbent.seconds:.1f}{limit} s"
        self.progress.update(self.task, completed=min(done, 1.0), clock=clock, state=state)
