"""Alternatives, compromises, preferences and closures on the streets of Porto, joined to 57,000 nodes.

    taskset -c 0 python benchmarks/alternatives.py [pairs]

Needs the folder ``paths`` of ROUTEOPT_DATA. Pairs of nodes are drawn by chance. Everything is compiled before it is
measured; `found` is how many pairs got one, two and three paths.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import routeopt as ro
from routeopt.problems.network import Network
from routeopt.solvers.paths.alternatives import METHODS
from routeopt.solvers.paths.front import ShortestPaths
from routeopt.solvers.paths.skeleton import skeleton

DATA = Path(os.environ.get("ROUTEOPT_DATA", Path(__file__).parents[2] / "shared" / "data")) / "paths"


def timed(run: Callable[..., Any], pairs: list[list[int]]) -> tuple[list[Any], str]:
    """Return what each pair gets, and how long that takes."""
    run(*pairs[0])
    found, seconds = [], []
    for a, b in pairs:
        start = time.perf_counter()
        found.append(run(a, b))
        seconds.append(time.perf_counter() - start)
    ms = 1e3 * np.array(seconds)
    return found, f"{np.median(ms):.1f} | {np.quantile(ms, 0.95):.1f} | {ms.max():.1f}"


def several(paths: ShortestPaths, pairs: list[list[int]]) -> None:
    """Print a line for each method, with default limits and with a lower one for local optimality."""
    for method in METHODS:
        for local in (0.25, 0.1):
            found, ms = timed(lambda a, b, m=method, t=local: paths.alternatives(a, b, 3, m, local=t), pairs)
            counts = np.bincount([len(ways) for ways in found], minlength=4)[1:]
            others = [way for ways in found for way in ways[1:]]
            stretch, shared = (
                np.mean([value(way) for way in others])
                for value in (lambda w: w.stretch, lambda w: w.sharing)
            )
            print(
                f"| {method}, local {local} | {ms} | found {counts}, stretch {stretch:.3f}, shared {shared:.2f} |"
            )
    parts, ms = timed(lambda a, b: skeleton(paths, a, b), pairs)
    print(f"| skeleton | {ms} | {np.mean([part.share for part in parts]):.1%} of the arcs |")
    inside = dict(zip(map(tuple, pairs), parts, strict=True))
    found, ms = timed(lambda a, b: paths.alternatives(a, b, 3, within=inside[a, b].arcs), pairs)
    counts = np.bincount([len(ways) for ways in found], minlength=4)[1:]
    print(f"| via, within the skeleton | {ms} | found {counts} |")


def other_questions(paths: ShortestPaths, pairs: list[list[int]]) -> None:
    """Print a line for compromises, for limits, for preferences and for closures."""
    network = paths.network
    found, ms = timed(lambda a, b: ro.pareto(network, a, b), pairs)
    sizes = [len(ways) for ways in found]
    print(f"| pareto, time and length | {ms} | {np.mean(sizes):.0f} paths, {max(sizes)} at most |")
    lengths = ShortestPaths(network, "length")
    limit = {(a, b): 1.05 * lengths.distance(a, b) for a, b in pairs}
    _, ms = timed(lambda a, b: ro.constrained(network, a, b, limits={"length": limit[a, b]}), pairs)
    print(f"| quickest within 105 % of the least length | {ms} | |")
    preferring = paths.preferring(ro.RoutePreferences(avoid=["tolls", "motorways"]))
    found, ms = timed(preferring.path, pairs)
    print(f"| without tolls and motorways | {ms} | {sum(bool(way.unkept) for way in found)} not kept |")
    planned = [paths.path(a, b) for a, b in pairs]
    now = ShortestPaths(network.close(network.find(name="A 1")))
    start = time.perf_counter()
    outcomes = ro.reroute(planned, now)
    print(
        f"| closing the A 1, all pairs at once | {1e3 * (time.perf_counter() - start):.1f} | | | {outcomes!r} |"
    )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    network = Network.from_osm(DATA / "r5" / "porto_portugal.osm.pbf").core()
    paths = ShortestPaths(network)
    pairs = np.random.default_rng(1).integers(0, network.size, (count, 2)).tolist()
    print(f"{network!r}\n\n| what | ms, median | 95 % | most | |\n| --- | ---: | ---: | ---: | --- |")
    several(paths, pairs)
    other_questions(paths, pairs)


if __name__ == "__main__":
    main()
