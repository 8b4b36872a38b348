"""Checkpoints: what they say of themselves, read without running anything that is in them, and their export."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch

import routeopt
from routeopt import registry, weights
from routeopt.errors import ProblemError
from routeopt.policies.configs import configured
from routeopt.policies.recipe import Recipe

FACTS = "routeopt"


class Facts(lightning.Callback):
    """Writes into every checkpoint which policy it is of, how it is configured, and what it took."""

    def __init__(self, policy: str, config: Any) -> None:
        self.policy, self.config = policy, config
        self.before = 0.0  # seconds of the runs that this one resumes
        self.begun = time.monotonic()

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002 - named by Lightning
        """Start the clock."""
        self.begun = time.monotonic()

    def on_save_checkpoint(self, trainer: Any, pl_module: Any, checkpoint: dict[str, Any]) -> None:
        """Add the facts."""
        checkpoint[FACTS] = {
            "policy": self.policy,
            "config": asdict(self.config),
            "seed": self.config.trainer.seed,
            "hardware": hardware(pl_module.device, trainer.world_size),
            "seconds": self.before + time.monotonic() - self.begun,
            "steps": trainer.global_step,
            "measures": {name: float(value) for name, value in trainer.callback_metrics.items()},
            "version": routeopt.__version__,
        }

    def on_load_checkpoint(self, trainer: Any, pl_module: Any, checkpoint: dict[str, Any]) -> None:  # noqa: ARG002
        """Go on counting."""
        self.before = float(checkpoint[FACTS]["seconds"])


def hardware(device: torch.device, count: int) -> str:
    """Return what training runs on, in words."""
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
    else:
        name = f"{platform.machine()} {device.type}, {torch.get_num_threads()} threads"
    return f"{count} × {name}, torch {torch.__version__}"


def read(path: str | Path) -> dict[str, Any]:
    """Return a checkpoint; whatever in it is no plain value or tensor is refused.

    Raises
    ------
    ProblemError
        There is no such file, or it is no checkpoint of ``routeopt train``.
    """
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise ProblemError(f"{path}: there is no such checkpoint; 'routeopt train' writes them") from None
    except Exception:  # of several kinds, as the file is damaged in one way or another
        raise ProblemError(
            f"{path}: this is no checkpoint, or it is damaged; name one of 'routeopt train'"
        ) from None
    if not isinstance(checkpoint, dict) or FACTS not in checkpoint:
        raise ProblemError(f"{path}: it does not say what it was trained for; name one of 'routeopt train'")
    return checkpoint


def configuration(
    checkpoint: Mapping[str, Any], changes: Mapping[str, Any] | None = None
) -> tuple[Recipe, Any]:
    """Return the recipe of a checkpoint, and its configuration with some values changed."""
    recipe = registry.policy(checkpoint[FACTS]["policy"])
    config = configured(recipe.config, checkpoint[FACTS]["config"], "the checkpoint: ")
    return recipe, configured(config, changes or {})


def module(path: str | Path, changes: Mapping[str, Any] | None = None) -> tuple[Recipe, Any, Any]:
    """Return the recipe, the configuration and the trained module of a checkpoint.

    Raises
    ------
    ProblemError
        The file is no checkpoint, or the changes do not fit its weights.
    """
    checkpoint = read(path)
    recipe, config = configuration(checkpoint, changes)
    made = recipe.module(config)
    try:
        made.load_state_dict(checkpoint["state_dict"])
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise ProblemError(f"{path}: its weights are of another network ({reason})") from None
    return recipe, config, made.eval()


def export(checkpoint: str | Path, path: str | Path, *, half: bool = False) -> dict[str, Any]:
    """Write the weights of a checkpoint as ``routeopt.weights`` reads them, and return what is said of them.

    Parameters
    ----------
    checkpoint, path : path
        From where, and where to.
    half : bool
        Store floats in half precision.
    """
    recipe, _, made = module(checkpoint)
    arrays = recipe.arrays(made)
    if half:
        arrays = {name: array.astype(np.float16) for name, array in arrays.items()}
    facts = read(checkpoint)[FACTS]
    weights.save(Path(path), arrays, facts)
    return dict(facts)
