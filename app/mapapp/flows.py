"""The page Flows: a network, what it admits, how full its links are, and what a failure does."""

from __future__ import annotations

import json
import time
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

import routeopt as ro
from mapapp.errors import messages, show
from routeopt.data.flows import answer_of, parse_flows
from routeopt.data.generators.flows import TOPOLOGIES
from routeopt.errors import RouteoptError
from routeopt.plot.flows import places_of, use_of
from routeopt.plot.style import FAINT, LINES
from routeopt.problems.flows import OBJECTIVES

LIVE = 0.25  # seconds between two looks at a search under way
CHAINS = ("auto", "greedy", "greedy,ruin", "greedy,genetic", "greedy,bound,dive")
LARGEST = 20_000  # flows


def page() -> None:
    """Show the page."""
    st.title("Flows")
    problem = _problem()
    if problem is None:
        return
    left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
    solver = left.selectbox(
        "Solver", CHAINS, key="flow_solver", help="greedy, then what improves it, in turn."
    )
    seconds = middle.slider("Seconds", 0.5, 60.0, step=0.5, key="flow_seconds")
    wanted = right.button("Admit", type="primary", key="admit", width="stretch")
    mark = _mark(problem)
    if wanted or st.session_state.get("flow_mark") != mark:
        found = _solved(problem, str(solver), float(seconds))
        if found is None:
            return
        st.session_state["flow_answer"], st.session_state["flow_mark"] = found, mark
    answer: ro.Admission = st.session_state["flow_answer"]
    _tiles(answer)
    network, classes, progress, table = st.tabs(["Network", "Priorities", "Progress", "Table"])
    with network:
        _failure(answer)
    with classes:
        _classes(answer)
    with progress:
        _progress(answer)
    with table:
        _table(answer)


def _problem() -> ro.FlowAdmission | None:
    """Return the problem that is chosen; what is wrong with it is shown."""
    with st.sidebar:
        given = st.file_uploader("A problem (JSON)", key="flow_file", type=["json"])
        objective = st.selectbox("Objective", OBJECTIVES, key="flow_objective")
        duplex = st.toggle("Both directions share a capacity", key="flow_duplex")
        st.caption("Or one made by chance:")
        topology = st.selectbox("Topology", list(TOPOLOGIES), key="flow_topology")
        nodes = st.slider("Switches", 4, 100, key="flow_nodes")
        flows = st.slider("Flows", 10, 5000, step=10, key="flow_flows")
        load = st.slider("Load", 0.1, 2.0, step=0.1, key="flow_load", help="1.3 is congested, 0.6 light.")
        seed = st.number_input("Seed", 0, 999_999, key="flow_seed")
    try:
        if given is not None:
            stated = parse_flows(given.getvalue().decode("utf-8"), given.name)
        else:
            stated = ro.generate_flows(
                str(topology), int(nodes), int(flows), load=float(load), seed=int(seed)
            )
        if len(stated.flows) > LARGEST:
            raise ro.ProblemError(f"{len(stated.flows):,} flows are more than the {LARGEST:,} of this page")
        return ro.FlowAdmission(stated.network, stated.flows, str(objective), bool(duplex))
    except (RouteoptError, UnicodeDecodeError) as error:
        show("These flows cannot be planned", messages(error))
        return None


def _mark(problem: ro.FlowAdmission) -> str:
    """Return what tells a problem from the one before."""
    import hashlib

    digest = hashlib.sha256()
    for field in problem.instance():
        digest.update(np.ascontiguousarray(field).tobytes())
    return digest.hexdigest()


def _solved(problem: ro.FlowAdmission, solver: str, seconds: float) -> ro.Admission | None:
    with st.status("Kernels are compiled when they are first used…", expanded=False) as status:
        try:
            run = ro.search(problem, seconds, solver=solver, seed=1)
            due = 0.0
            for incumbent in run:
                if time.monotonic() >= due:
                    due = time.monotonic() + LIVE
                    bound = f" of at most {incumbent.bound:,.0f}" if incumbent.bound else ""
                    status.update(
                        label=f"{incumbent.seconds:.1f} of {seconds:g} s, {incumbent.source}: "
                        f"worth {max(incumbent.objective, 0):,.0f}{bound}"
                    )
            found = run.admission()
        except RouteoptError as error:
            status.update(label="No answer", state="error")
            show("These flows cannot be planned", messages(error))
            return None
        status.update(label=f"Planned in {found.seconds:.1f} s by {found.solver}", state="complete")
    return found


def _tiles(answer: ro.Admission) -> None:
    asked = int(answer.instance.bandwidth.sum())
    carried = int(answer.instance.bandwidth[answer.admitted].sum())
    row = st.container(horizontal=True, gap="small")
    for label, value in (
        ("Worth", f"{answer.objective:,}"),
        ("At most", "–" if answer.bound is None else f"{answer.bound:,}"),
        ("Gap", "–" if answer.gap is None else f"{answer.gap:.2f} %"),
        ("Admitted", f"{len(answer.admitted):,} of {len(answer.problem.flows):,}"),
        ("Bandwidth", f"{100 * carried / max(asked, 1):.0f} %"),
        ("Links", f"{100 * answer.used.sum() / max(int(answer.instance.capacity.sum()), 1):.0f} % full"),
    ):
        row.metric(label, value, border=True, width=139)
    if answer.violations:
        show("Limits do not hold", answer.violations)


