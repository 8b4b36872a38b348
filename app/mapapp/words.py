"""Numbers as people read them: clock times, spans, lengths and costs, in the units of the problem."""

from __future__ import annotations

import re
from math import isfinite

from routeopt.plot.style import number
from routeopt.problems.vrp import VRP

MINUTE, HOUR = 60, 3600  # seconds


def plain(text: str) -> str:
    """Return a text of strangers so that Streamlit shows its marks instead of following them, to pictures elsewhere."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>$:~-])", r"\\\1", " ".join(text.split()))


def clock(seconds: float) -> str:
    """Return a time of day, such as 08:30; seconds only where they are not zero."""
    if not isfinite(seconds):
        return ""
    whole = round(seconds)
    minutes, rest = divmod(whole, MINUTE)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{rest:02d}" if rest else text


def moment(problem: VRP, time: float) -> str:
    """Return when something happens, to the minute: a time of day where times are seconds."""
    if not isfinite(time):
        return ""
    return clock(MINUTE * round(time / MINUTE)) if problem.geographic else number(time)


def span(problem: VRP, time: float) -> str:
    """Return how long something takes."""
    if not problem.geographic:
        return number(time)
    minutes = round(time / MINUTE)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"


def length(problem: VRP, distance: float) -> str:
    """Return how far something is."""
    return f"{distance / 1000:,.1f} km" if problem.geographic else number(distance)


def window(problem: VRP, early: float, late: float) -> str:
    """Return a time window, or nothing where there is none."""
    if early <= 0 and not isfinite(late):
        return ""
    return f"{moment(problem, early) or '0'}–{moment(problem, late) or 'open'}"
