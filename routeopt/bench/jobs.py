"""What is to be run: every instance by every solver, seed by seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from routeopt.bench.budget import Budget
from routeopt.bench.entries import Entry
from routeopt.bench.peers import Task
from routeopt.bench.suites import Case


class Job(NamedTuple):
    """One run."""

    case: Case
    entry: Entry
    task: Task


def plan_jobs(cases: Sequence[Case], entries: Sequence[Entry], budget: Budget, seeds: int) -> list[Job]:
    """Return every run, all solvers of an instance together, so that what else the machine does hits all.

    A solver that takes no seed runs once.
    """
    per_stop = any((entry.budget or budget).per_stop for entry in entries)
    plan = []
    for case in cases:
        stops = case.stops if per_stop else 0  # to know them takes reading the problem
        plan += [
            Job(case, entry, Task((entry.budget or budget).of(stops), seed, entry.threads))
            for seed in range(1, seeds + 1)
            for entry in entries
            if seed == 1 or entry.seeded
        ]
    return plan
