"""Kernels compiled by a process of its own the first time on a machine, so that the server answers all the while."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from routeopt.solvers.compiled import cache_folder

LOOK = 0.1  # seconds between looks at the process

_turns: dict[str, threading.Lock] = defaultdict(threading.Lock)  # by name: sessions wait for the same process
_tried: set[str] = set()  # names that need no second process from this server


def known(name: str) -> bool:
    """Whether what a name stands for was compiled on this machine, from the present sources."""
    return name in _tried or ((mark := _mark(name)) is not None and mark.exists())


def prepare(name: str, stopped: Callable[[], bool], call: Callable[..., object], *given: Any) -> None:
    """Make a call in a process of its own, unless that was done before; its kernels are then read from the cache.

    What goes wrong there is left to the call that follows here, which says it.

    Parameters
    ----------
    name : str
        What the call compiles: it is made once for a name on a machine.
    stopped : callable
        Asked ten times a second; as soon as it says so, the process is ended.
    call : callable
        A function of a module; it and what it is given are pickled.
    """
    if known(name):
        return
    while not _turns[name].acquire(timeout=LOOK):
        if stopped():
            return
    try:
        if not known(name):
            _elsewhere(name, stopped, pickle.dumps((call, given)))
    finally:
        _turns[name].release()


def _elsewhere(name: str, stopped: Callable[[], bool], work: bytes) -> None:
    with tempfile.TemporaryFile() as told:
        told.write(work)
        told.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-m", "mapapp.kernels"],
            stdin=told,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        try:
            while child.poll() is None:
                if stopped():
                    return
                time.sleep(LOOK)
        finally:
            child.kill()
            child.wait()
    _tried.add(name)
    mark = _mark(name)
    if child.returncode == 0 and mark is not None:
        mark.touch()


def _mark(name: str) -> Path | None:
    """Return the file that says so, beside the kernels; None where they are not kept."""
    folder = cache_folder()
    return None if folder is None else folder / f"app-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


if __name__ == "__main__":
    function, arguments = pickle.load(sys.stdin.buffer)  # of the server that started this process
    function(*arguments)
