"""How the attention policy is trained and exported."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from routeopt.policies.attention.config import (
    AttentionConfig,
    NetworkConfig,
    ProblemsConfig,
    ValidationConfig,
)

if TYPE_CHECKING:
    import lightning


class AttentionRecipe:
    """Builds plans node by node, after RouteFinder; trained from its own plans (POMO), or from labels at first."""

    config = AttentionConfig()
    monitor = "val/gap"
    mode = "min"

    def module(self, config: AttentionConfig) -> lightning.LightningModule:
        """Return the policy in training; it logs ``val/gap`` in percent."""
        from routeopt.policies.attention.pomo import MixedPOMO

        return MixedPOMO(config)

    def data(self, config: AttentionConfig) -> lightning.LightningDataModule:
        """Return the problems."""
        from routeopt.policies.attention.data import AttentionData

        return AttentionData(config)

    def arrays(self, module: Any) -> dict[str, NDArray[Any]]:
        """Return the weights by the names of :mod:`routeopt.policies.attention.network`, with three numbers beside.

        ``heads``, ``nearest`` and ``clip`` are not in the shapes of the others.
        """
        network = module.policy.network
        arrays = {name: value.detach().float().cpu().numpy() for name, value in network.state_dict().items()}
        return arrays | {name: np.array(getattr(network, name)) for name in ("heads", "nearest", "clip")}

    def smoke(self) -> AttentionConfig:
        """Return a configuration that is through within two minutes on one core, references included."""
        return replace(
            self.config,
            network=NetworkConfig(units=64, heads=4, layers=2, inner=128),
            problems=ProblemsConfig(stops=(10, 20)),
            validation=ValidationConfig(
                stops=20, variants=("cvrp", "vrptw", "ovrpbl"), count=4, seconds=0.3, augmentations=1
            ),
            trainer=replace(self.config.trainer, epochs=4, seconds=90.0),
            steps=40,
            batch=32,
            rate=1e-3,
        )


RECIPE = AttentionRecipe()
