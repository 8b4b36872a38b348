"""What the commands share: their common options, and the checks that run before anything big is read."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import typer

from routeopt import registry
from routeopt.errors import ProblemError

STANDARD_INPUT = "-"
MANY_PATHS = "a file name may end in #3 for the fourth instance of a file that holds several"

Problem = Annotated[str, typer.Argument(metavar="FILE", help="The problem; - reads standard input.")]
Answer = Annotated[str, typer.Argument(metavar="SOLUTION", help="A solution of it: .sol or .json.")]
Round = Annotated[
    str | None,
    typer.Option(
        "--round",
        metavar="RULE",
        help="Rounding of the legs: round, trunc, dimacs or exact. By default the convention of the format.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Settings = Annotated[list[str], typer.Option("--set", metavar="KEY=VALUE", help="May be repeated.")]


def check_rounding(rounding: str | None) -> None:
    """Raise an error when there is no such rounding rule."""
    from routeopt.problems.instance import ROUNDINGS

    if rounding is not None and rounding not in ROUNDINGS:
        raise ProblemError(
            f"--round '{rounding}' is not known{nearest(rounding, ROUNDINGS)}; use one of {', '.join(ROUNDINGS)}"
        )


def check_inputs(*paths: str | None) -> None:
    """Raise an error that names every file that is not there, before any is read."""
    given = [path for path in paths if path is not None]
    messages = [
        f"{path}: there is no such file; check the path"
        for path in given
        if path != STANDARD_INPUT and not _without_item(path).exists()
    ]
    if given.count(STANDARD_INPUT) > 1:
        messages.append("standard input can be read once; name a file for one of the two '-'")
    if messages:
        raise ProblemError(messages)


def check_outputs(
    paths: Iterable[Path], suffixes: Iterable[str], inputs: Iterable[str | None], what: str
) -> None:
    """Raise an error that names each output that could not be written, before any work is done."""
    paths, known = list(paths), list(suffixes)
    sources = {
        _without_item(path).resolve() for path in inputs if path is not None and path != STANDARD_INPUT
    }
    messages = []
    for path in paths:
        if path.suffix.lower() not in known:
            messages.append(f"{path}: {what} cannot be written as '{path.suffix}'; use {', '.join(known)}")
        if path.resolve() in sources:
            messages.append(f"{path}: this is also the input, which would be lost; choose another name")
        elif path.is_dir():
            messages.append(f"{path}: this is a folder; name a file in it")
        elif not path.parent.is_dir():
            messages.append(f"{path}: there is no folder '{path.parent}'; make it first")
        if sum(path.resolve() == other.resolve() for other in paths) > 1:
            messages.append(f"{path}: it is named twice; choose different names")
    if messages:
        raise ProblemError(dict.fromkeys(messages))


def _without_item(path: str) -> Path:
    """Return the path of a file, without the number of an instance in it."""
    base, mark, number = path.rpartition("#")
    return Path(base) if mark and number.isdigit() and not Path(path).exists() else Path(path)


def source(path: str) -> Any:
    """Return what a reader is given: the path, or standard input."""
    return sys.stdin if path == STANDARD_INPUT else path


def split_settings(settings: Iterable[str]) -> dict[str, str]:
    """Return the value behind each ``key=value``."""
    pairs = {setting: setting.partition("=") for setting in settings}
    wrong = [
        f"--set {setting}: write it as key=value" for setting, (key, _, _) in pairs.items() if "=" not in setting or not key
    ]
    if wrong:
        raise ProblemError(wrong)
    return {key.strip(): value.strip() for key, _, value in pairs.values()}


def literal(text: str) -> Any:
    """Return the number, truth value or tuple that a word means, or the word itself."""
    try:
        return ast.literal_eval(text.capitalize() if text.lower() in ("true", "false", "none") else text)
    except (ValueError, SyntaxError):
        return text


def solver_settings(settings: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the parameters to change, by solver, from ``solver.parameter=value``.

    Raises
    ------
    ProblemError
        With one message for each solver or parameter that is not known, and each value of the wrong type.
    """
    changes: dict[str, dict[str, Any]] = {}
    errors: list[str] = []
    for key, text in split_settings(settings).items():
        name, dot, parameter = key.partition(".")
        try:
            if not dot:
                raise ProblemError(f"--set {key}: name the solver too, as in hgs.{key}={text}")
            changes.setdefault(name, {})[parameter] = _parameter(name, parameter, text)
        except ProblemError as error:
            errors += error.messages
    if errors:
        raise ProblemError(errors)
    return changes


def _parameter(name: str, parameter: str, text: str) -> Any:
    """Return the value of a solver's parameter, in the type that the solver declares."""
    known = parameters(known_solver(name))
    if parameter not in known:
        remedy = f"use one of {', '.join(known)}" if known else "it has none"
        raise ProblemError(f"solver '{name}' has no parameter '{parameter}'{nearest(parameter, known)}; {remedy}")
    kind = get_type_hints(known_solver(name))[parameter]
    allowed = get_args(kind) or (kind,)
    value = literal(text)
    if isinstance(value, int) and not isinstance(value, bool) and int not in allowed and float in allowed:
        value = float(value)
    if not any(type(value) is (option if isinstance(option, type) else None) for option in allowed):
        words = " or ".join(getattr(option, "__name__", str(option)) for option in allowed)
        raise ProblemError(f"--set {name}.{parameter}: the value must be {words}, not '{text}'")
    return value


def parameters(solver: Any) -> Mapping[str, Any]:
    """Return name and default of each parameter of a solver."""
    return {field.name: field.default for field in fields(solver)} if is_dataclass(solver) else {}


def known_solver(name: str) -> Any:
    """Return the class of a solver; the error for another name suggests the nearest one."""
    known = registry.solvers()
    if name not in known:
        raise ProblemError(
            f"solver '{name}' is not known{nearest(name, known)}; use one of {', '.join(sorted(known))}"
        )
    return registry.solver(name)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a question that names the known word most like this one, or nothing."""
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), 1)
    return f"; did you mean '{close[0]}'?" if close else ""
