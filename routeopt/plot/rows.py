"""Figures with a row a route: their height, the label of each row, and bars drawn all at once."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np

from routeopt.plot import style
from routeopt.plot.style import INK, RouteStyle
from routeopt.problems.solution import Solution

LABELLED = 60  # rows, beyond which only some have a label

Box = tuple[float, float, float, float]  # left, right, bottom, top


def rows_height(solution: Solution) -> float:
    """Return the height of the figure in inches."""
    row = float(np.interp(solution.vehicles, [3, 12, 24], [0.6, 0.42, 0.34]))
    return float(np.clip(1.4 + row * solution.vehicles, 2.6, 14.0))


def label_rows(solution: Solution, ax: Any, styles: list[RouteStyle]) -> None:
    """Count rows from the top, each with the number, the vehicle and the colour of its route."""
    problem, routes = solution.problem, solution.vehicles
    every = max(1, ceil(routes / LABELLED))
    shown = range(1, routes + 1, every)
    several = len(problem.vehicles) > 1
    names = [problem.vehicle_names[kind] for kind in solution.routes.vehicle]
    ax.set_yticks(shown, [f"{names[row - 1]}  {row}" if several else str(row) for row in shown])
    ax.set_ylim(routes + 0.6, 0.4)
    ax.tick_params(axis="y", pad=12, labelcolor=INK)
    ax.scatter(
        np.zeros(len(shown)),
        shown,
        s=26,
        c=[styles[row - 1].colour for row in shown],
        marker="s",
        transform=ax.get_yaxis_transform(),
        clip_on=False,
        zorder=5,
    )
    ax.spines["left"].set_visible(False)
    if not several:
        style.axis_labels(ax, y="route")


def bars(ax: Any, boxes: list[Box], colour: Any, zorder: float, **looks: Any) -> None:
    """Draw boxes as one artist, which is quick for thousands."""
    from matplotlib.collections import PolyCollection

    corners = [[(a, low), (b, low), (b, high), (a, high)] for a, b, low, high in boxes]
    ax.add_collection(PolyCollection(corners, facecolors=colour, zorder=zorder, **looks))
