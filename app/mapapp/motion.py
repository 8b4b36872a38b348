"""Vehicles over time: where each is at a moment of the day, and the day as it goes by."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import streamlit as st

from mapapp import picture, words
from mapapp.deck import dots, ink
from mapapp.shown import Rows, Shown
from routeopt.plot.style import INK
from routeopt.problems.instance import Floats
from routeopt.problems.solution import Visit

STEPS = 100  # that a day is shown in
INTERVAL = 0.6  # seconds between steps


def show(shown: Shown, route: int | None) -> None:
    """Show the map at a moment; it goes on by itself while it is played."""
    playing = st.toggle("Play", key="playing")
    st.fragment(_frame, run_every=INTERVAL if playing else None)(shown, route, playing)


def _frame(shown: Shown, route: int | None, playing: bool) -> None:
    state = st.session_state
    state.setdefault("step", STEPS // 3)
    if playing:
        state["step"] = (state["step"] + 1) % (STEPS + 1)
    step = st.slider("Moment, in percent of the day", 0, STEPS, key="step")
    first, last = day(shown)
    moment = first + (last - first) * step / STEPS
    st.caption(f"{words.moment(shown.problem, moment)}")
    vehicles = dots("vehicles", where(shown, moment, route), "ink", 13.0, edge=ink(INK))
    picture.draw(shown, key="map of a moment", route=route, above=[vehicles])


def day(shown: Shown) -> tuple[float, float]:
    """Return when the first vehicle leaves and the last one is back."""
    first = min((visits[0].departure for visits in shown.solution.schedule), default=0.0)
    return first, max((visits[-1].arrival for visits in shown.solution.schedule), default=0.0)


def where(shown: Shown, moment: float, chosen: int | None = None) -> Rows:
    """Return a row for each vehicle that is on its way, or for the chosen one: place, colour, what it does."""
    rows = []
    for route, visits in enumerate(shown.solution.schedule):
        if chosen in (None, route) and visits[0].departure <= moment <= visits[-1].arrival:
            place, doing = _along(shown, route, visits, moment)
            rows.append(
                {
                    "at": shown.ground.degrees(place[None])[0],
                    "ink": ink(shown.colours[route]),
                    "tip": f"{shown.labels[route]}: {doing}",
                }
            )
    return rows


def _along(shown: Shown, route: int, visits: list[Visit], moment: float) -> tuple[Floats, str]:
    """Return where a vehicle is, and what it does there."""
    problem = shown.problem
    profile = problem.vehicles[int(shown.solution.routes.vehicle[route])].profile
    for before, after in pairwise(visits):
        if moment < before.departure:
            return problem.places[before.node], f"at {before.name}"
        if moment <= after.arrival:
            line = problem.legs[profile].geometry(problem.places, before.node, after.node)
            spent = (moment - before.departure) / max(after.arrival - before.departure, 1e-9)
            return _point(line, spent), f"on the way to {after.name}"
    return problem.places[visits[-1].node], f"at {visits[-1].name}"


def _point(line: Floats, share: float) -> Floats:
    """Return the point at a share of a line; degrees count as a plane, which is close enough within a leg."""
    travelled = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    return np.array([np.interp(share * travelled[-1], travelled, line[:, axis]) for axis in range(2)])
