"""One decorator for every compiled function, with a cache that never serves stale code.

Numba keys its cache by the file that holds a function, so a caller keeps the old code of
a callee edited elsewhere. Here the cache lies in a folder named after a digest of all
sources that kernels are made of: any edit moves to a fresh folder, an unedited second
process compiles nothing. The folder is in ``__pycache__`` of the package, in the user's
cache where the package is read-only, or below ``NUMBA_CACHE_DIR`` where that is set.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numba import config, njit, types
from numba.core import cgutils
from numba.extending import intrinsic

Function = TypeVar("Function", bound=Callable[..., Any])

_PACKAGE = Path(__file__).resolve().parent.parent
_SOURCES = ("problems", "solvers")  # folders below the package that hold kernels
_KEPT = 4  # folders of earlier sources that are kept: switching branches should not recompile


def kernel(function: Function) -> Function:
    """Compile a pure function over arrays and NamedTuples, without the GIL and with division as in C."""
    return _compiled(function)


def inner(function: Function) -> Function:
    """Compile a function that only kernels call: without the costly way in from Python.

    It may not make arrays. In return no array that it takes out of a tuple is counted as a reference, which
    made local search with time windows eight times as fast.
    """
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)


def inlined(function: Function) -> Function:
    """Compile likewise, and put the code into every caller: for what runs millions of times a second."""
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False, forceinline=True)


def summing(function: Function) -> Function:
    """Compile an inner function whose sums may be added up in any order, several terms at a time."""
    freedom = {"reassoc", "contract", "nsz"}
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False, fastmath=freedom)


def _compiled(function: Function, **options: bool | set[str]) -> Function:
    if config.DISABLE_JIT:
        return _interpreted(function) if not options else function
    outside = config.CACHE_DIR
    folder = _folder(outside)
    try:
        config.CACHE_DIR = folder or outside  # numba asks for it while it decorates
        return njit(cache=folder is not None, nogil=True, error_model="numpy", **options)(function)
    finally:
        config.CACHE_DIR = outside


def _interpreted(function: Function) -> Function:
    """Return the function as Python runs it, for looking into kernels with ``NUMBA_DISABLE_JIT=1``."""

    @wraps(function)
    def call(*arguments: Any) -> Any:
        with np.errstate(over="ignore"):  # random numbers wrap around
            return function(*map(_with_fields, arguments))

    return cast("Function", call)


def _with_fields(value: Any) -> Any:
    """Return an array, or a tuple of some, whose records have their fields as attributes as under Numba."""
    if isinstance(value, tuple):
        items = map(_with_fields, value)
        return value._make(items) if hasattr(value, "_make") else tuple(items)
    named = isinstance(value, np.ndarray) and value.dtype.names
    return value.view(np.recarray) if named else value


def _same(value: Any) -> Any:
    return value


def _lend(_context: Any, value: Any) -> Any:
    """Return the type of the tuple, and what writes the code of a call."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _uncounted(context, builder, signature.args[0], arguments[0])

    return value(value), generate


#: Return a NamedTuple with its arrays not counted as references, inside a kernel; also those of inner ones.
#: Counting is atomic, and inner functions that take arrays out of tuples spend a fifth of the time on it.
#: Arrays that Python handed to the kernel outlive the call: no count is needed.
borrowed: Callable[[Any], Any] = _same if config.DISABLE_JIT else intrinsic(_lend)


def _uncounted(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """Return a tuple whose arrays do not know who owns their memory."""
    items = cgutils.unpack_tuple(builder, value)
    for i, item in enumerate(kind):
        if isinstance(item, types.BaseTuple):
            items[i] = _uncounted(context, builder, item, items[i])
        elif isinstance(item, types.Array):
            array = context.make_array(item)(context, builder, items[i])
            array.meminfo = cgutils.get_null_value(array.meminfo.type)
            array.parent = cgutils.get_null_value(array.parent.type)
            items[i] = array._getvalue()
    return context.make_tuple(builder, kind, items)


def cache_folder() -> Path | None:
    """Return where the kernels of the present sources are kept, or None where nothing can be written."""
    folder = _folder(config.CACHE_DIR)
    return None if folder is None else Path(folder)


@cache
def _folder(chosen: str) -> str | None:
    """Return the cache folder of the present sources, or None where nothing can be written."""
    digest = hashlib.sha256()
    for path in sorted(path for name in _SOURCES for path in (_PACKAGE / name).rglob("*.py")):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    place = hashlib.sha256(str(_PACKAGE).encode()).hexdigest()[:8]
    for base in [Path(chosen)] if chosen else [_PACKAGE / "__pycache__", _user_cache()]:
        folder = base / f"kernels-{place}-{digest.hexdigest()[:16]}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
            os.utime(folder)
        except OSError:
            continue
        by_age = sorted(base.glob(f"kernels-{place}-*"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in by_age[_KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
        return str(folder)
    return None


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "routeopt"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "routeopt"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "routeopt"
