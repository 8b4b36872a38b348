"""What a plan is worth, in tiles with the change to the plan before it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from mapapp import words
from mapapp.shown import Shown
from routeopt.plot.style import number

WIDTH = 139  # pixels: six beside each other on a small desk, two on a phone

Tell = Callable[[float], str]


def show(shown: Shown, before: Shown | None, money: str) -> None:
    """Show the tiles; changes only to a plan of the same stops."""
    problem, solution = shown.problem, shown.solution
    old = before.solution if before is not None and before.problem.geographic == problem.geographic else None

    def cost(value: float) -> str:
        return f"{number(value)} {money}".strip()

    tiles: list[tuple[str, float, float | None, Tell, bool]] = [
        ("Cost", solution.cost, old and old.cost, cost, True),
        ("Distance", solution.distance, old and old.distance, lambda d: words.length(problem, d), True),
        ("Duration", solution.duration, old and old.duration, lambda t: words.span(problem, t), True),
        ("Vehicles", solution.vehicles, old and old.vehicles, lambda n: f"{n:.0f}", True),
        ("Served", _served(shown), _served(before) if old and before else None, lambda n: f"{n:.0f}", False),
        (
            "On time",
            100 * shown.on_time,
            100 * before.on_time if old and before else None,
            lambda share: f"{share:.0f} %",
            False,
        ),
    ]
    row = st.container(horizontal=True, gap="small")  # which breaks into lines on a phone
    for label, value, was, tell, less_is_better in tiles:
        text = f"{tell(value)} of {len(problem.stops)}" if label == "Served" else tell(value)
        row.metric(
            label,
            text,
            None if was is None else _change(value - was, tell),
            delta_color="off" if was == value else "inverse" if less_is_better else "normal",
            border=True,
            width=WIDTH,
        )
    if solution.gap is not None:
        st.caption(f"{100 * solution.gap:+.2f} % to the best cost known, {number(problem.best_known or 0)}")


def complaints(shown: Shown) -> None:
    """Show what does not hold, and which stops are left out and why."""
    solution = shown.solution
    if solution.unserved:
        st.warning(f"{len(solution.unserved)} of {len(shown.problem.stops)} stops are not served.")
        st.dataframe(
            pd.DataFrame(solution.unserved, columns=["stop", "reason"]),
            hide_index=True,
            height=min(35 * len(solution.unserved) + 40, 220),
            alt="Stops that are not served, with reasons",
        )
    if solution.violations:
        st.error(f"{len(solution.violations)} rules do not hold in this plan.")
        rows = [
            {
                "rule": v.constraint,
                "route": "" if v.route is None else v.route + 1,
                "stop": v.stop,
                "by": v.amount,
            }
            for v in solution.violations
        ]
        st.dataframe(pd.DataFrame(rows).astype({"route": str}), hide_index=True)


def _served(shown: Shown) -> int:
    return len(shown.problem.stops) - len(shown.solution.unserved)


def _change(difference: float, tell: Tell) -> str:
    """Return a change with its sign in front, as a tile wants it."""
    sign = "-" if difference < 0 else "+"
    return f"{sign}{tell(abs(difference))}"
