"""Kernels are compiled by another process, once, and a search can be stopped meanwhile."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from mapapp import kernels
from mapapp.job import tried

import routeopt as ro


@pytest.fixture(autouse=True)
def fresh(monkeypatch, tmp_path) -> Path:
    monkeypatch.setattr(kernels, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(kernels, "_tried", set())
    return tmp_path


def never() -> bool:
    return False


def test_a_call_is_made_in_another_process_and_only_once(fresh):
    left = fresh / "left"
    kernels.prepare("name", never, Path.mkdir, left)
    assert left.is_dir()
    assert kernels.known("name")
    assert not kernels.known("another")
    left.rmdir()
    kernels.prepare("name", never, Path.mkdir, left)
    assert not left.exists()


def test_another_server_knows_what_was_compiled(fresh, monkeypatch):
    kernels.prepare("name", never, Path.mkdir, fresh / "left")
    monkeypatch.setattr(kernels, "_tried", set())
    assert kernels.known("name")


def test_a_call_that_fails_is_tried_again_by_another_server_only(fresh, monkeypatch):
    kernels.prepare("name", never, Path.rmdir, fresh / "nowhere")
    assert kernels.known("name")
    monkeypatch.setattr(kernels, "_tried", set())
    assert not kernels.known("name")


def test_a_process_is_ended_when_nobody_waits(fresh):
    began = time.monotonic()
    kernels.prepare("name", lambda: time.monotonic() - began > 0.3, time.sleep, 60)
    assert time.monotonic() - began < 20
    assert not kernels.known("name")


@pytest.mark.parametrize(
    ("solver", "links"),
    [("auto", {"savings", "hgs", "ils"}), ("savings,ils:0.8,hgs", {"savings", "ils", "hgs"})],
)
def test_a_trial_runs_every_link(solver, links):
    problem = ro.generate("cvrp", 200, seed=1)
    assert set(tried(problem, solver).solver.split(",")) == links
