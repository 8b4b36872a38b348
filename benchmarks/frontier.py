"""Time, work and load imbalance of the frontier engine per work assignment, on a device.

    python -m benchmarks.frontier [--device cpu] [--nodes 40000] [--sources 8] [--seed 1]

Prints a markdown table. The networks are a grid, a power-law graph and streets with few crossings; Dijkstra is scipy's,
one source after the other on one core, and every answer is compared with its. Milliseconds are the best of three:
time of the processor on a CPU, wall-clock time on a GPU.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.jump_frontier import grid, made, roads
from routeopt.frontier import Frontier
from routeopt.frontier.assignments import ASSIGNMENTS
from routeopt.problems.network import Network

RUNS = 3


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--device", default="cpu")
    options.add_argument("--nodes", type=int, default=40_000)
    options.add_argument("--sources", type=int, default=8)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    rng = np.random.default_rng(given.seed)
    side = int(given.nodes**0.5)
    networks = {
        "grid": grid(side, side, rng),
        "power law": power_law(given.nodes, rng),
        "roads": roads(side, rng),
    }
    print("| network | nodes | arcs | assignment | rounds | relaxed per arc | imbalance | ms | hops ms |")
    print("| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    for name, network in networks.items():
        sources = rng.integers(0, network.size, given.sources)
        compare(name, network, sources, given.device)


def compare(name: str, network: Network, sources: np.ndarray, device: str) -> None:
    """Print a line for each assignment, one with bands of labels, and one for Dijkstra."""
    head = f"| {name} | {network.size:,} | {len(network.head):,} |"
    shape = (network.size, network.size)
    matrix = csr_array((network.arcs["cost"].astype(float), network.head, network.first_out), shape=shape)
    expected = dijkstra(matrix, indices=sources)
    band = 10 * float(network.arcs["cost"].mean())
    for assignment in ASSIGNMENTS:
        for delta in (None, band) if assignment == "WD" else (None,):
            frontier = Frontier(network, "cost", device, assignment, delta)
            found = frontier.distances(sources).cpu().numpy()
            reached = np.isfinite(expected)
            assert (found[reached] == expected[reached]).all()
            counters = frontier.counters
            spent = milliseconds(lambda frontier=frontier: frontier.distances(sources), device)
            hops = milliseconds(lambda frontier=frontier: frontier.hops(sources), device)
            work = counters.relaxations / len(network.head) / len(sources)
            label, tail = (assignment, f"{hops:,.1f} |") if delta is None else (f"{assignment}, bands", "|")
            print(
                f"{head} {label} | {counters.rounds} | {work:.2f} | {counters.imbalance:.2f} | {spent:,.1f} | {tail}"
            )
    plain = milliseconds(lambda: dijkstra(matrix, indices=sources), "cpu")
    hops = milliseconds(lambda: dijkstra(matrix, indices=sources, unweighted=True), "cpu")
    print(f"{head} Dijkstra | | 1.00 | | {plain:,.1f} | {hops:,.1f} |", flush=True)


def power_law(n: int, rng: np.random.Generator) -> Network:
    """Return arcs to any nodes from nodes whose degrees follow a power law, up to a tenth of the nodes."""
    degree = np.minimum(n // 10, (rng.pareto(1.2, n) + 1).astype(int))
    tail = np.repeat(np.arange(n), degree)
    head = rng.integers(0, n, len(tail))
    return made(tail, head, rng.integers(1, 1_000, len(tail)), size=n)


def milliseconds(work: Callable[[], Any], device: str) -> float:
    best, clock = np.inf, time.process_time if device == "cpu" else time.perf_counter
    for _ in range(RUNS):
        begun = clock()
        work()
        if device != "cpu":
            torch.cuda.synchronize()
        best = min(best, clock() - begun)
    return 1_000 * best


if __name__ == "__main__":
    main()