def _failure(answer: ro.Admission) -> None:
    """Show the network; with a link that fails, the one that is left and what becomes of the flows."""
    names, instance = answer.problem.node_names, answer.instance
    links = {
        f"{names[int(u)]} – {names[int(v)]}": arc
        for arc, (u, v) in enumerate(zip(instance.tail, instance.head, strict=True))
        if u < v or answer.problem.network.twin[arc] < 0
    }
    left, right = st.columns(2)
    failed = left.multiselect("Links that fail", list(links), key="failed", placeholder="none")
    least = right.slider(
        "Degrade to no less than",
        0.1,
        1.0,
        step=0.1,
        key="least",
        help="Share of its bandwidth; 1: no flow is degraded.",
    )
    if not failed:
        _network(answer)
        return
    arcs = [links[name] for name in failed if name in links]
    found = ro.reroute_flows(answer, arcs, least=float(least))
    row = st.container(horizontal=True, gap="small")
    for state in ("kept", "rerouted", "degraded", "dropped"):
        row.metric(state.capitalize(), f"{found.count(state):,}", border=True, width=139)
    _network(found.admission)
    changed = [fate._asdict() for fate in found.fates if fate.state not in ("kept", "rejected")]
    if changed:
        st.dataframe(pd.DataFrame(changed), hide_index=True, alt="What becomes of the flows that are hit")


def _network(answer: ro.Admission) -> None:
    places, use, names = places_of(answer), use_of(answer), answer.problem.node_names
    network, instance = answer.problem.network, answer.instance
    tail, head = places[instance.tail], places[instance.head]
    along = head - tail
    length = np.maximum(np.hypot(*along.T), 1e-12)[:, None]
    span = float(np.ptp(places, axis=0).max()) or 1.0
    side = np.column_stack([along[:, 1], -along[:, 0]]) / length * 0.006 * span
    begin, end = tail + side, head + side
    closed = np.zeros(len(use), bool) if network.closed is None else network.closed
    lines = pd.DataFrame(
        {
            "x": begin[:, 0], "y": begin[:, 1], "x2": end[:, 0], "y2": end[:, 1], "used": 100 * use,
            "link": [f"{names[int(u)]} → {names[int(v)]}" for u, v in zip(instance.tail, instance.head, strict=True)],
            "capacity": instance.capacity[instance.link], "booked": answer.used[instance.link],
            "state": np.where(closed, "failed", "up"),
        }
    )  # fmt: skip
    quiet = {"axis": None, "scale": alt.Scale(zero=False, nice=False, padding=14)}
    drawn = (
        alt.Chart(lines)
        .mark_rule(strokeWidth=2.5)
        .encode(
            x=alt.X("x:Q", **quiet),
            y=alt.Y("y:Q", **quiet),
            x2="x2:Q",
            y2="y2:Q",
            color=alt.Color(
                "used:Q",
                title="capacity used, %",
                scale=alt.Scale(domain=[0, 60, 100], range=[FAINT, LINES[0], LINES[1]], interpolate="rgb"),
            ),
            strokeDash=alt.StrokeDash(
                "state:N",
                title=None,
                scale=alt.Scale(domain=["up", "failed"], range=[[1, 0], [3, 4]]),
                legend=None,
            ),
            tooltip=["link:N", "booked:Q", "capacity:Q", alt.Tooltip("used:Q", format=".0f"), "state:N"],
        )
    )
    nodes = pd.DataFrame({"x": places[:, 0], "y": places[:, 1], "node": names})
    points = (
        alt.Chart(nodes)
        .mark_circle(size=90, color="#6B6B6B", opacity=1)
        .encode(x="x:Q", y="y:Q", tooltip=["node:N"])
    )
    words = (
        alt.Chart(nodes)
        .mark_text(dx=10, dy=-8, fontSize=11, color="#6B6B6B")
        .encode(x="x:Q", y="y:Q", text="node:N")
    )
    st.altair_chart(
        (drawn + points + words).properties(height=520),
        alt="The network; the fuller a link, the warmer its colour",
    )


def _classes(answer: ro.Admission) -> None:
    rows = [
        {"priority": str(priority), "flows": count, "state": state, "order": order}
        for priority, (given, asked) in answer.classes().items()
        for order, (state, count) in enumerate((("admitted", given), ("rejected", asked - given)))
    ]
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar()
        .encode(
            y=alt.Y("priority:N", sort=None),
            x=alt.X("flows:Q"),
            color=alt.Color(
                "state:N",
                title=None,
                scale=alt.Scale(domain=["admitted", "rejected"], range=[LINES[0], FAINT]),
            ),
            order="order:Q",
            tooltip=["priority:N", "state:N", "flows:Q"],
        )
        .properties(height=340)
    )
    st.altair_chart(chart, alt="Flows that are admitted and rejected, by priority")


def _progress(answer: ro.Admission) -> None:
    steps = [*answer.trace, (answer.seconds, float(answer.objective), answer.bound)]
    rows: list[dict[str, Any]] = [
        {"seconds": seconds, "worth": worth, "line": line}
        for seconds, objective, bound in steps
        for line, worth in (("admitted", objective), ("bound", bound))
        if worth is not None
    ]
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(
            x="seconds:Q",
            y=alt.Y("worth:Q", scale=alt.Scale(zero=False)),
            color=alt.Color(
                "line:N", title=None, scale=alt.Scale(domain=["admitted", "bound"], range=list(LINES[:2]))
            ),
        )
        .properties(height=340)
    )
    st.altair_chart(chart, alt="What is admitted, and the bound, over the seconds")


def _table(answer: ro.Admission) -> None:
    rows = [{**row, "path": " → ".join(row["path"])} for row in answer.table()]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, height=420, alt="Each flow with its path, or why it is rejected"
    )
    st.download_button(
        "Download as JSON",
        json.dumps(answer_of(answer)),
        "admission.json",
        "application/json",
        key="flow_json",
    )
