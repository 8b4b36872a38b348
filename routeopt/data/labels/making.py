"""Labels from our own engine: each problem of a mixture solved for a short time, shard by shard.

A shard that is there is not made again, so that a run goes on where it was stopped. With a budget in iterations
a shard depends on the mixture alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path

import routeopt
from routeopt import registry
from routeopt.data.generators.options import check
from routeopt.data.labels.mixture import Mixture
from routeopt.data.labels.shards import Label, write_shard
from routeopt.errors import ProblemError
from routeopt.problems.search import MaxIterations, MaxSeconds
from routeopt.problems.vrp import VRP


@dataclass(frozen=True)
class Budget:
    """Who solves a problem, and what may be spent on it: seconds, iterations, or whichever ends first.

    Parameters
    ----------
    solver : str
        A chain, such as "auto" or "savings,hgs".
    seconds : float
        On one thread, kernels compiled.
    iterations : float
        Of the improvers.
    """

    solver: str = "auto"
    seconds: float = inf
    iterations: float = inf

    def __post_init__(self) -> None:
        check(
            *_wrong(self.solver),
            None if self.seconds > 0 else f"seconds must be above 0, not {self.seconds}",
            None if self.iterations >= 1 else f"iterations must be 1 or more, not {self.iterations}",
            "the budget has no end; state seconds or iterations"
            if self.seconds == self.iterations == inf
            else None,
        )


def pending(folder: Path, count: int, shard: int) -> list[tuple[Path, range]]:
    """Return the shards that a folder lacks: where each belongs, and the numbers of its problems.

    Parameters
    ----------
    folder : Path
        Of the shards.
    count : int
        Problems in all.
    shard : int
        Problems in a shard; the last one may have fewer.
    """
    numbers = [range(begin, min(begin + shard, count)) for begin in range(0, count, shard)]
    places = [(folder / f"labels-{part.start:07d}-{part.stop:07d}.npz", part) for part in numbers]
    return [(path, part) for path, part in places if not path.exists()]


def make_shard(path: Path, mixture: Mixture, numbers: range, budget: Budget) -> Iterator[int]:
    """Solve the problems of a shard and write it; yields the number of each problem once it is done.

    A problem that the engine finds no complete and feasible plan for is left out.

    Raises
    ------
    ProblemError
        All were left out.
    """
    labels = []
    for number in numbers:
        kind, seed, problem = mixture.problem(number)
        label = _solved(problem, kind, seed, number, budget)
        if label is not None:
            labels.append(label)
        yield number
    if not labels:
        raise ProblemError(
            f"{path.name}: no plan was complete and feasible; raise the budget, or leave a kind out"
        )
    write_shard(
        path,
        labels,
        solver=budget.solver,
        seconds=budget.seconds,
        iterations=budget.iterations,
        mixture=f"{' '.join(mixture.kinds)}, {mixture.fewest} to {mixture.most} stops, seed {mixture.seed}",
        version=routeopt.__version__,
    )


def _wrong(solver: str) -> tuple[str, ...]:
    """Return what is wrong with a chain."""
    try:
        registry.load("routeopt.solving:parse_chain")(solver)
    except ProblemError as error:
        return error.messages
    return ()


def _solved(problem: VRP, kind: str, seed: int, number: int, budget: Budget) -> Label | None:
    """Return the label of a problem, or None where no plan is complete and feasible."""
    stop = MaxSeconds(budget.seconds) | MaxIterations(budget.iterations)
    solution = registry.load("routeopt.solving:solve")(
        problem, solver=budget.solver, stop=stop, seed=number, threads=1
    )
    if not solution.feasible:
        return None
    return Label(problem.instance(), solution.routes, solution.cost, kind, seed)
