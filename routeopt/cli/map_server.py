"""The server of the map app: Streamlit, with what pages need imported while the browser still opens."""

from __future__ import annotations

import threading
from contextlib import suppress
from importlib import import_module

# What the first page imports, the slowest first.
NEEDED = (
    "routeopt.solvers.vrp.savings",
    "pandas",
    "altair",
    "pydeck",
    "routeopt.solving",
    "routeopt.solvers.vrp.hgs.plain",
    "routeopt.solvers.vrp.ils.engine",
    "routeopt.solvers.paths.legs",
    "routeopt.data.bundled",
)


def main() -> None:
    """Run ``streamlit`` with the words that this process was called with."""
    threading.Thread(target=_import, name="map app imports", daemon=True).start()
    from streamlit.web.cli import main as streamlit

    streamlit(prog_name="streamlit")


def _import() -> None:
    for name in NEEDED:
        with suppress(Exception):  # the page that needs it says what is wrong
            import_module(name)


if __name__ == "__main__":
    main()
