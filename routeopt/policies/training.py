"""Training of any policy by its recipe: one trainer, its checkpoints and its logs, all in the folder of a run.

===========================  =============================================================
``checkpoints/best.ckpt``    the epoch with the best measure of the recipe
``checkpoints/last.ckpt``    the last epoch, from which a run resumes
``logs/version_N``           ``metrics.csv`` of the N-th part of a run that was resumed
``tensorboard``              the same for TensorBoard
===========================  =============================================================
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import lightning
from lightning.pytorch.callbacks import ModelCheckpoint, RichProgressBar
from lightning.pytorch.loggers import CSVLogger, Logger, TensorBoardLogger

from routeopt import registry
from routeopt.errors import ProblemError
from routeopt.policies import checkpoints
from routeopt.policies.checkpoints import Facts
from routeopt.policies.recipe import Recipe, TrainerConfig

Show = Callable[[str], None]


class Trained(NamedTuple):
    """What is left of a run."""

    best: Path
    last: Path
    monitor: str
    value: float | None  # of the best; None where nothing was measured
    leads: bool  # of several processes that train together, this one speaks


def train(
    name: str, config: Any, folder: Path, *, resume: bool = False, bar: bool = False, show: Show | None = None
) -> Trained:
    """Train a policy.

    Parameters
    ----------
    name : str
        Of the policy, in the registry.
    config : dataclass
        Its configuration.
    folder : Path
        Of the run; it is made.
    resume : bool
        Go on from the last checkpoint in the folder.
    bar : bool
        Draw a progress bar on standard error.
    show : callable, optional
        Is given a line for each validation.

    Raises
    ------
    ProblemError
        The folder holds a run that would be lost, or none that could be resumed; or training broke off.
    """
    recipe = registry.policy(name)
    last = folder / "checkpoints" / "last.ckpt"
    if resume:
        checkpoints.read(last)
    elif last.exists():
        raise ProblemError(f"{folder}: there is a run in it; resume it, or name another folder")
    with _quiet():
        lightning.seed_everything(config.trainer.seed, workers=True, verbose=False)
        best = _best(recipe, folder)
        callbacks = [best, Facts(name, config), *([] if show is None else [_Lines(show)])]
        trainer = _trainer(config.trainer, callbacks, _logs(folder), bar=bar, default_root_dir=folder)
        trainer.fit(
            recipe.module(config),
            datamodule=recipe.data(config),
            ckpt_path=last if resume else None,
            weights_only=True,
        )
    value = None if best.best_model_score is None else float(best.best_model_score)
    path = Path(best.best_model_path or last)
    return Trained(path, last, recipe.monitor, value, bool(trainer.is_global_zero))


def evaluate(
    checkpoint: str | Path, changes: Mapping[str, Any] | None = None, *, bar: bool = False
) -> dict[str, float]:
    """Return what a checkpoint measures in validation, its configuration changed."""
    recipe, config, module = checkpoints.module(checkpoint, changes)
    with _quiet():
        lightning.seed_everything(config.trainer.seed, workers=True, verbose=False)
        trainer = _trainer(config.trainer, [], False, bar=bar)
        measured = trainer.validate(module, datamodule=recipe.data(config), verbose=False)
    return {name: value for measures in measured for name, value in measures.items()}


def _trainer(
    config: TrainerConfig, callbacks: list[Any], logs: list[Logger] | bool, *, bar: bool, **options: Any
) -> lightning.Trainer:
    try:
        return lightning.Trainer(
            accelerator=config.accelerator,
            devices=config.devices,
            precision=config.precision,
            max_epochs=config.epochs,
            max_time=None if config.seconds is None else {"seconds": config.seconds},
            gradient_clip_val=config.clip or None,
            callbacks=callbacks + ([RichProgressBar(console_kwargs={"stderr": True})] if bar else []),
            logger=logs,
            enable_progress_bar=bar,
            enable_checkpointing=bool(callbacks),
            enable_model_summary=False,
            log_every_n_steps=1,
            num_sanity_val_steps=0,
            reload_dataloaders_every_n_epochs=1,  # each epoch has data of its own
            **options,
        )
    except (
        ValueError,
        RuntimeError,
        lightning.fabric.utilities.exceptions.MisconfigurationException,
    ) as error:
        reason = " ".join(str(error).split())
        raise ProblemError(f"trainer: {reason}; change its accelerator, devices or precision") from None


def _best(recipe: Recipe, folder: Path) -> ModelCheckpoint:
    return ModelCheckpoint(
        folder / "checkpoints",
        "best",
        monitor=recipe.monitor,
        mode=recipe.mode,
        save_last=True,
        save_on_train_epoch_end=True,  # behind the validation, which is part of the epoch
        enable_version_counter=False,
    )


def _logs(folder: Path) -> list[Logger]:
    return [CSVLogger(folder, "logs", flush_logs_every_n_steps=10), TensorBoardLogger(folder, "tensorboard")]


class _Lines(lightning.Callback):
    """A line for each validation."""

    def __init__(self, show: Show) -> None:
        self.show = show

    def on_validation_epoch_end(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002 - named by Lightning
        if not trainer.is_global_zero:
            return
        measures = {name: float(value) for name, value in sorted(trainer.callback_metrics.items())}
        text = "  ".join(f"{name} {value:.4g}" for name, value in measures.items() if name.count("/") == 1)
        self.show(f"epoch {trainer.current_epoch}, step {trainer.global_step}: {text}")


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out what Lightning tells of devices and itself, and its advice on what is meant as it is."""
    logs = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric")]
    levels = [log.level for log in logs]
    for log in logs:
        log.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        for message in _MEANT:
            warnings.filterwarnings("ignore", message)
        try:
            yield
        finally:
            for log, level in zip(logs, levels, strict=True):
                log.setLevel(level)


_MEANT = (
    "The '.*_dataloader' does not have many workers",  # batches are made by NumPy, quicker than they are trained on
    "Found [0-9]+ module.s. in eval mode",
    ".isinstance.treespec, LeafSpec.. is deprecated",  # between Lightning and torch
    "Checkpoint directory .* exists and is not empty",  # a run is resumed
    "GPU available but not used",
    "Trying to infer the `batch_size`",
)
