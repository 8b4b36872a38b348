"""A search while it goes on: how far it is, what it costs, the best plan so far on the map, and Stop."""

from __future__ import annotations

from math import isfinite

import numpy as np
import streamlit as st

import routeopt as ro
from mapapp import deck, picture
from mapapp.job import Job
from mapapp.shown import Shown
from routeopt.plot.style import number

INTERVAL = 0.7  # seconds between looks
PATIENCE = 2.0  # seconds after which it is said why nothing moves
DRAWN = 300  # stops, up to which every look draws the plan; larger ones every few looks


@st.fragment(run_every=INTERVAL)
def watch(job: Job) -> None:
    """Look at a search; at its end the whole page is drawn again."""
    if job.done:
        st.rerun()
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.progress(min(job.searched / max(job.seconds, 1e-9), 1.0), text=_text(job))
    if right.button("Stop", key="stop", icon=":material/stop:", width="stretch"):
        job.stop()
    _draw(job)


def _text(job: Job) -> str:
    if job.state == "waiting" and job.waited > PATIENCE:
        return "Waiting for a free processor: others are planning on this machine."
    if job.state == "compiling" and job.waited > PATIENCE:
        shown = " Meanwhile the map shows a first plan." if job.routes is not None else ""
        return (
            f"Compiling the search for this machine: {job.waited:.0f} s. "
            f"That is done once, and takes about half a minute.{shown}"
        )
    if job.state in ("waiting", "compiling", "preparing"):
        return "Preparing: distances along the streets" if job.problem.geographic else "Preparing"
    cost = f", cost {number(job.objective)}" if isfinite(job.objective) else ""
    return f"{job.searched:.1f} of {job.seconds:g} s, {job.iterations:,} iterations{cost}"


def _draw(job: Job) -> None:
    """Draw the best plan so far, or the stops alone."""
    routes = job.routes
    if not np.isfinite(job.problem.places).all():
        return
    if routes is None or not routes.size:
        st.pydeck_chart(deck.of_problem(job.problem), height=deck.HEIGHT, key="map before")
        return
    known = st.session_state.get("live")
    fresh = known is None or known[0] is not job
    if fresh or (known[1] is not routes and (len(job.problem.stops) <= DRAWN or job.searched - known[2] > 3)):
        known = (job, routes, job.searched, Shown(ro.Solution(job.problem, routes)))
        st.session_state["live"] = known
    picture.draw(known[3], key="map live")
