"""Individuals per second of hybrid genetic search: crossover, split, local search and survival.

python -m benchmarks.micro.hgs
"""

from __future__ import annotations

import numpy as np

import routeopt as ro
from benchmarks.micro.clock import per_second, show
from routeopt.solvers.vrp.hgs import HGS
from routeopt.solvers.vrp.hgs.engine import Engine
from routeopt.solvers.vrp.hgs.plain import PlainEngine
from routeopt.solvers.vrp.hgs.timed import TimedEngine

FAMILIES = {"plain": ("x", PlainEngine), "timed": ("vrptw", TimedEngine)}
SIZES = (100, 200, 500)
WARM = 64  # individuals before the count begins: the first ones take longest


def main() -> None:
    for name, (kind, family) in FAMILIES.items():
        for stops in SIZES:
            instance = ro.generate(kind, stops, seed=1).instance()
            engine = family(instance, HGS(), None, np.random.default_rng(1))
            engine.settle(10_000)
            go_on(engine, WARM)
            show(f"{name}, {stops} stops: individuals", per_second(lambda engine=engine: go_on(engine, 4)))


def go_on(engine: Engine, individuals: int) -> int:
    """Let the engine search this many more individuals."""
    before, flag = engine.iterations, np.zeros(1, np.uint8)
    while engine.iterations < before + individuals:
        engine.step(flag, before + individuals, 1 << 30)
    return engine.iterations - before


if __name__ == "__main__":
    main()
