"""Runs, one after the other, each in a process of its own; whatever happens to one becomes its row."""

from __future__ import annotations

import os
import pickle
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import routeopt
from routeopt.bench import machine
from routeopt.bench.jobs import Job
from routeopt.bench.peers import PEERS, Answer
from routeopt.bench.rows import Row
from routeopt.errors import RouteoptError, UnsupportedError
from routeopt.problems.instance import Routes
from routeopt.problems.solution import Solution
from routeopt.problems.vrp import VRP

PATIENCE = 600.0  # seconds beyond three budgets: compiling, building a model, a limit that is overrun
_ROOT = Path(routeopt.__file__).resolve().parent.parent


def measure(suite: str, jobs: Sequence[Job], known: Sequence[Row] = ()) -> Iterator[Row]:
    """Yield the row of each job, in turn.

    Parameters
    ----------
    suite : str
        Name of the suite.
    jobs : sequence of Job
        What to run.
    known : sequence of Row
        Rows that were measured before; they are not run again.
    """
    problem, held = None, ""
    for job in jobs:
        if job.case.name != held:
            problem, held = job.case.problem(), job.case.name
        assert problem is not None
        row = new_row(suite, job, problem)
        before = next((old for old in known if old.same_run(row)), None)
        yield before or run_job(job, problem, row)


def new_row(suite: str, job: Job, problem: VRP) -> Row:
    """Return the row of a run that has yet to be done."""
    case, entry, task = job
    return Row(
        suite=suite,
        instance=case.name,
        stops=len(problem.stops),
        label=entry.label,
        solver=entry.name,
        threads=task.threads,
        budget=task.seconds,
        seed=task.seed if entry.seeded else None,
        best_known=case.best.cost if case.best else None,
        best_vehicles=case.best.vehicles if case.best else None,
        version=(PEERS[entry.name].version or "") if entry.is_peer else routeopt.__version__,
        python=platform.python_version(),
        machine=machine.processor(),
        cores=min(task.threads, machine.cores()) if machine.can_pin() else 0,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def run_job(job: Job, problem: VRP, row: Row) -> Row:
    """Run one job in a process, and return its row with what came of it."""
    try:
        if job.entry.is_peer and (lacking := problem.features - PEERS[job.entry.name].supports):
            raise UnsupportedError(job.entry.name, lacking)
        began = time.perf_counter()
        answer = run_child(job)
        if answer.compiled:  # again, with kernels from the cache: compiling is outside the budget
            answer = run_child(job)
        outside = time.perf_counter() - began - answer.seconds
        return judged(replace(row, outside=outside), problem, answer)
    except RouteoptError as error:
        return replace(row, error=" ".join(str(error).split()))


def run_child(job: Job) -> Answer:
    """Return the answer that a process of its own finds.

    Raises
    ------
    RouteoptError
        When it ends without one, with what it said last; or does not end.
    """
    limit = PATIENCE + 3 * job.task.seconds
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as complaints:
        outcome = Path(folder) / "outcome"
        child = subprocess.Popen(
            [sys.executable, "-m", "routeopt.bench.child", str(outcome)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            env={**os.environ, "PYTHONPATH": path},
        )
        try:
            child.communicate(pickle.dumps(job), timeout=limit)
        except subprocess.TimeoutExpired:
            raise RouteoptError(f"it did not end within {limit:g} s and was stopped") from None
        finally:
            child.kill()  # no effect on one that has ended
            child.wait()
        if not outcome.exists():
            complaints.seek(0)
            raise RouteoptError(_fate(child.returncode, complaints.read().decode(errors="replace")))
        found: Answer | str = pickle.loads(outcome.read_bytes())
    if isinstance(found, str):
        raise RouteoptError(found)
    return found


def _fate(code: int, complaints: str) -> str:
    """Return how a process ended that left no answer."""
    lines = [line.strip() for line in complaints.splitlines() if line.strip()]
    if code < 0:
        return f"its process was ended by signal {signal.Signals(-code).name}"
    return f"its process ended with code {code}: {lines[-1] if lines else 'it said nothing'}"


def judged(row: Row, problem: VRP, answer: Answer) -> Row:
    """Return the row with what the answer costs and breaks, computed from the problem."""
    weighed = problem.instance().vehicle_weight > 0  # then traced costs hold what makes vehicles count first
    row = replace(
        row,
        seconds=answer.seconds,
        processor=answer.processor,
        iterations=answer.iterations,
        trace=None if answer.trace is None or weighed else tuple(answer.trace),
    )
    if not answer.routes:
        return replace(row, error="it found no plan")
    solution = Solution(problem, Routes.from_lists(answer.routes, answer.vehicle))
    broken = {violation.constraint for violation in solution.violations}
    return replace(
        row,
        feasible=solution.feasible,
        cost=solution.cost,
        vehicles=solution.vehicles,
        violations=" ".join(sorted(broken | (set() if solution.complete else {"unserved"}))),
    )
