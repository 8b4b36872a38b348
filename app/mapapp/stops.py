"""The stops as a table that can be edited: a column for each attribute in use, and back to a problem."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from mapapp import words
from routeopt.problems.legs import Matrix
from routeopt.problems.rows import Vehicle
from routeopt.problems.vrp import VRP

MINUTES = "service (min)"


def edit(problem: VRP, vehicles: list[Vehicle], loads: int, key: str) -> VRP:
    """Show the stops, with a demand for each kind of load; return the problem as edited, with these vehicles.

    Raises
    ------
    ProblemError
        With a message for each cell that cannot be understood, and each contradiction.
    """
    same_fleet = tuple(vehicles) == problem.vehicles
    if any(isinstance(legs, Matrix) for legs in problem.legs.values()):
        st.caption("The file states how far each stop is from each other, so its stops are not edited here.")
        st.dataframe(table(problem), hide_index=True)
        return problem if same_fleet else problem.replace(vehicles=vehicles)
    before = table(problem, loads)
    after = st.data_editor(
        before,
        key=f"stops {key} {loads}",
        num_rows="dynamic",
        hide_index=True,
        height=320,
        alt="Stops, one a row",
    )
    if after.equals(before):
        return problem if same_fleet else problem.replace(vehicles=vehicles)
    return edited(problem, after, vehicles)


def table(problem: VRP, loads: int = 1) -> pd.DataFrame:
    """Return the stops as a frame that :meth:`routeopt.VRP.from_table` understands; empty: no limit.

    There are columns for so many kinds of load at least.
    """
    stops, geographic = problem.stops, problem.geographic
    columns: dict[str, Any] = {"name": problem.names[len(problem.depots) :]}
    columns |= dict(zip(("lon", "lat") if geographic else ("x", "y"), (stops.x, stops.y), strict=True))
    missing = max(loads - stops.delivery.shape[1], 0)
    delivery = np.pad(stops.delivery, ((0, 0), (0, missing)))
    columns |= _numbered("demand", delivery)
    if stops.pickup.any():
        columns |= _numbered("pickup", stops.pickup)
    columns |= _windows(problem)
    if stops.service.any() or geographic:
        columns[MINUTES if geographic else "service"] = stops.service / (60 if geographic else 1)
    if stops.release.any():
        columns["release"] = [_time(problem, time, 0.0) for time in stops.release]
    if np.isfinite(stops.prize).any():
        columns["prize"] = np.where(np.isfinite(stops.prize), stops.prize, np.nan)
    if (stops.group >= 0).any():
        columns["group"] = ["" if group < 0 else str(group) for group in stops.group]
    if stops.skills:
        columns["skills"] = [
            "; ".join(skill for skill, asked in stops.skills.items() if asked[row])
            for row in range(len(stops))
        ]
    return pd.DataFrame(columns)


def edited(problem: VRP, frame: pd.DataFrame, vehicles: list[Vehicle]) -> VRP:
    """Return the problem with the stops of a frame. What a frame does not say stays as it was."""
    return VRP.from_table(
        frame.to_dict("records"),
        vehicles=vehicles,
        depots=problem.depots,
        legs=problem.legs,
        shipments=problem.stated_shipments(),
        fixed_edges=[(problem.names[a], problem.names[b]) for a, b in problem.fixed_edges],
        backhaul=problem.backhaul,
        objective=problem.objective,
        name=problem.name,
    )


def _numbered(header: str, values: Any) -> dict[str, Any]:
    """Return a column for each dimension of a load."""
    if values.shape[1] == 1:
        return {header: values[:, 0]}
    return {f"{header}_{k}": values[:, k - 1] for k in range(1, values.shape[1] + 1)}


def _windows(problem: VRP) -> dict[str, list[str]]:
    windows = problem.stops.windows
    timed = (windows[..., 0] > 0).any() or np.isfinite(windows[..., 1]).any()
    if not timed and not problem.geographic:
        return {}
    several = windows.shape[1] > 1
    columns: dict[str, list[str]] = {}
    for number in range(windows.shape[1]):
        again = (
            (windows[:, number] == windows[:, number - 1]).all(axis=1)
            if number
            else np.zeros(len(windows), bool)
        )
        for side, (header, neutral) in enumerate((("open", 0.0), ("close", inf))):
            times = np.where(again, neutral, windows[:, number, side])
            title = f"{header}_{number + 1}" if several else header
            columns[title] = [_time(problem, time, neutral) for time in times]
    return columns


def _time(problem: VRP, time: float, neutral: float) -> str:
    if time == neutral:
        return ""
    return words.clock(time) if problem.geographic else f"{time:g}"
