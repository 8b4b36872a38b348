"""Routes on a map: lines along their legs, stops as dots that grow with their load, depots as squares.

Large plans get thin lines, and fade the legs from and to the depot, which tell little and cover much.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from math import cos, radians
from typing import Any

import numpy as np

from routeopt.errors import ProblemError
from routeopt.plot import style
from routeopt.plot.style import FAINT, INK, LATE, PAPER, QUIET, RouteStyle
from routeopt.problems.instance import Flags, Floats
from routeopt.problems.solution import Solution

NAMED = 40  # stops, up to which each is labelled
LISTED = 20  # routes, up to which each has a line in the legend
NUMBERED = 60  # routes, up to which each has its number on the map
STREET = "#D5D5D5"  # what nobody drives on
CROWDED = (60, 250)  # stops, between which legs at the depot fade

Line = tuple[int, Floats]  # number of the route from 0, places (M, 2)


def size(solution: Solution) -> tuple[float, float]:
    """Return width and height in inches."""
    return (9.0, 6.8) if solution.vehicles <= LISTED else (8.0, 7.4)


def draw(solution: Solution, ax: Any) -> None:
    """Draw the routes of a solution."""
    problem = solution.problem
    if not np.isfinite(problem.places).all():
        raise ProblemError("the routes cannot be drawn: some places have no coordinates; plot the 'timeline'")
    styles = style.route_styles(solution)
    style.prepare(ax)
    _streets(solution, ax)
    _legs(solution, ax, styles)
    _stops(solution, ax, styles)
    _marks(solution, ax)
    _names(solution, ax, styles)
    _frame(solution, ax)
    _legend(solution, ax, styles)
    style.title(ax, solution, *style.facts(solution))


def _streets(solution: Solution, ax: Any) -> None:
    """Draw the networks that legs follow, and say where they come from, as their licences ask."""
    from matplotlib.collections import LineCollection

    legs = solution.problem.legs.values()
    networks = {id(along.network): along.network for along in legs if hasattr(along, "network")}
    for network in networks.values():
        lines = [network.line(arc) for arc in range(len(network.head)) if arc >= network.twin[arc]]
        ax.add_collection(LineCollection(lines, colors=STREET, linewidths=1.0, zorder=0.5))
        if network.source:
            ax.annotate(
                network.source, (1, 0), (-3, 3), xycoords="axes fraction", textcoords="offset points",
                ha="right", fontsize=6.5, color=QUIET, zorder=8,
            )  # fmt: skip


def _legs(solution: Solution, ax: Any, styles: list[RouteStyle]) -> None:
    """Draw tours between stops in full, and legs at depots the fainter the more there are."""
    from matplotlib.collections import LineCollection

    stops = len(solution.problem.stops)
    width = float(np.interp(stops, [20, 200, 1000, 10_000], [2.2, 1.5, 1.0, 0.5]))
    tours, depot_legs = _lines(solution)
    faint = float(np.interp(stops, CROWDED, [1.0, 0.3]))
    for lines, alpha, zorder in ((depot_legs, faint, 2.0), (tours, 1.0, 2.1)):
        looks = [styles[route] for route, _ in lines]
        collection = LineCollection(
            [line for _, line in lines],
            colors=[look.colour for look in looks],
            linestyles=[look.dashes for look in looks],
            linewidths=width * (0.4 + 0.6 * alpha),
            alpha=alpha,
            zorder=zorder,
        )
        ax.add_collection(collection)
    if stops <= NAMED:
        _arrows(ax, depot_legs, styles)


def _lines(solution: Solution) -> tuple[list[Line], list[Line]]:
    """Return the lines between stops, as long as no depot comes between, and the lines at depots."""
    problem, depots = solution.problem, len(solution.problem.depots)
    tours: list[Line] = []
    depot_legs: list[Line] = []
    for route, (kind, visits) in enumerate(zip(solution.routes.vehicle, solution.schedule, strict=True)):
        legs = problem.legs[problem.vehicles[kind].profile]
        for between, pairs in groupby(pairwise(visits), key=lambda ends: min(e.node for e in ends) >= depots):
            parts = [legs.geometry(problem.places, a.node, b.node) for a, b in pairs]
            if between:
                tours.append((route, np.vstack(parts)))
            else:
                depot_legs += [(route, part) for part in parts]
    return tours, depot_legs


def _arrows(ax: Any, depot_legs: list[Line], styles: list[RouteStyle]) -> None:
    """Put an arrow head halfway along the first leg of each route."""
    for route, line in dict(reversed(depot_legs)).items():
        middle = len(line) // 2
        tail, head = line[middle - 1], line[middle]
        ax.annotate(
            "",
            0.42 * tail + 0.58 * head,
            0.58 * tail + 0.42 * head,
            arrowprops={"arrowstyle": "-|>", "color": styles[route].colour, "lw": 0, "mutation_scale": 20},
            zorder=3,
        )


def _stops(solution: Solution, ax: Any, styles: list[RouteStyle]) -> None:
    """Draw served stops in the colour of their route; hollow where goods are only fetched."""
    problem, instance = solution.problem, solution.problem.instance()
    route_of = np.repeat(np.arange(solution.vehicles), np.diff(solution.routes.offsets))
    served = solution.routes.visits >= instance.depots
    nodes = solution.routes.visits[served]
    ink = np.array([look.colour for look in styles], object)[route_of[served]]
    areas = _areas(solution)[nodes]
    hollow = _fetched(solution)[nodes]
    edge = float(np.interp(len(problem.stops), [50, 1000], [0.7, 0.25]))
    for fetched, chosen in ((False, ~hollow), (True, hollow)):
        colour = list(ink[chosen])
        ax.scatter(
            *problem.places[nodes[chosen]].T,
            s=areas[chosen],
            c=PAPER if fetched else colour,
            edgecolors=colour if fetched else PAPER,
            linewidths=1.8 * edge if fetched else edge,
            zorder=3,
        )


def _areas(solution: Solution) -> Floats:
    """Return the area of each node's dot in square points: three to one between heavy and light."""
    instance = solution.problem.instance()
    loads = np.abs(instance.delivery[:, 0]) + np.abs(instance.pickup[:, 0])
    heaviest = loads[instance.depots :].max()
    share = loads / heaviest if heaviest > 0 else np.full(len(loads), 0.4)
    largest = float(np.interp(instance.stops, [20, 100, 300, 1000, 10000], [90, 50, 26, 13, 2]))
    areas: Floats = largest * (0.3 + 0.7 * share)
    return areas


