"""What can be set when the arc scorer is trained."""

from __future__ import annotations

from dataclasses import dataclass, field

from routeopt.policies.recipe import TrainerConfig


@dataclass(frozen=True)
class WorldConfig:
    """The networks that are trained on.

    Parameters
    ----------
    network : str
        A bundled network, or the file of one; "": grids.
    metric : str
        The column of the arcs of `network` that paths cost.
    quantiles : pair of float
        How far apart start and target are in `network`, see :class:`routeopt.envs.pairs.Between`.
    kinds : tuple of str
        Obstacles of the grids, see :class:`routeopt.envs.pairs.Grids`.
    size : int
        Cells on a side of a grid.
    share : float
        The chance that a cell is blocked, with "cells".
    grids : int
        New ones for each epoch.
    validation : int
        Problems, in as many grids that are never trained on.
    """

    network: str = ""
    metric: str = "time"
    quantiles: tuple[float, float] = (0.1, 1.0)
    kinds: tuple[str, ...] = ("squares", "cells")
    size: int = 20
    share: float = 0.3
    grids: int = 200
    validation: int = 200


@dataclass(frozen=True)
class ArcsConfig:
    """Network, problems and optimiser.

    Parameters
    ----------
    world : WorldConfig
    rounds : int
        Messages that pass along the arcs, one arc a round: how far a node sees. 0: only its own arcs.
    units : int
        Width of the network.
    batch : int
        Targets in a step.
    batches : int
        Steps in an epoch.
    imitation : int
        Epochs that imitate shortest paths; those behind them learn from the cost of their own paths (REINFORCE).
    paths : int
        Sampled for each problem in REINFORCE; their mean is the baseline.
    rate : float
        The highest of AdamW's; it falls along a cosine while it imitates.
    own_rate : float
        What share of it is left behind imitation; 0.1 made paths worse again in a smoke run.
    trainer : TrainerConfig
    """

    world: WorldConfig = field(default_factory=WorldConfig)
    rounds: int = 32
    units: int = 32
    batch: int = 32
    batches: int = 50
    imitation: int = 40
    paths: int = 8
    rate: float = 3e-3
    own_rate: float = 0.03
    trainer: TrainerConfig = field(default_factory=lambda: TrainerConfig(epochs=50))
