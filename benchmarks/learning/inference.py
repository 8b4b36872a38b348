"""How long the attention policy takes without torch: reading a problem, and each plan.

    python -m benchmarks.learning.inference

Processor time of one thread, the smallest of several runs; on a machine that others use, too, the wall clock would
measure them. The network has its usual size and weights by chance, so plans are no good but take as many steps.
"""

from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"  # read when NumPy is imported

import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

import routeopt as ro  # noqa: E402
from routeopt.policies.attention.config import NetworkConfig  # noqa: E402
from routeopt.policies.attention.policy import AttentionPolicy  # noqa: E402
from routeopt.solvers.random import random_state  # noqa: E402
from routeopt.solvers.vrp.neural.attention import Weights, weights_of  # noqa: E402
from routeopt.solvers.vrp.neural.constructor import Builder  # noqa: E402

RUNS = 7


def main() -> None:
    weights = by_chance()
    print("| stops | variant | reading, ms | a plan, ms |")
    print("| ---: | --- | ---: | ---: |")
    for stops in (100, 500, 1000):
        for variant in ("cvrp", "vrptw"):
            instance = ro.generate("routefinder", stops, seed=1, attributes=variant).instance()
            builder = Builder(instance, weights)
            state = random_state(np.random.default_rng(1))
            reading = milliseconds(lambda instance=instance: Builder(instance, weights))
            plan = milliseconds(lambda builder=builder, state=state: builder.sequence(0, 0.0, state))
            print(f"| {stops} | {variant} | {reading:.1f} | {plan:.1f} |", flush=True)


def by_chance() -> Weights:
    network = AttentionPolicy(NetworkConfig()).network
    arrays = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    return weights_of(
        arrays | {name: np.array(getattr(network, name)) for name in ("heads", "nearest", "clip")}
    )


def milliseconds(call: Callable[[], Any]) -> float:
    taken = []
    for _ in range(RUNS):
        begun = time.process_time()
        call()
        taken.append(1e3 * (time.process_time() - begun))
    return min(taken)


if __name__ == "__main__":
    main()
