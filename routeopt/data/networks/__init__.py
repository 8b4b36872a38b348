"""Networks from files: one format a module, recognised by content."""

from __future__ import annotations

import gzip
import inspect
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from routeopt import registry
from routeopt.data.networks import dimacs, geojson, gml, graphml, movingai, nodelink, npz, tntp
from routeopt.data.readers.source import Source, open_source, prefixed
from routeopt.errors import ProblemError
from routeopt.problems.network import Network

OSM = (".pbf", ".osm", ".osm.gz", ".osm.bz2", ".osm.xml")
ZIP, GZIP, BZIP = b"PK\x03\x04", b"\x1f\x8b", b"BZh"
FORMATS = (
    "networks of routeopt (.npz), OpenStreetMap (.osm.pbf, .osm, .osm.gz, .osm.bz2), GraphML, GML, GeoJSON, "
    "node-link JSON, DIMACS .gr, TNTP _net.tntp, MovingAI .map"
)


class Format(NamedTuple):
    """A format of text."""

    name: str
    recognises: Callable[[Any], bool]
    parse: Callable[..., Network]


TEXT = (
    Format("GraphML", graphml.recognises, graphml.parse),
    Format("TNTP", tntp.recognises, tntp.parse),
    Format("MovingAI", movingai.recognises, movingai.parse),
    Format("DIMACS", dimacs.recognises, dimacs.parse),
    Format("GML", gml.recognises, gml.parse),
)
JSON = (
    Format("GeoJSON", geojson.recognises, geojson.parse),
    Format("node-link JSON", nodelink.recognises, nodelink.parse),
)


def read(path: str | Path, **options: Any) -> Network:
    """Read a network from a file of any format that routeopt knows; text may be packed by gzip.

    Parameters
    ----------
    path : str or Path
    **options
        As the format takes them: ``profile=`` of OpenStreetMap, ``connectivity=`` and ``passable=`` of MovingAI,
        ``coordinates=`` and ``weight=`` of DIMACS, ``nodes=`` and ``geographic=`` of TNTP, ``geographic=`` of GraphML,
        GML and JSON.

    Raises
    ------
    ProblemError
        With a message for each mistake found: the file, the line and what would fix it.
    """
    if str(path).lower().endswith(OSM) and Path(path).exists():
        return _osm(path, options)
    source = _unpacked(open_source(path))
    if source.data.startswith(ZIP):
        _check(source, npz.read, "networks of routeopt", options)
        return npz.read(path)
    if b"OSMHeader" in source.data[:64] or source.data.startswith(BZIP) or "<osm" in source.head:
        return _osm(path, options)
    form = _format(source)
    _check(source, form.parse, form.name, options)
    try:
        return form.parse(source, **options)
    except ProblemError as error:
        raise ProblemError(prefixed(source.name, error.messages)) from None


def _osm(path: str | Path, options: dict[str, Any]) -> Network:
    network: Network = registry.load("routeopt.data.networks.osm:read")(path, **options)
    return network


def _unpacked(source: Source) -> Source:
    """Return the content of a file packed by gzip, or the file."""
    if not source.data.startswith(GZIP):
        return source
    try:
        return Source(source.name, gzip.decompress(source.data))
    except (OSError, EOFError, zlib.error) as error:
        raise ProblemError(
            f"{source.name}: it cannot be unpacked ({error}); check that it was written completely"
        ) from None


def _format(source: Source) -> Format:
    """Return the format that recognises the content."""
    for form in TEXT:
        if form.recognises(source.head):
            return form
    if source.head.lstrip().startswith("{"):
        for form in JSON:
            if form.recognises(source.json):
                return form
    raise ProblemError(f"{source.name}: the format is not recognised; routeopt reads {FORMATS}")


def _check(source: Source, parse: Callable[..., Any], name: str, options: dict[str, Any]) -> None:
    """Refuse options that a format does not take."""
    taken = [p.name for p in inspect.signature(parse).parameters.values() if p.kind is p.KEYWORD_ONLY]
    if unknown := sorted(set(options) - set(taken)):
        raise ProblemError(
            f"{source.name}: {name} take no option {', '.join(map(repr, unknown))}; they take "
            + (", ".join(taken) or "none")
        )
