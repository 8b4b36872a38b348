"""Networks that come with routeopt: small real towns, © OpenStreetMap contributors (see LICENSE-ODbL.md).

``tools/bundle_networks.py`` made them.
"""

from __future__ import annotations

from pathlib import Path

from routeopt.errors import ProblemError
from routeopt.problems.network import Network

FOLDER = Path(__file__).parent


def networks() -> list[str]:
    """Return the names of the networks that come with routeopt.

    >>> networks()
    ['coquimbo', 'helsinki']
    """
    return sorted(path.stem for path in FOLDER.glob("*.npz"))


def load_network(name: str) -> Network:
    """Return a network that comes with routeopt.

    Parameters
    ----------
    name : str
        ``"helsinki"``, the centre of Helsinki, or ``"coquimbo"``, Coquimbo and La Serena in Chile. Both are the
        streets of cars, with chains made one arc, and every node can be reached from every other.

    Raises
    ------
    ProblemError
        There is no network of this name.

    >>> load_network("helsinki").source
    'centre of Helsinki, © OpenStreetMap contributors, ODbL'
    """
    from routeopt.data.networks.npz import read

    if name not in networks():
        raise ProblemError(f"there is no network '{name}'; choose one of {', '.join(networks())}")
    return read(FOLDER / f"{name}.npz")
