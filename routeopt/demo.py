"""``python -m routeopt.demo``: a day of deliveries on real streets, solved, checked, drawn and written down.

The streets are those of the centre of Helsinki, which come with the package; the stops come from its generator and take
goods within their hours. What is made of it lies in the folder ``demo``.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

import routeopt as ro
from routeopt.cli.errors import INTERRUPTED, NOT_FEASIBLE, explain, missing_extra
from routeopt.cli.progress import watching
from routeopt.cli.solve import follow

if TYPE_CHECKING:
    from routeopt.problems.solution import Solution

FOLDER = Path("demo")
STOPS = 40
SECONDS = 10.0
SEED = 1
VAN = ro.Vehicle("van", capacity=150.0, fixed_cost=40.0, distance_cost=0.4 / 1000, duration_cost=24 / 3600)
TABLES = {
    "solution.json": "the plan, with costs and how it was found",
    "schedule.csv": "every visit with its times, for a spreadsheet",
    "routes.geojson": "the routes along the streets, for a map such as geojson.io",
    "routes.gpx": "the same for a navigation device",
}
PICTURES = {
    "routes.png": "the routes on the streets",
    "timeline.png": "when each van is where",
    "convergence.png": "how the cost fell during the search",
}


def main(folder: Path = FOLDER, *, stops: int = STOPS, seconds: float = SECONDS) -> int:
    """Solve and show the case; return the exit code."""
    out = Console(highlight=False)
    folder.mkdir(parents=True, exist_ok=True)
    problem = ro.generate("streets", stops, seed=SEED).replace(vehicles=[VAN], name="a day in Helsinki")
    out.print(
        f"A day of deliveries in the centre of Helsinki: {stops} stops with time windows, {seconds:g} s of search.",
        soft_wrap=True,
    )
    out.print(
        "A van takes 150 kg and costs 40 euros a day, 40 cents a kilometre and 24 euros an hour.",
        soft_wrap=True,
    )
    out.print(
        "The quickest ways between all places are found first; once that compiles, for some ten seconds."
    )
    ro.write(problem, folder / "problem.json")
    run = ro.search(problem, seconds, seed=SEED)
    with watching(run, lines=not sys.stderr.isatty(), interval=1.0) as show:
        solution = follow(run, show)
    out.print()
    out.print(solution.summary(), markup=False)
    out.print()
    out.print(routes_table(solution))
    written = {"problem.json": "the problem", **write(solution, folder)}
    out.print(f"Written to {folder.resolve()}:", soft_wrap=True)
    for name, text in written.items():
        out.print(f"  {name:18s}{text}")
    if find_spec("matplotlib") is None:
        out.print(f"There are no pictures: {missing_extra('matplotlib')}", markup=False)
    out.print(f"Go on with: routeopt info {folder / 'problem.json'}", soft_wrap=True)
    if run.interrupted:
        return INTERRUPTED
    return 0 if solution.feasible else NOT_FEASIBLE


def write(solution: Solution, folder: Path) -> dict[str, str]:
    """Write tables, and pictures where they can be drawn; return what lies where."""
    for name in TABLES:
        solution.write(folder / name)
    if find_spec("matplotlib") is None:
        return TABLES
    from routeopt.plot import save

    for name in PICTURES:
        save(solution, folder / name, Path(name).stem)
    return TABLES | PICTURES


def routes_table(solution: Solution) -> Table:
    """Return a line for each route: what a dispatcher asks first."""
    table = Table(title=None, header_style="bold", box=None, pad_edge=False)
    for name in ("route", "stops", "load (kg)", "leaves", "returns", "driving (km)", "waiting (min)"):
        table.add_column(name, justify="right")
    for number, (visits, stops) in enumerate(zip(solution.schedule, solution.routes.lists(), strict=True), 1):
        table.add_row(
            str(number),
            str(len(stops)),
            f"{sum(visits[0].load):.0f}",
            clock(visits[0].departure),
            clock(visits[-1].arrival),
            f"{visits[-1].distance / 1000:.1f}",
            f"{sum(visit.waiting for visit in visits) / 60:.0f}",
        )
    return table


def clock(seconds: float) -> str:
    """Return a time of day as people say it."""
    minutes = round(seconds / 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


if __name__ == "__main__":
    try:
        code = main()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        code = explain(error, debug=False)
    sys.exit(code)
