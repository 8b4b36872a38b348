"""Do neural starts and guides pay? The same engines with and without them, at equal wall time.

    python -m benchmarks.learning.hybrid --csv hybrid.csv [--cases uniform100,x12] [--policy attention.npz]
    python -m benchmarks.learning.hybrid --csv hybrid.csv --markdown

A run of ten seconds is read off at 0.1, 0.3, 1, 3 and 10 seconds; what the networks take is inside. Runs that the
file has are not done again. The table gives the mean gap to the best plan of all runs of the problem (to the best
known cost where there is one), and for each variant of an engine the mean difference to the plain one in points
with its 95 % interval (bootstrap over problems).
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import routeopt as ro
from routeopt.bench.suites import SUITES
from routeopt.problems.instance import Routes

BUDGETS = (0.1, 0.3, 1.0, 3.0, 10.0)
RESAMPLES = 10_000
FIELDS = ("case", "problem", "config", "threads", "known", *(str(budget) for budget in BUDGETS))


@dataclass(frozen=True)
class Config:
    """An engine, what it begins with and what guides it."""

    engine: str
    start: str  # "random", or a constructor
    guided: bool

    @property
    def name(self) -> str:
        return f"{self.start}, {self.engine}{', guided' if self.guided else ''}"

    def chain(self, policy: str | None) -> list[Any]:
        if self.start == "random":
            return [self.engine]
        return [ro.Neural(policy) if self.start == "neural" and policy else self.start, self.engine]


CONFIGS = [
    Config(engine, start, guided)
    for engine in ("hgs", "ils")
    for start in ("savings", "random", "neural")
    for guided in (False, True)
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", type=Path, required=True)
    parser.add_argument("--cases", default="uniform100,uniform500,uniform1000,x12")
    parser.add_argument(
        "--configs", default=",".join(str(i) for i in range(len(CONFIGS))), help="their numbers"
    )
    parser.add_argument("--problems", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=BUDGETS[-1])
    parser.add_argument("--guide", default="edges", help="weights of an edge scorer")
    parser.add_argument("--policy", help="weights of an attention policy; without them no start is neural")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    if options.markdown:
        table(options.csv)
        return
    named = [CONFIGS[int(number)] for number in options.configs.split(",")]
    chosen = [config for config in named if config.start != "neural" or options.policy]
    done = {(row["case"], row["problem"], row["config"], row["threads"]) for row in rows(options.csv)}
    for case in options.cases.split(","):
        for name, problem, known in problems(case, options.problems):
            for config in chosen:
                key = (case, name, config.name, str(options.threads))
                if key not in done:
                    append(options.csv, (*key, known, *costs(problem, config, options)))


def problems(case: str, count: int) -> Iterator[tuple[str, ro.VRP, float]]:
    """Yield the problems of a case with their names and best known costs."""
    if case.startswith("uniform"):
        for seed in range(count):
            yield (
                str(seed),
                ro.generate("cvrp", int(case.removeprefix("uniform")), seed=90_000 + seed),
                np.inf,
            )
        return
    for one in SUITES[case].cases()[:count]:
        yield one.name, one.problem(), one.best.cost if one.best else np.inf


def costs(problem: ro.VRP, config: Config, options: Any) -> list[float]:
    """Return the cost of the best plan after each budget."""
    guide = options.guide if config.guided else None
    run = ro.search(
        problem,
        options.seconds,
        solver=config.chain(options.policy),
        threads=options.threads,
        start=random_plan(problem) if config.start == "random" else None,
        guide=guide,
        seed=1,
    )
    for _ in run:
        pass
    trace = run.solution().trace
    first = ro.Solution(problem, random_plan(problem)).cost if config.start == "random" else np.nan
    return [min((cost for second, cost in trace if second <= budget), default=first) for budget in BUDGETS]


def random_plan(problem: ro.VRP) -> Routes:
    """Return the stops in any order, cut wherever a vehicle is full."""
    instance = problem.instance()
    routes: list[list[int]] = [[]]
    load = 0.0
    for node in np.random.default_rng(1).permutation(np.arange(instance.depots, instance.nodes)):
        load += instance.delivery[node, 0]
        if load > instance.capacity[0, 0]:
            routes.append([])
            load = instance.delivery[node, 0]
        routes[-1].append(int(node))
    return Routes.from_lists(routes)


def rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open() as file:
        return list(csv.DictReader(file))


def append(path: Path, row: tuple[Any, ...]) -> None:
    new = not path.exists()
    with path.open("a") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(FIELDS)
        writer.writerow(row)


def table(path: Path) -> None:
    """Print the gaps, and what each variant gains."""
    found = rows(path)
    for case in dict.fromkeys(row["case"] for row in found):
        of_case = [row for row in found if row["case"] == case]
        gaps = gaps_of(of_case)
        print(f"\n{case}, {len({row['problem'] for row in of_case})} problems\n")
        print("| begins with, engine | " + " | ".join(f"{budget:g} s" for budget in BUDGETS) + " |")
        print("| --- |" + " ---: |" * len(BUDGETS))
        for config in CONFIGS:
            if config.name in gaps:
                cells = [cell(gaps, config, budget) for budget in range(len(BUDGETS))]
                print(f"| {config.name} | " + " | ".join(cells) + " |")


def gaps_of(found: list[dict[str, str]]) -> dict[str, dict[str, np.ndarray]]:
    """Return the gaps in percent at each budget, by config and problem."""
    best: dict[str, float] = {}
    for row in found:
        lowest = min(float(row["known"]), *(float(row[str(budget)]) for budget in BUDGETS[-1:]))
        best[row["problem"]] = min(best.get(row["problem"], np.inf), lowest)
    gaps: dict[str, dict[str, np.ndarray]] = {}
    for row in found:
        reached = np.array([float(row[str(budget)]) for budget in BUDGETS])
        gaps.setdefault(row["config"], {})[row["problem"]] = 100 * (reached / best[row["problem"]] - 1)
    return gaps


def cell(gaps: dict[str, dict[str, np.ndarray]], config: Config, budget: int) -> str:
    """Return the mean gap, and in brackets what it is less or more than the plain engine's."""
    own = gaps[config.name]
    if np.isnan([gap[budget] for gap in own.values()]).any():
        return "–"  # no plan yet
    mean = f"{np.mean([gap[budget] for gap in own.values()]):.2f}"
    plain = gaps.get(Config(config.engine, "savings", False).name, {})
    both = [name for name in own if name in plain and np.isfinite(plain[name][budget])]
    if (config.start == "savings" and not config.guided) or not both:
        return mean
    low, middle, high = interval(np.array([own[name][budget] - plain[name][budget] for name in both]))
    return f"{mean} ({middle:+.2f}, {low:+.2f} to {high:+.2f})"


def interval(differences: np.ndarray) -> tuple[float, float, float]:
    """Return the mean of paired differences and its 95 % interval."""
    rng = np.random.default_rng(0)
    means = rng.choice(differences, (RESAMPLES, len(differences))).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(differences.mean()), float(high)


if __name__ == "__main__":
    main()
