"""Labels on their way into training: read or made, split, and put together in batches."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import lightning
from torch_geometric.loader import DataLoader

from routeopt.data.labels import Budget, Label, Labels, Mixture, make_shard
from routeopt.policies.edges.config import EdgesConfig
from routeopt.policies.edges.graphs import LabelledGraphs

# What is solved where no labels are given: enough to see that training works.
SMALL = Mixture(("cvrp", "routefinder", "vrptw"), 20, 50, seed=0)
SMALL_BUDGET = Budget("rich", iterations=2000)


class EdgesData(lightning.LightningDataModule):
    """Labels of a configuration, most for training and some for validation."""

    def __init__(self, config: EdgesConfig) -> None:
        super().__init__()
        self.config = config
        self.trained: LabelledGraphs | None = None
        self.held_out: LabelledGraphs | None = None

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - lightning calls it so
        """Read the labels, or make some."""
        if self.trained is not None:
            return
        paths = self.config.labels
        labels = [label for path in paths for label in Labels(path)] if paths else made(self.config.made)
        every = self.config.held_out
        self.held_out = LabelledGraphs(labels[::every])
        self.trained = LabelledGraphs([label for k, label in enumerate(labels) if k % every])

    def train_dataloader(self) -> Any:
        """Return batches in a new order each time."""
        return self._batches(self.trained, shuffle=True)

    def val_dataloader(self) -> Any:
        """Return batches of the labels that are not trained on."""
        return self._batches(self.held_out, shuffle=False)

    def _batches(self, graphs: LabelledGraphs | None, *, shuffle: bool) -> Any:
        workers = self.config.workers
        return DataLoader(
            graphs,
            batch_size=self.config.batch,
            shuffle=shuffle,
            num_workers=workers,
            persistent_workers=workers > 0,
        )


def made(count: int) -> list[Label]:
    """Return labels of this many small problems."""
    with tempfile.TemporaryDirectory() as folder:
        shard = Path(folder) / "labels.npz"
        for _ in make_shard(shard, SMALL, range(count), SMALL_BUDGET):
            pass
        return list(Labels(shard))
