"""``routeopt bench``: a suite of problems by several solvers, each run in a process of its own."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routeopt.cli.errors import INTERRUPTED, Complaints, note
from routeopt.cli.options import check_outputs, unknown
from routeopt.cli.outputs import check_drawing
from routeopt.errors import ProblemError

if TYPE_CHECKING:
    from routeopt.bench.jobs import Job
    from routeopt.bench.rows import Row
    from routeopt.bench.suites import Case

SuiteName = Annotated[str, typer.Argument(metavar="SUITE", help="What 'routeopt list suites' names.")]
Solvers = Annotated[
    str,
    typer.Option(
        "--solvers",
        metavar="NAME,...",
        help="auto, a solver, a chain such as savings+hgs:0.8, or a peer: pyvrp, hgs-cvrp, vroom, ortools, "
        "lkh. @2 behind a name gives it two threads, /1 one second.",
    ),
]
Seconds = Annotated[str, typer.Option("--seconds", help="Time limit of each run; 2.4n: so many a stop.")]
Seeds = Annotated[int, typer.Option("--seeds", metavar="K", help="Run with the seeds 1 to K.")]
Threads = Annotated[int, typer.Option("--threads", help="Threads of solvers without @, where they take any.")]
Most = Annotated[int | None, typer.Option("--most", metavar="N", help="Leave out what has more stops.")]
Only = Annotated[str | None, typer.Option("--only", metavar="NAME,...", help="Only these instances.")]
Csv = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Append a row as soon as a run is done.")
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Take runs that the --csv file has from there, and do the others.")
]
Markdown = Annotated[bool, typer.Option("--markdown", help="Print tables for a page of documentation.")]
Curves = Annotated[
    Path | None, typer.Option("--curves", metavar="OUT", help="Draw gaps over time: .png, .svg or .pdf.")
]


def bench(
    suite: SuiteName,
    solvers: Solvers = "auto",
    seconds: Seconds = "10",
    seeds: Seeds = 1,
    threads: Threads = 1,
    most: Most = None,
    only: Only = None,
    csv: Csv = None,
    resume: Resume = False,
    markdown: Markdown = False,
    curves: Curves = None,
) -> None:
    """Solve a suite of problems by several solvers and compare what they find.

    Every answer is costed again from the problem. Ctrl-C ends the benchmark with the tables of what was
    measured.
    """
    errors = Complaints()
    jobs: list[Job] = []
    known: list[Row] = []
    with errors.gather():
        _check_numbers(seeds, threads, most)
    with errors.gather():
        jobs = _plan(suite, solvers, seconds, max(1, seeds), max(1, threads), most, only)
    with errors.gather():
        known = _known_rows(csv, resume)
    if curves is not None:
        with errors.gather():
            _check_curves(curves)
    errors.finish()
    rows, finished = _run(suite, jobs, known if resume else [], csv)
    if rows:
        from routeopt.bench.tables import report

        command = _command(suite, solvers, seconds, seeds, threads, most, only)
        typer.echo(report(rows, command, markdown=markdown), nl=False)
    if rows and curves is not None:
        from routeopt.bench.curves import draw_curves

        draw_curves(rows, curves)
    if not finished:
        raise typer.Exit(INTERRUPTED)


def _plan(
    suite: str, solvers: str, seconds: str, seeds: int, threads: int, most: int | None, only: str | None
) -> list[Job]:
    """Return the runs; one error names everything that is wrong with what is asked for."""
    from routeopt.bench.budget import Budget, parse_budget
    from routeopt.bench.entries import Entry, parse_entries
    from routeopt.bench.jobs import plan_jobs

    errors = Complaints()
    budget = Budget(0.0)
    entries: list[Entry] = []
    cases: list[Case] = []
    with errors.gather():
        budget = parse_budget(seconds)
    with errors.gather():
        entries = parse_entries(solvers, threads)
    with errors.gather():
        cases = chosen_cases(suite, only, most)
    errors.finish()
    return plan_jobs(cases, entries, budget, seeds)


def _run(suite: str, jobs: Sequence[Job], known: Sequence[Row], csv: Path | None) -> tuple[list[Row], bool]:
    """Run the jobs, and return their rows and whether that was all of them; Ctrl-C ends it."""
    from routeopt.bench import rows as written
    from routeopt.bench.run import measure

    rows: list[Row] = []
    try:
        for number, row in enumerate(measure(suite, jobs, known), 1):
            rows.append(row)
            if csv is not None and row not in known:
                written.append(csv, row)
            note(f"[{number}/{len(jobs)}] {line(row)}")
    except KeyboardInterrupt:
        note(f"interrupted after {len(rows)} of {len(jobs)} runs")
        return rows, False
    return rows, True


def chosen_cases(suite: str, only: str | None, most: int | None) -> list[Case]:
    """Return the instances of a suite that are asked for.

    Raises
    ------
    ProblemError
        When suite or instances are not known, their files are not there, or nothing is left.
    """
    from routeopt.bench.suites import SUITES

    if suite not in SUITES:
        raise ProblemError(unknown("suite", suite, SUITES))
    cases = SUITES[suite].cases()
    if only is not None:
        names = [name.strip() for name in only.split(",")]
        known = [case.name for case in cases]
        if others := [name for name in names if name not in known]:
            raise ProblemError(unknown(f"--only: instance of {suite}", name, known) for name in others)
        cases = [case for case in cases if case.name in names]
    if most is not None:
        cases = [case for case in cases if case.stops <= most]
    if not cases:
        raise ProblemError(f"suite '{suite}': no instance is left; change --only or --most")
    return cases


def line(row: Row) -> str:
    """Return a run in one line."""
    seed = "" if row.seed is None else f" seed {row.seed}"
    name = f"{row.instance} {row.label}{seed}"
    if row.cost is None:
        return f"{name}: {row.error}"
    gap = "" if row.gap is None else f", gap {row.gap:.2f} %"
    state = "" if row.feasible else f", not feasible ({row.violations})"
    took = (
        "" if row.seconds is None or row.outside is None else f", {row.seconds:.1f} s (+{row.outside:.1f} s)"
    )
    return f"{name}: cost {row.cost:,.10g}{gap}{state}{took}"


def _check_numbers(seeds: int, threads: int, most: int | None) -> None:
    messages = [
        f"--{name} must be {least} or more, not {value:g}"
        for name, value, least in (("seeds", seeds, 1), ("threads", threads, 1), ("most", most, 1))
        if value is not None and not value >= least
    ]
    if messages:
        raise ProblemError(messages)


def _known_rows(csv: Path | None, resume: bool) -> list[Row]:
    """Return what a file of rows holds, which also says whether rows can be written behind it."""
    from routeopt.bench import rows as written

    if csv is None:
        if resume:
            raise ProblemError("--resume: name the file of the earlier runs with --csv")
        return []
    check_outputs([csv], [csv.suffix.lower()], [], "rows")
    return written.read(csv)


def _check_curves(path: Path) -> None:
    from routeopt.plot import SUFFIXES

    check_outputs([path], SUFFIXES, [], "a picture")
    check_drawing([path])


def _command(
    suite: str, solvers: str, seconds: str, seeds: int, threads: int, most: int | None, only: str | None
) -> str:
    """Return the command line that does the same runs."""
    options: Iterator[tuple[str, object, object]] = iter(
        [
            ("--seeds", seeds, 1),
            ("--threads", threads, 1),
            ("--most", most, None),
            ("--only", only, None),
        ]
    )
    words: Sequence[object] = ["routeopt", "bench", suite, "--solvers", solvers, "--seconds", seconds]
    stated = [word for name, value, usual in options if value != usual for word in (name, value)]
    return shlex.join(str(word) for word in [*words, *stated])
