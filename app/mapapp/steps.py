"""What a trained network does with a problem, beside the plan of the engine."""

from __future__ import annotations

from typing import NamedTuple

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

import routeopt as ro
from routeopt import weights
from routeopt.plot.style import LINES
from routeopt.problems.instance import Routes
from routeopt.solvers.random import random_state
from routeopt.solvers.vrp.neural.attention import weights_of
from routeopt.solvers.vrp.neural.constructor import Builder
from routeopt.solvers.vrp.neural.edges import score_edges
from routeopt.solvers.vrp.neural.sequences import routes

SECONDS = 1.0  # of the engine
VARIANTS = ("cvrp", "vrptw", "ovrp", "mdvrp")
SIDE = 340  # pixels


class Drawn(NamedTuple):
    """Lines between places."""

    frame: pd.DataFrame  # x, y, x2, y2, route, share
    caption: str


def part() -> None:
    """Show the networks that there are at work."""
    names = weights.names()
    if not names:
        st.info("No weights come with this version; see docs/learning.md for how to train some.")
        return
    columns = st.columns(4)
    name = columns[0].selectbox("Weights", names, key="weights")
    variant = columns[1].selectbox("Problem", VARIANTS, key="variant")
    stops = int(columns[2].number_input("Stops", 5, 200, 50, key="learning_stops"))
    seed = int(columns[3].number_input("Seed", 0, 9_999, 1, key="learning_seed"))
    problem = _problem(variant, stops, seed)
    builds = weights.load(name)[1]["policy"] == "attention"
    drawn = (_construction if builds else _scores)(problem, name)
    left, right = st.columns(2)
    with left:
        st.caption(drawn.caption)
        _draw(problem, drawn.frame, "What the network does")
    with right:
        plan = _engine(variant, stops, seed)
        st.caption(f"The engine after {SECONDS:g} s: cost {plan.cost:.3f}")
        _draw(problem, _lines(problem, plan.routes), "The plan of the engine")


@st.cache_data(max_entries=32, show_spinner=False)
def _engine(variant: str, stops: int, seed: int) -> ro.Solution:
    return ro.solve(_problem(variant, stops, seed), SECONDS, seed=1)


def _problem(variant: str, stops: int, seed: int) -> ro.VRP:
    attributes = "mdcvrp" if variant == "mdvrp" else variant
    return ro.generate("routefinder", stops, seed=seed, attributes=attributes)


def _construction(problem: ro.VRP, name: str) -> Drawn:
    """Return the plan of a policy up to a step that is chosen."""
    builder = Builder(problem.instance(), weights_of(weights.load(name)[0]))
    sequence, _ = builder.sequence(0, 0.0, random_state(np.random.default_rng(1)))
    steps = st.slider("Steps", 1, len(sequence), len(sequence), key=f"steps_{len(sequence)}")
    partial = routes(problem.instance(), sequence[:steps])
    solution = ro.Solution(problem, partial)
    done = "all stops" if steps == len(sequence) else f"{len(partial.visits)} of {len(problem.stops)} stops"
    return Drawn(_lines(problem, partial), f"The policy after {done}: cost {solution.cost:.3f}")


def _scores(problem: ro.VRP, name: str) -> Drawn:
    """Return the edges that a scorer thinks likeliest."""
    count = st.slider("Edges of each stop", 1, 10, 3, key="edges_each")
    near, score = score_edges(problem.instance(), weights.load(name)[0])
    instance = problem.instance()
    tails = np.repeat(np.arange(instance.depots, instance.nodes), min(count, near.shape[1]))
    heads = near[:, :count].ravel()
    frame = _frame(problem, tails, heads, np.zeros(len(heads), int))
    frame["share"] = np.exp(score[:, :count].ravel())
    return Drawn(frame, "What the edge scorer expects next to each stop; the darker, the likelier")


def _lines(problem: ro.VRP, plan: Routes) -> pd.DataFrame:
    """Return the legs of a plan."""
    instance = problem.instance()
    tails, heads, kinds = [], [], []
    for number, (kind, visits) in enumerate(zip(plan.vehicle, plan.lists(), strict=True)):
        end = [] if instance.end[kind] < 0 else [int(instance.end[kind])]
        path = [int(instance.start[kind]), *visits, *end]
        tails += path[:-1]
        heads += path[1:]
        kinds += [number] * (len(path) - 1)
    return _frame(problem, np.array(tails, int), np.array(heads, int), np.array(kinds, int))


def _frame(problem: ro.VRP, tails: np.ndarray, heads: np.ndarray, kinds: np.ndarray) -> pd.DataFrame:
    instance = problem.instance()
    return pd.DataFrame(
        {
            "x": instance.x[tails], "y": instance.y[tails], "x2": instance.x[heads], "y2": instance.y[heads],
            "route": kinds % len(LINES), "share": 1.0,
        }
    )  # fmt: skip


def _draw(problem: ro.VRP, frame: pd.DataFrame, alt_text: str) -> None:
    instance = problem.instance()
    places = pd.DataFrame(
        {
            "x": instance.x, "y": instance.y,
            "what": ["depot"] * instance.depots + ["stop"] * instance.stops,
            "name": [f"depot {i}" for i in range(instance.depots)] + [f"stop {i + 1}" for i in range(instance.stops)],
        }
    )  # fmt: skip
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, 1]))
    colour = alt.Color(
        "route:O", scale=alt.Scale(domain=list(range(len(LINES))), range=list(LINES)), legend=None
    )
    opacity = alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.05, 1]), legend=None)
    legs = (
        alt.Chart(frame)
        .mark_rule(strokeWidth=2)
        .encode(x=x, y=y, x2="x2:Q", y2="y2:Q", color=colour, opacity=opacity)
    )
    dots = (
        alt.Chart(places)
        .mark_point(filled=True, opacity=1)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape(
                "what:N", scale=alt.Scale(domain=["depot", "stop"], range=["square", "circle"]), legend=None
            ),
            size=alt.Size("what:N", scale=alt.Scale(domain=["depot", "stop"], range=[140, 30]), legend=None),
            color=alt.value("#888888"),
            tooltip="name:N",
        )
    )
    st.altair_chart((legs + dots).properties(height=SIDE), alt=alt_text)
