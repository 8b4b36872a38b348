"""Problems as VRPLIB files and tables: what is written reads back as it was, or is refused by name."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
import vrplib as library
from hypothesis import assume, given, settings, strategies as st
from strategies import plans, problems

import routeopt as ro
from routeopt.data.writers import table, vrplib
from routeopt.problems.features import FEATURES

DATA = Path(os.environ.get("ROUTEOPT_DATA", Path(__file__).parents[3] / "shared" / "data")) / "vrp"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no data at {DATA}; set ROUTEOPT_DATA")


def read_back(text, suffix, rounding=None):
    stream = io.StringIO(text)
    stream.name = f"again{suffix}"
    return ro.read(stream, rounding=rounding)


def verdict(problem, routes):
    """Return what counts: cost, completeness, and every violation without names."""
    solution = ro.Solution(problem, routes)
    broken = sorted((v.constraint, v.route or 0, round(v.amount, 6)) for v in solution.violations)
    return pytest.approx(solution.cost, abs=1e-6), solution.complete, broken


@pytest.mark.parametrize(("writer", "suffix"), [(vrplib, ".vrp"), (table, ".csv")], ids=["vrplib", "table"])
@settings(max_examples=80)
@given(st.data())
def test_what_a_format_says_reads_back(writer, suffix, data):
    problem = data.draw(problems(without=FEATURES.keys() - writer.SAYS, whole=data.draw(st.booleans())))
    if suffix == ".csv":  # it knows no legs but the ones that a problem has by default
        legs = ro.Haversine if problem.geographic else ro.Euclidean
        problem = problem.replace(legs=legs(problem.rounding))
    try:
        text = writer.text(problem)
    except ro.ProblemError:
        assume(False)  # a combination that the format refuses
    stated = problem.rounding if suffix == ".csv" or problem.rounding == "dimacs" else None
    again = read_back(text, suffix, stated)
    assume(len(again.vehicles) == len(problem.vehicles))  # equal neighbours become one type
    np.testing.assert_array_equal(again.places, problem.places)
    routes = data.draw(plans(problem))
    assert verdict(again, routes) == verdict(problem, routes)


FIELDS = [
    "delivery", "pickup", "windows", "service", "release", "prize", "shipments", "vehicle_count", "capacity",
    "fixed_cost", "start", "end", "max_duration", "max_reloads", "allowed",
]  # fmt: skip
SETS = [
    "cvrp_x/X-n101-k25.vrp",
    "cvrp_cmt_golden/CMT6.vrp",
    "vrptw_solomon/C101.txt",
    "vrptw_gh1000/C1_10_1.vrp",
    "pcvrptw_gh1000/C1_10_1.vrp",
    "mdvrptw_vidal/PR11A.vrp",
    "hfvrp_xh/X110-HD.vrp",
    "vrpb_queiroga_large/X-n1001-50-k22.vrp",
    "mtvrptwr_yang/C201R0.25.vrp",
    "gvrp/G-n262-k25-C131-V12.vrp",
    "vrpspd_dethloff/CON3-0.vrpspd",
    "misc_variants/OkSmallMultipleLoad.txt",
    "misc_variants/OkSmallAllowedClients.txt",
    "misc_variants/OkSmallMultipleReloadDepots.txt",
    "misc_variants/SmallShipments.txt",
    "tsp_tsplib/eil51.tsp",
]


@needs_data
@pytest.mark.parametrize("file", SETS)
def test_benchmark_files_survive(file):
    if not (DATA / file).exists():
        pytest.skip(f"{file} is not among the data")
    problem = ro.read(DATA / file)
    again = read_back(vrplib.text(problem), ".vrp")
    assert again.features == problem.features
    assert again.name == problem.name
    before, after = problem.instance(), again.instance()
    for field in FIELDS:
        finite = np.nan_to_num(getattr(before, field), posinf=1e9)
        np.testing.assert_allclose(np.nan_to_num(getattr(after, field), posinf=1e9), finite, err_msg=field)
    np.testing.assert_allclose(after.distance, before.distance)


@needs_data
@pytest.mark.parametrize("file", ["cvrp_x/X-n101-k25", "hfvrp_xh/X110-HD", "mtvrptwr_yang/C201R0.25"])
def test_solutions_fit_the_written_problem(file, tmp_path):
    problem = ro.read(DATA / f"{file}.vrp")
    routes = ro.read_solution(DATA / f"{file}.sol", problem)
    ro.write(problem, tmp_path / "again.vrp")
    ro.write(ro.Solution(problem, routes), tmp_path / "again.sol")
    again = ro.read(tmp_path / "again.vrp")
    assert verdict(again, ro.read_solution(tmp_path / "again.sol", again)) == verdict(problem, routes)


def test_vrplib_libraries_read_it(tmp_path):
    problem = ro.generate("vrptw", stops=10).rounded("round")
    ro.write(problem, tmp_path / "problem.vrp")
    content = library.read_instance(tmp_path / "problem.vrp")
    assert content["dimension"] == len(problem.places)
    np.testing.assert_array_equal(content["node_coord"], problem.places)
    np.testing.assert_array_equal(content["demand"][1:], problem.stops.delivery[:, 0])
    np.testing.assert_array_equal(content["depot"], [0])


def stops_of(**attributes):
    return [ro.Stop(3, 4, **attributes), ro.Stop(6, 8, **attributes)]


REFUSED = {
    "several_windows": ro.VRP(stops_of(windows=((0, 5), (8, 9)))),
    "duration_cost": ro.VRP(stops_of(), [ro.Vehicle(duration_cost=2)]),
    "overtime": ro.VRP(stops_of(), [ro.Vehicle(overtime_after=2, overtime_cost=3)]),
    "other_end": ro.VRP(stops_of(), [ro.Vehicle(end=1)], [ro.Depot(0, 0), ro.Depot(1, 1)]),
    "shift": ro.VRP(stops_of(), [ro.Vehicle(shift=(3, 90))]),
    "max_stops": ro.VRP(stops_of(), [ro.Vehicle(max_stops=1)]),
    "durations": ro.VRP(stops_of(), legs=ro.Euclidean(speed=2)),
    "fewest_vehicles": ro.VRP(stops_of(), objective="fewest_vehicles"),
    "linehaul_first": ro.VRP(stops_of(pickup=1), backhaul="linehaul_first"),
    "open ends of some": ro.VRP(stops_of(), [ro.Vehicle(), ro.Vehicle(open_end=True)]),
    "prize of 0": ro.VRP(stops_of(prize=0)),
    "group has prizes": ro.VRP(stops_of(prize=4, group="a")),
    "stops outside of shipments": ro.VRP(stops_of(), shipments=[ro.Shipment(ro.Stop(1, 1), ro.Stop(2, 2))]),
    "a leg does not exist": ro.VRP(stops_of(), legs=ro.Matrix(np.where(np.eye(3) > 0, 0, np.inf))),
}

FROM_THE_SECOND = ro.VRP(stops_of(), [ro.Vehicle(start=1)], [ro.Depot(0, 0), ro.Depot(1, 1)])


@pytest.mark.parametrize("what", REFUSED)
def test_what_vrplib_cannot_say_is_named(what):
    with pytest.raises(ro.ProblemError, match=rf"a VRPLIB file cannot say .*{what}.*; write \.json instead"):
        vrplib.text(REFUSED[what])


def test_all_of_it_is_named_at_once():
    problem = ro.VRP(stops_of(pickup=1), [ro.Vehicle(max_stops=1, open_end=True)], backhaul="strict")
    with pytest.raises(ro.ProblemError) as caught:
        vrplib.text(problem)
    assert len(caught.value.messages) == 2


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        ("legs other than straight lines", REFUSED["durations"]),
        ("'linehaul_first'", REFUSED["linehaul_first"]),
        ("'shipments'", REFUSED["stops outside of shipments"]),
        ("that vehicles start at another depot", FROM_THE_SECOND),
    ],
)
def test_what_a_table_cannot_say_is_named(what, problem):
    with pytest.raises(ro.ProblemError, match=f"a CSV file cannot say {what}"):
        table.text(problem)


def test_rounding_is_the_type_of_the_weights():
    problem = ro.VRP(stops_of())
    for rounding, kind in vrplib.STRAIGHT.items():
        text = vrplib.text(problem.rounded(rounding))
        assert f"EDGE_WEIGHT_TYPE: {kind}\n" in text
        assert ("COMMENT: rounding dimacs" in text) == (rounding == "dimacs")


def test_a_fleet_stands_above_the_table():
    problem = ro.VRP(
        stops_of(delivery=(1, 2)),
        [ro.Vehicle(count=3, capacity=(4, 5)), ro.Vehicle(fixed_cost=7)],
        [ro.Depot(0, 0, window=(0, 90))],
    )
    lines = table.text(problem).splitlines()
    assert lines[:3] == [
        "# vehicles: 3, capacity: 4 5",
        "# vehicles: 2, fixed_cost: 7",
        "type,name,x,y,demand_1,demand_2,close",
    ]
    assert lines[3:] == ["depot,depot,0,0,0,0,90", "stop,1,3,4,1,2,", "stop,2,6,8,1,2,"]
