"""The map of a plan on a page, with what its licence asks to be said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pydeck
import streamlit as st

from mapapp import basemap, deck
from mapapp.shown import Shown

Layers = Sequence[pydeck.Layer]


def draw(
    shown: Shown,
    *,
    key: str,
    route: int | None = None,
    below: Layers = (),
    above: Layers = (),
    **options: Any,
) -> None:
    """Draw the routes on their ground, and say where the streets come from."""
    if not shown.mapped:
        st.info(
            "Some places have no coordinates, so there is no map; the timeline and the table show the plan."
        )
        return
    st.pydeck_chart(
        deck.of_plan(shown, route=route, below=below, above=above),
        height=deck.HEIGHT,
        key=key,
        alt=f"Map of {shown.solution.vehicles} routes through {len(shown.problem.stops)} stops",
        **options,
    )
    _credit(shown)


def _credit(shown: Shown) -> None:
    """Say where the streets come from, as their licence asks."""
    network = basemap.network_of(shown.problem)
    online = shown.problem.geographic and st.session_state.get(basemap.KEY) in basemap.ONLINE
    if network is not None or online or basemap.city_of(shown.problem):
        st.caption(basemap.attribution())
