"""What a session keeps while another page is looked at: Streamlit forgets the inputs of pages that are left."""

from __future__ import annotations

from typing import Any

import streamlit as st

INPUTS: dict[str, Any] = {  # by key, with what they are at first; None: what the widget begins with
    "data_kind": None,
    "city": None,
    "city_stops": 30,
    "city_seed": 1,
    "pasted": None,
    "fleet_more": None,
    "solver": None,
    "seconds": 1.0,
    "seed": 1,
    "view": None,
    "route": None,
    "adding": None,
    "moving": None,
    "rivals": ["savings", "hgs", "rich"],
    "path_city": None,
    "metric": None,
    "path_from": 0,
    "path_to": 140,
    "others": 0,
    "minutes": None,
    "explored": None,
    "click_sets": None,
    "avoid": None,
    "favour": None,
    "areas": None,
    "via": None,
    "any_order": None,
    "basemap": None,
    "flow_objective": None,
    "flow_duplex": None,
    "flow_topology": None,
    "flow_nodes": 20,
    "flow_flows": 200,
    "flow_load": 1.3,
    "flow_seed": 1,
    "flow_solver": None,
    "flow_seconds": 3.0,
    "least": 1.0,
    "weights": None,
    "variant": None,
    "learning_stops": 50,
    "learning_seed": 1,
    "edges_each": 3,
}


def keep(page: str) -> None:
    """Keep the inputs of all pages, and note whether this page was come back to."""
    state = st.session_state
    for key, first in INPUTS.items():
        if key in state:
            state[key] = state[key]  # what is assigned is no longer only a widget's
        elif first is not None:
            state[key] = first
    state["returned"] = state.get("page", page) != page
    state["page"] = page
