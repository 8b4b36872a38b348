"""What all figures share: colours that colour-blind people can tell apart, line styles, titles, numbers.

The colours are those of Okabe and Ito, "Color Universal Design" (2008). Routes that lie side by side around
the depot get different ones; where colours come again, the line style tells routes apart, in grey too.
"""

from __future__ import annotations

from math import atan2
from typing import Any, NamedTuple

import numpy as np

from routeopt.problems.solution import Solution

#: blue, vermilion, green, purple, orange, sky blue, black, yellow; the last is too pale for lines on white
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
LINES = PALETTE[:-1]
DASHES = ("solid", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))  # in multiples of the line width
INK, QUIET, FAINT, PAPER = "#222222", "#6B6B6B", "#E4E4E4", "#FFFFFF"
LATE = "#C8102E"  # what is wrong: late, overloaded, left out


class RouteStyle(NamedTuple):
    """How a route is drawn in every figure."""

    colour: str
    dashes: Any  # as matplotlib's linestyle


def route_styles(solution: Solution) -> list[RouteStyle]:
    """Return the style of each route; neighbours around the depot differ in colour."""
    places, routes = solution.problem.places, solution.routes.lists()
    centre = places[: len(solution.problem.depots)].mean(axis=0)
    middles = [places[nodes].mean(axis=0) - centre if nodes else np.zeros(2) for nodes in routes]
    angles = [atan2(y, x) if np.isfinite(x + y) else 0.0 for x, y in middles]
    order = range(len(routes)) if len(routes) <= len(LINES) else np.argsort(angles, kind="stable").tolist()
    styles = [RouteStyle(LINES[0], DASHES[0])] * len(routes)
    for rank, route in enumerate(order):
        lap, colour = divmod(rank, len(LINES))
        styles[route] = RouteStyle(LINES[colour], DASHES[lap % len(DASHES)])
    return styles


def prepare(ax: Any) -> None:
    """Give axes the house's look: no frame, quiet ticks, hardly a grid."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(FAINT)
    ax.tick_params(colors=QUIET, labelsize=8, length=0)
    ax.grid(True, color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)


def title(ax: Any, solution: Solution, *facts: str) -> None:
    """Write what is shown and its cost above the axes, and facts in small letters below."""
    name, cost = solution.problem.name, f"cost {number(solution.cost)}"
    ax.set_title(
        f"{name}: {cost}" if name else cost.capitalize(),
        loc="left",
        pad=22,
        fontsize=12,
        fontweight="bold",
        color=INK,
    )
    ax.annotate(
        "  ·  ".join(facts),
        (0, 1),
        (0, 9),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=8.5,
        color=QUIET,
        va="bottom",
        annotation_clip=False,
    )


def facts(solution: Solution) -> list[str]:
    """Return what a plan is worth, in a few words each."""
    problem = solution.problem
    broken, left_out = len(solution.violations), len(solution.unserved)
    return [
        count(solution.vehicles, "route"),
        count(len(problem.stops) - left_out, "stop"),
        f"distance {length(solution.distance, problem.geographic)}",
        *([] if solution.gap is None else [gap(solution.gap)]),
        *([f"{left_out} unserved"] if left_out else []),
        *([f"not feasible: {count(broken, 'violation')}"] if broken else []),
    ]


def axis_labels(ax: Any, *, x: str = "", y: str = "") -> None:
    """Label the axes in small letters."""
    if x:
        ax.set_xlabel(x, fontsize=8.5, color=QUIET)
    if y:
        ax.set_ylabel(y, fontsize=8.5, color=QUIET)


def legend(ax: Any, handles: list[Any], *, below: bool = False) -> None:
    """Put a legend beside the axes, or in one line below them, never on top."""
    place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "borderaxespad": 0.0}
    if below:
        corner = {"loc": "upper right", "bbox_to_anchor": (1.0, 0.0), "borderaxespad": 2.3}
        place = {**corner, "ncols": len(handles)}
    ax.legend(handles=handles, frameon=False, fontsize=8, labelcolor=INK, **place)


def count(amount: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{amount:,} {noun}{'' if amount == 1 else 's'}"


def number(value: float) -> str:
    """Return a number as people read it, with up to five digits."""
    value = round(value, 6)  # sums of floats carry noise
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.{0 if abs(value) >= 10_000 else 1 if abs(value) >= 100 else 2}f}"


def gap(fraction: float) -> str:
    """Return how far a cost is from the best known one."""
    percent = round(100 * fraction, 2)
    return f"{percent:+.2f} % to the best known" if percent else "as good as the best known"


def length(value: float, metres: bool) -> str:
    """Return a length with its unit, where that is known."""
    return f"{value / 1000:,.1f} km" if metres else number(value)
