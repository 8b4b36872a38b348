"""Problems on their way into training: networks, pairs, and which arcs lie on shortest paths to each target."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import lightning
import numpy as np
import torch
from tensordict import TensorDict
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from routeopt.data.bundled import load_network
from routeopt.envs.pairs import Between, Grids
from routeopt.envs.paths import PathEnv
from routeopt.policies.arcs.config import ArcsConfig, WorldConfig
from routeopt.policies.arcs.views import Viewer
from routeopt.problems.instance import Flags
from routeopt.problems.network import Network

HELD_OUT = 2**32  # from here on count the seeds of validation


class Problems(NamedTuple):
    """A batch of problems of one world."""

    env: PathEnv
    viewer: Viewer
    td: TensorDict  # (B,)
    best: Tensor  # (B, N, D) bool: arcs that begin a shortest path to the target


class Batches(Dataset[Problems]):
    """Batches of problems of a generator; each is decided by the seed and its number.

    Parameters
    ----------
    generator : Between
    batch, batches : int
        Problems in a batch, and number of batches.
    seed : int
    """

    def __init__(self, generator: Between, batch: int, batches: int, seed: int = 0) -> None:
        self.env = PathEnv(generator)
        self.generator, self.batch, self.batches, self.seed = generator, batch, batches, seed
        self.viewer = Viewer(generator.world)

    def __len__(self) -> int:
        return self.batches

    def __getitem__(self, number: int) -> Problems:
        if not 0 <= number < self.batches:
            raise IndexError(number)
        self.generator.rng = np.random.default_rng([self.seed, number])
        td = self.generator(self.batch)
        places = [self.generator.world.of(node) for node in td["target"].flatten().tolist()]
        return Problems(self.env, self.viewer, td, torch.from_numpy(best_arcs(self.generator, places)))


def best_arcs(generator: Between, targets: list[tuple[int, int]]) -> Flags:
    """Return which arcs begin a shortest path, (B, N, D), to targets that are a network and a node in there.

    The target itself, and nodes without a way to it, have none.
    """
    world = generator.world
    nodes = max(world.networks[g].size for g, _ in targets)
    best = np.zeros((len(targets), nodes, world.degree), bool)
    for row, (g, target) in enumerate(targets):
        network, distance = world.networks[g], generator.distances(g, target)
        tail = network.tail
        behind = world.cost[g] + distance[network.head]
        shortest = np.isfinite(behind) & (behind <= distance[tail] * (1.0 + 1e-9) + 1e-9) & (tail != target)
        slot = np.arange(len(tail)) - network.first_out[tail]
        best[row, tail[shortest], slot[shortest]] = True
    return best


class ArcsData(lightning.LightningDataModule):
    """Problems of a configuration: new ones in each epoch, and always the same in validation."""

    def __init__(self, config: ArcsConfig) -> None:
        super().__init__()
        self.config = config
        self.network = _network(config.world)

    def train_dataloader(self) -> Any:
        """Return the problems of the epoch."""
        config = self.config
        epoch = 0 if self.trainer is None else self.trainer.current_epoch
        seed = config.trainer.seed * 1_000_003 + epoch
        return self._loader(config.world.grids, seed, config.batch, config.batches)

    def val_dataloader(self) -> Any:
        """Return the problems of validation."""
        number, batch = self.config.world.validation, self.config.batch
        return self._loader(number, HELD_OUT, min(batch, number), -(-number // batch))

    def _loader(self, grids: int, seed: int, batch: int, batches: int) -> Any:
        return DataLoader(
            Batches(self._generator(grids, seed), batch, batches, seed), batch_size=None, collate_fn=_as_it_is
        )

    def _generator(self, grids: int, seed: int) -> Between:
        world = self.config.world
        if self.network is not None:
            return Between(self.network, world.metric, quantiles=world.quantiles, seed=seed)
        return Grids(world.size, world.kinds, world.share, grids=grids, seed=seed)


def _network(world: WorldConfig) -> Network | None:
    if not world.network:
        return None
    path = Path(world.network)
    return Network.read(path) if path.exists() else load_network(world.network)


def _as_it_is(problems: Problems) -> Problems:
    return problems
