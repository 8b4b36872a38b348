"""The arc scorer on grids that it has not seen, by how far it sees.

    python benchmarks/learning/arcs.py

For each number of rounds the smoke configuration is trained, and greedy paths are
measured on 400 problems in as many new grids: how many arrive, and how much longer than the shortest paths those are
that do. Beside it what needs no training: the arc that leads nearest in a straight line, and any arc by chance.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from routeopt import registry
from routeopt.envs.pairs import Between, Grids
from routeopt.policies import checkpoints, training
from routeopt.policies.arcs.config import WorldConfig
from routeopt.policies.arcs.data import Batches
from routeopt.policies.arcs.rollout import rollout
from routeopt.policies.arcs.views import View

SEED = 2**40  # neither of training nor of validation
NUMBER, BATCH = 400, 50
WORLDS: dict[str, Callable[[], Between]] = {
    "squares, 20 × 20": lambda: Grids(20, grids=NUMBER, seed=SEED),
    "squares, 30 × 30": lambda: Grids(30, grids=NUMBER, seed=SEED),
    "cells 10 %": lambda: Grids(20, ["cells"], 0.1, grids=NUMBER, seed=SEED),
    "cells 20 %": lambda: Grids(20, ["cells"], 0.2, grids=NUMBER, seed=SEED),
    "cells 30 %": lambda: Grids(20, ["cells"], 0.3, grids=NUMBER, seed=SEED),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, nargs="+", default=[0, 4, 16])
    parser.add_argument(
        "--kinds", nargs="+", default=["squares", "cells"], help="obstacles that are trained on"
    )
    parser.add_argument(
        "--imitation", type=int, help="epochs that imitate; by default those of the smoke run"
    )
    parser.add_argument("--epochs", type=int, help="of imitation and REINFORCE")
    options = parser.parse_args()
    print("| | trained, s | " + " | ".join(WORLDS) + " |\n| --- | ---: |" + " ---: |" * len(WORLDS))
    chance = torch.Generator().manual_seed(0)
    row(
        "by chance",
        0.0,
        lambda view: torch.rand(view.open.shape, generator=chance).masked_fill(~view.open, -torch.inf),
    )
    row("straight line", 0.0, lambda view: (100 * view.arcs[..., 1]).masked_fill(~view.open, -torch.inf))
    smoke = registry.policy("arcs").smoke()
    for rounds in options.rounds:
        trainer = replace(smoke.trainer, epochs=options.epochs or smoke.trainer.epochs)
        config = replace(
            smoke,
            rounds=rounds,
            imitation=options.imitation or smoke.imitation,
            world=WorldConfig(kinds=tuple(options.kinds)),
            trainer=trainer,
        )
        with tempfile.TemporaryDirectory() as folder:
            begun = time.process_time()
            best = training.train("arcs", config, Path(folder), show=logged).best
            seconds = time.process_time() - begun
            row(f"{rounds} rounds", seconds, checkpoints.module(best)[2].network)


def logged(line: str) -> None:
    """Show what is measured in training, beside the table."""
    print(line, file=sys.stderr, flush=True)


def row(name: str, seconds: float, scores: Callable[[View], Tensor]) -> None:
    """Print the share that arrives and the mean excess of those, in each world."""
    cells = []
    for world in WORLDS.values():
        batches = Batches(world(), BATCH, NUMBER // BATCH, SEED)
        success, gaps = [], []
        with torch.no_grad():
            for number in range(len(batches)):
                problems = batches[number]
                view = problems.viewer(problems.td["target"])
                found = rollout(problems.env, problems.td, scores(view), view)
                success.append(found.success)
                gaps.append(found.cost / problems.td["reference"].squeeze(-1) - 1.0)
        arrived = torch.cat(success)
        cells.append(f"{100 * arrived.double().mean():.1f} %, {100 * torch.cat(gaps)[arrived].mean():.1f} %")
    print(f"| {name} | {seconds:.0f} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
