"""Problems and solutions from files; the format is recognised by content, the suffix is only a hint.

Each format is a :class:`~routeopt.data.readers.source.Reader` in a file of its own, listed in
:data:`routeopt.registry.READERS`. Others join by an entry point in the group ``routeopt.readers``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from routeopt import registry
from routeopt.data.readers.solutions import read_solution, stated_cost
from routeopt.data.readers.source import Reader, Source, open_source, prefixed
from routeopt.errors import ProblemError
from routeopt.problems.instance import ROUNDINGS
from routeopt.problems.vrp import VRP

__all__ = ["Reader", "Source", "read", "read_solution", "stated_cost"]


def read(source: str | Path | TextIO, *, rounding: str | None = None) -> VRP:
    """Read a problem.

    Parameters
    ----------
    source : str, Path or stream
        A file, ``"-"`` for standard input, or an open stream. ``"file.npz#3"`` means the fourth
        instance of a file that holds several.
    rounding : {"exact", "round", "trunc", "dimacs"}, optional
        Rounding of the legs; by default "round" for VRPLIB and TSPLIB files with EUC_2D, else "exact".

    Returns
    -------
    VRP

    Raises
    ------
    ProblemError
        With a message for each mistake found: the file, the line and what would fix it.
    """
    if rounding is not None and rounding not in ROUNDINGS:
        raise ProblemError(f"rounding '{rounding}' is not known; use one of {', '.join(ROUNDINGS)}")
    opened = open_source(source)
    reader = _reader_of(opened)
    try:
        return reader.parse(opened, rounding)
    except ProblemError as error:
        raise ProblemError(prefixed(opened.name, error.messages)) from None


def _reader_of(source: Source) -> Reader:
    """Return the first reader that recognises the content."""
    names = []
    for target in registry.readers().values():
        reader: Reader = registry.load(target)
        if reader.recognises(source.head, source.suffix):
            return reader
        names.append(reader.name)
    raise ProblemError(f"{source.name}: the format is not recognised; routeopt reads {', '.join(names)}")
