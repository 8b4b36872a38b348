"""What a session keeps while another page is looked at: Streamlit forgets the inputs of pages that are left."""

from __future__ import annotations

import streamlit as st

INPUTS = (
    *("data_kind", "city", "city_stops", "city_seed", "pasted", "fleet_more", "solver", "seconds", "seed"),
    *("view", "route", "adding", "rivals"),
    *("path_city", "metric", "path_from", "path_to", "minutes", "explored", "click_sets"),
)


def keep(page: str) -> None:
    """Keep the inputs of all pages, and note whether this page was come back to."""
    state = st.session_state
    for key in INPUTS:
        if key in state:
            state[key] = state[key]  # what is assigned is no longer only a widget's
    state["returned"] = state.get("page", page) != page
    state["page"] = page
