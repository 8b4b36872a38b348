"""How the cost fell while the search went on; several searches over each other, to compare them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from routeopt.errors import ProblemError
from routeopt.plot import style
from routeopt.plot.style import DASHES, INK, LINES, QUIET
from routeopt.problems.solution import Solution

Solutions = Solution | Sequence[Solution]


def size(_: Solutions) -> tuple[float, float]:
    """Return width and height in inches."""
    return 8.0, 4.6


def draw(solution: Solutions, ax: Any, *, best_known: float | None = None) -> None:
    """Draw the trace of one or several searches, with the best known cost as a line."""
    solutions = [solution] if isinstance(solution, Solution) else list(solution)
    if not any(s.trace for s in solutions):
        raise ProblemError("the convergence cannot be drawn: the solution has no trace of its search")
    style.prepare(ax)
    ax.margins(y=0.09)
    end = max(max(s.seconds, s.trace[-1][0]) for s in solutions if s.trace)
    for number, (searched, label) in enumerate(zip(solutions, _labels(solutions), strict=True)):
        _curve(ax, searched, label, number)
    ax.set_xlim(0.0, 1.02 * end or 1.0)
    ax.yaxis.set_major_formatter("{x:,.10g}")
    style.axis_labels(ax, x="search time (seconds)", y="cost")
    best = solutions[0].problem.best_known if best_known is None else best_known
    if best is not None:
        _best_known(ax, best)
    if len(solutions) > 1:  # costs fall, so the upper right corner is free
        ax.legend(loc="upper right", frameon=False, fontsize=8, labelcolor=INK)
    winner = min(solutions, key=lambda searched: searched.cost)
    style.title(ax, winner, *_facts(winner, best))


def _curve(ax: Any, searched: Solution, label: str, number: int) -> None:
    """Draw one search: a step for each improvement, and a dot at what it ended with."""
    if not searched.trace:
        return
    seconds, costs = np.array(searched.trace, float).T
    known = np.isfinite(costs)
    seconds, costs = seconds[known], np.minimum.accumulate(costs[known])
    lap, colour = divmod(number, len(LINES))
    look = {"color": LINES[colour], "zorder": 3}
    stops = max(searched.seconds, seconds[-1])
    ax.step(
        [*seconds, stops], [*costs, costs[-1]], where="post", linewidth=1.8, label=label,
        linestyle=DASHES[(number if number < len(DASHES) else lap) % len(DASHES)], **look,
    )  # fmt: skip
    ax.plot(stops, costs[-1], "o", markersize=5, clip_on=False, **look)


def _labels(solutions: Sequence[Solution]) -> list[str]:
    """Return what tells the searches apart: solver, and seed and threads where they differ."""
    parts = [
        [searched.solver or "search" for searched in solutions],
        [f"seed {searched.seed}" for searched in solutions],
        [style.count(searched.threads, "thread") for searched in solutions],
    ]
    told = [part for number, part in enumerate(parts) if number == 0 or len(set(part)) > 1]
    costs = [style.number(searched.cost) for searched in solutions]
    return [", ".join(words) + f": {cost}" for *words, cost in zip(*told, costs, strict=True)]


def _best_known(ax: Any, best: float) -> None:
    """Draw the best known cost as a line, and a second scale in percent above it."""
    ax.axhline(best, color=INK, linewidth=1.0, linestyle=DASHES[2], zorder=2)
    place = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
    ax.annotate(
        f"best known {style.number(best)}",
        (1, best),
        (-4, -4),
        ha="right",
        va="top",
        fontsize=8,
        color=INK,
        **place,
    )
    if best > 0:
        scale = ax.secondary_yaxis(
            "right", functions=(lambda cost: 100 * (cost / best - 1), lambda gap: best * (1 + gap / 100))
        )
        scale.set_ylabel("above the best known (%)", fontsize=8.5, color=QUIET)
        scale.tick_params(colors=QUIET, labelsize=8, length=0)
        scale.spines["right"].set_visible(False)


def _facts(winner: Solution, best: float | None) -> list[str]:
    return [
        winner.solver or "search",
        f"{winner.iterations:,} iterations in {winner.seconds:.1f} s",
        *([] if not best else [style.gap(winner.cost / best - 1)]),
    ]
