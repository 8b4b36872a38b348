"""The page Paths: two crossings, the path between them by each method, what can be reached, and closed streets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from mapapp import basemap, reach, waymap
from mapapp.errors import messages, show
from mapapp.measure import METHODS, Measured, measured, paths_of
from mapapp.source import streets
from routeopt.data.bundled import networks
from routeopt.problems.network import Network
from routeopt.problems.paths import Path
from routeopt.solvers.paths.selection import Alternative

METRICS = {"time": "quickest", "length": "shortest"}
ENDS = {"path_from": "From", "path_to": "To"}


def page() -> None:
    """Show the page."""
    st.title("Paths")
    with st.sidebar:
        city = st.selectbox("City", networks()[::-1], key="path_city", format_func=str.capitalize)
        network = streets(city)
        metric = st.radio(
            "Path", list(METRICS), key="metric", format_func=METRICS.__getitem__, horizontal=True
        )
        a, b = _ends(network)
        shut = st.multiselect("Closed streets", _names(network), key=f"closed {city}", max_selections=20)
        others = int(
            st.number_input("Alternatives", 0, 4, key="others", help="Good paths beside the best one.")
        )
        limits = st.multiselect(
            "Reached within minutes",
            reach.MINUTES,
            key="minutes",
            help="From the first crossing.",
            max_selections=4,
        )
        explored = st.toggle("What Dijkstra's search looks at", key="explored")
    try:
        _answer(city, metric, tuple(sorted(shut)), (a, b), others, limits, explored)
    except Exception as error:
        show("There is no answer", messages(error))


def _ends(network: Network) -> tuple[int, int]:
    """Return the two crossings; a click on the map sets the one that is chosen."""
    for key in ENDS:  # another city may have fewer crossings
        st.session_state[key] = min(st.session_state[key], network.size - 1)
    for column, (key, label) in zip(st.columns(2), ENDS.items(), strict=True):
        column.number_input(f"{label} crossing", 0, network.size - 1, key=key)
    st.radio(
        "A click on a crossing sets",
        list(ENDS),
        key="click_sets",
        format_func=ENDS.__getitem__,
        horizontal=True,
    )
    return st.session_state["path_from"], st.session_state["path_to"]


def clicked() -> None:
    """Take the crossing that was clicked on, and turn to the other end."""
    event = st.session_state.get(waymap.KEY)
    objects = event["selection"]["objects"] if event else {}
    for row in objects.get(waymap.CROSSINGS, [])[:1]:
        end = st.session_state.get("click_sets", "path_from")
        st.session_state[end] = int(row["node"])
        st.session_state["click_sets"] = next(other for other in ENDS if other != end)


def _names(network: Network) -> list[str]:
    return sorted({str(name) for name in network.labels.get("name", ()) if name})


def _answer(
    city: str,
    metric: str,
    shut: tuple[str, ...],
    ends: tuple[int, int],
    others: int,
    limits: Sequence[int],
    explored: bool,
) -> None:
    """Show the path on the map, and what each method says."""
    runs = [measured(city, metric, shut, method, *ends) for method in METHODS]
    path = runs[0].path
    _facts(path)
    paths = paths_of(city, metric, shut, METHODS[0])
    layers: list[Any] = []
    if limits:
        layers += reach.layers(paths_of(city, "time", shut, METHODS[0]), ends[0], limits)
    if explored and path.found:
        layers.append(reach.explored(paths, ends[0], path.cost))
    found = paths_of(city, metric, shut, "hierarchy").alternatives(*ends, k=others + 1)[1:] if others else []
    layers += waymap.alternatives(found)
    layers += waymap.layers(paths.network, path, ends)
    places = paths.network.places
    assert places is not None
    st.pydeck_chart(
        waymap.deck(layers, places, city),
        height=waymap.HEIGHT,
        key=waymap.KEY,
        on_select=clicked,
        selection_mode="single-object",
        alt="Map of the path",
    )
    st.caption(basemap.ATTRIBUTION)
    if limits:
        st.caption(reach.legend(limits))
    if others:
        _alternatives(found)
    _table(runs)
    if path.found and path.steps:
        _steps(path)


def _facts(path: Path) -> None:
    if not path.found:
        st.warning(f"There is no path: {path.reason}")
        return
    length, time, streets_passed = st.columns(3)
    length.metric("Length", f"{path.length:,.0f} m", border=True)
    time.metric("Time", f"{path.duration / 60:.1f} min", border=True)
    streets_passed.metric("Stretches", len(path.steps), border=True)


def _alternatives(found: Sequence[Alternative]) -> None:
    """Show what the other paths are like (Abraham et al. 2010)."""
    st.subheader("Alternatives")
    if not found:
        st.info("No other path is good enough: each is much longer, or hardly differs.")
        return
    frame = pd.DataFrame(
        {
            "colour": waymap.COLOURS[place % len(waymap.COLOURS)],
            "metres": round(other.path.length),
            "minutes": round(other.path.duration / 60, 1),
            "times the best": round(other.stretch, 3),
            "shared with those before": f"{100 * other.sharing:.0f} %",
            "largest detour of a part": round(other.bounded_stretch, 3),
        }
        for place, other in enumerate(found)
    )
    st.dataframe(frame, hide_index=True, alt="Alternatives with their measures")


def _table(runs: Sequence[Measured]) -> None:
    """Show that all methods agree, and what they cost."""
    st.subheader("By each method")
    frame = pd.DataFrame(
        {
            "method": run.method,
            "cost": round(run.path.cost, 3) if run.path.found else None,
            "milliseconds": round(run.milliseconds, 3),
            "crossings settled": run.settled,
            "prepared in seconds": round(run.prepared, 3),
        }
        for run in runs
    )
    st.dataframe(frame, hide_index=True, alt="Cost, time and settled crossings of each method")


def _steps(path: Path) -> None:
    with st.expander("Street by street"):
        rows = [
            {
                "street": step.name or "(without a name)",
                "metres": round(step.length),
                "seconds": _whole(step.duration),
            }
            for step in path.steps
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True)


def _whole(value: float) -> int | None:
    return round(value) if np.isfinite(value) else None