def _fetched(solution: Solution) -> Flags:
    """Return which nodes have goods to fetch and none to bring."""
    instance = solution.problem.instance()
    fetches, brings = ((table > 0).any(axis=1) for table in (instance.pickup, instance.delivery))
    flags: Flags = np.logical_and(fetches, ~brings)
    return flags


def _marks(solution: Solution, ax: Any) -> None:
    """Draw depots, stops that nobody needs to visit, unserved stops, and rings where a bound is broken."""
    problem, places = solution.problem, solution.problem.places
    depots = len(problem.depots)
    seen = np.zeros(len(places), bool)
    seen[solution.routes.visits] = True
    unserved = [problem.index[left.stop] for left in solution.unserved]
    seen[unserved] = True
    spare = np.flatnonzero(~seen[depots:]) + depots
    broken = [problem.index[violation.stop] for violation in solution.violations if violation.stop]
    scale = float(np.interp(len(problem.stops), [50, 1000], [1.0, 0.55]))
    ax.scatter(*places[spare].T, s=14 * scale, c=FAINT, edgecolors=QUIET, linewidths=0.5, zorder=1)
    ax.scatter(*places[broken].T, s=170 * scale, facecolors="none", edgecolors=LATE, linewidths=1.6, zorder=4)
    ax.scatter(*places[unserved].T, s=60 * scale, c=PAPER, marker="X", linewidths=0, zorder=4)
    ax.scatter(*places[unserved].T, s=34 * scale, c=INK, marker="x", linewidths=1.6, zorder=5)
    ax.scatter(*places[:depots].T, s=95, c=INK, marker="s", edgecolors=PAPER, linewidths=1.4, zorder=6)


