"""What the commands share: their options, and the checks that run before anything big is read."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import routeopt as ro
from routeopt import registry
from routeopt.errors import ProblemError

if TYPE_CHECKING:
    from routeopt.problems.vrp import VRP

STANDARD_INPUT = "-"

File = Annotated[str, typer.Argument(metavar="FILE", help="The problem; - reads standard input.")]
Plan = Annotated[str, typer.Argument(metavar="SOLUTION", help="A plan for it: .sol or .json.")]
Round = Annotated[
    str | None,
    typer.Option(
        "--round",
        metavar="RULE",
        help="Rounding of the legs: round, trunc, dimacs or exact. [default: of the format]",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def check_rounding(rounding: str | None) -> None:
    """Raise an error when there is no such rounding rule."""
    from routeopt.problems.instance import ROUNDINGS

    if rounding is not None and rounding not in ROUNDINGS:
        raise ProblemError(unknown("--round", rounding, ROUNDINGS))


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
    """Raise an error that names each output that could not be written, before any work is done.

    Parameters
    ----------
    paths : iterable of Path
        Where to write.
    suffixes : iterable of str
        Those that can be written, in lower case with the dot.
    inputs : iterable of str or None
        Files that are read, and must not be lost.
    what : str
        What is written, for messages: "a solution".
    """
    paths, known = list(paths), list(suffixes)
    sources = {_without_item(path).resolve() for path in inputs if path not in (None, STANDARD_INPUT)}
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


def _without_item(path: str | None) -> Path:
    """Return the path of a file, without the number of an instance in it (``file.npz#3``)."""
    stated = str(path)
    base, mark, number = stated.rpartition("#")
    return Path(base) if mark and number.isdigit() and not Path(stated).exists() else Path(stated)


def source(path: str) -> Any:
    """Return what a reader is given: the path, or standard input."""
    return sys.stdin if path == STANDARD_INPUT else path


def read_problem(path: str, rounding: str | None) -> VRP:
    """Read and compile a problem; whatever is wrong with it is said with the name of its file."""
    from routeopt.data.readers.source import prefixed

    problem = ro.read(source(path), rounding=rounding)
    try:
        problem.instance()
    except ProblemError as error:
        raise ProblemError(prefixed(path, error.messages)) from None
    return problem


def known_solver(name: str) -> Any:
    """Return the class of a solver; the error for another name suggests the one most like it."""
    solvers = registry.solvers()
    if name not in solvers:
        raise ProblemError(unknown("solver", name, solvers))
    return registry.load(solvers[name])


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """Return the message for a word that is not one of those known; it suggests the one most like it."""
    words = list(known)
    close = get_close_matches(word, words, 1)
    question = f"; did you mean '{close[0]}'?" if close else ";"
    remedy = f"use one of {', '.join(words)}" if words else "there is none"
    return f"{what} '{word}' is not known{question} {remedy}"
