"""Figures: what they show, that nothing covers it, and that large plans are drawn quickly."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from matplotlib import pyplot
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from strategies import problems_with_plans

import routeopt as ro
from routeopt import plot
from routeopt.plot.style import DASHES, LINES

SINGLE = ("routes", "timeline", "loads")


@pytest.fixture(autouse=True)
def _close_figures():
    mpl.use("Agg")
    yield
    pyplot.close("all")


def swept(problem, per_route):
    """Return a plan that goes around the depot, with `per_route` stops in each route."""
    away = problem.places[1:] - problem.places[0]
    order = 1 + np.argsort(np.arctan2(*away.T))
    routes = [part.tolist() for part in np.split(order, range(per_route, len(order), per_route))]
    return ro.Solution(problem, ro.Routes.from_lists(routes), trace=[(0.1, 90.0), (1.0, 80.0)], seconds=2.0)


@pytest.fixture(scope="module")
def plan():
    return swept(ro.generate("x", stops=60, seed=1), 10)


@pytest.fixture(scope="module")
def broken():
    """A plan that is late and overloaded and leaves a stop out."""
    problem = ro.VRP(
        [
            ro.Stop(3, 4, "mill", delivery=5, windows=(0, 2), service=3),
            ro.Stop(6, 8, "farm", pickup=3, windows=(40, 50), service=3),
            ro.Stop(9, 1, "quarry", delivery=90),
        ],
        [ro.Vehicle(capacity=4)],
        name="village",
        best_known=16,
    )
    return ro.Solution(problem, ro.Routes.from_lists([[1, 2]]))


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def subtitle(ax):
    return next(text.get_text() for text in ax.texts if "  ·  " in text.get_text())


def pixels(ax):
    """Return the figure as drawn, (height, width, 3)."""
    ax.figure.canvas.draw()
    return np.asarray(ax.figure.canvas.buffer_rgba())[..., :3].astype(int)


def shows(ax, colour, least=30):
    """Return whether some pixels have this colour."""
    away = np.abs(pixels(ax) - np.round(255 * np.array(to_rgb(colour)))).max(axis=2)
    return (away <= 3).sum() >= least


def test_the_map_shows_every_route_in_its_colour(plan):
    ax = plan.plot()
    styles = plot.route_styles(plan)
    assert len({look.colour for look in styles}) == plan.vehicles == 6
    assert all(shows(ax, look.colour) for look in styles)
    assert ax.get_title(loc="left") == f"{plan.problem.name}: cost {plan.cost:,.0f}"
    assert subtitle(ax).startswith("6 routes  ·  60 stops")
    assert labels(ax) == [*(f"{number}: 10 stops" for number in range(1, 7)), "depot"]
    assert ax.get_aspect() == 1.0


def test_what_is_wrong_is_on_the_map(broken):
    ax = broken.plot("routes")
    assert labels(ax)[1:] == ["depot", "goods fetched", "unserved", "violation"]
    assert "1 unserved" in subtitle(ax)
    assert "not feasible: 2 violations" in subtitle(ax)
    assert "% to the best known" in subtitle(ax)
    assert {"mill", "farm", "quarry"} <= {text.get_text() for text in ax.texts}
    assert shows(ax, plot.style.LATE)


@pytest.mark.parametrize("kind", SINGLE)
def test_legends_and_titles_cover_nothing(plan, kind):
    ax = plan.plot(kind)
    ax.figure.canvas.draw()
    inside = ax.get_window_extent()
    outside = [ax.get_legend(), ax.title, *(text for text in ax.texts if "  ·  " in text.get_text())]
    assert not any(inside.overlaps(artist.get_window_extent()) for artist in outside)


def test_degrees_are_drawn_at_true_proportions():
    problem = ro.generate("city", stops=30, seed=1)
    ax = swept(problem, 10).plot()
    assert ax.get_aspect() == pytest.approx(1 / np.cos(np.radians(60.17)), rel=1e-3)
    assert ax.get_xlabel() == "longitude (degrees)"
    assert " km" in subtitle(ax)


def test_the_timeline_shows_windows_services_and_lateness(broken):
    ax = broken.plot("timeline")
    assert labels(ax) == ["time window", "leg", "wait", "service", "late"]
    visit = broken.schedule[0][1]
    assert subtitle(ax).endswith(f"late by {visit.lateness:g} in all")
    spans = {to_hex(c.get_facecolor()[0]): c.get_paths() for c in ax.collections if len(c.get_facecolor())}
    late = spans[plot.style.LATE.lower()][0].get_extents()
    assert (late.x0, late.x1) == (visit.begin - visit.lateness, visit.begin)
    first, last = ax.get_xlim()
    assert first < broken.schedule[0][0].arrival
    assert last > broken.schedule[0][-1].departure


def test_geographic_timelines_are_clocks():
    ax = swept(ro.generate("city", stops=30, seed=1), 10).plot("timeline")
    ax.figure.canvas.draw()
    assert ax.get_xlabel() == "time (hours:minutes)"
    assert "12:00" in [tick.get_text() for tick in ax.get_xticklabels()]
    assert " h" in subtitle(ax)


def test_loads_are_as_high_as_the_vehicle_is_full(broken):
    ax = broken.plot("loads")
    assert labels(ax) == ["on board", "free capacity", "above capacity"]
    assert "125 %" in subtitle(ax)
    problem = ro.VRP([ro.Stop(0, 3, delivery=2), ro.Stop(0, 4, delivery=2)], [ro.Vehicle(capacity=8)])
    ax = ro.Solution(problem, ro.Routes.from_lists([[1, 2]])).plot("loads")
    track, load = ax.collections[:2]
    full = track.get_paths()[0].get_extents().height
    heights = [path.get_extents().height / full for path in load.get_paths()]
    assert heights == pytest.approx([0.5, 0.25, 0.0])
    assert [path.get_extents().x0 for path in load.get_paths()] == [0, 3, 4]


def test_each_load_dimension_has_its_band():
    problem = ro.VRP([ro.Stop(3, 4, delivery=(1, 2))], [ro.Vehicle(capacity=(3, np.inf))])
    ax = ro.Solution(problem, ro.Routes.from_lists([[1]])).plot("loads")
    assert labels(ax) == ["load 1 on board", "load 2 on board", "free capacity"]


def test_convergence_lays_searches_over_each_other(plan):
    start = [(0.0, np.inf), (0.2, 9e5)]
    searches = [
        ro.Solution(plan.problem, plan.routes, solver="hgs", seed=seed, trace=[*start, (1, 8e5 + seed)])
        for seed in (1, 2)
    ]
    ax = plot.plot(searches, "convergence", best_known=7.9e5)
    assert [label.partition(":")[0] for label in labels(ax)] == ["hgs, seed 1", "hgs, seed 2"]
    assert ax.get_xlim()[0] == 0
    assert ax.get_ylim()[0] < 7.9e5 < ax.get_ylim()[1]
    curve = ax.lines[0]
    np.testing.assert_array_equal(curve.get_ydata(), [9e5, 800_001, 800_001])
    single = plan.plot("convergence")
    assert single.get_legend() is None
    with pytest.raises(ro.ProblemError, match="no trace"):
        ro.Solution(plan.problem, plan.routes).plot("convergence")


@pytest.mark.parametrize(("suffix", "magic"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".PDF", b"%PDF")])
def test_pictures_are_saved_by_suffix(plan, tmp_path, suffix, magic):
    path = tmp_path / f"plan{suffix}"
    plot.save(plan, path, kind="timeline")
    assert path.read_bytes().startswith(magic)
    assert [item.name for item in tmp_path.iterdir()] == [path.name]
    assert not pyplot.get_fignums()


def test_what_cannot_be_drawn_is_said(plan, tmp_path, monkeypatch):
    with pytest.raises(ro.ProblemError, match=r"a picture cannot be '\.bmp'; use one of \.png, \.svg, \.pdf"):
        plot.save(plan, tmp_path / "plan.bmp")
    with pytest.raises(ro.ProblemError, match="plot 'gantt' is not known; use one of routes"):
        plan.plot("gantt")
    with pytest.raises(ro.ProblemError, match="only 'convergence' takes several"):
        plot.plot([plan, plan], "routes")
    with pytest.raises(ro.ProblemError, match="there is no folder"):
        plot.save(plan, tmp_path / "missing" / "plan.png")
    blind = ro.VRP([ro.Stop()], depots=[ro.Depot()], legs=ro.Matrix([[0, 1], [1, 0]]))
    solution = ro.Solution(blind, ro.Routes.from_lists([[1]]))
    with pytest.raises(ro.ProblemError, match="some places have no coordinates"):
        solution.plot()
    solution.plot("timeline")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ro.RouteoptError, match=r"pip install 'routeopt\[plot\]'"):
        plan.plot()


def test_neighbours_differ_in_colour_and_repeated_colours_in_line():
    solution = swept(ro.generate("x", stops=300, seed=2), 10)
    styles = plot.route_styles(solution)  # swept: neighbours in the list are neighbours around the depot
    assert all(a.colour != b.colour for a, b in pairwise(styles))
    assert len(set(styles)) == min(len(styles), len(LINES) * len(DASHES))
    assert set(LINES) <= set(plot.PALETTE)


@pytest.mark.parametrize("kind", SINGLE)
def test_a_thousand_stops_are_drawn_in_seconds(kind, tmp_path):
    solution = swept(ro.generate("x", stops=1000, seed=1), 20)
    solution.schedule  # noqa: B018 - evaluated before the clock starts
    begin = time.process_time()
    plot.save(solution, tmp_path / "plan.png", kind)
    assert time.process_time() - begin < 3.0


def test_a_stop_at_the_depot_is_drawn():
    solution = ro.solve(ro.VRP([ro.Stop(0, 0)]), solver="nearest")
    for kind in SINGLE:
        plot.plot(solution, kind, ax=Figure().add_subplot())


@settings(max_examples=12)
@given(problems_with_plans(whole=False))
def test_anything_can_be_drawn(drawn):
    problem, routes = drawn
    solution = ro.Solution(problem, routes)
    for kind in SINGLE:
        figure = Figure()
        ax = plot.plot(solution, kind, ax=figure.add_subplot())
        figure.draw_without_rendering()
        assert ax.get_title(loc="left").lower().endswith(f"cost {plot.style.number(solution.cost)}")


def test_matplotlib_is_imported_when_something_is_drawn():
    code = "import sys, routeopt.plot; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
