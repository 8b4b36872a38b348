"""How many edges of good plans the edge scorer ranks first, against the order of distance.

    routeopt generate labels x --stops 100 --count 40 --seconds 2 --seed 7000 -o refs/x-100
    python benchmarks/learning/edge_recall.py WEIGHTS refs/x-100 ... [X]

WEIGHTS is a name or an ``.npz`` that routeopt exports; each other argument is a folder of labels, or ``X``: the X
instances below ``ROUTEOPT_DATA`` with the solutions stored beside them. Counted are the pairs of a stop and a stop next
to it in the plan: how many of them are among the first 5 and 10 of the stop's list, and among all that are scored.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np

import routeopt as ro
from routeopt import weights
from routeopt.data.labels import Labels
from routeopt.data.readers.solutions import read_solution
from routeopt.problems.instance import Instance, Routes
from routeopt.solvers.vrp.neighbours import nearest_by_legs
from routeopt.solvers.vrp.neural.edge_sight import cost_legs
from routeopt.solvers.vrp.neural.edges import score_edges

COUNTS = (5, 10)


class Case(NamedTuple):
    group: str
    instance: Instance
    routes: Routes


def main(stated: str, *sources: str) -> None:
    arrays, _ = weights.load(stated)
    print("| plans | problems | distance, first 5 | first 10 | scored, first 5 | first 10 | among all | ms |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for source in sources:
        measured = defaultdict(list)
        for case in x_cases() if source == "X" else label_cases(source):
            measured[case.group].append(measure(case, arrays))
        for group, rows in sorted(measured.items()):
            total = np.array(rows).sum(axis=0)
            shares = " | ".join(f"{100 * value / total[0]:.1f} %" for value in total[1:-1])
            print(f"| {group} | {len(rows)} | {shares} | {1000 * np.median([r[-1] for r in rows]):.0f} |")


def measure(case: Case, arrays: dict) -> list[float]:
    """Return the pairs, how many each list has in front, and the seconds that scoring took."""
    instance, depots = case.instance, case.instance.depots
    nodes = np.arange(instance.nodes)
    cost, _ = cost_legs(instance, nodes[:, None], nodes)
    near = nearest_by_legs(np.minimum(cost, cost.T), max(COUNTS), depots)
    score_edges(instance, arrays)
    begin = perf_counter()
    scored, _ = score_edges(instance, arrays)
    seconds = perf_counter() - begin
    pairs = [pair for route in case.routes.lists() for pair in pairwise(route)]
    pairs += [(b, a) for a, b in pairs]
    found = [
        sum(b in lists[a - depots, :count] for a, b in pairs)
        for lists, counts in ((near, COUNTS), (scored, (*COUNTS, scored.shape[1])))
        for count in counts
    ]
    return [len(pairs), *found, seconds]


def label_cases(folder: str) -> Iterator[Case]:
    for label in Labels(folder):
        yield Case(f"{label.kind}, {Path(folder).name}", label.instance, label.routes)


def x_cases() -> Iterable[Case]:
    folder = Path(os.environ["ROUTEOPT_DATA"]) / "vrp" / "cvrp_x"
    for file in sorted(folder.glob("*.vrp")):
        problem = ro.read(file)
        stops = len(problem.stops)
        group = next(f"X, {name}" for most, name in ((200, "100–200"), (500, "201–500"), (1000, "501–1000"))
                     if stops <= most)  # fmt: skip
        yield Case(group, problem.instance(), read_solution(file.with_suffix(".sol"), problem))


if __name__ == "__main__":
    main(*sys.argv[1:])
