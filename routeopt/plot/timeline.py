"""Who does what when: a row a route, a bar for each leg, wait and service, windows in grey behind.

Lateness is red: from the end of the window to the beginning of the service.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from routeopt.plot import style
from routeopt.plot.rows import bars, label_rows, rows_height
from routeopt.plot.style import LATE, PALETTE, QUIET
from routeopt.problems.solution import Solution

SERVICE, LEG, WINDOW = PALETTE[0], PALETTE[5], "#ECECEC"
KINDS = {  # half height in rows, colour, label
    "window": (0.44, WINDOW, "time window"),
    "leg": (0.09, LEG, "leg"),
    "wait": (0.09, "none", "wait"),
    "service": (0.3, SERVICE, "service"),
    "late": (0.3, LATE, "late"),
}
MINUTE = 60
STEPS = (5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440)  # minutes between ticks of a clock


def size(solution: Solution) -> tuple[float, float]:
    """Return width and height in inches."""
    return 10.0, rows_height(solution)


def draw(solution: Solution, ax: Any) -> None:
    """Draw the timeline of a solution."""
    spans = _spans(solution)
    style.prepare(ax)
    ax.grid(False, axis="y")
    for depth, (kind, (half, colour, _)) in enumerate(KINDS.items()):
        boxes = [(a, b, row - half, row + half) for row, a, b in spans[kind]]
        outline = {"edgecolors": QUIET, "linewidths": 0.7} if kind == "wait" else {}
        if kind == "service":  # of no length, as in many benchmarks, it still shows where the stop is
            outline = {"edgecolors": SERVICE, "linewidths": 1.0}
        bars(ax, boxes, colour, 1 + 0.1 * depth, **outline)
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
        *([f"late by {_span(solution, late)} in all"] if late > 0 else []),
    )


def _spans(solution: Solution) -> dict[str, list[tuple[int, float, float]]]:
    """Return (row, from, to) of everything that lasts, by kind."""
    instance = solution.problem.instance()
    spans: dict[str, list[tuple[int, float, float]]] = {kind: [] for kind in KINDS}
    first, last = _horizon(solution)
    for row, visits in enumerate(solution.schedule, 1):
        for before, visit in pairwise(visits):
            spans["leg"].append((row, before.departure, visit.arrival))
        for visit in visits:
            loaded = visit.departure - (visit.waiting - (visit.begin - visit.arrival))
            spans["wait"] += [(row, visit.arrival, visit.begin), (row, loaded, visit.departure)]
            if visit.node >= instance.depots or loaded > visit.begin:
                spans["service"].append((row, visit.begin, loaded))
            spans["late"].append((row, visit.begin - visit.lateness, visit.begin))
            if visit.node >= instance.depots:
                windows = np.unique(instance.windows[visit.node] / solution.scale, axis=0)
                spans["window"] += [
                    (row, max(early, first), min(late, last))
                    for early, late in windows.tolist()
                    if early > first or late < last
                ]
    timed = {"wait", "late", "leg", "window"}
    return {kind: [s for s in found if s[2] > s[1] or kind not in timed] for kind, found in spans.items()}


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


def _legend(spans: dict[str, list[tuple[int, float, float]]], ax: Any) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor=colour, edgecolor=QUIET if kind == "wait" else "none", label=label)
        for kind, (_, colour, label) in KINDS.items()
        if spans[kind]
    ]
    style.legend(ax, handles)


def _span(solution: Solution, time: float) -> str:
    return f"{_clock(time)} h" if solution.problem.geographic else style.number(time)


def _clock(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / MINUTE), 60)
    return f"{hours}:{minutes:02d}"
