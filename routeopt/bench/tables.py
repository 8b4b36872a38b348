"""Rows as tables, in plain text or markdown: a line for each instance, and a line for each solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean, median

from routeopt.bench.peers import PEERS
from routeopt.bench.rows import Row, against_each_other

Table = list[list[str]]  # the first line is the header, the first column stands left

NONE = ""


def report(rows: Sequence[Row], command: str, *, markdown: bool) -> str:
    """Return conditions and tables of a benchmark.

    Parameters
    ----------
    rows : sequence of Row
        What was measured.
    command : str
        What it was measured with.
    markdown : bool
        For a page of the documentation; else for a terminal.
    """
    rows = against_each_other(list(rows))
    render = as_markdown if markdown else as_text
    quoted = f"`{command}`" if markdown else command
    parts = [quoted, *conditions(rows), "Gap in percent, mean of the seeds:", render(by_instance(rows))]
    parts += ["By solver:", render(by_solver(rows))]
    if failures := failed(rows):
        parts += ["Without a feasible answer:", "\n".join(f"- {line}" for line in failures)]
    return "\n\n".join(parts) + "\n"


def conditions(rows: Sequence[Row]) -> list[str]:
    """Return lines that say where, when and with what was measured."""
    versions = {row.solver if row.solver in PEERS else "routeopt": row.version for row in rows}
    named = ", ".join(f"{name} {number}" for name, number in sorted(versions.items()))
    dates = sorted({row.date[:10] for row in rows})
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    held = (
        "each run held to as many cores as threads"
        if all(row.cores for row in rows)
        else "runs not held to cores"
    )
    machines = "; ".join(sorted({row.machine for row in rows}))
    pythons = ", ".join(sorted({row.python for row in rows}))
    return [f"{when}; {machines}; {held}; Python {pythons}; {named}."]


def by_instance(rows: Sequence[Row]) -> Table:
    """Return the gap of each solver on each instance."""
    solvers = _labels(rows)
    table = [["instance", "stops", "best known", *solvers]]
    for name, group in _grouped(rows, lambda row: row.instance).items():
        cells = [_cell([row for row in group if row.label == solver]) for solver in solvers]
        best = next((row.best_known for row in group if row.best_known is not None), None)
        table.append([name, f"{group[0].stops:,}", _number(best), *cells])
    means = [_mean_gap([row for row in rows if row.label == solver]) for solver in solvers]
    return [*table, ["mean", NONE, NONE, *means]]


def by_solver(rows: Sequence[Row]) -> Table:
    """Return what each solver achieved over all instances."""
    header = ["solver", "mean gap", "feasible", "at best known", "primal integral", "to 1 %", "to 0.5 %",
              "iterations/s", "seconds", "processor", "outside"]  # fmt: skip
    counted = any(row.best_vehicles for row in rows)
    table = [[*header, "vehicles"] if counted else header]
    for solver, group in _grouped(rows, lambda row: row.label).items():
        gaps = [row.gap for row in group if row.gap is not None]
        line = [
            solver,
            _mean_gap(group),
            f"{sum(row.solved for row in group)}/{len(group)}",
            f"{sum(gap < 5e-4 for gap in gaps)}/{len(group)}",
            _percent(_mean(row.primal_integral for row in group)),
            _reached(group, lambda row: row.seconds_to_1_percent),
            _reached(group, lambda row: row.seconds_to_half_percent),
            _rate(_mean(row.iterations / row.seconds for row in group if row.iterations and row.seconds)),
            _seconds(_mean(row.seconds for row in group)),
            _seconds(_mean(row.processor for row in group)),
            _seconds(_mean(row.outside for row in group)),
        ]
        table.append([*line, _fleet(group)] if counted else line)
    return table


def failed(rows: Iterable[Row]) -> list[str]:
    """Return why runs have no feasible answer, each reason of a solver once."""
    reasons = Counter(
        f"{row.label}: {row.error or 'breaks ' + row.violations.replace(' ', ', ')}"
        for row in rows
        if not row.solved
    )
    return [f"{reason} ({times} {'run' if times == 1 else 'runs'})" for reason, times in reasons.items()]


def as_text(table: Table) -> str:
    """Return a table with its columns under each other."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in table
    )


def as_markdown(table: Table) -> str:
    """Return a table with bars between its columns."""
    marks = ["---", *["---:"] * (len(table[0]) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (table[0], marks, *table[1:]))


def _labels(rows: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(row.label for row in rows))


def _grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _cell(runs: Sequence[Row]) -> str:
    """Return the mean gap of the runs of one solver on one instance, or why there is none."""
    if not runs:
        return NONE
    if mean := _mean_gap(runs):
        return mean
    more = min((row.extra_vehicles for row in runs if row.solved), default=0)
    return f"{more} more" if more else "error" if any(row.error for row in runs) else "infeasible"


def _mean_gap(runs: Sequence[Row]) -> str:
    """Return the mean gap, and of how many runs where that is not all of them."""
    gaps = [row.gap for row in runs if row.gap is not None]
    if not gaps:
        return NONE
    return _percent(fmean(gaps)) + ("" if len(gaps) == len(runs) else f" ({len(gaps)}/{len(runs)})")


def _reached(group: Sequence[Row], seconds: Callable[[Row], float | None]) -> str:
    """Return how many runs reached a gap, and the median of their seconds; nothing without any trace."""
    if all(row.steps is None for row in group):
        return NONE
    times = [when for when in map(seconds, group) if when is not None]
    return f"{len(times)}/{len(group)}" + (f" in {median(times):.2f} s" if times else "")


def _fleet(group: Sequence[Row]) -> str:
    """Return the vehicles of all feasible answers, and of the best known ones."""
    runs = [row for row in group if row.solved]
    return f"{sum(row.vehicles or 0 for row in runs)} of {sum(row.best_vehicles or 0 for row in runs)}"


def _mean(values: Iterable[float | None]) -> float | None:
    found = [value for value in values if value is not None]
    return fmean(found) if found else None


def _percent(value: float | None) -> str:
    return NONE if value is None else f"{value:.2f}"


def _seconds(value: float | None) -> str:
    return NONE if value is None else f"{value:.1f}"


def _number(value: float | None) -> str:
    if value is None:
        return NONE
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def _rate(value: float | None) -> str:
    return NONE if value is None else f"{value:,.{0 if value >= 100 else 1}f}"
