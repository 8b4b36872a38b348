"""Training of the edge scorer: the cross-entropy of each stop's neighbours, and how many are ranked first."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from math import cos, pi
from typing import Any

import lightning
import torch
from torch import Tensor
from torch_geometric.data import Data

from routeopt.policies.edges.config import EdgesConfig
from routeopt.policies.edges.network import EdgeScorer, log_probabilities
from routeopt.policies.edges.ranking import adjacency, found

RISING = 0.05  # of the steps, in which the rate rises


class EdgesModule(lightning.LightningModule):
    """Learns to tell who comes behind each stop, and who before it.

    Logs the loss, and ``val/top5`` and ``val/top10``: the percentage of the edges from stop to stop of the plans that
    are among the five or ten with the best scores of their stop.
    """

    def __init__(self, config: EdgesConfig) -> None:
        super().__init__()
        self.config = config
        self.save_hyperparameters(asdict(config))
        self.network = EdgeScorer(config.layers, config.units)

    def forward(self, batch: Data) -> Tensor:
        """Return log-probabilities (E, 2) of the edges of a batch."""
        scores = self.network(batch.x, batch.edge_attr, batch.edge_index, batch.to_depot)
        return log_probabilities(scores.float(), batch.edge_index[0], len(batch.x))

    def training_step(self, batch: Data) -> Tensor:
        """Return the loss of a batch."""
        loss = _loss(self(batch), batch.targets)
        self.log("train/loss", loss, batch_size=batch.num_graphs, prog_bar=True)
        return loss

    def validation_step(self, batch: Data) -> None:
        """Log the loss and the percentages of a batch."""
        log_probs, tails = self(batch), batch.edge_index[0]
        scores = adjacency(log_probs)
        pairs = int(batch.pairs.sum())
        self.log("val/loss", _loss(log_probs, batch.targets), batch_size=batch.num_graphs)
        for count in (5, 10):
            hits = found(scores, tails, batch.to_depot, batch.targets, count)
            self.log(f"val/top{count}", 100 * hits.float() / max(pairs, 1), batch_size=pairs, prog_bar=True)

    def configure_optimizers(self) -> Any:
        """Return AdamW with a rate that rises over the first steps and falls along a cosine."""
        optimiser = torch.optim.AdamW(
            self.parameters(), lr=self.config.rate, weight_decay=self.config.weight_decay
        )
        steps = int(self.trainer.estimated_stepping_batches)
        rates = torch.optim.lr_scheduler.LambdaLR(optimiser, partial(_share_of_rate, steps=steps))
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": rates, "interval": "step"}}


def _share_of_rate(step: int, steps: int) -> float:
    """Return which part of the highest rate a step takes."""
    done = min((step + 1) / max(steps, 1), 1.0)
    return done / RISING if done < RISING else 0.5 + 0.5 * cos(pi * (done - RISING) / (1 - RISING))


def _loss(log_probs: Tensor, targets: Tensor) -> Tensor:
    """Return the mean cross-entropy over the stops whose neighbour is a candidate."""
    return -(log_probs * targets).sum() / targets.sum().clamp_min(1.0)
