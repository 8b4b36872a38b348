"""How fast problems are made and the environment steps, beside RL4CO's own multi-task environment.

    python benchmarks/learning/environment.py --threads 1

Problems a second; then milliseconds of a reset, and of a step without the choice of the action: median of the
steps of random plans of the 16 variants with 50 or 100 stops. RL4CO's reckons in float32, ours in float64.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from rl4co.envs.routing import MTVRPEnv
from rl4co.envs.routing.mtvrp.generator import MTVRPGenerator
from rl4co.utils.ops import batchify

from routeopt.envs.generators import Mixed, Streets
from routeopt.envs.vrp import VRPEnv

RUNS = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    torch.set_num_threads(parser.parse_args().threads)
    print("| problems a second, in batches of 256 | 50 stops | 100 stops |\n| --- | ---: | ---: |")
    makers: dict[str, Callable[[int], Any]] = {
        "RL4CO": lambda n: MTVRPGenerator(num_loc=n, variant_preset="all"),
        "Mixed": lambda n: Mixed(n, seed=0),
        "Mixed, sizes from half to all": lambda n: Mixed((n // 2, n), seed=0),
        "Streets": lambda n: Streets(stops=n, points=500, seed=0),
    }
    for name, make in makers.items():
        print(f"| {name} | " + " | ".join(f"{256 / seconds(make(n), [256]):,.0f}" for n in (50, 100)) + " |")
    print(
        "\n| problems × starts, stops | RL4CO reset | ours | RL4CO step | ours |\n| --- | ---: | ---: | ---: | ---: |"
    )
    for batch, starts, n in ((1, 1, 100), (64, 50, 50), (16, 100, 100)):
        theirs = MTVRPEnv(generator_params={"num_loc": n, "variant_preset": "all"})
        resets, steps = zip(
            *(
                of_env(env, batch, starts, copied)
                for env, copied in ((theirs, True), (VRPEnv(Mixed(n, seed=0)), False))
            ),
            strict=True,
        )
        cells = [f"{1000 * value:.2f}" for value in (*resets, *steps)]
        print(f"| {batch} × {starts}, {n} | " + " | ".join(cells) + " |")


def seconds(call: Callable[..., Any], *arguments: Any) -> float:
    """Return the least seconds of several calls."""
    taken = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        call(*arguments)
        taken.append(time.perf_counter() - begun)
    return min(taken)


def of_env(env: Any, batch: int, starts: int, copied: bool) -> tuple[float, float]:
    """Return the seconds of a reset and of a step."""
    problems = env.generator([batch])
    reset = seconds(lambda: env.reset(problems.clone()))
    td = env.reset(problems.clone())
    td = batchify(td, starts) if copied else td.unsqueeze(1).expand(batch, starts)
    torch.manual_seed(0)
    taken = []
    while not td["done"].all():
        mask = td["action_mask"]
        td["action"] = torch.multinomial(mask.flatten(0, -2).float(), 1).view(mask.shape[:-1])
        begun = time.perf_counter()
        td = env.step(td)["next"]
        taken.append(time.perf_counter() - begun)
    return reset, statistics.median(taken)


if __name__ == "__main__":
    main()
