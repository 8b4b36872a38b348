"""The page Plan: what is asked on the left, the plan in the middle, what to take away below."""

from __future__ import annotations

import numpy as np
import streamlit as st

from mapapp import (
    basemap,
    deck,
    downloads,
    fleet,
    live,
    results,
    solver,
    source as sources,
    stops,
    tiles,
    words,
)
from mapapp.again import carried
from mapapp.errors import messages, show as show_errors
from mapapp.job import Job
from mapapp.shown import Shown
from mapapp.source import Source
from routeopt.problems.vrp import VRP


def page() -> None:
    """Show the page."""
    state = st.session_state
    for name in ("job", "shown", "before", "planned", "source", "complaints", "problem"):
        state.setdefault(name, None)
    with st.sidebar:
        source = _source()
    if source is None:
        _without_data()
        return
    problem, complaints = _problem(source)
    state["problem"] = problem
    with st.sidebar:
        settings = solver.choose()
        basemap.choose()
    _collect()
    if state["planned_for"] != source.key and problem is not None:
        state.update(planned_for=source.key, shown=None, before=None, complaints=None)
        _begin(problem, settings, None)
    _header(source, problem, settings, complaints)
    _body(source, problem, settings)


def _source() -> Source | None:
    """Return the data; the same object as long as the choice stays the same."""
    st.session_state.setdefault("planned_for", "")
    chosen = sources.choose()
    known = st.session_state["source"]
    if known is not None and st.session_state["returned"]:
        known = st.session_state["source"] = known.edited(st.session_state["problem"])
    if chosen is not None and (known is None or known.key != chosen.key):
        st.session_state["source"] = known = chosen
    return known if chosen is not None else None


def _without_data() -> None:
    """Show what to do where there is no data yet."""
    _drop()
    st.session_state["planned_for"] = ""
    st.title("Plan delivery rounds")
    st.info(
        "Choose a file on the left, or paste a table; or begin with a bundled city.", icon=":material/upload:"
    )


def _problem(source: Source) -> tuple[VRP | None, list[str]]:
    """Show fleet and stops; return the problem as edited, or what is wrong with it."""
    key = f"{source.key} {source.version}"
    try:
        with st.sidebar.expander("Vehicles", icon=":material/local_shipping:", expanded=True):
            vehicles, loads = fleet.edit(source.problem, key)
        with st.sidebar.expander("Stops", icon=":material/location_on:"):
            return stops.edit(source.problem, vehicles, loads, key), []
    except Exception as error:  # a cell may hold anything
        return None, messages(error)


def _begin(problem: VRP, settings: solver.Settings, start: Shown | None) -> None:
    """Start a search, from a plan if there is one."""
    _drop()
    routes = None if start is None else carried(start.solution, problem)
    job = Job(problem, settings.seconds, solver=settings.chain, seed=settings.seed, start=routes)
    st.session_state.update(job=job, complaints=None)


def _drop() -> None:
    """Stop the search that is under way, if one is."""
    if st.session_state["job"] is not None:
        st.session_state["job"].stop()
    st.session_state["job"] = None


def _collect() -> None:
    """Take the plan of a search that has ended."""
    state, job = st.session_state, st.session_state["job"]
    if job is None or not job.done:
        return
    state["job"] = None
    if job.solution is None:
        state["complaints"] = job.complaints
    else:
        state.update(
            before=state["shown"], shown=Shown(job.solution), planned=job, complaints=None, live=None
        )
        state.pop("route", None)  # a route of the plan before


def _header(source: Source, problem: VRP | None, settings: solver.Settings, complaints: list[str]) -> None:
    """Show the title and the buttons."""
    state = st.session_state
    running, shown = state["job"] is not None, state["shown"]
    title, right = st.columns([2, 1], vertical_alignment="bottom")
    buttons = right.container(horizontal=True)  # beside each other on a phone too
    title.title(words.plain(source.problem.name or "Plan"))
    wrong = problem is None or running or settings.chain is None
    if buttons.button(
        "Plan", type="primary", key="plan", disabled=wrong, width="stretch", icon=":material/route:"
    ):
        _begin(problem, settings, None)
        st.rerun()
    better = buttons.button(
        "Improve",
        key="improve",
        disabled=wrong or shown is None,
        width="stretch",
        help="Go on from the present plan, also after an edit.",
    )
    if better:
        _begin(problem, settings, shown)
        st.rerun()
    if complaints:
        show_errors("The tables on the left cannot be planned yet", complaints)
    if state["complaints"]:
        show_errors("There is no plan", state["complaints"])
    if shown is not None and not running and problem is not None and shown.problem is not problem:
        st.info("Edited since this plan was made. **Improve** goes on from it, **Plan** begins anew.")


def _body(source: Source, problem: VRP | None, settings: solver.Settings) -> None:
    state = st.session_state
    if state["job"] is not None:
        live.watch(state["job"])
    elif state["shown"] is not None:
        shown = state["shown"]
        tiles.show(shown, state["before"], source.money)
        tiles.complaints(shown)
        results.show(shown, problem, settings)
        downloads.show(shown, state["planned"], source)
    elif problem is not None and np.isfinite(problem.places).all():
        st.pydeck_chart(deck.of_problem(problem), height=deck.HEIGHT, key="map before")
