"""How the edge scorer is trained and exported."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import lightning
from numpy.typing import NDArray

from routeopt.policies.edges.config import EdgesConfig


class EdgesRecipe:
    """The recipe of the edge scorer."""

    config = EdgesConfig()
    monitor = "val/top5"
    mode = "max"

    def module(self, config: EdgesConfig) -> lightning.LightningModule:
        """Return the network in training; it logs ``val/top5`` in percent."""
        from routeopt.policies.edges.training import EdgesModule

        return EdgesModule(config)

    def data(self, config: EdgesConfig) -> lightning.LightningDataModule:
        """Return the labels; small ones are made where the configuration names none."""
        from routeopt.policies.edges.data import EdgesData

        return EdgesData(config)

    def arrays(self, module: Any) -> dict[str, NDArray[Any]]:
        """Return the weights."""
        state = module.network.state_dict()
        return {name: value.detach().float().cpu().numpy() for name, value in state.items()}

    def smoke(self) -> EdgesConfig:
        """Return a configuration that trains within two minutes on one core, labels included."""
        trainer = replace(self.config.trainer, epochs=5)
        return replace(self.config, made=120, layers=4, units=32, trainer=trainer)


RECIPE = EdgesRecipe()
