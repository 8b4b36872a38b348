from __future__ import annotations

import os
from pathlib import Path

import pytest

import routeopt as ro
from routeopt.bench import suites
from routeopt.bench.best_known import Best, best_known
from routeopt.bench.suites import SUITES, X12, Suite, evenly
from routeopt.errors import ProblemError

DATA = Path(os.environ.get("ROUTEOPT_DATA", Path(__file__).parents[3] / "shared" / "data"))
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no benchmark data at {DATA}; set ROUTEOPT_DATA")

VRPLIB = """NAME : {name}
TYPE : CVRP
DIMENSION : 3
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 4
NODE_COORD_SECTION
1 0 0
2 3 4
3 6 8
DEMAND_SECTION
1 0
2 2
3 2
DEPOT_SECTION
1
-1
EOF
"""
VALUES = """set,instance,objective,bks,vehicles,optimal,source,note
cvrp_x,X-n9-k1,"min distance, rounded",40,,,one,
cvrp_x,X-n9-k1,"min distance, rounded",20,,,another,
cvrp_x,X-n10-k1,"min distance, rounded",21.5,,,one,
cvrp_x,X-n9-k1,as something else,1,,,one,
cvrp_classic,X-n9-k1,"min distance, rounded",2,,,one,
vrptw,C1,hierarchical: a,100,3,,one,
vrptw,C1,hierarchical: b,105,2,,one,
vrptw,C1,hierarchical: b,104,2,,one,
"""


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = tmp_path / "vrp"
    (folder / "cvrp_x").mkdir(parents=True)
    (folder / "bks.csv").write_text(VALUES)
    for name in ("X-n9-k1", "X-n10-k1", "X-n11-unknown"):
        (folder / "cvrp_x" / f"{name}.vrp").write_text(VRPLIB.format(name=name))
    (folder / "cvrp_x" / "X-n9-k1.sol").write_text("Route #1: 1 2\nCost 20\n")
    monkeypatch.setenv("ROUTEOPT_DATA", str(tmp_path))
    return folder


def test_the_best_known_value_is_the_least_with_the_same_objective(data):
    best = best_known(data, "cvrp_x", "min distance", 1.0, False)
    assert best == {"X-n9-k1": Best(20.0, None), "X-n10-k1": Best(21.5, None)}
    assert best_known(data, "cvrp_x", "min distance", 10.0, False)["X-n9-k1"].cost == 2.0


def test_fewer_vehicles_come_before_lower_cost_where_they_count(data):
    assert best_known(data, "vrptw", "hierarchical", 1.0, True) == {"C1": Best(104.0, 2)}


def test_cases_are_files_with_a_best_known_value_in_order_of_their_numbers(data):
    cases = SUITES["x"].cases()
    assert [case.name for case in cases] == ["X-n9-k1", "X-n10-k1"]
    assert cases[0].stops == 2
    assert cases[0].problem().rounding == "round"


def test_missing_files_are_one_clear_error(data, monkeypatch, tmp_path):
    with pytest.raises(ProblemError, match="no such folder"):
        SUITES["gh400"].cases()
    monkeypatch.setenv("ROUTEOPT_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(ProblemError, match="set ROUTEOPT_DATA"):
        SUITES["x12"].cases()


def test_the_folder_beside_the_repository_is_the_default(data, monkeypatch):
    monkeypatch.setenv("ROUTEOPT_DATA", "")
    monkeypatch.setattr(suites, "__file__", str(data / "repository" / "routeopt" / "bench" / "suites.py"))
    (data / "shared" / "data" / "vrp").mkdir(parents=True)
    (data / "shared" / "data" / "vrp" / "bks.csv").touch()
    assert suites.data_folder() == data / "shared" / "data"


def test_even_distances():
    paths = [Path(str(number)) for number in range(10)]
    assert evenly(paths, 5) == [paths[i] for i in (1, 3, 5, 7, 9)]
    assert evenly(paths, 10) == paths
    assert evenly(paths[:2], 5) == paths[:2]


def test_generated_problems_are_the_same_each_time():
    first, second = (SUITES["uniform"].cases() for _ in range(2))
    assert first == second
    assert len({case.name for case in first}) == len(first) == 8
    assert (first[0].problem().places == second[0].problem().places).all()


def test_fewest_vehicles_are_the_objective_where_the_values_are_counted_so(data):
    suite = Suite("", "cvrp_x", "*.vrp", vehicles_first=True, measured="min distance")
    (data / "bks.csv").write_text(
        VALUES.replace("40,,", "40,1,").replace(",20,,", ",20,1,").replace("21.5,,", "21.5,1,")
    )
    best_known.cache_clear()
    assert suite.cases()[0].problem().objective == "fewest_vehicles"
    best_known.cache_clear()


@needs_data
@pytest.mark.parametrize(
    ("name", "count"),
    [("x12", 12), ("x24", 24), ("x", 100), ("solomon", 56), ("gh10", 10), ("tsp", 20), ("cmt", 14)],
)
def test_suites_are_complete(name, count):
    cases = SUITES[name].cases()
    assert len(cases) == count
    if name == "x24":
        assert not {case.name for case in cases} & set(X12)


@needs_data
@pytest.mark.parametrize(
    "name", ["x24", "cmt", "solomon", "pcvrptw", "mdvrptw", "hfvrp", "mtvrptwr", "gvrp", "vrpb"]
)
def test_best_known_values_are_in_the_units_of_our_costs(name):
    case = next(case for case in SUITES[name].cases() if case.path.with_suffix(".sol").exists())
    problem = case.problem()
    solution = ro.Solution(problem, ro.read_solution(case.path.with_suffix(".sol"), problem))
    assert solution.cost == pytest.approx(case.best.cost, rel=2e-3)
