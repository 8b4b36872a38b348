"""What is on board along each route, against the capacity: a row a route, as high as the vehicle is full.

The load drops and rises at the stops, over the distance driven. Several load dimensions share the row.
What exceeds the capacity is red.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from routeopt.plot import style
from routeopt.plot.rows import Box, bars, label_rows, rows_height
from routeopt.plot.style import LATE, QUIET
from routeopt.problems.instance import EPS, Floats
from routeopt.problems.solution import Solution

ROOM = 0.8  # of a row, filled by a full vehicle


def size(solution: Solution) -> tuple[float, float]:
    """Return width and height in inches."""
    return 10.0, rows_height(solution)


def draw(solution: Solution, ax: Any) -> None:
    """Draw the loads of a solution."""
    styles = style.route_styles(solution)
    style.prepare(ax)
    ax.grid(False, axis="y")
    capacity, full = _full(solution)
    dimensions = len(full[0]) if len(full) else 1
    tracks: list[Box] = []
    boxes: list[list[Box]] = [[] for _ in range(dimensions)]
    colours: list[str] = []
    over: list[Box] = []
    for row, (visits, look) in enumerate(zip(solution.schedule, styles, strict=True), 1):
        kind = solution.routes.vehicle[row - 1]
        stations = np.array([visit.distance for visit in visits]) / _unit(solution)
        for k in range(dimensions):
            floor, height = _band(row, k, dimensions)
            tracks.append((0.0, float(stations[-1]), floor, floor - height))
            for a, b, visit in zip(stations[:-1], stations[1:], visits, strict=False):
                load = visit.load[k]
                share = min(load / full[kind, k], 1.0)
                boxes[k].append((a, b, floor, floor - height * share))
                if load > capacity[kind, k] + EPS:
                    excess = min((load - capacity[kind, k]) / full[kind, k], 0.2)
                    over.append((a, b, floor - height, floor - height * (1 + excess)))
        colours += [look.colour] * (len(visits) - 1)
    bars(ax, tracks, style.FAINT, 1.0, alpha=0.6)
    for k, drawn in enumerate(boxes):
        bars(ax, drawn, colours, 1.1, alpha=_strength(k, dimensions))
    bars(ax, over, LATE, 1.2)
    label_rows(solution, ax, styles)
    longest = (
        max((box[1] for box in tracks), default=0.0) or 1.0
    )  # where nobody moves, there is an axis all the same
    ax.set_xlim(-0.012 * longest, 1.02 * longest)
    unit = "kilometres" if solution.problem.geographic else "units of length"
    style.axis_labels(ax, x=f"distance driven ({unit})")
    _legend(solution, ax, bool(over))
    style.title(ax, solution, *_facts(solution, capacity))


def _full(solution: Solution) -> tuple[Floats, Floats]:
    """Return capacities (T, K), and what fills a row (T, K): the heaviest load where there is no limit."""
    capacity = solution.problem.instance().capacity
    loads = [visit.load for visits in solution.schedule for visit in visits]
    heaviest = np.array(loads).max(axis=0) if loads else np.ones(capacity.shape[1])
    full = np.where(np.isfinite(capacity) & (capacity > 0), capacity, np.maximum(heaviest, EPS))
    return capacity, full


def _band(row: int, k: int, dimensions: int) -> tuple[float, float]:
    """Return floor and height of the band of a load dimension within a row; rows count downwards."""
    height = ROOM / dimensions
    return row + ROOM / 2 - (dimensions - 1 - k) * height, 0.9 * height


def _strength(k: int, dimensions: int) -> float:
    return 0.9 - 0.6 * k / dimensions


def _unit(solution: Solution) -> float:
    return 1000.0 if solution.problem.geographic else 1.0


def _facts(solution: Solution, capacity: Floats) -> list[str]:
    """Return how full the vehicles are when they are fullest."""
    peaks = [np.array([visit.load for visit in visits]).max(axis=0) for visits in solution.schedule]
    shares = [
        float((peak / capacity[kind]).max())
        for kind, peak in zip(solution.routes.vehicle, peaks, strict=True)
        if np.isfinite(capacity[kind]).all() and (capacity[kind] > 0).all()
    ]
    facts = [style.count(solution.vehicles, "route")]
    return [*facts, f"at their fullest {100 * np.mean(shares):.0f} % on average"] if shares else facts


def _legend(solution: Solution, ax: Any, overloaded: bool) -> None:
    from matplotlib.patches import Patch

    limited = np.isfinite(solution.problem.instance().capacity).any()
    dimensions = solution.problem.instance().capacity.shape[1]
    labels = ["on board"] if dimensions == 1 else [f"load {k} on board" for k in range(1, dimensions + 1)]
    handles = [
        *(
            Patch(facecolor=QUIET, alpha=_strength(k, dimensions), label=label)
            for k, label in enumerate(labels)
        ),
        *([Patch(facecolor=style.FAINT, label="free capacity")] if limited else []),
        *([Patch(facecolor=LATE, label="above capacity")] if overloaded else []),
    ]
    style.legend(ax, handles)
