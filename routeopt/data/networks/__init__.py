"""Networks from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from routeopt.data.networks import npz
from routeopt.problems.network import Network


def read(path: str | Path, **options: Any) -> Network:
    """Read a network."""
    return npz.read(path)
