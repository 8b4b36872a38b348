"""Several solvers on the same problem for the same seconds, one after the other so that none disturbs another."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mapapp import charts, deck
from mapapp.errors import show as show_errors
from mapapp.job import Job
from mapapp.live import INTERVAL
from mapapp.shown import Shown
from mapapp.solver import CHAINS, Settings
from routeopt.problems.vrp import VRP

MOST = 3  # solvers side by side
HEIGHT = 340  # pixels of a map


class Race:
    """Searches that follow each other.

    Parameters
    ----------
    problem : VRP
    chains : sequence of str
    settings : Settings
        Seconds and seed, the same for all.
    """

    def __init__(self, problem: VRP, chains: Sequence[str], settings: Settings) -> None:
        self.problem, self.chains, self.settings = problem, list(chains), settings
        self.jobs: list[Job] = []
        self.shown: dict[str, Shown] = {}
        self._stopped = False

    @property
    def done(self) -> bool:
        """Whether all have ended."""
        ended = all(job.done for job in self.jobs)
        return ended and (self._stopped or len(self.jobs) == len(self.chains))

    def advance(self) -> None:
        """Take what has ended, and start the next one."""
        for chain, job in zip(self.chains, self.jobs, strict=False):
            if job.done and job.solution is not None and chain not in self.shown:
                self.shown[chain] = Shown(job.solution)
        if not self.done and all(job.done for job in self.jobs):
            chain = self.chains[len(self.jobs)]
            self.jobs.append(Job(self.problem, self.settings.seconds, solver=chain, seed=self.settings.seed))

    def stop(self) -> None:
        """End the one that runs, and start no other."""
        self._stopped = True
        for job in self.jobs:
            job.stop()


def show(problem: VRP, settings: Settings) -> None:
    """Show the choice of solvers, and how they did."""
    state = st.session_state
    race: Race | None = state.get("race")
    if race is not None and race.problem is not problem:
        race.stop()
        race = state["race"] = None
    running = race is not None and not race.done
    chosen = st.multiselect("Solvers", list(CHAINS), key="rivals", max_selections=MOST, disabled=running)
    told = f"Compare, {settings.seconds:g} s each"
    if st.button(told, key="compare", disabled=running or not chosen, icon=":material/balance:"):
        race = state["race"] = Race(problem, chosen, settings)
    if race is None:
        st.caption("Each begins anew and has the seconds and the seed chosen on the left.")
        return
    race.advance()
    if not race.done:
        _watch(race)
    _outcome(race)


@st.fragment(run_every=INTERVAL)
def _watch(race: Race) -> None:
    before = len(race.shown), len(race.jobs)
    race.advance()
    if race.done or before != (len(race.shown), len(race.jobs)):
        st.rerun()
    job = race.jobs[-1]
    part = min(job.searched / max(job.seconds, 1e-9), 1.0)
    st.progress(
        (len(race.jobs) - 1 + part) / len(race.chains), text=f"{race.chains[len(race.jobs) - 1]}: {job.state}"
    )
    if st.button("Stop comparing", key="stop_race"):
        race.stop()


def _outcome(race: Race) -> None:
    """Show what has ended so far: a table, curves, and maps beside each other."""
    for chain, job in zip(race.chains, race.jobs, strict=False):
        if job.complaints:
            show_errors(f"{chain} has no plan", job.complaints)
    if not race.shown:
        return
    st.dataframe(_table(race), hide_index=True, alt="What each solver achieved")
    chart = charts.convergence([shown.solution for shown in race.shown.values()])
    if chart is not None:
        st.altair_chart(chart, alt="Cost over seconds of search, a line for each solver")
    for place, (column, (chain, shown)) in enumerate(
        zip(st.columns(len(race.shown)), race.shown.items(), strict=True)
    ):
        column.markdown(f"**{chain}**")
        if shown.mapped:
            column.pydeck_chart(
                deck.of_plan(shown), height=HEIGHT, key=f"map of {place}", alt=f"Routes of {chain}"
            )


def _table(race: Race) -> pd.DataFrame:
    best = min(shown.solution.objective for shown in race.shown.values())
    return pd.DataFrame(
        {
            "solver": chain,
            "cost": round(shown.solution.cost, 2),
            "above the best": f"{100 * (shown.solution.objective / best - 1):+.2f} %" if best > 0 else "",
            "vehicles": shown.solution.vehicles,
            "unserved": len(shown.solution.unserved),
            "feasible": shown.solution.feasible,
            "iterations": shown.solution.iterations,
            "seconds": round(shown.solution.seconds, 2),
        }
        for chain, shown in race.shown.items()
    )
