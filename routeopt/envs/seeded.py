"""What environments share: their generator has the seed, and torch's own chance is left alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from rl4co.envs.common.base import RL4COEnvBase


class SeededEnv(RL4COEnvBase):
    """An environment whose `generator` draws everything from its ``rng``."""

    def _set_seed(self, seed: int | None) -> None:
        """Seed the generator, and leave the global one of torch alone."""
        self.rng = torch.Generator()
        generator = getattr(self, "generator", None)
        if generator is not None and seed is not None:
            generator.rng = np.random.default_rng(seed)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.rng = torch.Generator()
