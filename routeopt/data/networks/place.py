"""The streets of a place by its name, downloaded through osmnx."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from routeopt.data.networks.osm import ATTRIBUTION
from routeopt.data.networks.profiles import KEYS, Profile, meaning, profile_of
from routeopt.errors import ProblemError
from routeopt.problems.network import Network

NETWORK_TYPES = {"car": "drive_service", "bike": "bike", "foot": "walk"}
DIRECTION = {"oneway", "junction"}  # what osmnx has made directed edges of


def download(
    place: str,
    profile: str = "car",
    cache: str | Path | None = None,
    simplify: bool = True,
    core: bool = True,
) -> Network:
    """Download the streets of a place from OpenStreetMap.

    They are those of :func:`routeopt.data.networks.osm.read`, with the same columns, except that osmnx knows no turn
    restrictions and no barriers.

    Parameters
    ----------
    place : str
        A name that OpenStreetMap finds and that has an outline: "Piedmont, California", not a street or a shop.
    profile : {"car", "bike", "foot"}
        Who uses the streets.
    cache : str or Path, optional
        Folder that keeps what was downloaded, so that the next time needs no network; by default one in the cache of
        the user.
    simplify, core : bool
        As for files.

    Raises
    ------
    ProblemError
        osmnx is not installed, the servers cannot be reached, or there is no such place.
    """
    who = profile_of(profile)
    try:
        import osmnx
        import requests
    except ImportError:
        raise ProblemError(
            "downloading streets needs osmnx; install it with pip install 'routeopt[osm]'"
        ) from None
    with _settings(osmnx.settings, Path(cache) if cache is not None else _user_cache()):
        try:
            graph = osmnx.graph_from_place(place, network_type=NETWORK_TYPES[profile], simplify=False)
        except requests.exceptions.RequestException as error:
            raise ProblemError(
                f"'{place}': the servers of OpenStreetMap cannot be reached ({type(error).__name__}); check the "
                "connection, or read an extract with Network.from_osm"
            ) from None
        except (TypeError, ValueError) as error:  # of osmnx, by turns
            raise ProblemError(
                f"'{place}': OpenStreetMap knows no such place with an outline and streets ({error}); write it as "
                "'town, country', or read an extract with Network.from_osm"
            ) from None
    return network_of(graph, who, f"{place}, {ATTRIBUTION}", simplify=simplify, core=core)


def network_of(graph: Any, profile: Profile, source: str, *, simplify: bool, core: bool) -> Network:
    """Return the network of a graph that osmnx has not simplified, with the columns of a file."""
    from dataclasses import replace

    from routeopt.data.networks.graphs import from_networkx
    from routeopt.data.networks.simplify import simplify as contract

    _interpret(graph, profile)
    network = replace(from_networkx(graph), source=source)
    if not len(network.head):
        raise ProblemError(f"{source}: it holds no street that a {profile.name} may use; try another profile")
    if core:
        network = network.core()
    return contract(network) if simplify else network


def _interpret(graph: Any, profile: Profile) -> None:
    """Give edges the attributes that files give, and remove those that are closed."""
    closed = []
    for u, v, key, data in graph.edges(keys=True, data=True):
        tags = {name: str(value) for name, value in data.items() if name not in DIRECTION}
        meant = meaning(tags, profile)
        if meant is None:
            closed.append((u, v, key))
            continue
        against = bool(data.get("reversed", False))
        speed = (meant.backward if against else meant.forward) / 3.6
        told: dict[str, Any] = {
            "length": data["length"],
            "travel_time": data["length"] / speed,
            "highway": meant.highway,
            "name": str(data.get("name", data.get("ref", ""))),
            "toll": meant.toll,
            "unpaved": meant.unpaved,
            "osmid": data["osmid"],
        }
        if profile.drives:
            told["capacity"] = meant.capacity_backward if against else meant.capacity_forward
        data.clear()
        data.update(told)
    graph.remove_edges_from(closed)


@contextmanager
def _settings(settings: Any, folder: Path) -> Iterator[None]:
    """Have osmnx keep what it downloads in a folder, and the tags that matter here; then as before."""
    ours = {
        "use_cache": True,
        "cache_folder": folder,
        "useful_tags_way": sorted({*settings.useful_tags_way, *KEYS}),
    }
    before = {name: getattr(settings, name) for name in ours}
    try:
        for name, value in ours.items():
            setattr(settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)


def _user_cache() -> Path:
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "routeopt" / "places"
