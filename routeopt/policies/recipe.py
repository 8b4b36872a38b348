"""What a policy brings along to be trained, evaluated and exported by the same three commands.

A policy is a folder of this package, and a line of ``POLICIES`` in :mod:`routeopt.registry` that names its recipe.
:mod:`routeopt.policies.training` does the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import lightning


@dataclass(frozen=True)
class TrainerConfig:
    """How long and on what a policy is trained; every configuration has one as its field ``trainer``.

    Parameters
    ----------
    epochs : int
        Rounds, each followed by a validation and a checkpoint.
    seconds : float or None
        Training ends after so long, even within an epoch.
    seed : int
        Of everything that is drawn.
    accelerator : str
        "auto", "cpu", "gpu" or another one of Lightning's.
    devices : int or str
        How many of them, or "auto" for all.
    precision : str
        Of Lightning's: "32-true", "bf16-mixed", "16-mixed".
    clip : float
        The norm that gradients are clipped to; 0: they are not.
    """

    epochs: int = 100
    seconds: float | None = None
    seed: int = 1
    accelerator: str = "auto"
    devices: int | str = "auto"
    precision: str = "32-true"
    clip: float = 1.0


class Recipe(Protocol):
    """How one policy is trained, evaluated and exported."""

    #: The defaults: a frozen dataclass with a field ``trainer``, a :class:`TrainerConfig`. Its fields are numbers,
    #: words, tuples of them, or dataclasses, which are the tables of a TOML file.
    config: Any
    #: What the module logs in validation to tell which checkpoint is the best, such as "val/gap".
    monitor: str
    #: Whether the best is the lowest, "min", or the highest, "max".
    mode: str

    def module(self, config: Any) -> lightning.LightningModule:
        """Return what is trained; its hyperparameters, where it saves any, are plain values."""
        ...

    def data(self, config: Any) -> lightning.LightningDataModule:
        """Return what it is trained on and validated with."""
        ...

    def arrays(self, module: Any) -> dict[str, NDArray[np.floating[Any]]]:
        """Return the weights that inference needs."""
        ...

    def smoke(self) -> Any:
        """Return a configuration that is through within two minutes on one core of a CPU."""
        ...
