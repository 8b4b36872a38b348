"""Figures of an admission: the use of links, who is admitted by priority, and bound and answer over time."""

from __future__ import annotations

from importlib.util import find_spec
from math import cos, pi, sin
from pathlib import Path
from typing import Any

import numpy as np

from routeopt.errors import ProblemError, RouteoptError
from routeopt.plot.style import FAINT, INK, PALETTE, QUIET
from routeopt.problems.admission import Admission
from routeopt.problems.instance import Floats

SUFFIXES = (".png", ".svg", ".pdf")
_SIZE = (12.0, 4.4)  # inches


def plot_admission(admission: Admission, path: str | Path | None = None) -> Any:
    """Draw the network with the use of its links, the priorities that are admitted, and how the answer was found.

    Parameters
    ----------
    admission : Admission
        What to draw.
    path : path, optional
        Where to: .png, .svg or .pdf; by default nothing is saved.

    Returns
    -------
    matplotlib.figure.Figure
        With three axes.

    Raises
    ------
    ProblemError
        The suffix is not known.
    RouteoptError
        matplotlib is not installed.
    """
    if find_spec("matplotlib") is None:
        raise RouteoptError("plots need matplotlib; install it with: pip install 'routeopt[plot]'")
    if path is not None and Path(path).suffix.lower() not in SUFFIXES:
        raise ProblemError(
            f"{path}: a picture cannot be '{Path(path).suffix}'; use one of {', '.join(SUFFIXES)}"
        )
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE, layout="constrained")
    network, priorities, progress = figure.subplots(1, 3, width_ratios=(1.5, 1, 1.2))
    _draw_network(admission, network, figure)
    _draw_priorities(admission, priorities)
    _draw_progress(admission, progress)
    if path is not None:
        figure.savefig(path, dpi=160)
    return figure


def places_of(admission: Admission) -> Floats:
    """Return where nodes are drawn: where they are, or on a circle."""
    network = admission.problem.network
    if network.places is not None:
        return network.places
    angles = [2 * pi * k / max(network.size, 1) for k in range(network.size)]
    return np.array([(cos(angle), sin(angle)) for angle in angles]).reshape(-1, 2)


def use_of(admission: Admission) -> Floats:
    """Return which share of its capacity is taken, for each arc (m,); 0 where it has none."""
    capacity = np.maximum(admission.instance.capacity, 1)
    shares: Floats = (admission.used / capacity)[admission.instance.link]
    return shares


def _draw_network(admission: Admission, axes: Any, figure: Any) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import LineCollection
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    places, use = places_of(admission), use_of(admission)
    tail, head = places[admission.instance.tail], places[admission.instance.head]
    along = head - tail
    length = np.maximum(np.hypot(*along.T), 1e-12)[:, None]
    span = float(np.ptp(places, axis=0).max()) or 1.0
    side = np.column_stack([along[:, 1], -along[:, 0]]) / length * 0.006 * span  # both directions can be seen
    colours = LinearSegmentedColormap.from_list("use", [FAINT, PALETTE[5], PALETTE[0], PALETTE[1]])
    lines = LineCollection(
        list(np.stack([tail + side, head + side], axis=1)), cmap=colours, norm=Normalize(0, 1), linewidths=1.6
    )
    lines.set_array(use)
    axes.add_collection(lines)
    axes.scatter(*places.T, s=26, color=INK, zorder=3)
    if len(places) <= 40:
        for name, place in zip(admission.problem.node_names, places, strict=True):
            axes.annotate(name, place, textcoords="offset points", xytext=(4, 4), fontsize=7, color=QUIET)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_title(f"{len(admission.admitted):,} of {len(admission.problem.flows):,} flows", loc="left")
    figure.colorbar(ScalarMappable(Normalize(0, 100), colours), ax=axes, label="capacity used, %", shrink=0.7)


def _draw_priorities(admission: Admission, axes: Any) -> None:
    classes = admission.classes()
    names = [str(priority) for priority in classes]
    given = np.array([counts[0] for counts in classes.values()])
    asked = np.array([counts[1] for counts in classes.values()])
    axes.barh(names, given, color=PALETTE[0], label="admitted")
    axes.barh(names, asked - given, left=given, color=FAINT, label="rejected")
    axes.invert_yaxis()
    axes.set_xlabel("flows")
    axes.set_ylabel("priority")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


def _draw_progress(admission: Admission, axes: Any) -> None:
    end = max(admission.seconds, max((seconds for seconds, _, _ in admission.trace), default=0.0))
    steps = [*admission.trace, (end, float(admission.objective), admission.bound)]
    seconds = [step[0] for step in steps]
    axes.step(seconds, [step[1] for step in steps], where="post", color=PALETTE[0], label="admitted")
    known = [(step[0], step[2]) for step in steps if step[2] is not None]
    if known:
        axes.step(*zip(*known, strict=True), where="post", color=PALETTE[1], label="bound")
    axes.set_xlabel("seconds")
    axes.set_ylabel("worth")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right")
