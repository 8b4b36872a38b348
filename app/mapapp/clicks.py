"""New stops by clicks on the map: each click on a crossing of the streets adds one there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pydeck
import streamlit as st

from mapapp import basemap, stops
from mapapp.deck import dots, ink
from mapapp.errors import messages
from mapapp.shown import Shown
from routeopt.plot.style import LATE, PAPER
from routeopt.problems.vrp import VRP

LAYER = "crossings"
MOST = 10_000  # crossings that can be clicked on


def possible(problem: VRP) -> bool:
    """Whether there are streets to click on."""
    network = basemap.network_of(problem)
    return network is not None and network.places is not None and network.geographic and len(network) <= MOST


def crossings(problem: VRP) -> pydeck.Layer:
    """Return what can be clicked on."""
    network = basemap.network_of(problem)
    assert network is not None
    assert network.places is not None
    rows = [{"at": at, "tip": "add a stop here"} for at in np.round(network.places, 5).tolist()]
    return dots(LAYER, rows, ink("#6B6B6B", 110), 5.0, edge=ink(PAPER, 0))


def waiting(shown: Shown, problem: VRP) -> pydeck.Layer:
    """Return the stops that came after the plan was made."""
    known = shown.problem.index
    new = [node for node, name in enumerate(problem.names) if name not in known]
    rows = [{"at": at, "tip": f"{problem.names[node]}: not planned yet"}
            for node, at in zip(new, shown.ground.degrees(problem.places[new]), strict=True)]  # fmt: skip
    return dots("waiting", rows, ink(PAPER), 8.0, edge=ink(LATE))


def key() -> str:
    """Return the key of the map: another one after each click, or what was clicked on would stay selected."""
    return f"map {st.session_state['source'].version}"


def clicked() -> None:
    """Add a stop where the map was clicked; edits so far become part of the problem."""
    state = st.session_state
    problem, source = state.get("problem"), state.get("source")
    event = state.get(key()) if source is not None else None
    found = event["selection"]["objects"].get(LAYER, []) if event else []
    if not found or problem is None or source is None:
        return
    try:
        edited = with_stop(problem, *found[0]["at"])
    except Exception as error:
        state["complaints"] = messages(error)
        return
    state["source"] = source.edited(edited)


def with_stop(problem: VRP, lon: float, lat: float) -> VRP:
    """Return the problem with one more stop, of usual demand and service, at any time."""
    frame = stops.table(problem)
    number = next(k for k in range(1, len(frame) + 2) if f"new {k}" not in problem.index)
    row = {"name": f"new {number}", "lon": lon, "lat": lat}
    for column in frame.columns:
        if column == stops.MINUTES or column.startswith("demand"):
            row[column] = float(np.median(frame[column]))
    return stops.edited(
        problem, pd.concat([frame, pd.DataFrame([row])], ignore_index=True), list(problem.vehicles)
    )
