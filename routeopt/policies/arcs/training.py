"""Training of the arc scorer: it imitates shortest paths, then learns from the cost of paths of its own."""

from __future__ import annotations

from dataclasses import asdict
from math import cos, pi
from typing import Any

import lightning
import torch
from torch import Tensor

from routeopt.policies.arcs.config import ArcsConfig
from routeopt.policies.arcs.data import Problems
from routeopt.policies.arcs.network import ArcScorer
from routeopt.policies.arcs.rollout import rollout


class ArcsModule(lightning.LightningModule):
    """Learns to tell which arcs lead to a target.

    Logs of greedy paths to targets that it was not trained on, in percent: ``val/success``, how many arrive;
    ``val/excess``, what those cost above the shortest; and ``val/gap``, the same of all with the penalty for those
    that do not arrive.
    """

    def __init__(self, config: ArcsConfig) -> None:
        super().__init__()
        self.config = config
        self.save_hyperparameters(asdict(config))
        self.network = ArcScorer(config.rounds, config.units)

    def training_step(self, batch: Problems) -> Tensor:
        """Return the loss of a batch."""
        if self.current_epoch < self.config.imitation:
            loss = imitation(self.network, batch)
            self.log("train/imitation", loss, batch_size=len(batch.td), prog_bar=True)
        else:
            loss, cost = own_paths(self.network, batch, self.config.paths)
            self.log("train/cost", cost, batch_size=len(batch.td), prog_bar=True)
        return loss

    def validation_step(self, batch: Problems) -> None:
        """Log what greedy paths cost."""
        view = batch.viewer(batch.td["target"])
        found = rollout(batch.env, batch.td, self.network(view), view)
        gap = 100 * (found.cost / batch.td["reference"].squeeze(-1) - 1.0)
        arrived = int(found.success.sum())
        self.log("val/success", 100 * found.success.float().mean(), batch_size=len(gap), prog_bar=True)
        self.log("val/gap", gap.float().mean(), batch_size=len(gap), prog_bar=True)
        if arrived:
            self.log("val/excess", gap[found.success].float().mean(), batch_size=arrived)

    def configure_optimizers(self) -> Any:
        """Return AdamW, whose rate falls along a cosine while it imitates, and is low from there on."""
        optimiser = torch.optim.AdamW(self.parameters(), lr=self.config.rate)
        steps = max(1, self.config.imitation * self.config.batches)

        def factor(step: int) -> float:
            low = self.config.own_rate
            return low if step >= steps else low + (1.0 - low) * (1.0 + cos(pi * step / steps)) / 2

        rates = torch.optim.lr_scheduler.LambdaLR(optimiser, factor)
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": rates, "interval": "step"}}


def imitation(network: ArcScorer, batch: Problems) -> Tensor:
    """Return the mean over nodes of −log of the probability of an arc that begins a shortest path."""
    scores = network(batch.viewer(batch.td["target"]))
    asked = batch.best.any(-1)
    return -scores.masked_fill(~batch.best, -torch.inf)[asked].logsumexp(-1).mean()


def own_paths(network: ArcScorer, batch: Problems, paths: int) -> tuple[Tensor, Tensor]:
    """Return the loss of REINFORCE (Williams 1992), and the mean cost of paths in multiples of the shortest.

    The baseline of a path is the mean of those that were sampled for the same problem (Kool et al. 2019).
    """
    view = batch.viewer(batch.td["target"])
    found = rollout(batch.env, batch.td, network(view), view, paths=paths)
    cost = (found.cost / batch.td["reference"]).float()
    advantage = cost - cost.mean(-1, keepdim=True)
    return (advantage * found.log_likelihood).mean(), cost.mean()
