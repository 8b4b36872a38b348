"""The process of one run: reads a pickled job from standard input, and leaves its outcome in a file."""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

from routeopt.bench.jobs import Job
from routeopt.bench.own import solve_chain
from routeopt.bench.peers import PEERS, Answer
from routeopt.errors import RouteoptError


def main() -> None:
    """Run the job; an error that is no fault of the program is an outcome too, as its message."""
    job: Job = pickle.load(sys.stdin.buffer)
    pin(job.task.threads)
    outcome: Answer | str
    try:
        outcome = solve(job)
    except RouteoptError as error:
        outcome = str(error)
    Path(sys.argv[1]).write_bytes(pickle.dumps(outcome))


def pin(threads: int) -> None:
    """Stay on as many cores as there are threads, where the system allows it."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[-threads:])


def solve(job: Job) -> Answer:
    """Return the answer of the entry."""
    problem = job.case.problem()
    if job.entry.is_peer:
        return PEERS[job.entry.name].solve(problem.instance(), job.task)
    return solve_chain(problem, job.entry.name, job.task)


if __name__ == "__main__":
    main()
