"""A plan from every side: map, timeline, loads, table, convergence."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from mapapp import charts, clicks, compare, motion, picture, words
from mapapp.shown import Shown
from mapapp.solver import Settings
from routeopt.problems.vrp import VRP

TABS = ["Map", "Timeline", "Loads", "Table", "Convergence", "Compare"]
ALL = -1  # in place of a route
LISTED = 60  # routes, up to which charts have a row for each
TIMES = ("arrival", "begin", "departure")
SPANS = ("waiting", "lateness")


def show(shown: Shown, problem: VRP | None, settings: Settings) -> None:
    """Show the tabs; only the one that is open is drawn. The problem may have been edited since the plan."""
    drawn = (
        partial(_map, problem=problem),
        _timeline,
        _loads,
        _table,
        _convergence,
        lambda shown: compare.show(problem or shown.problem, settings),
    )
    for tab, draw in zip(st.tabs(TABS, key="view", on_change="rerun"), drawn, strict=True):
        if tab.open:
            with tab:
                draw(shown)


def _map(shown: Shown, problem: VRP | None) -> None:
    """Draw the map; a route may be looked at alone, and clicks may add stops."""
    options = [ALL, *range(shown.solution.vehicles)]
    left, middle, right = st.columns([2, 1.5, 2], vertical_alignment="center")
    chosen = left.selectbox(
        "Route",
        options,
        key="route",
        format_func=lambda route: "All routes" if route == ALL else shown.labels[route],
        label_visibility="collapsed",
    )
    route = None if chosen == ALL else chosen
    if shown.mapped and middle.toggle("Vehicles over time", key="moving"):
        motion.show(shown, route)
        return
    if problem is None or not shown.mapped or not clicks.possible(problem):
        picture.draw(shown, key="map still", route=route)
        return
    adding = right.toggle("Click adds stops", key="adding", help="On a crossing of the streets.")
    picture.draw(
        shown,
        key=clicks.key(),
        route=route,
        below=[clicks.crossings(problem)] if adding else [],
        above=[clicks.waiting(shown, problem)] if problem is not shown.problem else [],
        on_select=clicks.clicked if adding else "ignore",
    )


def _timeline(shown: Shown) -> None:
    if _too_many(shown):
        return
    st.altair_chart(charts.timeline(shown), alt="What each vehicle does when")
    st.caption("Grey: the hours in which stops are open. Yellow: waiting. Red: late.")


def _loads(shown: Shown) -> None:
    if not _too_many(shown):
        st.altair_chart(charts.loads(shown), alt="What is on board along each route")
        st.caption("Dashed: capacity.")


def _too_many(shown: Shown) -> bool:
    many = shown.solution.vehicles > LISTED
    if many:
        st.info(f"{shown.solution.vehicles} routes are too many for a chart; the table lists every visit.")
    return many


def _table(shown: Shown) -> None:
    problem, frame = shown.problem, shown.solution.table()
    if frame.empty:
        st.info("No stop is served, so there is nothing to list.")
        return
    for column in TIMES:
        frame[column] = [words.moment(problem, time) for time in frame[column]]
    for column in SPANS:
        frame[column] = [words.span(problem, time) if time > 0 else "" for time in frame[column]]
    frame["distance"] = [words.length(problem, distance) for distance in frame["distance"]]
    frame["load"] = frame["load"].map(
        lambda load: " / ".join(f"{x:g}" for x in load) if isinstance(load, tuple) else load
    )
    st.dataframe(pd.DataFrame(frame), hide_index=True, height=460, alt="Every visit of every route")


def _convergence(shown: Shown) -> None:
    chart = charts.convergence([shown.solution])
    if chart is None:
        st.info("The search found no complete plan, so there is no curve.")
        return
    st.altair_chart(chart, alt="Cost over seconds of search")
    solution = shown.solution
    st.caption(
        f"{solution.solver}: {solution.iterations:,} iterations in {solution.seconds:.1f} s, seed {solution.seed}"
    )
