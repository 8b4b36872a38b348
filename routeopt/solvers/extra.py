"""The optional package that the solvers around OR-Tools need."""

from __future__ import annotations

from importlib.util import find_spec

from routeopt.errors import RouteoptError


def require_ortools(solver: str) -> None:
    """Raise the error that tells how to install OR-Tools where it is missing; do not import it."""
    if find_spec("ortools") is None:
        raise RouteoptError(f"solver '{solver}' needs OR-Tools; pip install 'routeopt[ortools]'")
