"""What is to be run: every instance by every solver, seed by seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from routeopt.bench.entries import Entry
from routeopt.bench.peers import Task
from routeopt.bench.suites import Case


class Job(NamedTuple):
    """One run."""

    case: Case
    entry: Entry
    task: Task


def plan_jobs(cases: Sequence[Case], entries: Sequence[Entry], seconds: float, seeds: int) -> list[Job]:
    """Return every run, all solvers of an instance together, so that what else the machine does hits all.

    A solver that takes no seed runs once.
    """
    return [
        Job(case, entry, Task(seconds, seed, entry.threads))
        for case in cases
        for seed in range(1, seeds + 1)
        for entry in entries
        if seed == 1 or entry.seeded
    ]
