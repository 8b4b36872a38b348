"""The page Paths: two crossings, the path between them by each method, what can be reached, and closed streets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from mapapp import basemap, kernels, liking, reach, waymap
from mapapp.errors import messages, show
from mapapp.liking import Way
from mapapp.measure import METHODS, Measured, compile_all, measured, paths_of
from mapapp.source import streets
from mapapp.tiles import WIDTH
from routeopt.data.bundled import networks
from routeopt.problems.network import Network
from routeopt.problems.paths import Path
from routeopt.solvers.paths.preferences import RoutePreferences
from routeopt.solvers.paths.selection import Alternative

METRICS = {"time": "quickest", "length": "shortest"}
ENDS = {"path_from": "From", "path_to": "To"}
CLICKS = {**ENDS, liking.VIA: "Come by"}


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
        liked, complaints = _liked(network)
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
        basemap.choose()
    if complaints:
        show("The preferences are not understood", complaints)
    _compile(network)
    try:
        _answer(city, metric, tuple(sorted(shut)), (a, b), liked, others, limits, explored)
    except Exception as error:
        show("There is no answer", messages(error))


def _compile(network: Network) -> None:
    """Wait until every method is compiled, which a machine does once."""
    if not kernels.known("paths"):
        told = "Compiling the searches for this machine; that is done once, and takes about half a minute."
        with st.spinner(told, show_time=True):
            kernels.prepare("paths", lambda: False, compile_all, network)


def _ends(network: Network) -> tuple[int, int]:
    """Return the two crossings; a click on the map sets the one that is chosen."""
    for key in ENDS:  # another city may have fewer crossings
        st.session_state[key] = min(st.session_state[key], network.size - 1)
    for column, (key, label) in zip(st.columns(2), ENDS.items(), strict=True):
        column.number_input(f"{label} crossing", 0, network.size - 1, key=key)
    st.radio(
        "A click on a crossing sets",
        list(CLICKS),
        key="click_sets",
        format_func=CLICKS.__getitem__,
        horizontal=True,
    )
    return st.session_state["path_from"], st.session_state["path_to"]


def _map_key() -> str:
    """Return the key of the map: another one after each click, or the crossing would stay selected."""
    return f"paths map {st.session_state.get('clicks', 0)}"


def clicked() -> None:
    """Take the crossing that was clicked on, and turn to the other end."""
    event = st.session_state.get(_map_key())
    objects = event["selection"]["objects"] if event else {}
    for row in objects.get(waymap.CROSSINGS, [])[:1]:
        st.session_state["clicks"] = st.session_state.get("clicks", 0) + 1
        end = st.session_state.get("click_sets", "path_from")
        if end == liking.VIA:
            known = str(st.session_state.get(end) or "").strip(" ,;")
            st.session_state[end] = f"{known}, {row['node']}" if known else str(row["node"])
            continue
        st.session_state[end] = int(row["node"])
        st.session_state["click_sets"] = next(other for other in ENDS if other != end)


def _liked(network: Network) -> tuple[RoutePreferences | None, list[str]]:
    """Show the preferences; return them, or what is wrong with them."""
    with st.expander("Preferences", icon=":material/favorite:"):
        try:
            return liking.choose(network), []
        except Exception as error:
            return None, messages(error)


def _names(network: Network) -> list[str]:
    return sorted({str(name) for name in network.labels.get("name", ()) if name})


def _answer(
    city: str,
    metric: str,
    shut: tuple[str, ...],
    ends: tuple[int, int],
    liked: RoutePreferences | None,
    others: int,
    limits: Sequence[int],
    explored: bool,
) -> None:
    """Show the path on the map, and what each method says."""
    runs = [measured(city, metric, shut, method, *ends) for method in METHODS]
    path = runs[0].path
    plain = Way((path,))
    way = plain if liked is None else liking.way(city, metric, shut, ends, liked)
    _facts(way, plain)
    paths = paths_of(city, metric, shut, METHODS[0])
    layers: list[Any] = []
    if limits:
        layers += reach.layers(paths_of(city, "time", shut, METHODS[0]), ends[0], limits)
    if explored and path.found:
        layers.append(reach.explored(paths, ends[0], path.cost))
    found = paths_of(city, metric, shut, "hierarchy").alternatives(*ends, k=others + 1)[1:] if others else []
    layers += waymap.alternatives(found)
    layers += waymap.layers(paths.network, way.legs, ends, None if way is plain else path)
    places = paths.network.places
    assert places is not None
    st.pydeck_chart(
        waymap.deck(layers, places, city),
        height=waymap.HEIGHT,
        key=_map_key(),
        on_select=clicked,
        selection_mode="single-object",
        alt="Map of the path",
    )
    st.caption(basemap.attribution())
    if way is not plain:
        st.caption("Grey: the way without preferences.")
    if limits:
        st.caption(reach.legend(limits))
    if others:
        _alternatives(found)
    _table(runs)
    if way.found:
        _steps(way.legs)


def _facts(way: Way, plain: Way) -> None:
    """Show how long a way is, with what preferences add."""
    if not way.found:
        reasons = "; ".join(leg.reason for leg in way.legs if not leg)
        st.warning(f"There is no path: {reasons}")
        return
    tiles = st.container(horizontal=True, gap="small")  # which breaks into lines on a phone
    apart = way is not plain and plain.found
    minutes, plain_minutes = way.duration / 60, plain.duration / 60
    for label, value, change in (
        ("Length", f"{way.length:,.0f} m", f"{way.length - plain.length:+,.0f} m"),
        ("Time", f"{minutes:.1f} min", f"{minutes - plain_minutes:+.1f} min"),
    ):
        delta = change if apart else None
        tiles.metric(label, value, delta, delta_color="inverse", border=True, width=WIDTH)
    tiles.metric("Stretches", sum(len(leg.steps) for leg in way.legs), border=True, width=WIDTH)
    if way.unkept:
        st.warning("Not every preference could be kept.")
        st.text(liking.told(way.unkept))


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


def _steps(legs: Sequence[Path]) -> None:
    with st.expander("Street by street"):
        rows = [
            {
                "street": step.name or "(without a name)",
                "metres": round(step.length),
                "seconds": _whole(step.duration),
            }
            for leg in legs
            for step in leg.steps
        ]
        if not rows:
            st.text("There is nothing to drive.")
            return
        st.dataframe(pd.DataFrame(rows), hide_index=True)


def _whole(value: float) -> int | None:
    return round(value) if np.isfinite(value) else None
