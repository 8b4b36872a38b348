"""Charts of a plan beside its map: when vehicles are where, what they carry, and how the search went."""

from __future__ import annotations

from itertools import pairwise
from math import isfinite
from typing import Any

import altair as alt
import pandas as pd

from mapapp import words
from mapapp.shown import Shown
from routeopt.plot.style import DASHES, LATE, LINES
from routeopt.problems.solution import Solution

KINDS = {"window": "#C9CED6", "drive": LINES[0], "wait": LINES[4], "serve": LINES[2], "late": LATE}
ROW = 30  # pixels of a route
MIDNIGHT = pd.Timestamp(2000, 1, 1)


def timeline(shown: Shown) -> alt.Chart:
    """Return what each vehicle does when, with the windows of its stops above the bars."""
    frame = pd.DataFrame(_spans(shown))
    clock = shown.problem.geographic
    if clock:
        for end in ("from", "to"):
            frame[end] = MIDNIGHT + pd.to_timedelta(frame[end], unit="s")
    kind = "T" if clock else "Q"
    axis = alt.Axis(format="%H:%M", title="time of day") if clock else alt.Axis(title="time")
    frame["low"] = frame["what"].map({"window": 0.0}).fillna(0.24)
    base = alt.Chart(frame).encode(
        x=alt.X(f"from:{kind}", axis=axis, scale=alt.Scale(zero=False)),
        x2="to",
        y=alt.Y("route:N", sort=shown.labels, title=None),
        color=alt.Color(
            "what:N",
            scale=alt.Scale(domain=list(KINDS), range=list(KINDS.values())),
            legend=alt.Legend(symbolOpacity=1.0),
            title=None,
        ),
        tooltip=["stop:N", "what:N", "when:N", "route:N"],
    )
    windows = base.transform_filter("datum.what == 'window'").mark_bar(height=26, cornerRadius=3, opacity=0.2)
    doing = base.transform_filter("datum.what != 'window'").mark_bar(height=12)
    return (windows + doing).properties(height=max(ROW * len(shown.labels), 120) + 40)


def _spans(shown: Shown) -> list[dict[str, Any]]:
    problem, depots, rows = shown.problem, len(shown.problem.depots), []
    first = min((visits[0].arrival for visits in shown.solution.schedule), default=0.0)
    last = max((visits[-1].departure for visits in shown.solution.schedule), default=1.0)

    def add(label: str, what: str, stop: str, begin: float, end: float) -> None:
        if end > begin + 1e-9:
            told = f"{words.moment(problem, begin)}–{words.moment(problem, end)}"
            rows.append({"route": label, "what": what, "stop": stop, "from": begin, "to": end, "when": told})

    for label, visits in zip(shown.labels, shown.solution.schedule, strict=True):
        for before, visit in pairwise(visits):
            add(label, "drive", f"to {visit.name}", before.departure, visit.arrival)
        for visit in visits:
            late = visit.lateness > 1e-9
            served = visit.departure - (visit.waiting - (visit.begin - visit.arrival))
            add(label, "wait", visit.name, visit.arrival, visit.begin)
            add(label, "late" if late else "serve", visit.name, visit.begin, served)
            add(label, "wait", visit.name, served, visit.departure)
            if visit.node >= depots:
                for early, close in shown.windows(visit.node):
                    if early > first or close < last:
                        add(label, "window", visit.name, max(early, first), min(close, last))
    return rows or [{"route": "", "what": "drive", "stop": "", "from": 0.0, "to": 0.0, "when": ""}]


def loads(shown: Shown) -> alt.Chart:
    """Return what is on board over the distance driven, a panel for each route."""
    rows = []
    for route, (label, visits) in enumerate(zip(shown.labels, shown.solution.schedule, strict=True)):
        kind = int(shown.solution.routes.vehicle[route])
        limit = shown.problem.vehicles[kind].capacity
        limits = limit if isinstance(limit, tuple) else (limit,) * len(visits[0].load)
        for visit in visits:
            for kind_of_load, (load, most) in enumerate(zip(visit.load, limits, strict=False), 1):
                rows.append(
                    {
                        "route": label,
                        "stop": visit.name,
                        "kind": f"load {kind_of_load}" if len(visit.load) > 1 else "on board",
                        "distance": visit.distance / (1000 if shown.problem.geographic else 1),
                        "load": load,
                        "capacity": most if isfinite(most) else None,
                    }
                )
    x = alt.X("distance:Q", title="kilometres driven" if shown.problem.geographic else "distance driven")
    base = alt.Chart().encode(x=x)
    colour = alt.Color("kind:N", scale=alt.Scale(range=list(LINES)), title=None)
    area = base.mark_area(interpolate="step-after", opacity=0.75).encode(
        y=alt.Y("load:Q", title="load", stack=None), color=colour, tooltip=["stop:N", "load:Q", "capacity:Q"]
    )
    rule = alt.Chart().mark_rule(strokeDash=[4, 3], color=LATE).encode(y="max(capacity):Q")
    return (
        alt.layer(area, rule, data=pd.DataFrame(rows))
        .properties(width=280, height=90)
        .facet(alt.Facet("route:N", sort=shown.labels, title=None), columns=2)
    )


def convergence(solutions: list[Solution]) -> alt.Chart | None:
    """Return how the cost of one or several searches fell; None where nothing was noted."""
    rows = []
    for number, solution in enumerate(solutions, 1):
        label = solution.solver or "search"
        label = f"{number} · {label}" if len(solutions) > 1 else label
        best = float("inf")
        for seconds, cost in [*solution.trace, (solution.seconds, solution.cost)]:
            best = min(best, cost)
            if isfinite(best):
                rows.append({"solver": label, "seconds": seconds, "cost": best})
    if not rows:
        return None
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(interpolate="step-after", point=True, strokeWidth=2)
        .encode(
            x=alt.X("seconds:Q", title="seconds of search"),
            y=alt.Y("cost:Q", title="cost", scale=alt.Scale(zero=False)),
            color=alt.Color("solver:N", scale=alt.Scale(range=list(LINES)), title=None),
            strokeDash=alt.StrokeDash("solver:N", scale=alt.Scale(range=_dashes()), title=None),
            tooltip=[
                "solver:N",
                alt.Tooltip("seconds:Q", format=".2f"),
                alt.Tooltip("cost:Q", format=",.2f"),
            ],
        )
        .properties(height=320)
    )


def _dashes() -> list[list[float]]:
    """Return the line styles of routeopt.plot for Vega."""
    return [[1, 0] if dash == "solid" else [2 * part for part in dash[1]] for dash in DASHES]
