"""Errors as people read them: every message of bad input, and never a traceback."""

from __future__ import annotations

import logging

import streamlit as st

from mapapp.words import plain
from routeopt.errors import ProblemError, RouteoptError

SHOWN = 12  # messages before the rest is counted

_log = logging.getLogger(__name__)


def messages(error: BaseException) -> list[str]:
    """Return what an error says, a line for each thing to mend; surprises are written to the log of the server."""
    if isinstance(error, ProblemError):
        return list(error.messages)
    if isinstance(error, RouteoptError):
        return [str(error)]
    _log.error("unexpected", exc_info=error)
    if isinstance(error, MemoryError):
        return ["it is too large for the memory of this machine; plan fewer stops"]
    return [f"this did not work ({type(error).__name__}); check the data, or begin again with a bundled city"]


def show(title: str, said: list[str]) -> None:
    """Show messages as a list of plain text, whatever marks they contain."""
    st.error(f"**{plain(title)}**", icon=":material/error:")
    lines = [f"• {message}" for message in said[:SHOWN]]
    if len(said) > SHOWN:
        lines.append(f"… and {len(said) - SHOWN:,} more")
    st.text("\n".join(lines))
