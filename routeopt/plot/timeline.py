"""Who does what when: a row a route, a bar for each leg, wait and service, windows in grey behind.

What begins late is red, and a red line leads to it from the end of its window.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

import numpy as np

from routeopt.plot import style
from routeopt.plot.rows import Box, bars, label_rows, rows_height
from routeopt.plot.style import LATE, PALETTE, QUIET
from routeopt.problems.instance import EPS
from routeopt.problems.solution import Solution

SERVICE = (PALETTE[0], "#3B96CB")  # in turns, so that one after the other does not melt into one
KINDS = {  # from and to within the row, colour, label
    "window": (-0.44, 0.44, "#E6E6E6", "time window"),
    "leg": (-0.09, 0.09, PALETTE[5], "leg"),
    "wait": (-0.09, 0.09, "none", "wait"),
    "service": (-0.3, 0.3, SERVICE[0], "service"),
    "late": (0.34, 0.4, LATE, "late"),
}
OUTLINES = {"window": "none", "wait": QUIET}  # the others in their own colour: of no length, they are seen
Span = tuple[int, float, float]  # row, from, to
MINUTE = 60
STEPS = (5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440)  # minutes between ticks of a clock


def size(solution: Solution) -> tuple[float, float]:
    """Return width and height in inches."""
    return 10.0, rows_height(solution)


def draw(solution: Solution, ax: Any) -> None:
    """Draw the timeline of a solution."""
    style.prepare(ax)
    ax.grid(False, axis="y")
    spans = _spans(solution) | {"window": _windows(solution)}
    _boxes(spans, ax)
    label_rows(solution, ax, style.route_styles(solution))
    _time_axis(solution, ax)
    _legend(spans, ax)
    waiting = sum(visit.waiting for visits in solution.schedule for visit in visits)
    late = sum(visit.lateness for visits in solution.schedule for visit in visits)
    style.title(
        ax,
        solution,
        style.count(solution.vehicles, "route"),
        f"duration {_span(solution, solution.duration)}",
        f"of which waiting {_span(solution, waiting)}",
        *([f"late by {_span(solution, late)} in all"] if spans["late"] else []),
    )


def _boxes(spans: dict[str, list[Span]], ax: Any) -> None:
    """Draw the bars of every kind; what begins late is red, and a line leads there from its window."""
    late = {(row, begin) for row, _, begin in spans["late"]}
    for depth, (kind, (low, high, colour, _)) in enumerate(KINDS.items()):
        boxes = [(a, b, row + low, row + high) for row, a, b in spans[kind]]
        colours = [colour] * len(boxes)
        if kind == "window":
            boxes = _lanes(spans[kind], low, high)
        if kind == "service":
            colours = [
                LATE if (row, begin) in late else SERVICE[number % 2]
                for number, (row, begin, _) in enumerate(spans[kind])
            ]
        outline: Any = OUTLINES.get(kind, colours)
        bars(ax, boxes, colours, 1 + 0.1 * depth, edgecolors=outline, linewidths=0.6)


def _spans(solution: Solution) -> dict[str, list[Span]]:
    """Return what vehicles do and what is late, by kind; a service also where it takes no time."""
    depots = len(solution.problem.depots)
    spans: dict[str, list[Span]] = {kind: [] for kind in KINDS}
    for row, visits in enumerate(solution.schedule, 1):
        for before, visit in pairwise(visits):
            spans["leg"].append((row, before.departure, visit.arrival))
        for visit in visits:
            served = visit.departure - (visit.waiting - (visit.begin - visit.arrival))
            spans["wait"] += [(row, visit.arrival, visit.begin), (row, served, visit.departure)]
            spans["late"].append((row, visit.begin - visit.lateness, visit.begin))
            if visit.node >= depots or served > visit.begin:
                spans["service"].append((row, visit.begin, served))
    return {
        kind: [s for s in found if s[2] > s[1] + EPS or kind == "service"] for kind, found in spans.items()
    }


def _windows(solution: Solution) -> list[Span]:
    """Return the windows of the stops as far as they lie within the day; none of a stop always open."""
    if "time_windows" not in solution.problem.features:
        return []
    first, last = _horizon(solution)
    windows, depots = solution.problem.instance().windows / solution.scale, len(solution.problem.depots)
    spans = [
        (row, early, late)
        for row, visits in enumerate(solution.schedule, 1)
        for visit in visits
        if visit.node >= depots
        for early, late in np.unique(windows[visit.node], axis=0).tolist()
    ]
    return [(row, max(a, first), min(b, last)) for row, a, b in spans if a > first or b < last]


def _lanes(windows: list[Span], low: float, high: float) -> list[Box]:
    """Return boxes for windows; those of one row that overlap share its height."""
    boxes = []
    for row, found in groupby(windows, key=itemgetter(0)):
        ends: list[float] = []  # of the last window in each lane
        placed = []
        for _, early, late in sorted(found):
            lane = next((k for k, end in enumerate(ends) if end <= early + EPS), len(ends))
            ends[lane : lane + 1] = [late]
            placed.append((early, late, lane))
        height = (high - low) / max(len(ends), 1)
        gap = 0.15 * height if len(ends) > 1 else 0.0
        for early, late, lane in placed:
            top = row + low + lane * height
            boxes.append((early, late, top + gap, top + height - gap))
    return boxes


def _horizon(solution: Solution) -> tuple[float, float]:
    """Return when the first route starts and the last one ends."""
    first = min((visits[0].arrival for visits in solution.schedule), default=0.0)
    return first, max((visits[-1].departure for visits in solution.schedule), default=1.0)


def _time_axis(solution: Solution, ax: Any) -> None:
    first, last = _horizon(solution)
    room = 0.015 * (last - first) or 1.0
    ax.set_xlim(first - room, last + room)
    if not solution.problem.geographic:
        style.axis_labels(ax, x="time (units of time)")
        return
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    minutes = next((step for step in STEPS if (last - first) / MINUTE / step <= 12), STEPS[-1])
    ax.xaxis.set_major_locator(MultipleLocator(MINUTE * minutes))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: _clock(seconds)))
    style.axis_labels(ax, x="time (hours:minutes)")


def _legend(spans: dict[str, list[Span]], ax: Any) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor=colour, edgecolor=QUIET if kind == "wait" else "none", label=label)
        for kind, (_, _, colour, label) in KINDS.items()
        if spans[kind]
    ]
    style.legend(ax, handles)


def _span(solution: Solution, time: float) -> str:
    if not solution.problem.geographic:
        return style.number(time)
    return f"{_clock(time)} h" if time >= 60 * MINUTE else f"{style.number(round(time / MINUTE, 1))} min"


def _clock(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / MINUTE), 60)
    return f"{hours}:{minutes:02d}"
