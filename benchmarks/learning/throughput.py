"""How many problems a second the attention policy is trained on, beside RL4CO's own POMO, and where the time goes.

    python benchmarks/learning/throughput.py --stops 50 --problems 64 --profile

One training step – problems made, plans built from as many starts as there are stops, loss, gradients – in
processor time of one thread: on a machine that others use, too, the wall clock would measure them. The smallest
of several steps, both in turn. RL4CO's is AttentionModelPolicy with six layers on its MTVRPEnv, with its presets of
the same variants. Both have weights by chance, so that plans have about the same number of steps; those are stated.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import torch
from rl4co.envs.routing import CVRPEnv, MTVRPEnv
from rl4co.envs.routing.cvrp.generator import CVRPGenerator
from rl4co.envs.routing.mtvrp.generator import MTVRPGenerator
from rl4co.models import POMO
from rl4co.models.zoo.am import AttentionModelPolicy
from torch import Tensor

from routeopt.envs.generators import Mixed
from routeopt.envs.vrp import VRPEnv
from routeopt.policies.attention.policy import AttentionPolicy

Step = Callable[[], tuple[float, float, int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stops", type=int, default=50)
    parser.add_argument("--problems", type=int, default=64)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--variants", choices=("cvrp", "all"), nargs="+", default=["cvrp", "all"])
    parser.add_argument("--profile", action="store_true", help="where the processor time of one step goes")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    print(
        "| problems | | steps | plans, s | gradients, s | ms a step | problems a second |\n| --- | --- "
        + "| ---: " * 5
        + "|"
    )
    for variants in options.variants:
        pair = {"RL4CO": theirs(variants, options), "routeopt": ours(variants, options)}
        measured: dict[str, list[tuple[float, float, int]]] = {name: [] for name in pair}
        for _ in range(options.repeat):
            for name, step in pair.items():
                measured[name].append(step())
        for name, runs in measured.items():
            plans, gradients, steps = min(runs, key=lambda run: (run[0] + run[1]) / run[2])
            rate = options.problems / (plans + gradients)
            each = 1000 * (plans + gradients) / steps
            row = (
                f"| {variants} | {name} | {steps} | {plans:.2f} | {gradients:.2f} | {each:.0f} | {rate:.1f} |"
            )
            print(row, flush=True)
        if options.profile:
            for name, step in pair.items():
                profile(name, step)


def ours(variants: str, options: argparse.Namespace) -> Step:
    generator = Mixed(options.stops, ["cvrp"], seed=0) if variants == "cvrp" else Mixed(options.stops, seed=0)
    return stepping(VRPEnv(generator), AttentionPolicy(), options)


def theirs(variants: str, options: argparse.Namespace) -> Step:
    env: Any = (
        CVRPEnv(CVRPGenerator(num_loc=options.stops))
        if variants == "cvrp"
        else MTVRPEnv(MTVRPGenerator(num_loc=options.stops, variant_preset="all"))
    )
    policy = AttentionModelPolicy(
        env_name=env.name, num_encoder_layers=6, normalization="instance", use_graph_context=False
    )
    return stepping(env, POMO(env, policy).policy, options)


def stepping(env: Any, policy: Any, options: argparse.Namespace) -> Step:
    optimiser = torch.optim.Adam(policy.parameters(), 1e-4)

    def step() -> tuple[float, float, int]:
        begun = time.process_time()
        td = env.reset(env.generator([options.problems]))
        out = policy(td, env, phase="train", num_starts=options.stops)
        reward, likelihood = (
            out[key].view(options.stops, -1).transpose(0, 1) for key in ("reward", "log_likelihood")
        )
        planned = time.process_time()
        loss: Tensor = -((reward - reward.mean(-1, keepdim=True)) * likelihood).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return planned - begun, time.process_time() - planned, out["actions"].shape[-1]

    return step


def profile(name: str, step: Step) -> None:
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU]) as found:
        step()
    print(f"\n{name}\n" + found.key_averages().table(sort_by="self_cpu_time_total", row_limit=22))


if __name__ == "__main__":
    main()
