"""Problems that a policy is validated with, and what good solutions of them cost."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from tensordict import TensorDict

from routeopt import registry
from routeopt.data.generators.routefinder import VARIANTS, variant
from routeopt.data.readers.routefinder import read_all
from routeopt.envs.tensors import stack, tensors
from routeopt.errors import ProblemError
from routeopt.policies.attention.config import AttentionConfig, ValidationConfig
from routeopt.problems.instance import Floats
from routeopt.problems.vrp import VRP

log = logging.getLogger("routeopt")

SEED = 4321  # of problems that are made: no run has them in its training


def references(config: AttentionConfig, folder: Path) -> tuple[list[str], list[TensorDict]]:
    """Return the names of variants, and batches of their problems.

    Besides what :func:`routeopt.envs.tensors.tensors` returns, a batch has ``reference`` ``(B,)``, the costs, and
    ``variant`` ``(B,)``, the number of its name.

    Parameters
    ----------
    config : AttentionConfig
        Its ``validation`` says which.
    folder : Path
        Of the run, where the costs of problems that had to be solved are kept.

    Raises
    ------
    ProblemError
        Variants are not known, or files are not there.
    """
    asked = config.validation
    names = list(asked.variants or config.problems.variants)
    messages = [
        f"validation: variant '{name}' is not known; use names of RouteFinder"
        for name in names
        if name not in VARIANTS
    ]
    if asked.folder:
        files = [Path(asked.folder) / f"{name}_{asked.stops}.npz" for name in names]
        messages += [
            f"validation: there is no file {file}; change folder, stops or variants"
            for file in files
            if not file.exists()
        ]
    if messages:
        raise ProblemError(messages)
    batches = []
    for number, name in enumerate(names):
        problems, costs = _stored(name, asked) if asked.folder else _solved(name, asked, folder)
        batches += _batches(problems, costs, number, asked)
    return names, batches


def _stored(name: str, asked: ValidationConfig) -> tuple[list[VRP], Floats]:
    folder = Path(asked.folder)
    problems = read_all(folder / f"{name}_{asked.stops}.npz")[: asked.count]
    with np.load(folder / f"{name}_reference_costs.npz", allow_pickle=False) as costs:
        known: Floats = costs[f"pyvrp_{asked.stops}_float"][: asked.count].astype(np.float64)
    return problems, known


def _solved(name: str, asked: ValidationConfig, folder: Path) -> tuple[list[VRP], Floats]:
    """Return problems that are made, and what our own search finds for them; what it found before is kept."""
    problems = [
        variant(np.random.default_rng([SEED, number]), asked.stops, attributes=name)
        for number in range(asked.count)
    ]
    stated = {key: asdict(asked)[key] for key in ("stops", "count", "seconds")} | {
        "variant": name,
        "seed": SEED,
    }
    digest = hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()[:16]
    file = folder / "references" / f"{name}-{digest}.json"
    if file.exists():
        return problems, np.array(json.loads(file.read_text())["costs"])
    log.info("validation: solving %d problems of %s, %g s each", asked.count, name, asked.seconds)
    solve = registry.load("routeopt.solving:solve")
    costs = [float(solve(problem, asked.seconds, seed=1).cost) for problem in problems]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(stated | {"costs": costs}))
    return problems, np.array(costs)


def _batches(
    problems: Sequence[VRP], costs: Floats, number: int, asked: ValidationConfig
) -> list[TensorDict]:
    """Return problems in batches that no more plans than asked for at once are built for."""
    size = max(1, asked.batch // (asked.augmentations * (asked.starts or asked.stops)))
    batches = []
    for begin in range(0, len(problems), size):
        part = slice(begin, begin + size)
        td = tensors(stack([problem.instance() for problem in problems[part]]))
        td["reference"] = torch.from_numpy(costs[part])
        td["variant"] = torch.full((len(td),), number)
        batches.append(td)
    return batches
