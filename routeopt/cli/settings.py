"""``--set key=value``: words of the command line turned into the parameters of solvers and generators."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from routeopt.cli.options import known_solver, unknown
from routeopt.errors import ProblemError

WORDS = {"true": True, "false": False, "none": None}


def split_settings(settings: Iterable[str]) -> dict[str, str]:
    """Return the value behind each ``key=value``."""
    pairs = {setting: setting.partition("=") for setting in settings}
    wrong = [
        f"--set {setting}: write it as key=value"
        for setting, (key, mark, _) in pairs.items()
        if not key or not mark
    ]
    if wrong:
        raise ProblemError(wrong)
    return {key.strip(): value.strip() for key, _, value in pairs.values()}


def literal(text: str) -> Any:
    """Return the number, truth value or tuple that a word means, or the word itself."""
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def parameters(solver: Any) -> Mapping[str, Any]:
    """Return name and default of each parameter of a solver."""
    return {field.name: field.default for field in fields(solver)} if is_dataclass(solver) else {}


def solver_settings(
    settings: Iterable[str], find: Callable[[str], Any] = known_solver
) -> dict[str, dict[str, Any]]:
    """Return the parameters to change, by solver, from ``solver.parameter=value``; `find` gives a solver's class.

    Raises
    ------
    ProblemError
        With one message for each solver or parameter that is not known, and each value of the wrong type.
    """
    changes: dict[str, dict[str, Any]] = {}
    errors: list[str] = []
    for key, text in split_settings(settings).items():
        name, dot, parameter = key.partition(".")
        if not dot:
            errors.append(f"--set {key}: name the solver too, as in hgs.{key}={text}")
            continue
        try:
            changes.setdefault(name, {})[parameter] = _value(find(name), name, parameter, text)
        except ProblemError as error:
            errors += error.messages
    if errors:
        raise ProblemError(errors)
    return changes


def _value(solver: Any, name: str, parameter: str, text: str) -> Any:
    """Return the value of a solver's parameter, in the type that the solver declares."""
    if parameter not in parameters(solver):
        raise ProblemError(unknown(f"--set {name}: parameter", parameter, parameters(solver)))
    declared = get_type_hints(solver)[parameter]
    allowed = get_args(declared) or (declared,)
    value = literal(text)
    if type(value) is int and float in allowed and int not in allowed:
        value = float(value)
    if type(value) not in allowed:
        words = " or ".join(getattr(kind, "__name__", str(kind)) for kind in allowed)
        raise ProblemError(f"--set {name}.{parameter}: the value must be of type {words}, not '{text}'")
    return value
