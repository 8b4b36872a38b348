"""Figures of solutions: the routes on a map, their timeline, their loads, and how the search converged.

>>> import routeopt as ro
>>> problem = ro.VRP([ro.Stop(3, 4), ro.Stop(6, 8)], [ro.Vehicle(count=1)], [ro.Depot(0, 0)])
>>> solution = ro.Solution(problem, ro.Routes.from_lists([[1, 2]]))
>>> solution.plot("routes").get_title(loc="left")
'Cost 20'

Each kind is a module with ``draw(solution, axes)`` and the ``size`` of its figure in inches. matplotlib is
imported when something is drawn, and never told which back end to use.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from routeopt.data.writers.files import replacing
from routeopt.errors import ProblemError, RouteoptError
from routeopt.plot import convergence, loads, routes, timeline
from routeopt.plot.style import PALETTE, route_styles
from routeopt.problems.solution import Solution

KINDS = {"routes": routes, "timeline": timeline, "loads": loads, "convergence": convergence}
SUFFIXES = (".png", ".svg", ".pdf")
DOTS_PER_INCH = 160  # of a saved picture

Solutions = Solution | Sequence[Solution]


def plot(solution: Solutions, kind: str = "routes", *, ax: Any = None, **options: Any) -> Any:
    """Draw a solution.

    Parameters
    ----------
    solution : Solution or sequence of Solution
        What to draw; several only for "convergence".
    kind : {"routes", "timeline", "loads", "convergence"}
        Which figure.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure of pyplot's.
    **options
        ``best_known=`` for "convergence": a cost to compare with, by default the one that the problem knows.

    Returns
    -------
    matplotlib.axes.Axes
        To be drawn on further, or shown with ``matplotlib.pyplot.show()``.

    Raises
    ------
    ProblemError
        When the kind is not known, or the solution lacks what the figure shows.
    """
    figure_kind = _kind(solution, kind)
    if ax is None:
        from matplotlib import pyplot

        _, ax = pyplot.subplots(figsize=figure_kind.size(solution), layout="constrained")
    figure_kind.draw(solution, ax, **options)
    return ax


def save(solution: Solutions, path: str | Path, kind: str = "routes", **options: Any) -> None:
    """Draw a solution into a file; the suffix .png, .svg or .pdf decides the format.

    Parameters are those of :func:`plot`.

    Raises
    ------
    ProblemError
        When the suffix or the kind is not known, or the folder does not exist.
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise ProblemError(f"{path}: a picture cannot be '{path.suffix}'; use one of {', '.join(SUFFIXES)}")
    figure_kind = _kind(solution, kind)
    from matplotlib.figure import Figure

    # Not pyplot's: no window opens, and nothing needs to be closed.
    figure = Figure(figsize=figure_kind.size(solution), layout="constrained")
    figure_kind.draw(solution, figure.add_subplot(), **options)
    with replacing(path) as target:
        figure.savefig(target, dpi=DOTS_PER_INCH, bbox_inches="tight", pad_inches=0.15)


def _kind(solution: Solutions, kind: str) -> Any:
    """Return the module that draws this kind, once it is clear that it can."""
    if kind not in KINDS:
        raise ProblemError(f"plot '{kind}' is not known; use one of {', '.join(KINDS)}")
    if not isinstance(solution, Solution) and kind != "convergence":
        raise ProblemError(f"plot '{kind}' shows one solution; only 'convergence' takes several")
    if find_spec("matplotlib") is None:
        raise RouteoptError("plots need matplotlib; install it with: pip install 'routeopt[plot]'")
    return KINDS[kind]


__all__ = ["KINDS", "PALETTE", "SUFFIXES", "plot", "route_styles", "save"]
