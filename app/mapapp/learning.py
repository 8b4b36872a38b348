"""The page Learning: what training runs logged, and what trained networks do beside the engine."""

from __future__ import annotations

import io

import altair as alt
import pandas as pd
import streamlit as st

from mapapp import steps
from mapapp.errors import show
from routeopt import weights
from routeopt.errors import ProblemError
from routeopt.plot.style import LINES

COMMAND = "routeopt train edges --smoke --out run\n# its curves: run/logs/…/metrics.csv"
FACTS = ("policy", "seed", "steps", "seconds", "hardware", "version")  # of weights, where they are noted
AXES = ("step", "epoch")  # columns of a log that are no measures


def page() -> None:
    """Show the page."""
    st.title("Learning")
    _curves()
    st.subheader("Weights that come with routeopt")
    _weights()
    st.subheader("Step by step")
    steps.part()


def _curves() -> None:
    given = st.file_uploader("Logs of routeopt train (metrics.csv)", key="logs", accept_multiple_files=True)
    logs = {file.name: log for file in given if (log := _log(file.name, file.getvalue())) is not None}
    if not logs:
        st.info("Train on the command line, then choose the logs of one run or of several here:")
        st.code(COMMAND, language="shell")
        return
    measures = list(dict.fromkeys(name for log in logs.values() for name in log.columns if name not in AXES))
    left, right = st.columns(2)
    measure = left.selectbox("Measure", measures, index=_first(measures), key="measure")
    smooth = right.slider("Smoothing", 0.0, 0.99, 0.0, key="smoothing", help="Weight of what came before.")
    frame = pd.concat([_line(name, log, measure, smooth) for name, log in logs.items() if measure in log])
    chart = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2, point=len(frame) < 60)
        .encode(
            x=alt.X("step:Q", title="step"),
            y=alt.Y("value:Q", title=measure, scale=alt.Scale(zero=False)),
            color=alt.Color("run:N", scale=alt.Scale(range=list(LINES)), title=None),
            tooltip=["run:N", "step:Q", alt.Tooltip("value:Q", format=".4g")],
        )
        .properties(height=320)
    )
    st.altair_chart(chart, alt=f"{measure} over the steps of training")


def _first(measures: list[str]) -> int:
    """Return the number of the measure that is shown first: one of validation, where there is one."""
    return next((number for number, name in enumerate(measures) if name.startswith("val/")), 0)


def _log(name: str, data: bytes) -> pd.DataFrame | None:
    """Return what a file logged, in numbers; what is wrong with it is shown."""
    try:
        log = pd.read_csv(io.BytesIO(data)).apply(pd.to_numeric)
    except (ValueError, UnicodeDecodeError) as error:
        show(f"{name} is no log of a training", [str(error)])
        return None
    if "step" not in log or set(log.columns) <= set(AXES) or log.empty:
        show(f"{name} is no log of a training", ["it has no column 'step', or nothing that was measured"])
        return None
    return log


def _line(name: str, log: pd.DataFrame, measure: str, smooth: float) -> pd.DataFrame:
    known = log[["step", measure]].dropna()
    value = known[measure].ewm(alpha=1 - smooth).mean() if smooth else known[measure]
    return pd.DataFrame({"run": name, "step": known["step"], "value": value})


def _weights() -> None:
    rows = []
    for name in weights.names():
        try:
            arrays, meta = weights.load(name)
        except ProblemError as error:
            show(f"The weights '{name}' cannot be read", [str(error)])
            continue
        numbers = sum(array.size for array in arrays.values())
        facts = {fact: _told(meta[fact]) for fact in FACTS if fact in meta}
        rows.append({"weights": name, "numbers": f"{numbers:,}", **facts})
    if not rows:
        st.info("None come with this version.")
        return
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Weights and how they came about")


def _told(fact: object) -> str:
    return f"{fact:,.0f}" if isinstance(fact, float) else str(fact)
