"""``routeopt path``: the shortest path through a network, street by street."""

from __future__ import annotations

import json
from pathlib import Path as File
from typing import TYPE_CHECKING, Annotated, Any

import typer

import routeopt as ro
from routeopt.cli.errors import NOT_FEASIBLE, Complaints, note
from routeopt.cli.options import Json, check_inputs, check_outputs, unknown
from routeopt.errors import ProblemError

if TYPE_CHECKING:
    from routeopt.problems.network import Network
    from routeopt.problems.paths import Path

Streets = Annotated[
    str,
    typer.Argument(metavar="NETWORK", help="A file of any format, or what 'routeopt list networks' names."),
]
Point = Annotated[str, typer.Argument(help="A node, or LON,LAT; put -- before a negative one.")]
Metric = Annotated[
    str | None,
    typer.Option("--metric", help="Column of the arcs that is minimised. [default: time, or length]"),
]
Alternatives = Annotated[
    int,
    typer.Option(
        "--alternatives", metavar="K", min=1, help="Paths to find that differ enough to choose among."
    ),
]
Output = Annotated[
    File | None,
    typer.Option("--output", "-o", metavar="OUT", help="Where to, as a line for a map: .geojson."),
]


def path(
    network: Streets,
    a: Point,
    b: Point,
    metric: Metric = None,
    alternatives: Alternatives = 1,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Find the shortest path from A to B through a network, and others that are hardly longer."""
    from routeopt.data.bundled import networks

    errors = Complaints()
    bundled = network in networks()
    with errors.gather():
        if not bundled and not File(network).exists():
            raise ProblemError(f"{network}: there is no such file; or name one of {', '.join(networks())}")
        check_inputs(None if bundled else network)
    points: list[Any] = []
    for text in (a, b):
        with errors.gather():
            points.append(_point(text))
    with errors.gather():
        check_outputs([] if output is None else [output], [".geojson"], [network], "a path")
    errors.finish()
    streets = ro.load_network(network) if bundled else ro.Network.read(network)
    paths = ro.ShortestPaths(streets, _metric(streets, metric))
    found = [paths.path(*points)]
    if found[0] and alternatives > 1:
        found = [other.path for other in paths.alternatives(points[0], points[1], alternatives)]
    if as_json:
        document = _document(found[0])
        if alternatives > 1:
            document["alternatives"] = [_document(path) for path in found[1:]]
        typer.echo(json.dumps(document, ensure_ascii=False))
    else:
        typer.echo("\n\n".join(map(_table, found)))
    if not found[0]:
        raise typer.Exit(NOT_FEASIBLE)
    if len(found) < alternatives:
        note(f"{len(found)} of {alternatives} paths: no others are short, direct and different enough")
    if output is not None:
        from routeopt.data.writers.files import write_text

        collection = {"type": "FeatureCollection", "features": [_feature(path) for path in found]}
        write_text(output, json.dumps(collection, ensure_ascii=False) + "\n")
        note(f"written to {output}")


def _point(text: str) -> int | tuple[float, float]:
    """Return a node, or longitude and latitude."""
    try:
        if "," not in text:
            return int(text)
        lon, lat = map(float, text.split(","))
    except ValueError:
        raise ProblemError(
            f"'{text}' is no point; give a node such as 17, or LON,LAT such as 24.94,60.17"
        ) from None
    return lon, lat


def _metric(network: Network, asked: str | None) -> str:
    if asked is None:
        return "time" if "time" in network.arcs else "length"
    if asked not in network.arcs:
        raise ProblemError(unknown("--metric", asked, network.arcs))
    return asked


def _document(found: Path) -> dict[str, Any]:
    """Return what was found in plain values: {"found", "cost", "length", "duration", "nodes", "steps"}, or a reason."""
    if not found:
        return {"found": False, "reason": found.reason}
    sums = {
        name: found.sum(column)
        for name, column in (("length", "length"), ("duration", "time"))
        if column in found.network.arcs
    }
    steps = [{"name": step.name, "length": step.length, "duration": step.duration} for step in found.steps]
    nodes = [int(node) for node in found.nodes]
    return {"found": True, "cost": found.cost, **sums, "nodes": nodes, "steps": _finite(steps)}


def _finite(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out what a network does not know."""
    return [{key: value for key, value in step.items() if value == value} for step in steps]


def _table(found: Path) -> str:
    """Return the path as people read it: its cost, then a line a street."""
    if not found:
        return f"no path: {found.reason}"
    document = _document(found)
    facts = [f"cost {found.cost:,.2f}"]
    if "length" in document:
        facts.append(
            f"{document['length']:,.0f} m" if found.network.geographic else f"length {document['length']:g}"
        )
    if "duration" in document:
        facts.append(f"{document['duration'] / 60:,.1f} min")
    lines = [", ".join([*facts, f"{len(found.arcs)} arcs"])]
    for step in document["steps"]:
        length = f"{step['length']:>10,.0f}  " if "length" in step else ""
        lines.append(f"{length}{step['name'] or '(without a name)'}")
    return "\n".join(lines)


def _feature(found: Path) -> dict[str, Any]:
    """Return the path as a GeoJSON feature."""
    line = found.line.tolist()
    geometry = {"type": "LineString", "coordinates": line if len(line) > 1 else 2 * line}
    return {"type": "Feature", "properties": _document(found), "geometry": geometry}