def _names(solution: Solution, ax: Any, styles: list[RouteStyle]) -> None:
    """Write names at the stops of a small plan, and numbers at the far end of the routes of a larger one."""
    from matplotlib.patheffects import withStroke

    problem, places = solution.problem, solution.problem.places
    halo = [withStroke(linewidth=2.2, foreground=PAPER)]
    centre = places[: len(problem.depots)].mean(axis=0)
    if len(problem.stops) <= NAMED:
        for name, place in zip(problem.names, places, strict=True):
            ax.annotate(
                name, place, (6, 5), textcoords="offset points", fontsize=7, color=QUIET, path_effects=halo
            )
    elif solution.vehicles <= NUMBERED:
        for number, (nodes, look) in enumerate(zip(solution.routes.lists(), styles, strict=True), 1):
            farthest = max(nodes, key=lambda node: float(np.hypot(*(places[node] - centre))), default=0)
            outward = places[farthest] - centre
            outward = outward / (np.hypot(*outward) or 1.0)
            ax.annotate(
                str(number),
                places[farthest],
                7 * outward,
                textcoords="offset points",
                ha="center",
                va="center",
                fontsize=7,
                fontweight="bold",
                color=look.colour,
                path_effects=halo,
                zorder=7,
            )


def _frame(solution: Solution, ax: Any) -> None:
    """Show all places at true proportions."""
    places = solution.problem.places
    ax.autoscale_view()
    ax.margins(0.04)
    if solution.problem.geographic:
        ax.set_aspect(1.0 / max(cos(radians(float(places[:, 1].mean()))), 0.05), adjustable="datalim")
        style.axis_labels(ax, x="longitude (degrees)", y="latitude (degrees)")
    else:
        ax.set_aspect("equal", adjustable="box")
        style.axis_labels(ax, x="x (units of length)", y="y (units of length)")


def _legend(solution: Solution, ax: Any, styles: list[RouteStyle]) -> None:
    from matplotlib.lines import Line2D

    problem, depots = solution.problem, len(solution.problem.depots)
    several = len(problem.vehicles) > 1
    handles = []
    if solution.vehicles <= LISTED:
        for number, (kind, nodes, look) in enumerate(
            zip(solution.routes.vehicle, solution.routes.lists(), styles, strict=True), 1
        ):
            who = f"{problem.vehicle_names[kind]}, " if several else ""
            label = f"{number}: {who}{style.count(sum(node >= depots for node in nodes), 'stop')}"
            handles.append(Line2D([], [], color=look.colour, linestyle=look.dashes, linewidth=2, label=label))
    depot = "depot" if depots == 1 else "depots"
    shapes: list[dict[str, Any]] = [{"label": depot, "marker": "s", "color": INK}]
    if _fetched(solution).any():
        shapes.append({"label": "goods fetched", "marker": "o", "markerfacecolor": PAPER, "color": QUIET})
    if solution.unserved:
        shapes.append({"label": "unserved", "marker": "x", "color": INK, "markeredgewidth": 1.6})
    if any(violation.stop for violation in solution.violations):
        ring = {"markerfacecolor": "none", "markersize": 9, "markeredgewidth": 1.6}
        shapes.append({"label": "violation", "marker": "o", "color": LATE, **ring})
    handles += [Line2D([], [], **{"linestyle": "none", "markersize": 6.5, **shape}) for shape in shapes]
    style.legend(ax, handles, below=solution.vehicles > LISTED)
