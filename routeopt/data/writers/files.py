"""Files that appear whole or not at all: written beside the target, then moved over it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from routeopt.errors import ProblemError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a new path in the same folder to write to; move it over `path` when nothing went wrong.

    What is no ordinary file (a pipe, ``/dev/stdout``) is written to directly.

    Raises
    ------
    ProblemError
        When the folder does not exist, or the system refuses.
    """
    if not path.parent.is_dir():
        raise ProblemError(f"{path}: there is no folder '{path.parent}'; make it first")
    if path.is_dir():
        raise ProblemError(f"{path}: this is a folder; name a file in it")
    if path.exists() and not path.is_file():
        yield path
        return
    target = path.resolve()  # a link stays a link
    beside = target.with_name(f".{target.stem}-{uuid4().hex[:8]}{target.suffix}")
    try:
        yield beside
        beside.replace(target)
    except OSError as error:
        raise ProblemError(f"{path}: it cannot be written ({error.strerror}); check the folder") from None
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write text in UTF-8 with plain line ends."""
    with replacing(path) as target:
        target.write_text(text, encoding="utf-8", newline="\n")


def numeral(value: float) -> str:
    """Return a number that reads back exactly, without a point where it is whole."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))
