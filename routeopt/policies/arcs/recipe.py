"""How the arc scorer is trained and exported."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import lightning
import numpy as np
from numpy.typing import NDArray

from routeopt.policies.arcs.config import ArcsConfig


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

    def arrays(self, module: Any) -> dict[str, NDArray[Any]]:
        """Return the weights, and ``rounds``, which is in no shape of theirs."""
        network = module.network
        arrays = {name: value.detach().float().cpu().numpy() for name, value in network.state_dict().items()}
        return arrays | {"rounds": np.array(network.rounds)}

    def smoke(self) -> ArcsConfig:
        """Return a configuration that trains within two minutes on one core."""
        trainer = replace(self.config.trainer, epochs=7)
        return replace(self.config, rounds=16, batch=16, batches=80, imitation=6, trainer=trainer)


RECIPE = ArcsRecipe()
