"""The page Flows: problems are solved, links fail, and files that are none are refused."""

from __future__ import annotations

import json

import pytest

import routeopt as ro
from routeopt.data.flows import document_of


@pytest.fixture
def page(open_page):
    return open_page(
        "views/flows.py", flow_flows=40, flow_nodes=8, flow_seconds=0.5, flow_solver="greedy,ruin"
    )


def tiles(page):
    return {metric.label: metric.value for metric in page.at.metric}


def test_a_problem_is_solved_when_the_page_opens(page):
    assert tiles(page)["Admitted"].endswith("of 40")
    answer = page.state("flow_answer")
    assert answer.feasible
    assert tiles(page)["Worth"] == f"{answer.objective:,}"


def test_another_problem_is_solved_anew_and_a_rerun_is_not(page):
    before = page.state("flow_answer")
    page.run()
    assert page.state("flow_answer") is before
    page.at.selectbox(key="flow_objective").set_value("priority_bandwidth")
    page.run()
    assert page.state("flow_answer").problem.objective == "priority_bandwidth"
    page.press("admit")
    assert page.state("flow_answer").problem.objective == "priority_bandwidth"


def test_a_link_fails_and_every_flow_has_its_fate(page):
    failed = page.at.multiselect(key="failed")
    failed.set_value(failed.options[:2])
    page.run()
    answer, shown = page.state("flow_answer"), tiles(page)
    counts = [int(shown[state]) for state in ("Kept", "Rerouted", "Degraded", "Dropped")]
    assert sum(counts) == len(answer.admitted)


def test_a_file_is_planned(page):
    problem = ro.generate_flows("gabriel", 8, 30, seed=2)
    data = json.dumps(document_of(problem)).encode()
    page.at.file_uploader(key="flow_file").set_value([("mine.json", data, "application/json")])
    page.run()
    assert tiles(page)["Admitted"].endswith("of 30")


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\x00", b"[1]", b'{"nodes": 2, "arcs": [[0, 1, -5]], "flows": []}']
)
def test_other_files_are_refused(page, data):
    page.at.file_uploader(key="flow_file").set_value([("bad.json", data, "application/json")])
    page.run()
    assert "cannot be planned" in page.words
    assert "Traceback" not in page.words
