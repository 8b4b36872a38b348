"""Errors as people read them: one line each, all at once, and the exit code that follows from their kind."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from routeopt.errors import InfeasibleError, ProblemError, RouteoptError, UnsupportedError

INTERNAL, BAD_INPUT, NOT_FEASIBLE, INTERRUPTED = 1, 2, 3, 130  #: exit codes

EXTRAS = {  # which extra brings a package
    "matplotlib": "plot",
    "pandas": "table",
    "openpyxl": "table",
    "streamlit": "app",
    "pydeck": "app",
    "altair": "app",
    "torch": "neural",
    "lightning": "neural",
    "tensordict": "neural",
    "rl4co": "neural",
    "torch_geometric": "neural",
}


class Complaints(list[str]):
    """Messages gathered from several checks, so that one run names everything to change."""

    @contextmanager
    def gather(self) -> Iterator[None]:
        """Note the messages of a ProblemError and go on behind the block."""
        try:
            yield
        except ProblemError as error:
            self.extend(error.messages)

    def finish(self) -> None:
        """Raise one error with every message noted, if there is any."""
        if self:
            raise ProblemError(dict.fromkeys(self))


def explain(error: Exception, *, debug: bool) -> int:
    """Write an error to standard error, a line per message, and return the exit code."""
    if debug:
        traceback.print_exception(error)
    lines, code = _reading(error)
    for line in lines:
        typer.secho("error: ", fg="red", err=True, nl=False)
        typer.echo(line, err=True)
    return code


def note(line: str) -> None:
    """Write a line to standard error."""
    typer.echo(line, err=True)


def missing_extra(package: str) -> str:
    """Return what to do where an optional package is missing."""
    return f"{package} is not installed; pip install 'routeopt[{EXTRAS[package]}]'"


def _reading(error: Exception) -> tuple[list[str], int]:
    """Return the lines and the exit code of an error."""
    if isinstance(error, ProblemError):
        return [" ".join(message.split()) for message in error.messages], BAD_INPUT
    if isinstance(error, UnsupportedError):
        return [f"{error}; 'routeopt info FILE' shows which solver takes what"], BAD_INPUT
    if isinstance(error, RouteoptError):
        return str(error).splitlines(), NOT_FEASIBLE if isinstance(error, InfeasibleError) else BAD_INPUT
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):  # a usage error of typer
        command = getattr(getattr(error, "ctx", None), "command_path", "routeopt")
        message = _sentence(error.format_message())
        return [f"{message}{'' if message.endswith('?') else ';'} see '{command} --help'"], BAD_INPUT
    if isinstance(error, ModuleNotFoundError) and error.name in EXTRAS:
        return [missing_extra(error.name)], BAD_INPUT
    if isinstance(error, OSError) and error.filename:
        return [f"{error.filename}: {error.strerror}; check the path and its permissions"], BAD_INPUT
    what = f"{type(error).__name__}: {error}".strip().splitlines()[0]
    remedy = "run again with --debug for the traceback, and please report it"
    return [f"internal error: {what}; {remedy}"], INTERNAL


def _sentence(message: str) -> str:
    """Return a message in one line, without a full stop, starting small as all errors do."""
    line = " ".join(message.split()).rstrip(".")
    return line[:1].lower() + line[1:]
