"""What an OpenStreetMap file says about streets, taken out by pyosmium as arrays.

Two passes: ways and relations first, then only the nodes that the ways name. So the order of the file does not
matter, and of a country no more is held than its streets.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.data.networks.profiles import KEYS, Meaning, Profile, blocks, meaning
from routeopt.data.networks.restrictions import TAGS, Restriction, restriction_of
from routeopt.errors import ProblemError
from routeopt.problems.instance import Flags, Floats, Integers

SUFFIXES = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")


class Streets(NamedTuple):
    """The ways of a file that a profile may use, and where their nodes are."""

    way: Integers  # (w,) identifier of each way
    meaning: NDArray[np.int32]  # (w,) row of `meanings`
    name: NDArray[np.int32]  # (w,) row of `names`, -1: none
    first: Integers  # (w + 1,) the nodes of way i are refs[first[i]:first[i + 1]]
    refs: Integers  # identifiers of nodes
    meanings: list[Meaning]
    names: list[str]
    nodes: Integers  # (n,) identifiers, ascending; those that ways name but the file lacks are left out
    places: Floats  # (n, 2) longitude and latitude
    blocked: Flags  # (n,) nobody comes through
    restrictions: list[Restriction]


def checked(path: str | Path) -> Path:
    """Return the path of a file that can be read.

    Raises
    ------
    ProblemError
        There is no such file, it is a folder, or its name does not end as those of OpenStreetMap do.
    """
    path = Path(path)
    if not path.name.lower().endswith(SUFFIXES):
        raise ProblemError(
            f"{path}: files of OpenStreetMap end in {', '.join(SUFFIXES)}; rename it, or use Network.read for others"
        )
    if path.is_dir():
        raise ProblemError(f"{path}: this is a folder; name one file in it")
    if not path.exists():
        raise ProblemError(f"{path}: there is no such file; check the path")
    if path.stat().st_size == 0:
        raise ProblemError(f"{path}: the file is empty; check that it was written completely")
    return path


def streets_of(path: Path, profile: Profile) -> Streets:
    """Read the streets of a file.

    Raises
    ------
    ProblemError
        pyosmium is not installed, the file is damaged, or it holds no street that the profile may use.
    """
    try:
        import osmium
    except ImportError:
        raise ProblemError(
            f"{path}: reading OpenStreetMap files needs pyosmium; install it with pip install 'routeopt[osm]'"
        ) from None
    try:
        ways = _Ways(profile)
        for thing in _things(path, osmium.filter.KeyFilter("highway", *TAGS), nodes=False):
            ways.take(thing)
        if not ways.ids:
            raise ProblemError(f"{path}: it holds no street that a {profile.name} may use; {ways.remedy}")
        refs = np.array(ways.refs, np.int64)
        wanted = osmium.filter.IdFilter(np.unique(refs).tolist())
        ids, places, blocked = _nodes(_things(path, wanted, nodes=True), profile)
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        if isinstance(error, ProblemError):
            raise
        raise ProblemError(
            f"{path}: the file is damaged or cut off ({error}); download or copy it again"
        ) from None
    if not len(ids):
        raise ProblemError(f"{path}: its streets have no coordinates; export it with the nodes of its ways")
    return Streets(
        np.array(ways.ids, np.int64),
        np.array(ways.meaning, np.int32),
        np.array(ways.name, np.int32),
        np.array(ways.first, np.int64),
        refs,
        list(ways.meanings),
        list(ways.names),
        ids,
        places,
        blocked,
        ways.restrictions,
    )


def _things(path: Path, wanted: Any, *, nodes: bool) -> Iterator[Any]:
    """Yield the nodes, or else the ways and relations, that pass a filter."""
    import osmium

    kinds = osmium.osm.NODE if nodes else osmium.osm.WAY | osmium.osm.RELATION
    for thing in osmium.FileProcessor(str(path), kinds).with_filter(wanted):
        if thing.visible:
            yield thing


class _Ways:
    """Gathers ways and restrictions; ways whose tags agree share one meaning."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.ids, self.refs, self.first = array("q"), array("q"), array("q", [0])
        self.meaning, self.name = array("i"), array("i")
        self.meanings: dict[Meaning, int] = {}
        self.names: dict[str, int] = {}
        self.restrictions: list[Restriction] = []
        self._known: dict[frozenset[tuple[str, str]], Meaning | None] = {}
        self._seen = 0

    @property
    def remedy(self) -> str:
        """What to do where nothing was found."""
        if self._seen:
            return f"its {self._seen} ways tagged as highway are closed to it; try another profile"
        return "export one with ways tagged as highway"

    def take(self, thing: Any) -> None:
        """Note a way or a relation."""
        tags = dict(thing.tags)
        if thing.is_relation():
            members = [(m.type, int(m.ref), m.role) for m in thing.members]
            restriction = restriction_of(tags, members, self.profile.name)
            if restriction:
                self.restrictions.append(restriction)
        elif "highway" in tags:
            self._seen += 1
            told = frozenset(item for item in tags.items() if item[0] in KEYS)
            if told not in self._known:
                self._known[told] = meaning(tags, self.profile)
            meant = self._known[told]
            if meant is not None:
                self._add(thing, meant, tags.get("name") or tags.get("ref") or "")

    def _add(self, way: Any, meant: Meaning, name: str) -> None:
        self.ids.append(way.id)
        self.meaning.append(self.meanings.setdefault(meant, len(self.meanings)))
        self.name.append(self.names.setdefault(name, len(self.names)) if name else -1)
        self.refs.extend([node.ref for node in way.nodes])
        self.first.append(len(self.refs))


def _nodes(things: Iterator[Any], profile: Profile) -> tuple[Integers, Floats, Flags]:
    """Return identifiers (n,), places (n, 2) and whether nobody comes through (n,), by ascending identifier."""
    ids, places, blocked = array("q"), array("d"), array("b")
    for node in things:
        where = node.location
        if where.valid():
            ids.append(node.id)
            places.extend((where.lon, where.lat))
            blocked.append(len(node.tags) > 0 and blocks(dict(node.tags), profile))
    kept, order = np.unique(np.array(ids, np.int64), return_index=True)
    return kept, np.array(places).reshape(-1, 2)[order], np.array(blocked, bool)[order]
