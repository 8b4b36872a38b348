"""``routeopt app``: the map app on this machine, in a browser."""

from __future__ import annotations

import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

import routeopt
from routeopt.cli.errors import INTERRUPTED, missing_extra
from routeopt.errors import RouteoptError

SCRIPT = "streamlit_app.py"
NEEDED = ("streamlit", "pydeck", "altair", "pandas")

Port = Annotated[
    int | None,
    typer.Option("--port", min=1, max=65535, help="Port to listen at. [default: 8501, or the next free one]"),
]
Browser = Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser at the address.")]


def app(port: Port = None, browser: Browser = True) -> None:
    """Open the map app: plan on a map, look, compare, take away. It is served to this machine only."""
    lacking = [package for package in NEEDED if find_spec(package) is None]
    if lacking:
        raise RouteoptError(missing_extra(lacking[0]))
    code = serve(command(folder(), port, browser))
    if code:
        raise typer.Exit(code)


def folder() -> Path:
    """Return where the app lies: inside the installed package, or beside it in a clone.

    Raises
    ------
    RouteoptError
        It is in neither place.
    """
    package = Path(routeopt.__file__).parent
    for place in (package / "app", package.parent / "app"):
        if (place / SCRIPT).is_file():
            return place
    raise RouteoptError(f"the map app is missing from {package}; install routeopt again")


def command(place: Path, port: int | None, browser: bool) -> list[str]:
    """Return what serves the app. What the app relies on is said here too, whatever the user's configuration."""
    stated = {
        "server.address": "localhost",
        "server.enableStaticServing": "true",
        "server.showEmailPrompt": "false",
        "browser.gatherUsageStats": "false",
        **({} if port is None else {"server.port": str(port)}),
        **({} if browser else {"server.headless": "true"}),
    }
    options = [f"--{name}={value}" for name, value in stated.items()]
    return [sys.executable, "-m", "streamlit", "run", str(place / SCRIPT), *options]


def serve(words: list[str]) -> int:
    """Run the server until it is stopped; return its exit code."""
    with subprocess.Popen(words) as server:
        before = signal.signal(
            signal.SIGTERM, lambda *_: server.terminate()
        )  # or it would outlive the command
        try:
            return server.wait()
        except KeyboardInterrupt:  # the server hears it as well, and says goodbye
            server.wait()
            return INTERRUPTED
        finally:
            signal.signal(signal.SIGTERM, before)
