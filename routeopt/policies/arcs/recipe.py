"""How the arc scorer is trained and exported."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import lightning
import numpy as np
from numpy.typing import NDArray

from routeopt.policies.arcs.config import ArcsConfig, WorldConfig
from routeopt.policies.recipe import TrainerConfig


class ArcsRecipe:
    """The recipe of the arc scorer."""

    config = ArcsConfig()
    monitor = "val/gap"
    mode = "min"

    def module(self, config: ArcsConfig) -> lightning.LightningModule:
        """Return the network in training."""
        from routeopt.policies.arcs.training import ArcsModule

        return ArcsModule(config)

    def data(self, config: ArcsConfig) -> lightning.LightningDataModule:
        """Return problems with the arcs that lie on shortest paths."""
        from routeopt.policies.arcs.data import ArcsData

        return ArcsData(config)

    def arrays(self, module: Any) -> dict[str, NDArray[np.floating[Any]]]:
        """Return the weights."""
        return {name: value.detach().cpu().numpy() for name, value in module.network.state_dict().items()}

    def smoke(self) -> ArcsConfig:
        """Return a configuration that trains within two minutes on one core."""
        world = WorldConfig(kinds=("squares",))
        return replace(
            self.config,
            world=world,
            rounds=16,
            batch=16,
            batches=30,
            imitation=4,
            trainer=TrainerConfig(epochs=5, accelerator="cpu"),
        )


RECIPE = ArcsRecipe()
