"""Configurations: frozen dataclasses with defaults, changed by tables of TOML and by ``key=value``.

Whatever does not fit is an error that names the key, all of them at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from routeopt.errors import ProblemError


def configured(config: Any, changes: Mapping[str, Any], where: str = "") -> Any:
    """Return a configuration with some values changed.

    Parameters
    ----------
    config : dataclass
        What holds otherwise; its fields may be dataclasses themselves.
    changes : mapping
        Values by the names of fields, with a mapping for a field that is a dataclass.
    where : str
        Where the changes come from, for messages.

    Raises
    ------
    ProblemError
        With a message for each name that is not known, and each value that is not of the declared type.
    """
    errors: list[str] = []
    made = _changed(config, changes, where, "", errors)
    if errors:
        raise ProblemError(errors)
    return made


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a file.

    Raises
    ------
    ProblemError
        It is not there, or not TOML.
    """
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ProblemError(f"{path}: {reason}; give a TOML file of the configuration") from None


def nested(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``{"a.b": value}`` as ``{"a": {"b": value}}``."""
    tables: dict[str, Any] = {}
    for key, value in settings.items():
        *parents, name = key.split(".")
        table = tables
        for parent in parents:
            table = table.setdefault(parent, {})
            if not isinstance(table, dict):
                raise ProblemError(f"{key}: {parent} is set to a value as well; set only one of them")
        table[name] = value
    return tables


def settings(config: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Give every value with its name, such as ``trainer.seed``."""
    for field in fields(config):
        value = getattr(config, field.name)
        if is_dataclass(value):
            yield from settings(value, f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}", value


def _changed(config: Any, changes: Mapping[str, Any], where: str, prefix: str, errors: list[str]) -> Any:
    declared = get_type_hints(type(config))
    changed = {}
    for name, value in changes.items():
        key = f"{prefix}{name}"
        if name not in {field.name for field in fields(config)}:
            errors.append(f"{where}{_unknown(key, name, declared)}")
        elif is_dataclass(current := getattr(config, name)):
            if isinstance(value, Mapping):
                changed[name] = _changed(current, value, where, f"{key}.", errors)
            else:
                errors.append(
                    f"{where}{key} is a table, not {value!r}; set its fields, as in {key}.{_first(current)}"
                )
        else:
            try:
                changed[name] = fitted(value, declared[name])
            except TypeError:
                errors.append(f"{where}{key} must be {_words(declared[name])}, not {value!r}")
    try:
        return replace(config, **changed)
    except ProblemError as error:  # of a dataclass that checks its values
        errors += [f"{where}{prefix}{message}" for message in error.messages]
        return config


def fitted(value: Any, kind: Any) -> Any:
    """Return a value in the declared type; a whole number may be a float, a single value a tuple.

    Raises
    ------
    TypeError
        It does not fit.
    """
    if get_origin(kind) in (Union, UnionType):
        for option in sorted(get_args(kind), key=lambda option: option is str):
            try:
                return fitted(value, option)
            except TypeError:
                continue
        raise TypeError
    if get_origin(kind) is tuple:
        return _tuple(value, get_args(kind))
    if kind is NoneType:
        kind = type(None)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise TypeError
    return value


def _tuple(value: Any, kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    parts = list(value) if isinstance(value, list | tuple) else [value]
    if kinds[1:] == (...,):
        return tuple(fitted(part, kinds[0]) for part in parts)
    if len(parts) != len(kinds):
        raise TypeError
    return tuple(fitted(part, kind) for part, kind in zip(parts, kinds, strict=True))


def _words(kind: Any) -> str:
    if get_origin(kind) in (Union, UnionType):
        return " or ".join(_words(option) for option in get_args(kind))
    if get_origin(kind) is tuple:
        kinds = get_args(kind)
        many = kinds[1:] == (...,)
        return f"several of type {_words(kinds[0])}" if many else f"{len(kinds)} of type {_words(kinds[0])}"
    return "none" if kind is NoneType else str(kind.__name__)


def _first(config: Any) -> str:
    return fields(config)[0].name


def _unknown(key: str, name: str, known: Iterable[str]) -> str:
    words = list(known)
    close = get_close_matches(name, words, 1)
    question = f"did you mean '{close[0]}'? " if close else ""
    return f"{key} is not known; {question}use one of {', '.join(words)}"
