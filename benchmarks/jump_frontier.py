"""Work and time of jump frontier relaxation beside Bellman-Ford, SPFA and its rules, on families of networks.

    python -m benchmarks.jump_frontier [--nodes 20000] [--seed 1]

Prints three markdown tables, a family a line: arcs relaxed and arcs looked at, each per arc of the network, and
milliseconds of the processor, the best of the runs in half a second. Networks are made here. Every answer is
compared with that of Bellman-Ford in rounds. Dijkstra, where no weight is negative, is scipy's.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from routeopt.problems.network import Network
from routeopt.solvers.paths.bellman_ford import bellman_ford_rounds
from routeopt.solvers.paths.jump_frontier import jump_frontier
from routeopt.solvers.paths.labels import Labels
from routeopt.solvers.paths.open_arcs import UNREACHED
from routeopt.solvers.paths.spfa import spfa

METHODS: dict[str, Callable[..., Labels]] = {
    "rounds": bellman_ford_rounds,
    "SPFA": spfa,
    "SLF": partial(spfa, small_first=True, patience=np.inf),
    "SLF-LLL": partial(spfa, small_first=True, large_last=True, patience=np.inf),
    "SLF-LLL, 8 m": partial(spfa, small_first=True, large_last=True),
    **{f"k = {k}": partial(jump_frontier, hops=k, thrift=0.0) for k in (1, 2, 4, 8)},
    "k = 4, thrift": partial(jump_frontier, hops=4, thrift=0.5),
}
SECONDS = 0.5  # of each measurement
LIMIT = 20  # seconds for a method and a family
FAR = 1_000  # the largest length


class Family(NamedTuple):
    name: str
    network: Network  # weights: the column "cost"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--nodes", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    for search in METHODS.values():
        search(star_chain(3, 3), 0, "cost")  # compiles
    rows = [
        (family, *measure(family.network))
        for family in families(given.nodes, np.random.default_rng(given.seed))
    ]
    for title, column in (("arcs relaxed per arc", 0), ("arcs looked at per arc", 1), ("milliseconds", 2)):
        print(f"\n{title}:\n\n| family | nodes | arcs |", *(f"{name} |" for name in [*METHODS, "Dijkstra"]))
        print("| --- | ---: | ---: |", *("---: |" for _ in range(len(METHODS) + 1)))
        for family, *figures in rows:
            n, m = family.network.size, len(family.network.head)
            print(f"| {family.name} | {n:,} | {m:,} |", *(f"{shown(f)} |" for f in figures[column]))


def shown(figure: float) -> str:
    if figure == np.inf:
        return f"over {LIMIT} s"
    return "" if np.isnan(figure) else f"{figure:,.{0 if figure >= 1_000 else 1 if figure >= 100 else 2}f}"


def measure(network: Network) -> tuple[list[float], list[float], list[float]]:
    """Return arcs relaxed and looked at per arc, and milliseconds, of every method and of Dijkstra."""
    figures, m = [], len(network.head)
    expected = bellman_ford_rounds(network, 0, "cost").distance
    for search in METHODS.values():
        done = in_time(partial(trial, search, network, expected))
        figures.append((np.inf, np.inf, np.inf) if done is None else done)
    cost = network.arcs["cost"]
    if cost.min() < 0:
        figures.append((np.nan, np.nan, np.nan))
    else:
        matrix = csr_array((cost.astype(float), network.head, network.first_out), shape=(network.size,) * 2)
        found = dijkstra(matrix, indices=0)
        assert (found == np.where(expected == UNREACHED, np.inf, expected)).all()
        reached = np.isfinite(found)[network.tail].sum() / m
        figures.append((reached, reached, milliseconds(lambda: dijkstra(matrix, indices=0))))
    relaxed, looked, spent = zip(*figures, strict=True)
    return list(relaxed), list(looked), list(spent)


def trial(
    search: Callable[..., Labels], network: Network, expected: np.ndarray
) -> tuple[float, float, float]:
    labels, m = search(network, 0, "cost"), len(network.head)
    assert (labels.distance == expected).all()
    return labels.relaxations / m, labels.scans / m, milliseconds(lambda: search(network, 0, "cost"))


def in_time(work: Callable[[], Any]) -> Any:
    """Return what the work returns, or None where it takes more than LIMIT seconds; a kernel can only be killed."""
    fork = multiprocessing.get_context("fork")
    there, here = fork.Pipe(duplex=False)
    child = fork.Process(target=lambda: here.send(work()))
    child.start()
    try:
        return there.recv() if there.poll(LIMIT) else None
    finally:
        child.kill()
        child.join()


def milliseconds(work: Callable[[], Any]) -> float:
    best, begun = np.inf, time.process_time()
    while best == np.inf or time.process_time() - begun < SECONDS:
        before = time.process_time()
        work()
        best = min(best, time.process_time() - before)
    return 1_000 * best


def families(n: int, rng: np.random.Generator) -> Iterator[Family]:
    side, few = int(n**0.5), n // 10
    for kind, network in (
        ("sparse, m = 4 n", random_arcs(n, 4 * n, rng)),
        ("dense, m = 0.3 n²", random_arcs(few, int(0.3 * few**2), rng)),
        ("grid", grid(side, side, rng)),
        ("roads", roads(side, rng)),
    ):
        yield Family(kind, network)
        yield Family(f"{kind}; shifted", shifted(network, rng))
    yield Family("roads; energy with slopes", energy(roads(side, rng), side, rng))
    for kind, network in (
        ("negative chain, 4 arcs on", chain(n, rng)),
        ("grid with traps", traps(n // 10, rng)),
        ("star at a chain", star_chain(n // 2, n // 2 - 1)),
        ("detours that double", doubling(14, 100)),
    ):
        yield Family(kind, mixed(network, rng))


def made(tail: Any, head: Any, cost: Any, size: int | None = None) -> Network:
    return Network.from_arcs(tail, head, size=size, arcs={"cost": np.asarray(cost, np.int64)})


def shifted(network: Network, rng: np.random.Generator) -> Network:
    """Return the network with costs changed by potentials: shortest paths stay, many arcs become negative."""
    potential = rng.integers(0, 2 * FAR, network.size)
    cost = network.arcs["cost"] + potential[network.tail] - potential[network.head]
    return made(network.tail, network.head, cost)


def mixed(network: Network, rng: np.random.Generator) -> Network:
    """Return the network with nodes numbered anew, but for the source: their order tells nothing."""
    number = np.concatenate([[0], rng.permutation(np.arange(1, network.size))])
    return made(number[network.tail], number[network.head], network.arcs["cost"])


def random_arcs(n: int, m: int, rng: np.random.Generator) -> Network:
    tail, head = rng.integers(0, n, (2, m))
    tail[: n - 1], head[: n - 1] = np.arange(n - 1), rng.permutation(np.arange(1, n))  # no node is left out
    return made(tail, head, rng.integers(1, FAR, m))


def lattice(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    node = np.arange(rows * columns).reshape(rows, columns)
    east, west, south, north = node[:, :-1], node[:, 1:], node[:-1], node[1:]
    tail = np.concatenate([part.ravel() for part in (east, west, south, north)])
    head = np.concatenate([part.ravel() for part in (west, east, north, south)])
    return tail, head


def grid(rows: int, columns: int, rng: np.random.Generator) -> Network:
    tail, head = lattice(rows, columns)
    return made(tail, head, rng.integers(1, FAR, len(tail)))


def roads(side: int, rng: np.random.Generator) -> Network:
    """Return streets on a grid, a fifth of them left out; each eighth line is fast, each 32nd faster still."""
    tail, head = lattice(side, side)
    line = np.where(tail // side == head // side, tail // side, tail % side)
    pace = np.where(line % 32 == 0, 1, np.where(line % 8 == 0, 2, 5))
    half = len(tail) // 4
    pair = np.concatenate([np.arange(half), np.arange(half), half + np.arange(half), half + np.arange(half)])
    back = np.concatenate([np.arange(half), 2 * half + np.arange(half)])  # one arc of each pair
    open_pair = (rng.random(2 * half) < 0.8) | (pace[back] < 5)
    length = rng.integers(80, 121, 2 * half)
    kept = open_pair[pair]
    return made(tail[kept], head[kept], (pace * length[pair])[kept])


def energy(network: Network, side: int, rng: np.random.Generator) -> Network:
    """Return costs of an electric vehicle: length, and height, of which it gets 7 parts in 10 back downhill."""
    row, column = np.divmod(np.arange(network.size), side)
    height = 4_000 * (np.sin(row / 9) + np.sin(column / 13)) + rng.integers(0, 50, network.size)
    climb = height[network.head] - height[network.tail]
    return made(network.tail, network.head, network.arcs["cost"] + np.where(climb > 0, climb, 0.7 * climb))


def chain(n: int, rng: np.random.Generator) -> Network:
    """Return arcs from each node to the four next ones, all negative."""
    tail = np.repeat(np.arange(n), 4)
    head = tail + np.tile([1, 2, 3, 4], n)
    kept = head < n
    return made(tail[kept], head[kept], -rng.integers(1, FAR, kept.sum()))


def traps(columns: int, rng: np.random.Generator) -> Network:
    """Return ten long rows, cheap along and dear across, with dear shortcuts that later turn out too dear."""
    tail, head = lattice(10, columns)
    along = tail // columns == head // columns
    cost = np.where(along, rng.integers(1, 10, len(tail)), rng.integers(1, FAR, len(tail)))
    start = rng.integers(0, 10 * columns, columns)
    end = np.minimum(start + rng.integers(2, 50, columns), 10 * columns - 1)
    return made(
        np.concatenate([tail, start]),
        np.concatenate([head, end]),
        np.concatenate([cost, 10 * (end - start)]),
    )


def star_chain(length: int, leaves: int) -> Network:
    """Return a chain, each node of which offers its hub a slightly better way; the hub leads to all leaves."""
    hub, way = length, np.arange(length)
    tail = np.concatenate([way[:-1], way, np.full(leaves, hub)])
    head = np.concatenate([way[1:], np.full(length, hub), hub + 1 + np.arange(leaves)])
    return made(tail, head, np.concatenate([np.ones(length - 1), 3 * length - 2 * way, np.ones(leaves)]))


def doubling(depth: int, leaves: int) -> Network:
    """Return a chain of detours that begin dear and end cheap, so that what takes small labels first errs each time.

    Each time a detour turns out to be better, all behind it is done again: 2^depth times at the end.
    """
    arcs = []
    for i in range(depth):
        dear, gain = 4**depth * (depth - i), 2 ** (depth - i)
        arcs += [(2 * i, 2 * i + 1, dear), (2 * i, 2 * i + 2, 0), (2 * i + 1, 2 * i + 2, -dear - gain)]
    last = 2 * depth
    arcs += [(last, last + 1 + i, 1) for i in range(leaves)]
    return made(*zip(*arcs, strict=True))


if __name__ == "__main__":
    main()
