from __future__ import annotations

from dataclasses import replace

import pytest

from routeopt.bench import rows
from routeopt.bench.rows import Row, against_each_other
from routeopt.bench.tables import as_markdown, as_text, by_instance, by_solver, failed, report
from routeopt.errors import ProblemError

ROW = Row(
    suite="x12", instance="X-n101-k25", stops=100, label="auto@2", solver="auto", threads=2, budget=10.0, seed=1,
    best_known=1000.0, best_vehicles=None, feasible=True, cost=1020.0, vehicles=7, seconds=9.5, processor=9.4,
    outside=1.5, iterations=950, trace=((1.0, 1100.0), (5.0, 1020.0)), version="1.0", python="3.11.7",
    machine="a, b", cores=2, date="2026-01-01T00:00:00+00:00",
)  # fmt: skip
PEER = replace(
    ROW, label="vroom", solver="vroom", threads=1, seed=None, iterations=None, trace=None, cost=1005.0
)
LATE = replace(ROW, label="hgs", solver="hgs", feasible=False, violations="capacity time_windows")
REFUSED = replace(
    ROW, label="lkh", solver="lkh", feasible=False, cost=None, vehicles=None, seconds=None, processor=None,
    outside=None, iterations=None, trace=None, error="solver 'lkh' does not take 'capacity'",
)  # fmt: skip


def test_measures_come_from_the_trace():
    assert ROW.gap == pytest.approx(2.0)
    assert ROW.primal_integral == pytest.approx((5 * 10 + 5 * 2) / 10)
    assert ROW.seconds_to_1_percent is None
    assert replace(ROW, cost=1004.0, trace=((5.0, 1004.0),)).seconds_to_half_percent == 5.0


def test_what_is_not_told_is_blank():
    assert PEER.gap == pytest.approx(0.5)
    assert PEER.primal_integral is None
    assert PEER.seconds_to_1_percent is None
    assert LATE.gap is REFUSED.gap is None


def test_no_gap_with_more_vehicles_than_the_best_known():
    assert replace(ROW, best_vehicles=7).gap == pytest.approx(2.0)
    assert replace(ROW, best_vehicles=6).gap is None
    assert replace(ROW, best_vehicles=6).extra_vehicles == 1


def test_rows_are_appended_one_by_one_and_read_back(tmp_path):
    path = tmp_path / "runs.csv"
    assert rows.read(path) == []
    for count, row in enumerate([ROW, PEER, LATE, REFUSED], 1):
        rows.append(path, row)
        assert len(path.read_text().splitlines()) == count + 1
    assert rows.read(path) == [ROW, PEER, LATE, REFUSED]
    header, first = path.read_text().splitlines()[:2]
    assert header.split(",")[header.split(",").index("cost") + 1] == "gap"
    assert ",1020.0,2," in first


def test_another_file_is_not_written_to(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ProblemError, match="not those of a benchmark"):
        rows.read(path)


def test_the_same_run_is_told_by_what_was_asked():
    assert ROW.same_run(replace(ROW, cost=None, date="later"))
    for change in ({"seed": 2}, {"threads": 1}, {"budget": 5.0}, {"solver": "hgs"}, {"instance": "other"}):
        assert not ROW.same_run(replace(ROW, **change))


def test_without_a_best_known_value_the_best_answer_of_the_run_counts():
    unknown = [replace(row, best_known=None) for row in (ROW, PEER, LATE)]
    assert [row.gap for row in unknown] == [None] * 3
    assert [row.best_known for row in against_each_other(unknown)] == [1005.0] * 3
    assert against_each_other([replace(ROW, best_known=None), PEER])[1].best_known == 1000.0


def test_a_table_by_instance():
    table = by_instance([ROW, replace(ROW, seed=2, cost=1040.0), PEER, LATE, REFUSED])
    assert table == [
        ["instance", "stops", "best known", "auto@2", "vroom", "hgs", "lkh"],
        ["X-n101-k25", "100", "1,000", "3.00", "0.50", "infeasible", "error"],
        ["mean", "", "", "3.00", "0.50", "", ""],
    ]


def test_a_failed_seed_and_a_vehicle_too_many_are_shown():
    table = by_instance([ROW, replace(ROW, seed=2, feasible=False), replace(PEER, best_vehicles=5)])
    assert table[1][3:] == ["2.00 (1/2)", "2 more"]
    assert table[2][3:] == ["2.00 (1/2)", ""]


def test_a_table_by_solver():
    header, first, second = by_solver([ROW, replace(ROW, seed=2, cost=1000.0, trace=((2.0, 1000.0),)), PEER])
    values = dict(zip(header, first, strict=True))
    assert values["mean gap"] == "1.00"
    assert values["feasible"] == "2/2"
    assert values["at best known"] == "1/2"
    assert values["to 1 %"] == "1/2 in 2.00 s"
    assert values["iterations/s"] == "100"
    values = dict(zip(header, second, strict=True))
    assert values["primal integral"] == values["to 1 %"] == values["iterations/s"] == ""


def test_vehicles_are_summed_up_where_they_come_first():
    header, line = by_solver([replace(ROW, best_vehicles=6), replace(ROW, seed=2, best_vehicles=6)])
    assert dict(zip(header, line, strict=True))["vehicles"] == "14 of 12"


def test_reasons_are_told_once():
    assert failed([ROW, LATE, LATE, REFUSED]) == [
        "hgs: breaks capacity, time_windows (2 runs)",
        "lkh: solver 'lkh' does not take 'capacity' (1 run)",
    ]


def test_columns_stand_under_each_other():
    table = [["name", "gap"], ["a", "10.00"], ["longer", ""]]
    assert as_text(table) == "name      gap\na       10.00\nlonger"
    assert as_markdown(table).splitlines()[1] == "| --- | ---: |"


@pytest.mark.parametrize("markdown", [True, False])
def test_a_report_carries_its_command_and_conditions(markdown):
    text = report([ROW, PEER, REFUSED], "routeopt bench x12", markdown=markdown)
    assert text.startswith("`routeopt bench x12`" if markdown else "routeopt bench x12\n")
    for word in ("2026-01-01", "a, b", "Python 3.11.7", "routeopt 1.0, vroom 1.0", "does not take"):
        assert word in text
