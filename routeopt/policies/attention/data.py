"""Problems on their way into training: made by chance step by step, labelled, or with references to validate with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lightning
import numpy as np
from tensordict import TensorDict
from torch.utils.data import DataLoader, Dataset, IterableDataset

from routeopt.data.labels import Labels
from routeopt.envs.generators import Generator, Mixed, Stated, Streets
from routeopt.envs.tensors import tensors
from routeopt.policies.attention.config import AttentionConfig, ProblemsConfig
from routeopt.policies.attention.imitation import Imitation
from routeopt.policies.attention.references import references


class Batches(Dataset[TensorDict]):
    """Batches of an epoch, each of which follows from the seed and its number alone.

    Parameters
    ----------
    generator : Generator
        Makes the problems.
    size, steps : int
        Problems in a batch, and batches.
    seed, epoch : int
        Of the run.
    """

    def __init__(self, generator: Generator, size: int, steps: int, seed: int, epoch: int) -> None:
        self.generator, self.size, self.steps = generator, size, steps
        self.seed, self.epoch = seed, epoch

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, number: int) -> TensorDict:
        if not 0 <= number < self.steps:
            raise IndexError(number)
        self.generator.rng = np.random.default_rng([self.seed, self.epoch, number])
        return tensors(self.generator.batch(self.size))


class AttentionData(lightning.LightningDataModule):
    """What a configuration learns from and is validated with."""

    def __init__(self, config: AttentionConfig) -> None:
        super().__init__()
        self.config = config
        self.names: list[str] = []  # of the variants that are validated with
        self.held: list[TensorDict] = []
        self.imitated: Imitation | None = None

    def prepare_data(self) -> None:
        """Have the references found, where several processes train by one of them."""
        references(self.config, self._folder())

    def setup(self, stage: str | None = None) -> None:
        """Make what lasts for the whole run."""
        if not self.names:
            self.names, self.held = references(self.config, self._folder())
        if stage == "fit" and not hasattr(self, "generator"):
            self.generator = generator(self.config.problems)
            config = self.config.imitation
            if config.epochs:
                labels = [label for path in config.labels for label in Labels(path)]
                self.imitated = Imitation(labels, config.batch, self.config.trainer.seed)

    def _folder(self) -> Path:
        return Path("." if self.trainer is None else self.trainer.default_root_dir)

    def train_dataloader(self) -> Any:
        """Return the batches of an epoch: labels at first, where there are any."""
        epoch = 0 if self.trainer is None else self.trainer.current_epoch
        config = self.config
        batches: Dataset[TensorDict]
        if self.imitated is not None and epoch < config.imitation.epochs:
            batches = self.imitated.epoch(epoch)
        else:
            batches = Batches(self.generator, config.batch, config.steps, config.trainer.seed, epoch)
        return DataLoader(
            batches,
            batch_size=None,
            collate_fn=_as_it_is,
            num_workers=config.workers,
            # Threads of torch do not survive in processes that are forked:
            multiprocessing_context="spawn" if config.workers else None,
        )

    def val_dataloader(self) -> Any:
        """Return the problems with references, in batches of one variant."""
        return DataLoader(_Held(self.held), batch_size=None, collate_fn=_as_it_is)


def _as_it_is(batch: TensorDict) -> TensorDict:
    return batch


class _Held(IterableDataset[TensorDict]):
    """Batches that every device has, all of them: an iterable is not shared out."""

    def __init__(self, batches: list[TensorDict]) -> None:
        self.batches = batches

    def __iter__(self) -> Iterator[TensorDict]:
        return (batch.clone() for batch in self.batches)


def generator(config: ProblemsConfig) -> Generator:
    """Return what makes the problems of a configuration."""
    if config.files:
        return Stated(config.files)
    if config.networks:
        return Streets(config.networks, config.stops[1])
    return Mixed(config.stops, config.variants)
