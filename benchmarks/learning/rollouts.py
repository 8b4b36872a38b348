"""Random plans in the environment on the stored RouteFinder problems, judged by Solution; PyVRP's routes replayed.

    python benchmarks/learning/rollouts.py --rollouts 1000 --markdown

For each of the 48 variants: how many random plans are feasible and complete for our checker, how far the reward
is from minus the cost of the Solution at most (relative); of PyVRP's stored routes how many the mask lets through,
whether they are those that our checker finds feasible, by how much the others are too long or late at most, and how
far a cost is from the reference at most.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

import routeopt as ro
from routeopt.data.generators.routefinder import VARIANTS
from routeopt.data.readers.routefinder import read_all, reference_routes
from routeopt.envs import plans
from routeopt.envs.generators import Stated
from routeopt.envs.vrp import VRPEnv

COLUMNS = (
    "variant",
    "plans",
    "feasible",
    "reward off",
    "PyVRP",
    "allowed",
    "as checked",
    "excess",
    "cost off",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rollouts", type=int, default=1000, help="random plans for each variant")
    parser.add_argument("--stops", type=int, default=50, choices=(50, 100))
    parser.add_argument("--problems", type=int, default=64, help="stored problems of each variant")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    folder = Path(os.environ["ROUTEOPT_DATA"]) / "nco" / "routefinder"
    begun = time.perf_counter()
    print(
        "| " + " | ".join(COLUMNS) + " |\n" + "| --- " + "| ---: " * 8 + "|" if options.markdown else COLUMNS
    )
    for variant in VARIANTS:
        row = variant, *of_variant(folder / f"{variant}_{options.stops}.npz", options)
        print("| " + " | ".join(map(str, row)) + " |" if options.markdown else row, flush=True)
    print(f"\n{time.perf_counter() - begun:.0f} s")


def of_variant(file: Path, options: argparse.Namespace) -> tuple[Any, ...]:
    problems = read_all(file)[: options.problems]
    env = VRPEnv(Stated(problems), dtype=torch.float64)
    td = env.generator.every()
    feasible, off, count = random_plans(env, problems, td, options)
    solutions = [ro.Solution(problem, reference_routes(file, row)) for row, problem in enumerate(problems)]
    actions = plans.padded(
        [plans.actions(s.problem.instance(), s.routes) for s in solutions], len(problems[0].depots)
    )
    allowed, reward = replay(env, td, actions)
    variant, _, size = file.stem.partition("_")
    with np.load(file.with_name(f"{variant}_reference_costs.npz")) as costs:
        reference = costs[f"pyvrp_{size}_float"][: len(problems)]
    agrees = "yes" if allowed.tolist() == [solution.feasible for solution in solutions] else "no"
    excess = max(
        (violation.amount for solution in solutions for violation in solution.violations), default=0.0
    )
    cost_off = np.abs(reference + reward).max()
    return (
        count,
        feasible,
        f"{off:.0e}",
        len(problems),
        int(allowed.sum()),
        agrees,
        f"{excess:.4f}",
        f"{cost_off:.0e}",
    )


def random_plans(
    env: Any, problems: list[Any], td: Any, options: argparse.Namespace
) -> tuple[int, float, int]:
    """Return how many plans are feasible, by how much rewards are off at most, and how many plans there are."""
    chance = torch.Generator().manual_seed(options.seed)
    each = -(-options.rollouts // len(problems))
    state = env.reset(td.clone()).unsqueeze(1).expand(len(problems), each)
    actions = []
    while not state["done"].all():
        mask = state["action_mask"].flatten(0, 1).float()
        state["action"] = torch.multinomial(mask, 1, generator=chance).view(len(problems), each)
        actions.append(state["action"])
        state = env.step(state)["next"]
    chosen = torch.stack(actions, -1)
    rewards = env.get_reward(state, chosen).numpy()
    feasible, off = 0, 0.0
    for problem, rows, values in zip(problems, chosen.numpy(), rewards, strict=True):
        for plan, reward in zip(rows, values, strict=True):
            solution = ro.Solution(problem, plans.routes(problem.instance(), plan))
            feasible += solution.feasible and solution.complete
            off = max(off, abs(reward + solution.cost) / solution.cost)
    return feasible, off, rewards.size


def replay(env: Any, td: Any, actions: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Return which plans the mask lets through, and the rewards of all."""
    state = env.reset(td.clone())
    allowed = torch.ones(len(actions), dtype=torch.bool)
    for action in actions.T:
        allowed &= state["action_mask"].gather(-1, action[:, None]).squeeze(-1)
        state["action"] = action
        state = env.step(state)["next"]
    assert state["done"].all()
    return allowed.numpy(), env.get_reward(state, actions).numpy()


if __name__ == "__main__":
    main()
