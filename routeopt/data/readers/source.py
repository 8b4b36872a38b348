"""What a reader is given: one file with its line numbers, and a place to gather complaints.

A reader never stops at the first mistake. It says :meth:`Source.complain` for each one, and
:meth:`Source.finish` raises them all together, each with the file, the line and what would fix it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from routeopt.errors import ProblemError

if TYPE_CHECKING:
    from routeopt.problems.instance import Floats
    from routeopt.problems.vrp import VRP

Row = tuple[int, list[str]]  # line number, cells

SHOWN = 5  # complaints of one kind before the rest is counted
HEAD = 4096  # bytes by which a format is recognised
REVERSED = "the window ends before it starts; swap the two times"
NEGATIVE = "a demand or time is negative; it must be 0 or more"
ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Reader:
    """One format.

    Parameters
    ----------
    name : str
        What the format is called in messages.
    recognises : callable
        ``(head, suffix) -> bool``: whether a file begins as this format does. `head` is its first 4096
        bytes as text (binary files: as Latin-1); `suffix` is in lower case with the dot, and only a hint.
    parse : callable
        ``(source, rounding) -> VRP``: read it; `rounding` None leaves the rule to the format.
    """

    name: str
    recognises: Callable[[str, str], bool]
    parse: Callable[[Source, str | None], VRP]


class Source:
    """The content of one file or stream.

    Parameters
    ----------
    name : str
        What messages call it.
    data : bytes
        Its content.
    item : int
        Which instance is meant where a file holds several, from 0.
    """

    def __init__(self, name: str, data: bytes, item: int = 0) -> None:
        self.name = name
        self.data = data
        self.item = item
        self._errors: list[tuple[int, str]] = []

    @property
    def stem(self) -> str:
        """Name of the file without folder and suffix."""
        return Path(self.name).stem

    @property
    def suffix(self) -> str:
        """Suffix in lower case, with the dot."""
        return Path(self.name).suffix.lower()

    @property
    def head(self) -> str:
        """The first bytes as text."""
        first = self.data[:HEAD]
        return first.decode("latin-1" if first.startswith(ZIP) else "utf-8-sig", "replace")

    @cached_property
    def text(self) -> str:
        """The whole content as text."""
        try:
            return self.data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            byte = f"0x{self.data[error.start]:02x}"
            raise ProblemError(
                f"{self.name}:{line}: byte {byte} is not UTF-8 text; save it as UTF-8"
            ) from None

    @cached_property
    def lines(self) -> list[str]:
        """The lines, without their ends."""
        return self.text.split("\n")

    @cached_property
    def json(self) -> Any:
        """The content as JSON."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError) as error:
            raise ProblemError(
                f"{self.name}: this is no complete JSON ({error}); check that it was written completely"
            ) from None

    def rows(self, comments: tuple[str, ...] = ("#",)) -> list[Row]:
        """Return the cells between white space of each line that is neither blank nor a comment."""
        stripped = ((number, line.strip()) for number, line in enumerate(self.lines, 1))
        return [(number, line.split()) for number, line in stripped if line and not line.startswith(comments)]

    @property
    def faulty(self) -> int:
        """Number of mistakes noted so far."""
        return len(self._errors)

    def complain(self, message: str, line: int | None = None) -> None:
        """Note a mistake."""
        where = self.name if line is None else f"{self.name}:{line}"
        self._errors.append((line or 0, f"{where}: {message}"))

    def refuse(self, lines: Sequence[int], bad: Any, message: str) -> None:
        """Note the same mistake for each line where `bad` (n,) holds; after a few the rest is counted."""
        wrong = [line for line, is_bad in zip(lines, bad, strict=True) if is_bad]
        for line in wrong[:SHOWN]:
            self.complain(message, line)
        if len(wrong) > SHOWN:
            self.complain(f"{message} (and {len(wrong) - SHOWN} more lines)")

    def finish(self) -> None:
        """Raise every mistake noted so far, if any, in the order of the lines."""
        if self._errors:
            raise ProblemError(text for _, text in sorted(self._errors, key=lambda error: error[0]))

    def number(self, cell: str, what: str, line: int | None) -> float:
        """Return a finite number, or nan after a complaint."""
        try:
            value = float(cell)
        except ValueError:
            value = np.nan
        if not np.isfinite(value):
            self.complain(f"{what} must be a finite number, not '{cell}'", line)
            return np.nan
        return value

    def numbers(self, rows: Sequence[Row], columns: Sequence[str], what: str) -> Floats:
        """Return rows of numbers (n, columns); a row of something else is a complaint, and nan."""
        width = len(columns)
        try:
            table = np.array([cells for _, cells in rows], np.float64).reshape(len(rows), -1)
            if table.shape[1] == width and np.isfinite(table).all():
                return table
        except ValueError:
            pass  # the slow way finds out where
        table = np.full((len(rows), width), np.nan)
        spoiled = 0
        for row, (line, cells) in zip(table, rows, strict=True):
            message = _fault(cells, columns, row)
            spoiled += bool(message)
            if message and spoiled <= SHOWN:
                self.complain(f"{what}: {message}", line)
        if spoiled > SHOWN:
            self.complain(f"{what}: {spoiled - SHOWN} more lines are not rows of numbers")
        return table


def _fault(cells: Sequence[str], columns: Sequence[str], row: Floats) -> str:
    """Fill `row` from `cells`; return what is wrong with them, or nothing."""
    if len(cells) != len(columns):
        return f"a row has {len(columns)} values ({', '.join(columns)}), not {len(cells)}"
    for column, (name, cell) in enumerate(zip(columns, cells, strict=True)):
        try:
            row[column] = float(cell)
        except ValueError:
            return f"{name} must be a number, not '{cell}'"
        if not np.isfinite(row[column]):
            return f"{name} must be a finite number, not '{cell}'"
    return ""


def open_source(source: Any) -> Source:
    """Return the content of a path, of ``"-"`` (standard input), or of an open stream.

    A path may end in ``#3`` to mean the fourth instance of a file that holds several.
    """
    if isinstance(source, Source):
        return source
    if hasattr(source, "read"):
        return _from_stream(source, str(getattr(source, "name", "stream")))
    if str(source) == "-":
        return _from_stream(sys.stdin, "standard input")
    path, item = Path(source), 0
    base, mark, number = str(source).rpartition("#")
    if mark and number.isdigit() and not path.exists():
        path, item = Path(base), int(number)
    if not path.exists():
        raise ProblemError(f"{path}: there is no such file; check the path")
    if path.is_dir():
        raise ProblemError(f"{path}: this is a folder; name one file in it")
    try:
        return _filled(Source(str(path), path.read_bytes(), item))
    except OSError as error:
        raise ProblemError(f"{path}: it cannot be read ({error.strerror}); check its permissions") from None


def _from_stream(stream: Any, name: str) -> Source:
    content = stream.read()
    return _filled(Source(name, content.encode() if isinstance(content, str) else content))


def _filled(source: Source) -> Source:
    if not source.data.strip():
        raise ProblemError(f"{source.name}: the file is empty; check that it was written completely")
    return source


def prefixed(name: str, messages: Iterable[str]) -> list[str]:
    """Return messages that all begin with the name of the file."""
    return [message if message.startswith(name) else f"{name}: {message}" for message in messages]
