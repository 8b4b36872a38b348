"""``routeopt train``, ``eval`` and ``export``: a policy is trained by its recipe, measured, and written as weights."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from routeopt import registry
from routeopt.cli.errors import Complaints, note
from routeopt.cli.options import check_inputs, check_outputs, unknown
from routeopt.cli.progress import logged
from routeopt.cli.settings import literal, split_settings
from routeopt.errors import ProblemError

Name = Annotated[str, typer.Argument(metavar="POLICY", help="What 'routeopt list policies' names.")]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="A TOML file of values that differ from the defaults."),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a value, such as trainer.epochs=10; repeatable."),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder of the run. [default: runs/POLICY]")
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with the run in the folder, as it was configured.")
]
Smoke = Annotated[
    bool, typer.Option("--smoke", help="Start from a configuration that takes two minutes on a CPU.")
]
Checkpoint = Annotated[
    str, typer.Argument(metavar="CHECKPOINT", help="Such as runs/POLICY/checkpoints/best.ckpt.")
]
Output = Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The weights, .npz.")]
Half = Annotated[bool, typer.Option("--half", help="Store numbers in half precision.")]


def train(
    policy: Name,
    config: Config = None,
    settings: Set = None,
    out: Out = None,
    resume: Resume = False,
    smoke: Smoke = False,
) -> None:
    """Train a policy; prints the best checkpoint and what it measures.

    The same command is a try on a CPU and a long run on GPUs: --set trainer.devices=4 trainer.precision=bf16-mixed.
    Checkpoints and logs are written after each epoch; Ctrl-C loses no more than the epoch under way.
    """
    if policy not in registry.policies():
        raise ProblemError(unknown("policy", policy, registry.policies()))
    folder = Path("runs") / policy if out is None else out
    made = _configuration(policy, config, settings or [], folder if resume else None, smoke)
    from routeopt.policies.training import train as run

    bar = sys.stderr.isatty()
    with logged(note, logging.INFO):
        trained = run(policy, made, folder, resume=resume, bar=bar, show=None if bar else note)
    measure = "" if trained.value is None else f"  {trained.monitor} {trained.value:.4g}"
    if trained.leads:
        typer.echo(f"{trained.best}{measure}")


def evaluate(checkpoint: Checkpoint, settings: Set = None) -> None:
    """Measure a checkpoint on its validation problems, changed where you like; prints a JSON document."""
    changes = _changes(settings or [])
    check_inputs(checkpoint)
    from routeopt.policies.training import evaluate as measure

    typer.echo(json.dumps(measure(checkpoint, changes, bar=sys.stderr.isatty()), indent=1))


def export(checkpoint: Checkpoint, out: Output, half: Half = False) -> None:
    """Write the weights of a checkpoint as plain arrays, for solving without torch."""
    errors = Complaints()
    with errors.gather():
        check_inputs(checkpoint)
    with errors.gather():
        check_outputs([out], [".npz"], [checkpoint], "weights")
    errors.finish()
    from routeopt.policies.checkpoints import export as write

    write(checkpoint, out, half=half)


def _configuration(name: str, file: Path | None, settings: list[str], run: Path | None, smoke: bool) -> Any:
    """Return the configuration of a run that begins, or of one that is resumed."""
    from routeopt.policies.configs import configured, read_toml

    changes = _changes(settings)
    if run is not None:
        if file is not None or smoke:
            raise ProblemError(
                "--resume: a run goes on as it was configured; change single values with --set"
            )
        from routeopt.policies import checkpoints

        return checkpoints.configuration(checkpoints.read(run / "checkpoints" / "last.ckpt"), changes)[1]
    recipe = registry.policy(name)
    config = recipe.smoke() if smoke else recipe.config
    errors = Complaints()
    with errors.gather():
        config = configured(config, {} if file is None else read_toml(file), f"{file}: ")
    with errors.gather():
        config = configured(config, changes, "--set ")
    errors.finish()
    return config


def _changes(settings: list[str]) -> dict[str, Any]:
    from routeopt.policies.configs import nested

    return nested({key: literal(text) for key, text in split_settings(settings).items()})
