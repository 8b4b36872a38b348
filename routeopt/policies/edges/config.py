"""What can be set when the edge scorer is trained."""

from __future__ import annotations

from dataclasses import dataclass, field

from routeopt.policies.recipe import TrainerConfig


@dataclass(frozen=True)
class EdgesConfig:
    """Network, labels and optimiser.

    Parameters
    ----------
    labels : tuple of str
        Folders or shards that ``routeopt generate labels`` wrote.
    made : int
        Where there are no `labels`: so many small problems are solved before training begins.
    held_out : int
        Every so many-th label is not trained on, but validates.
    layers, units : int
        Depth and width of the network.
    batch : int
        Graphs in a step.
    rate, weight_decay : float
        Of AdamW; the rate is the highest of a cycle.
    workers : int
        Processes that compute features ahead; 0: the training process does.
    trainer : TrainerConfig
        A table of its own.
    """

    labels: tuple[str, ...] = ()
    made: int = 200
    held_out: int = 20
    layers: int = 8
    units: int = 64
    batch: int = 4
    rate: float = 1.5e-3
    weight_decay: float = 1e-2
    workers: int = 0
    trainer: TrainerConfig = field(default_factory=lambda: TrainerConfig(epochs=12))
