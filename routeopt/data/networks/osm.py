"""OpenStreetMap: the streets of an extract as a network.

Every node at which streets meet or end is a node, every stretch between is an arc for each direction that is open.
Columns of the arcs, besides those :class:`~routeopt.problems.network.Network` names: ``unpaved`` (bool). Lengths follow
the line on a sphere; times are those of an empty road. What speeds, capacities and closures come from is told in
:mod:`routeopt.data.networks.profiles`, turn restrictions in :mod:`routeopt.data.networks.restrictions`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.data.networks.osm_file import Streets, checked, streets_of
from routeopt.data.networks.profiles import Profile, profile_of
from routeopt.data.networks.restrictions import forbidden
from routeopt.data.networks.simplify import simplify as contract
from routeopt.errors import ProblemError
from routeopt.problems.instance import Floats, Integers
from routeopt.problems.legs import EARTH_RADIUS
from routeopt.problems.network import Network

ATTRIBUTION = "© OpenStreetMap contributors, ODbL"


def read(path: str | Path, profile: str = "car", simplify: bool = True, core: bool = True) -> Network:
    """Read the streets of an OpenStreetMap extract.

    Parameters
    ----------
    path : str or Path
        A file that ends in .osm.pbf, .osm, .osm.gz or .osm.bz2.
    profile : {"car", "bike", "foot"}
        Who uses the streets.
    simplify : bool
        Make one arc of each chain of arcs between two junctions; the line is kept.
    core : bool
        Keep only the largest part in which every node can be reached from every other.

    Returns
    -------
    Network
        With columns ``length`` (m), ``time`` (s), ``highway``, ``name``, ``toll``, ``unpaved``, ``way``, and
        ``capacity`` (vehicles an hour) for cars.

    Raises
    ------
    ProblemError
        The file is missing, of another kind, damaged, or without streets; or there is no such profile.
    """
    who = profile_of(profile)
    file = checked(path)
    streets = streets_of(file, who)
    pieces = _pieces(streets)
    if not len(pieces.way):
        raise ProblemError(
            f"{file}: no street of it has two nodes with coordinates; export it with its nodes"
        )
    network = _network(streets, pieces, who, f"{file.name}, {ATTRIBUTION}")
    if core:
        network = network.core()
    return contract(network) if simplify else network


class _Pieces(NamedTuple):
    """Straight pieces of streets, from one node to the next."""

    way: Integers  # (s,) row of the way
    begin: Integers  # (s,) nodes, which are rows of `origin`
    end: Integers
    origin: Integers  # (n,) rows of the nodes of the file


def _pieces(streets: Streets) -> _Pieces:
    """Cut ways into straight pieces; where a node is missing the way is cut, where one is blocked it ends twice."""
    row = np.searchsorted(streets.nodes, streets.refs)
    row[row == len(streets.nodes)] = 0
    known = streets.nodes[row] == streets.refs
    way = np.repeat(np.arange(len(streets.way)), np.diff(streets.first))
    whole = (way[1:] == way[:-1]) & known[1:] & known[:-1] & (row[1:] != row[:-1])
    begin, end, way = row[:-1][whole], row[1:][whole], way[:-1][whole]
    ends = np.stack([begin, end], axis=1)
    alone = streets.blocked[ends]
    key = ends.copy()
    key[alone] = len(streets.nodes) + np.arange(alone.sum())
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    number = number.reshape(-1, 2)
    return _Pieces(way, number[:, 0], number[:, 1], ends.ravel()[first])


def _network(streets: Streets, pieces: _Pieces, profile: Profile, source: str) -> Network:
    """Return the network of straight pieces, each in the directions that are open."""
    places = streets.places[pieces.origin]
    ids = streets.nodes[pieces.origin]
    length = metres(places[pieces.begin], places[pieces.end])
    meanings = streets.meanings
    meaning = streets.meaning[pieces.way]
    speed = np.array([(m.forward, m.backward) for m in meanings])[meaning] / 3.6
    there, back = np.flatnonzero(speed[:, 0]), np.flatnonzero(speed[:, 1])
    piece = np.concatenate([there, back])
    tail = np.concatenate([pieces.begin[there], pieces.end[back]])
    head = np.concatenate([pieces.end[there], pieces.begin[back]])
    labels = list(dict.fromkeys(m.highway for m in meanings))
    way, meaning = pieces.way[piece], meaning[piece]
    columns: dict[str, NDArray[Any]] = {
        "length": length[piece],
        "time": length[piece] / np.concatenate([speed[there, 0], speed[back, 1]]),
        "highway": np.array([labels.index(m.highway) for m in meanings], np.int16)[meaning],
        "name": streets.name[way],
        "toll": np.array([m.toll for m in meanings], bool)[meaning],
        "unpaved": np.array([m.unpaved for m in meanings], bool)[meaning],
        "way": streets.way[way],
    }
    if profile.drives:
        each = np.array([(m.capacity_forward, m.capacity_backward) for m in meanings], np.float32)
        direction = np.repeat([0, 1], [len(there), len(back)])
        columns["capacity"] = each[meaning, direction]
    turns = forbidden(streets.restrictions, tail.astype(np.int32), head.astype(np.int32), columns["way"], ids)
    return Network.from_arcs(
        tail,
        head,
        size=len(ids),
        arcs=columns,
        nodes={"id": ids},
        places=places,
        geographic=True,
        labels={"highway": labels, "name": streets.names},
        restrictions=turns,
        source=source,
    )


def metres(begin: Floats, end: Floats) -> Floats:
    """Return how far it is along great circles between places (n, 2) in degrees, (n,)."""
    (x, y), (u, v) = np.radians(begin).T, np.radians(end).T
    half = np.sin((v - y) / 2) ** 2 + np.cos(y) * np.cos(v) * np.sin((u - x) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS * np.arcsin(np.sqrt(half)), np.float64)
