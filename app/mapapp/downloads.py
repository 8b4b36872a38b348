"""What can be taken away: the plan in every format, the problem, and the same solve in Python or on a command line."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from math import inf
from pathlib import Path

import streamlit as st

from mapapp.job import Job
from mapapp.shown import Shown
from mapapp.source import Source
from routeopt import registry
from routeopt.data.writers import PROBLEM_WRITERS, SOLUTION_WRITERS
from routeopt.plot import save
from routeopt.problems.rows import Vehicle
from routeopt.problems.vrp import VRP

FORMATS = {
    ".geojson": ("GeoJSON", "application/geo+json", "the routes along the streets, for a map"),
    ".gpx": ("GPX", "application/gpx+xml", "a track for each vehicle, for navigation"),
    ".csv": ("CSV", "text/csv", "every visit with its times, for a spreadsheet"),
    ".json": ("JSON", "application/json", "the plan, its costs and how it was found"),
}


def show(shown: Shown, job: Job, source: Source) -> None:
    """Show a button for each format, and the code that gives the same plan."""
    offered = [suffix for suffix in FORMATS if _possible(shown, suffix)]
    for column, suffix in zip(st.columns(len(offered) + 2), [*offered, ".png", ""], strict=True):
        with column:
            _button(shown, suffix)
    with st.expander("The same as code", icon=":material/code:"):
        st.caption(
            "Copy as Python"
            if not _changed(job.problem, source)
            else "Copy as Python; download the problem first"
        )
        st.code(python(job, source), language="python")
        st.caption("Copy as command")
        st.code(command(job), language="shell")


def _button(shown: Shown, suffix: str) -> None:
    if suffix == ".png":
        if find_spec("matplotlib") is None:
            st.caption("Pictures need matplotlib: pip install 'routeopt[plot]'")
            return
        label, mime, told, content = "PNG", "image/png", "a picture of the routes", picture(shown)
        if not shown.mapped:
            return
    elif suffix:
        (label, mime, told), content = FORMATS[suffix], text_of(shown, suffix)
    else:
        label, mime, told, suffix = (
            "Problem",
            "application/json",
            "what was asked, to solve it elsewhere",
            ".json",
        )
        content = problem_text(shown.problem)
    st.download_button(
        label,
        content,
        f"{'problem' if label == 'Problem' else 'routes'}{suffix}",
        mime,
        key=f"download {label}",
        help=told[0].upper() + told[1:],
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
    )


def text_of(shown: Shown, suffix: str) -> Callable[[], bytes]:
    """Return what makes the content of a file, when it is asked for."""
    return lambda: registry.load(SOLUTION_WRITERS[suffix])(shown.solution).encode()


def problem_text(problem: VRP) -> Callable[[], bytes]:
    """Return what makes the problem as JSON."""
    return lambda: registry.load(PROBLEM_WRITERS[".json"])(problem).encode()


def picture(shown: Shown) -> Callable[[], bytes]:
    """Return what draws the routes."""

    def draw() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "routes.png"
            save(shown.solution, path, "routes")
            return path.read_bytes()

    return draw


def _possible(shown: Shown, suffix: str) -> bool:
    """Whether a format can say this plan."""
    if suffix == ".gpx":
        return shown.problem.geographic and shown.mapped
    return suffix != ".geojson" or shown.mapped


def _changed(problem: VRP, source: Source) -> bool:
    """Whether more than the fleet was edited here, so that only a file says it."""
    return problem.stops is not source.problem.stops or not source.command


def python(job: Job, source: Source) -> str:
    """Return a program that finds the same plan."""
    problem = job.problem
    changed = _changed(problem, source)
    lines = ["import routeopt as ro", "", 'problem = ro.read("problem.json")' if changed else source.python]
    if not changed:
        fleet = ", ".join(_vehicle(vehicle) for vehicle in problem.vehicles)
        lines.append(f"problem = problem.replace(vehicles=[{fleet}])")
    lines += [
        f"solution = ro.solve(problem, seconds={job.seconds:g}, solver={job.solver!r}, seed={job.seed})",
        "print(solution)",
        'solution.write("routes.geojson")',
    ]
    return "\n".join(lines)


def command(job: Job) -> str:
    """Return command lines that find the same plan from the downloaded problem."""
    solver = shlex.quote(job.solver)
    return (
        "# with the problem downloaded above\n"
        f"routeopt solve problem.json --seconds {job.seconds:g} --solver {solver} --seed {job.seed} -o routes.json"
    )


def _vehicle(vehicle: Vehicle) -> str:
    """Return a type of vehicle as Python writes it, without what is neutral."""
    stated = []
    for field in Vehicle.__dataclass_fields__:
        value, neutral = getattr(vehicle, field), getattr(Vehicle(), field)
        if value != neutral:
            stated.append(f"{field}={_value(value)}")
    return f"ro.Vehicle({', '.join(stated)})"


def _value(value: object) -> str:
    if value == inf:
        return 'float("inf")'
    if isinstance(value, tuple):
        return f"({', '.join(_value(part) for part in value)}{',' if len(value) == 1 else ''})"
    if isinstance(value, frozenset | set):
        return repr(set(value))
    return repr(value)
