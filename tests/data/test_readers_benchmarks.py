"""A few files of every benchmark folder are read, mean what it is about, and cost what they state.

``benchmarks/check_references.py`` does the same for every file.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import routeopt as ro
from routeopt.data.readers import stated_cost
from routeopt.data.readers.routefinder import read_all, reference_routes

DATA = Path(os.environ.get("ROUTEOPT_DATA", Path(__file__).parents[3] / "shared" / "data"))
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no benchmark data at {DATA}; set ROUTEOPT_DATA")

TIMED = {"capacity", "limited_fleet", "service_time", "time_windows"}
PAIRED = {"limited_fleet", "service_time", "shipments", "time_windows"}
DEPOTS = {"capacity", "depots", "limited_fleet"}
FOLDERS = {
    "cvrp_classic": {"capacity"},
    "cvrp_cmt_golden": {"capacity"},
    "cvrp_x": {"capacity"},
    "cvrp_xxl": {"capacity"},
    "gvrp": {"capacity", "groups", "limited_fleet"},
    "hfvrp_small": {"capacity", "heterogeneous_fleet"},
    "hfvrp_xh": {"capacity", "distance_cost", "heterogeneous_fleet"},
    "mdvrp_cordeau": DEPOTS,
    "mdvrptw_vidal": DEPOTS | TIMED | {"max_duration"},
    "misc_variants": set(),
    "mtvrptwr_yang": TIMED | {"release", "reloads"},
    "pcvrptw_gh1000": TIMED | {"prizes"},
    "pdptw_lilim_100": PAIRED,
    "pdptw_lilim_1000": PAIRED,
    "pdptw_lilim_200": PAIRED,
    "pdptw_lilim_600": PAIRED,
    "pdptw_lilim_800": PAIRED,
    "tsp_tsplib": {"limited_fleet"},
    "vrpb_queiroga_large": {"backhaul", "capacity"},
    "vrpb_queiroga_small": {"backhaul", "capacity"},
    "vrpspd_dethloff": {"capacity", "limited_fleet", "pickup"},
    "vrpspd_salhi_nagy": {"capacity", "limited_fleet", "pickup"},
    "vrptw_gh1000": TIMED,
    "vrptw_gh200": TIMED,
    "vrptw_gh600": TIMED,
    "vrptw_solomon": TIMED,
}  # what all files of a folder have in common
COSTS = [
    # folder, file, rounding, units stated per unit of cost, how far the last digits may be off
    ("cvrp_x", "X-n101-k25.vrp", "round", 1, 0),
    ("cvrp_x", "X-n1001-k43.vrp", None, 1, 0),
    ("cvrp_xxl", "Leuven1.vrp", "round", 1, 0),
    ("cvrp_cmt_golden", "CMT6.vrp", "exact", 1, 1e-3),
    ("cvrp_cmt_golden", "Golden_1.vrp", "exact", 1, 5e-3),
    ("vrptw_solomon", "C101.txt", "dimacs", 1, 1e-9),
    ("vrptw_gh1000", "C1_10_1.vrp", "dimacs", 1, 1e-9),
    ("pcvrptw_gh1000", "C1_10_1.vrp", "dimacs", 10, 1e-9),
    ("mtvrptwr_yang", "C201R0.25.vrp", "dimacs", 10, 1e-9),
    ("mdvrptw_vidal", "PR11A.vrp", "exact", 1000, 0.02),
    ("hfvrp_xh", "X101-FSMFD.vrp", "exact", 0.01, 0.51),
    ("vrpb_queiroga_large", "X-n1001-50-k22.vrp", "round", 1, 0),
    ("gvrp", "G-n262-k25-C88-V9.vrp", "round", 1, 0),
    ("misc_variants", "SmallShipments.txt", None, 1, 0),
    ("misc_variants", "C201R0.25.vrp", "dimacs", 1, 1e-9),
    ("misc_variants", "OkSmall.txt", None, 1, None),
    ("misc_variants", "OkSmallMultipleDepots.txt", None, 1, None),
]


def files_of(folder: str) -> list[Path]:
    path = DATA / "vrp" / folder
    if not path.is_dir():
        pytest.skip(f"no folder {path}")
    return sorted(file for file in path.iterdir() if file.suffix != ".sol")


@pytest.mark.parametrize("folder", FOLDERS)
def test_files_of_a_folder_mean_what_it_is_about(folder):
    files = files_of(folder)
    smallest = sorted(files, key=lambda file: file.stat().st_size)[:3]
    for file in [*smallest, *([] if folder == "cvrp_xxl" else files[:: len(files) // 3])]:
        assert ro.read(file).features >= FOLDERS[folder], file.name


@pytest.mark.parametrize(("folder", "name", "rounding", "scale", "tolerance"), COSTS)
def test_reference_solutions_cost_what_they_state(folder, name, rounding, scale, tolerance):
    file = DATA / "vrp" / folder / name
    if not file.exists():
        pytest.skip(f"no file {file}")
    problem = ro.read(file, rounding=rounding)
    solution = ro.Solution(problem, ro.read_solution(file.with_suffix(".sol"), problem))
    assert solution.feasible, solution.violations
    stated = stated_cost(file.with_suffix(".sol"))
    assert (stated is None) == (tolerance is None)
    if stated is not None:
        assert solution.cost == pytest.approx(stated / scale, abs=tolerance, rel=0)


@pytest.mark.parametrize(
    ("name", "cost"),
    [("OkSmallMultipleReloadDepots.txt", 7639), ("OkSmallPrizes.txt", None), ("PR01.vrp", None)],
)
def test_small_files_of_odd_kinds(name, cost):
    file = DATA / "vrp" / "misc_variants" / name
    if not file.exists():
        pytest.skip(f"no file {file}")
    problem = ro.read(file)
    if cost is not None:  # this plan is late by 102 at stop 3, as it is for the authors of the file
        solution = ro.Solution(problem, ro.read_solution(file.with_suffix(".sol"), problem))
        assert solution.cost == cost
        assert [(v.constraint, v.stop, v.amount) for v in solution.violations] == [("time_windows", "3", 102)]
    elif "prizes" in problem.features:
        assert problem.stops.prize.tolist() == [np.inf, 15, 10, 10]
    else:
        assert [vehicle.count for vehicle in problem.vehicles] == [2, 2, 2, 2]
        assert not problem.instance().allowed[:, 1:].all()


def test_the_canonical_tour_of_pcb442():
    files = [file for file in files_of("tsp_tsplib") if file.name == "pcb442.tsp"]
    if not files:
        pytest.skip("no file pcb442.tsp")
    tour = ro.Solution(ro.read(files[0]), ro.Routes.from_lists([range(1, 442)]))
    assert tour.cost == 221440  # of the nodes in their order, as the TSPLIB manual has it


@pytest.mark.parametrize(
    "variant", ["cvrp_50", "ovrpbl_50", "vrpmbtw_100", "mdovrpbltw_50", "mdvrpmbltw_100"]
)
def test_routefinder_references(variant):
    file = DATA / "nco" / "routefinder" / f"{variant}.npz"
    if not file.exists():
        pytest.skip(f"no file {file}")
    name, _, size = variant.partition("_")
    with np.load(file.with_name(f"{name}_reference_costs.npz")) as costs:
        stated = costs[f"pyvrp_{size}_reported"]
    for item, problem in enumerate(read_all(file)[:4]):
        solution = ro.Solution(problem, reference_routes(file, item))
        assert solution.complete
        assert solution.cost == pytest.approx(float(stated[item]), abs=0.011)
        assert all(violation.amount < 0.011 for violation in solution.violations)  # they count in thousandths


def test_ortec_references():
    files = sorted((DATA / "nco" / "ortec_euro_neurips").glob("*.npz"))
    if not files:
        pytest.skip("no ORTEC files")
    problem = ro.read(files[0])
    solution = ro.Solution(problem, reference_routes(files[0], which="bks"))
    assert solution.feasible
    assert solution.cost == problem.best_known
