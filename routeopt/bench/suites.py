"""Suites: which problems are solved, by which rounding rule, and what their best known value is.

Their files lie below the folder that ``ROUTEOPT_DATA`` names, by default ``../shared/data`` beside the
repository. A selection is a rule, or names fixed once: it never depends on how anybody solves them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from routeopt.bench.best_known import Best, best_known
from routeopt.data.generators import generate
from routeopt.data.readers import read
from routeopt.errors import ProblemError
from routeopt.problems.vrp import VRP

Paths = list[Path]

X12 = (
    "X-n101-k25", "X-n153-k22", "X-n200-k36", "X-n256-k16", "X-n303-k21", "X-n393-k38",
    "X-n459-k26", "X-n502-k39", "X-n627-k43", "X-n766-k71", "X-n895-k37", "X-n1001-k43",
)  # fmt: skip
GH10 = (
    "C1_10_3", "C1_10_9", "C2_10_3", "C2_10_9", "R1_10_7", "R2_10_3", "R2_10_9",
    "RC1_10_3", "RC1_10_9", "RC2_10_7",
)  # fmt: skip
LARGEST_TSP = 2000  # nodes


class Case(NamedTuple):
    """One problem of a suite."""

    name: str
    path: Path | None  # None: made by the generator
    rounding: str
    objective: str
    best: Best | None
    recipe: tuple[str, int, int] = ("", 0, 0)  # kind, stops and seed of the generator

    @property
    def stops(self) -> int:
        """Number of stops, for which the problem is read or made."""
        return len(self.problem().stops)

    def problem(self) -> VRP:
        """Read or make the problem."""
        if self.path is None:
            kind, stops, seed = self.recipe
            return generate(kind, stops, seed=seed)
        problem = read(self.path, rounding=self.rounding)
        return problem if self.objective == problem.objective else problem.replace(objective=self.objective)


class Suite(NamedTuple):
    """A set of problems that are measured in the same way."""

    summary: str
    folder: str = ""  # below vrp/; empty: problems are made by the generator
    files: str = "*"
    rounding: str = "round"
    measured: str = "min distance"  # what the objective in bks.csv begins with
    unit: float = 1.0  # how much is stated for one unit of our cost
    vehicles_first: bool = False
    choose: Callable[[Paths], Paths] = list

    def cases(self) -> list[Case]:
        """Return the problems of the suite that have a best known value, small names first.

        Raises
        ------
        ProblemError
            When the benchmark files are not there.
        """
        if not self.folder:
            return _uniform()
        data = data_folder() / "vrp"
        place = data / self.folder
        if not place.is_dir():
            raise ProblemError(f"{place}: there is no such folder, so this suite has no files here")
        best = best_known(data, self.folder, self.measured, self.unit, self.vehicles_first)
        files = [path for path in place.glob(self.files) if path.suffix != ".sol" and path.stem in best]
        objective = "fewest_vehicles" if self.vehicles_first else "cost"
        return [
            Case(path.stem, path, self.rounding, objective, best[path.stem])
            for path in self.choose(sorted(files, key=_natural))
        ]


def data_folder() -> Path:
    """Return the folder with the benchmark files."""
    stated = os.environ.get("ROUTEOPT_DATA")
    folder = Path(stated) if stated else Path(__file__).resolve().parents[3] / "shared" / "data"
    if not (folder / "vrp" / "bks.csv").is_file():
        raise ProblemError(
            f"{folder}: there are no benchmark files here (vrp/bks.csv); "
            "set ROUTEOPT_DATA to the folder that holds them"
        )
    return folder


def evenly(paths: Sequence[Path], amount: int) -> Paths:
    """Return this many of the paths, at even distances from the first to the last."""
    amount = min(amount, len(paths))
    return [paths[(2 * i + 1) * len(paths) // (2 * amount)] for i in range(amount)]


def _natural(path: Path) -> list[tuple[int, str]]:
    """Return a key that sorts numbers in names by value."""
    return [
        (int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", path.stem.lower())
    ]


def _size(path: Path) -> tuple[int, str]:
    """Return the first number in the name, which is the number of nodes in the X set and TSPLIB."""
    return int((re.findall(r"\d+", path.stem) or ["0"])[0]), path.stem


def _named(names: Sequence[str]) -> Callable[[Paths], Paths]:
    return lambda paths: [path for path in paths if path.stem in names]


def _other_x(paths: Paths) -> Paths:
    """Return 24 at even distances by size, out of those that are not in x12."""
    return evenly(sorted((path for path in paths if path.stem not in X12), key=_size), 24)


def _tsp(paths: Paths) -> Paths:
    """Return 20 at even distances by size, up to 2000 nodes."""
    return evenly(sorted((path for path in paths if _size(path)[0] <= LARGEST_TSP), key=_size), 20)


def _uniform() -> list[Case]:
    recipes = [("cvrp", 500, seed) for seed in range(1, 9)]
    return [
        Case(f"{kind}-n{stops}-seed{seed}", None, "exact", "cost", None, (kind, stops, seed))
        for kind, stops, seed in recipes
    ]


X = Suite("the 100 X instances, 100 to 1000 stops (Uchoa et al. 2017)", "cvrp_x", "X-*.vrp")
GH1000 = Suite(
    "Gehring and Homberger's instances of 1000 stops, by distance", "vrptw_gh1000", "*.vrp", "dimacs",
    "min distance, DIMACS",
)  # fmt: skip
SUITES = {
    "x12": X._replace(summary="twelve X instances, 100 to 1000 stops", choose=_named(X12)),
    "x24": X._replace(summary="24 others of the X set, at even distances by size", choose=_other_x),
    "x": X,
    "classic": Suite("sets A, B, E, F, M and P", "cvrp_classic", "*.vrp"),
    "cmt": Suite("Christofides, Mingozzi and Toth (1979)", "cvrp_cmt_golden", "CMT*.vrp", "exact"),
    "golden": Suite("Golden et al. (1998)", "cvrp_cmt_golden", "Golden*.vrp", "exact"),
    "xxl": Suite("Belgium, 3,000 to 30,000 stops (Arnold et al. 2019)", "cvrp_xxl", "*.vrp"),
    "uniform": Suite("eight generated problems of 500 stops; the gap is to the best answer of the run"),
    "tsp": Suite(
        "20 of TSPLIB up to 2000 nodes, at even distances by size", "tsp_tsplib", "*.tsp",
        measured="TSPLIB rounding", choose=_tsp,
    ),
    "solomon": Suite(
        "Solomon's 56, by distance in truncated tenths", "vrptw_solomon", "*.txt", "dimacs",
        "min distance, DIMACS",
    ),
    **{
        f"gh{size}": Suite(
            f"Gehring and Homberger's instances of {size} stops, fewest vehicles first", f"vrptw_gh{size}",
            "*.txt", "exact", "hierarchical", vehicles_first=True,
        )
        for size in (200, 400, 600, 800)
    },
    "gh1000": GH1000,
    "gh10": GH1000._replace(summary="ten of gh1000, of every class", choose=_named(GH10)),
    "pcvrptw": Suite(
        "gh1000 with prizes (PyVRP)", "pcvrptw_gh1000", "*.vrp", "dimacs", unit=10.0
    ),
    "mdvrp": Suite("several depots (Cordeau et al. 1997)", "mdvrp_cordeau", "*.txt", "exact"),
    "mdvrptw": Suite(
        "several depots and time windows (Vidal et al. 2013)", "mdvrptw_vidal", "*.vrp", "exact", unit=1000.0
    ),
    "hfvrp": Suite(
        "mixed fleets (Pessoa et al. 2018)", "hfvrp_xh", "*.vrp", "exact", "fixed+variable", unit=0.01
    ),
    "fleetmix": Suite(
        "mixed fleets (Golden et al. 1984, Taillard 1999)", "hfvrp_small", "*.txt", "exact", "fixed+variable"
    ),
    "vrpb": Suite("backhauls, 500 to 1000 stops (Queiroga et al. 2020)", "vrpb_queiroga_large", "*.vrp"),
    "vrpb-small": Suite("backhauls, 100 to 500 stops", "vrpb_queiroga_small", "*.vrpb"),
    "vrpspd": Suite(
        "deliveries and pickups (Dethloff 2001)", "vrpspd_dethloff", "*.vrpspd", unit=1e-4
    ),
    "mtvrptwr": Suite(
        "several trips, time windows and release times (Yang 2023)", "mtvrptwr_yang", "*.vrp", "dimacs",
        unit=10.0,
    ),
    "gvrp": Suite("groups of alternatives (Bektas et al. 2011)", "gvrp", "*.vrp"),
    **{
        f"pdptw{size}": Suite(
            f"Li and Lim's shipments, about {size} stops, fewest vehicles first", f"pdptw_lilim_{size}",
            "*.txt", "exact", "hierarchical", vehicles_first=True,
        )
        for size in (100, 200, 400, 600, 800, 1000)
    },
}  # fmt: skip
