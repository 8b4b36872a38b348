"""A plan from every side: map, timeline, loads, table, convergence."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mapapp import basemap, charts, deck, words
from mapapp.shown import Shown

TABS = ["Map", "Timeline", "Loads", "Table", "Convergence"]
LISTED = 60  # routes, up to which charts have a row for each
TIMES = ("arrival", "begin", "departure")
SPANS = ("waiting", "lateness")


def show(shown: Shown) -> None:
    """Show the tabs; only the one that is open is drawn."""
    drawn = (_map, _timeline, _loads, _table, _convergence)
    for tab, draw in zip(st.tabs(TABS, key="view", on_change="rerun"), drawn, strict=True):
        if tab.open:
            with tab:
                draw(shown)


def draw_map(shown: Shown, *, key: str, route: int | None = None) -> None:
    """Draw the routes on their ground, and say where the streets come from."""
    if not shown.mapped:
        st.info(
            "Some places have no coordinates, so there is no map; the timeline and the table show the plan."
        )
        return
    st.pydeck_chart(
        deck.of_plan(shown, route=route),
        height=deck.HEIGHT,
        key=key,
        alt=f"Map of {shown.solution.vehicles} routes through {len(shown.problem.stops)} stops",
    )
    credit(shown)


def credit(shown: Shown) -> None:
    """Say where the streets come from, as their licence asks."""
    network = basemap.network_of(shown.problem)
    if network is not None or basemap.city_of(shown.problem):
        st.caption(basemap.ATTRIBUTION)


def _map(shown: Shown) -> None:
    options = [None, *range(shown.solution.vehicles)]
    route = st.selectbox(
        "Route",
        options,
        key="route",
        format_func=lambda route: "All routes" if route is None else shown.labels[route],
        label_visibility="collapsed",
    )
    draw_map(shown, key="map", route=route)


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
