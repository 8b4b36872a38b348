"""Anytime curves: the mean gap of each solver over the seconds of its budget."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from routeopt.bench.measures import WORST, gap
from routeopt.bench.rows import Row, against_each_other
from routeopt.data.writers.files import replacing
from routeopt.errors import ProblemError
from routeopt.plot import DOTS_PER_INCH
from routeopt.plot.style import DASHES, LINES, axis_labels, legend, prepare
from routeopt.problems.instance import Floats

POINTS = 200


def draw_curves(rows: Sequence[Row], path: Path) -> None:
    """Draw the solvers that give a trace into a .png, .svg or .pdf file.

    Raises
    ------
    ProblemError
        When no run has a trace.
    """
    runs: dict[str, list[Row]] = {}
    for row in against_each_other(list(rows)):
        if row.steps is not None:
            runs.setdefault(row.label, []).append(row)
    if not runs:
        raise ProblemError(f"{path}: there is nothing to draw: no run has a trace and a best known value")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 4.6), layout="constrained")
    axes = figure.add_subplot()
    prepare(axes)
    longest = max(row.budget for row in rows)
    seconds = np.geomspace(longest / 100, longest, POINTS)
    for number, (solver, group) in enumerate(runs.items()):
        lap, colour = divmod(number, len(LINES))
        mean = np.mean([gaps(row, seconds) for row in group], axis=0)
        axes.plot(seconds, mean, label=solver, color=LINES[colour], linestyle=DASHES[lap % len(DASHES)])
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    axes.set_ylim(bottom=0.0)
    axis_labels(axes, x="seconds", y=f"mean gap (%, at most {WORST:g})")
    legend(axes, axes.get_lines())
    with replacing(path) as target:
        figure.savefig(target, dpi=DOTS_PER_INCH)


def gaps(row: Row, seconds: Floats) -> Floats:
    """Return the gap of a run at these moments, at most the worst that is counted."""
    assert row.steps is not None
    assert row.best_known is not None
    times, costs = np.array(row.steps).T
    steps = np.array([WORST, *(min(WORST, gap(cost, row.best_known)) for cost in costs)])
    return steps[np.searchsorted(times, seconds, side="right")]
