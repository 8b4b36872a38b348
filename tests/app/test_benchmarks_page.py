"""The page Benchmarks: tables and curves of runs, and what is said of other files."""

from __future__ import annotations

import pytest

from routeopt.bench.rows import Row, append


@pytest.fixture
def runs(tmp_path) -> bytes:
    for label, costs in (("ours", (110.0, 101.0)), ("theirs", (120.0, 105.0))):
        for seed in (1, 2):
            row = Row(
                "tiny", "one", 20, label, label, 1, 2.0, seed, 100.0, None, True, costs[1], 3,
                seconds=2.0, iterations=50, trace=((0.1, costs[0]), (1.0, costs[1])),
                version="1", python="3.11", machine="m", cores=1, date="2026-01-01",
            )  # fmt: skip
            append(tmp_path / "runs.csv", row)
    return (tmp_path / "runs.csv").read_bytes()


def upload(page, *files):
    page.at.file_uploader(key="runs").set_value([(name, data, "text/csv") for name, data in files])
    return page.run()


def test_without_a_file_it_says_how_to_get_one(open_page):
    page = open_page("views/benchmarks.py")
    assert any("routeopt bench" in code.value for code in page.at.code)
    assert len(page.at.dataframe[0].value) > 5


def test_runs_become_tables_and_curves(open_page, runs):
    page = upload(open_page("views/benchmarks.py"), ("runs.csv", runs))
    by_solver, by_instance = (frame.value for frame in page.at.dataframe)
    assert list(by_solver["solver"]) == ["ours", "theirs"]
    assert list(by_solver["mean gap"]) == ["1.00", "5.00"]
    assert "one" in list(by_instance["instance"])
    assert page.at.get("vega_lite_chart")


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"\x00\xff" * 50, b"suite,instance\n"])
def test_other_files_are_refused(open_page, data):
    page = upload(open_page("views/benchmarks.py"), ("other.csv", data))
    assert "has no runs" in page.words
    assert "Traceback" not in page.words


def test_a_damaged_row_is_refused_and_the_rest_goes_on(open_page, runs):
    damaged = runs.replace(b"101", b"many")
    page = upload(open_page("views/benchmarks.py"), ("bad.csv", damaged), ("good.csv", runs))
    assert "bad.csv has no runs" in page.words
    assert len(page.at.dataframe) == 2
