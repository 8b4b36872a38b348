"""Which solvers take turns, for how long, and with which seed."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from mapapp.errors import messages, show
from routeopt.solving import parse_chain

CHAINS = {
    "auto": "chosen by what the problem asks for",
    "savings": "a quick construction, not improved",
    "hgs": "hybrid genetic search",
    "ils": "iterated local search, for plain problems of any size",
    "rich": "iterated local search for almost every rule",
    "savings,hgs:0.8,set_partition": "a chain: constructed, improved, the best mix of routes",
    "ortools": "OR-Tools",
}
LONGEST = 120.0  # seconds


class Settings(NamedTuple):
    """How to search."""

    chain: str | None  # None: what was written is not understood
    seconds: float
    seed: int


def choose() -> Settings:
    """Show the settings; return them."""
    chain = st.selectbox(
        "Solver",
        list(CHAINS),
        key="solver",
        format_func=lambda name: f"{name} – {CHAINS[name]}" if name in CHAINS else name,
        accept_new_options=True,
        help="Or write a chain, such as savings,ils:0.7,hgs: names with commas, shares of the time behind colons.",
    )
    left, right = st.columns(2)
    seconds = float(left.number_input("Seconds", 0.1, LONGEST, step=1.0, key="seconds"))
    seed = int(right.number_input("Seed", 0, 9999, key="seed"))
    try:
        parse_chain(chain or "auto")
    except Exception as error:
        show("The solver is not understood", messages(error))
        return Settings(None, seconds, seed)
    return Settings(chain or "auto", seconds, seed)
