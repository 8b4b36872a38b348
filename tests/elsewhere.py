"""Code run by a process of its own, with warnings as errors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import routeopt


def words_of(code: str, **environment: str) -> list[str]:
    """Return the words that the process prints."""
    variables = {**os.environ, "PYTHONPATH": str(Path(routeopt.__file__).parent.parent), **environment}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()
