"""The page Benchmarks: tables and anytime curves of the CSV files that ``routeopt bench --csv`` writes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mapapp.errors import messages, show
from routeopt.bench import rows as bench_rows, tables
from routeopt.bench.curves import POINTS, gaps
from routeopt.bench.measures import WORST
from routeopt.bench.rows import Row
from routeopt.bench.suites import SUITES
from routeopt.errors import ProblemError
from routeopt.plot.style import LINES

COMMAND = "routeopt bench x12 --solvers auto,pyvrp,vroom --seconds 10 --csv runs.csv"


def page() -> None:
    """Show the page."""
    st.title("Benchmarks")
    given = st.file_uploader("Runs of routeopt bench (CSV)", key="runs", accept_multiple_files=True)
    rows: list[Row] = []
    for file in given:
        rows += _rows(file.name, file.getvalue())
    if not rows:
        _how()
        return
    rows = bench_rows.against_each_other(rows)
    suites = list(dict.fromkeys(row.suite for row in rows))
    suite = st.selectbox("Suite", suites, key="suite") if len(suites) > 1 else suites[0]
    chosen = [row for row in rows if row.suite == suite]
    st.caption("\n".join(tables.conditions(chosen)))
    _curves(chosen)
    st.subheader("By solver")
    _table(tables.by_solver(chosen))
    st.subheader("By instance")
    st.caption("Gap in percent to the best known value, mean of the seeds.")
    _table(tables.by_instance(chosen))
    if failures := tables.failed(chosen):
        st.subheader("Without a feasible answer")
        st.text("\n".join(failures))


def _rows(name: str, data: bytes) -> list[Row]:
    """Return the runs in a file; what is wrong with it is shown."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "runs.csv"
            path.write_bytes(data)
            found = bench_rows.read(path)
        if not found:
            show(f"{name} has no runs", ["a file begins with a header, and has a line for each run"])
    except Exception as error:  # whatever is in a file must not end the page
        strange = isinstance(error, ValueError | KeyError | TypeError) and not isinstance(error, ProblemError)
        told = (
            ["a row holds a value that its column cannot have; write the file again"]
            if strange
            else messages(error)
        )
        said = [message.replace(str(path), name) for message in told]
        show(f"{name} has no runs of routeopt bench", said)
        return []
    return found


def _how() -> None:
    """Say where such files come from."""
    st.info("Measure on the command line, then choose the file here:")
    st.code(COMMAND, language="shell")
    st.subheader("Suites")
    suites = [{"suite": name, "what it holds": suite.summary} for name, suite in SUITES.items()]
    st.dataframe(pd.DataFrame(suites), hide_index=True, alt="Suites of instances")


def _table(table: tables.Table) -> None:
    header, *lines = table
    st.dataframe(pd.DataFrame(lines, columns=header), hide_index=True)


def _curves(rows: list[Row]) -> None:
    """Draw the mean gap of each solver over the seconds of its budget."""
    runs: dict[str, list[Row]] = {}
    for row in rows:
        if row.steps is not None and row.best_known is not None and row.budget > 0:
            runs.setdefault(row.label, []).append(row)
    if not runs:
        st.info("No run has a trace, so there are no curves.")
        return
    longest = max(row.budget for group in runs.values() for row in group)
    seconds = np.geomspace(longest / 100, longest, POINTS)
    frame = pd.DataFrame(
        {"solver": solver, "seconds": when, "gap": gap}
        for solver, group in runs.items()
        for when, gap in zip(seconds, np.mean([gaps(row, seconds) for row in group], axis=0), strict=True)
    )
    chart = (
        alt.Chart(frame)
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(
            x=alt.X("seconds:Q", scale=alt.Scale(type="log"), title="seconds"),
            y=alt.Y("gap:Q", title=f"mean gap (%, at most {WORST:g})"),
            color=alt.Color("solver:N", scale=alt.Scale(range=list(LINES)), title=None),
            tooltip=["solver:N", alt.Tooltip("seconds:Q", format=".2f"), alt.Tooltip("gap:Q", format=".3f")],
        )
        .properties(height=340)
    )
    st.altair_chart(chart, alt="Mean gap of each solver over the seconds of search")
