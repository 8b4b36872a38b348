"""What can be set when the attention policy is trained."""

from __future__ import annotations

from dataclasses import dataclass, field

from routeopt.data.generators.batches import BASIC
from routeopt.errors import ProblemError
from routeopt.policies.recipe import TrainerConfig


@dataclass(frozen=True)
class NetworkConfig:
    """The network, see :mod:`routeopt.policies.attention.network`."""

    units: int = 128
    heads: int = 8
    layers: int = 6
    inner: int = 512
    nearest: int = 50
    clip: float = 10.0

    def __post_init__(self) -> None:
        if self.units % self.heads:
            raise ProblemError(
                f"units are {self.units}, which {self.heads} heads do not divide; make it a multiple"
            )


@dataclass(frozen=True)
class ProblemsConfig:
    """What problems are learned from.

    Parameters
    ----------
    stops : pair of int
        The least and the greatest number of stops; each problem has its own.
    variants : tuple of str
        Of RouteFinder, all mixed in every batch; some with one depot and some with several take turns.
    networks : tuple of str
        Where any are named: problems between points on these street networks instead, with `stops[1]` stops.
    files : tuple of str
        Where any are named: the problems of these files instead.
    """

    stops: tuple[int, int] = (50, 50)
    variants: tuple[str, ...] = BASIC
    networks: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImitationConfig:
    """Learning from plans, before learning from rewards.

    Parameters
    ----------
    labels : tuple of str
        Folders or shards that ``routeopt generate labels`` wrote.
    epochs : int
        So many of the epochs, the first ones.
    batch : int
        Problems in a step.
    rate : float
        Of Adam.
    """

    labels: tuple[str, ...] = ()
    epochs: int = 0
    batch: int = 64
    rate: float = 1e-3

    def __post_init__(self) -> None:
        if self.epochs and not self.labels:
            raise ProblemError(f"epochs are {self.epochs}, but there are no labels; name a folder of them")


@dataclass(frozen=True)
class ValidationConfig:
    """What the gap is measured on: greedy plans from several starts, of problems turned and mirrored.

    Parameters
    ----------
    folder : str
        Problems with costs of PyVRP, in the files of RouteFinder's authors (``cvrp_50.npz`` and so on); "": problems
        are made, and solved by routeopt's own search, once for all runs in the folder of this one.
    stops : int
        Of each problem; the files have 50 or 100.
    variants : tuple of str
        Of RouteFinder; () for those that are learned from.
    count : int
        Problems of each.
    seconds : float
        For each problem that is solved.
    starts : int
        Plans for each problem; 0: from every stop.
    augmentations : int
        1 or 8: turned and mirrored problems.
    batch : int
        Plans at once, at most.
    """

    folder: str = ""
    stops: int = 50
    variants: tuple[str, ...] = ()
    count: int = 8
    seconds: float = 0.5
    starts: int = 0
    augmentations: int = 8
    batch: int = 6400

    def __post_init__(self) -> None:
        if self.augmentations not in (1, 8):
            raise ProblemError(f"augmentations must be 1 or 8, not {self.augmentations}")


@dataclass(frozen=True)
class AttentionConfig:
    """Network, problems, and how it is trained.

    Parameters
    ----------
    network, problems, imitation, validation, trainer
        Tables of their own.
    steps : int
        Batches in an epoch.
    batch : int
        Problems in a batch.
    starts : int
        Plans for each problem, from different stops; 0: from every stop.
    rate, weight_decay : float
        Of Adam.
    decay : float
        The rate is a tenth behind this share of the epochs, and a hundredth half way from there to the end.
    momentum : float
        Of the mean reward of each variant that rewards are divided by; 0: they are not.
    workers : int
        Processes that make batches ahead; 0: the training process does.
    """

    network: NetworkConfig = field(default_factory=NetworkConfig)
    problems: ProblemsConfig = field(default_factory=ProblemsConfig)
    imitation: ImitationConfig = field(default_factory=ImitationConfig)
    validation: ValidationConfig = field(default_factory=ValidationConfig)
    trainer: TrainerConfig = field(default_factory=TrainerConfig)
    steps: int = 400
    batch: int = 256
    starts: int = 0
    rate: float = 3e-4
    weight_decay: float = 1e-6
    decay: float = 0.9
    momentum: float = 0.25
    workers: int = 0
