"""DIMACS shortest-path graphs: ``.gr`` of the 9th Implementation Challenge (2006), with places in ``.co``.

Weights become the column ``time`` in files of travel times (USA-road-t…), ``weight`` where some are negative, else
``length``, in the units of the file. The ``.co`` beside a file, of the same name with or without ``-d`` or ``-t``, is
read too; its numbers are millionths of degrees where they can be.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np

from routeopt.data.networks.columns import MOST_NODES, whole_where_possible
from routeopt.data.readers.source import Row, Source, open_source
from routeopt.errors import ProblemError
from routeopt.problems.instance import Floats
from routeopt.problems.network import Network

MILLIONTHS = 1e6
HEAD = re.compile(r"^(?:c\b[^\n]*\n|\s*\n)*p\s+sp\s", re.MULTILINE)


def recognises(head: str) -> bool:
    """Return whether a file begins with comments and a problem line of shortest paths."""
    return HEAD.match(head) is not None


def parse(source: Source, *, coordinates: str | Path | None = None, weight: str | None = None) -> Network:
    """Read a file.

    Parameters
    ----------
    source : Source
    coordinates : str or Path, optional
        The ``.co`` file; by default the one beside, if there is one.
    weight : str, optional
        The column that weights become, if not the one told above.
    """
    lines = [(number, line.strip()) for number, line in enumerate(source.lines, 1)]
    nodes, arcs = _problem(source, [(number, line.split()) for number, line in lines if line[:1] == "p"])
    rows = [(number, line[1:]) for number, line in lines if line.startswith(("a ", "a\t"))]
    other = [
        number
        for number, line in lines
        if line and line[0] not in "cp" and not line.startswith(("a ", "a\t"))
    ]
    source.refuse(other, [True] * len(other), "a line begins with c, p or a")
    numbers = [number for number, _ in rows]
    table = _quickly([line for _, line in rows])
    if table is None:  # the slow way finds out what is wrong, and where
        split = [(number, line.split()) for number, line in rows]
        table = source.numbers(split, ("tail", "head", "weight"), "arc")
    if len(rows) != arcs and nodes >= 0:
        source.complain(
            f"{arcs} arcs are announced but {len(rows)} are there; check that it was written completely"
        )
    _check_nodes(source, numbers, table[:, :2], nodes)
    source.finish()
    beside = _beside(Path(source.name)) if coordinates is None else Path(coordinates)
    places = None if beside is None else _places(open_source(beside), nodes)
    values = table[:, 2]
    if weight is None:
        weight = "time" if "-t." in Path(source.name).name else "weight" if (values < 0).any() else "length"
    degrees = places is not None and (np.abs(places) <= np.multiply((180, 90), MILLIONTHS)).all()
    return Network.from_arcs(
        table[:, 0].astype(np.int64) - 1,
        table[:, 1].astype(np.int64) - 1,
        size=nodes,
        arcs={weight: whole_where_possible(values)},
        nodes={"id": np.arange(1, nodes + 1)},
        places=places / MILLIONTHS if places is not None and degrees else places,
        geographic=bool(degrees),
        source=source.stem,
    )


def _quickly(lines: list[str]) -> Floats | None:
    """Return three numbers a line ``(n, 3)`` where all lines are plainly such, else None."""
    if not all(line.count(" ") == 3 and "\t" not in line for line in lines):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            table = np.fromstring("".join(lines), np.float64, sep=" ").reshape(-1, 3)
        except (ValueError, DeprecationWarning):
            return None
    return table if len(table) == len(lines) and np.isfinite(table).all() else None


def _problem(source: Source, lines: list[Row]) -> tuple[int, int]:
    """Return the numbers of nodes and arcs that the problem line announces."""
    if len(lines) != 1:
        source.complain(f"there are {len(lines)} lines 'p sp NODES ARCS'; there must be one")
        return -1, -1
    number, cells = lines[0]
    if len(cells) != 4 or not (cells[2].isdigit() and cells[3].isdigit()):
        source.complain("the problem line reads 'p sp NODES ARCS'", number)
        return -1, -1
    if int(cells[2]) > MOST_NODES:
        source.complain(
            f"{cells[2]} nodes are more than routeopt can number, which is {MOST_NODES:,}", number
        )
    return int(cells[2]), int(cells[3])


def _check_nodes(source: Source, lines: list[int], ends: Floats, nodes: int) -> None:
    """Complain of arcs that join what is no node; those that are no numbers have been complained of."""
    if nodes >= 0:
        good = np.isnan(ends) | ((ends >= 1) & (ends <= nodes) & (ends == np.rint(ends)))
        source.refuse(lines, ~good.all(axis=1), f"nodes are 1 to {nodes}")


def _beside(path: Path) -> Path | None:
    """Return the file of places that belongs to a graph, if it is there."""
    stem = path.name.removesuffix(".gz").removesuffix(".gr")
    for name in (
        f"{stem}.co",
        re.sub(r"-[dt](?=\.)", "", stem) + ".co",
        re.sub(r"-t(?=\.)", "-d", stem) + ".co",
    ):
        if (path.parent / name).is_file():
            return path.parent / name
    return None


def _places(source: Source, nodes: int) -> Floats:
    rows = [(number, cells[1:]) for number, cells in source.rows(("c", "p"))]
    table = source.numbers(rows, ("node", "x", "y"), "place")
    _check_nodes(source, [number for number, _ in rows], table[:, :1], nodes)
    source.finish()
    places = np.full((nodes, 2), np.nan)
    places[table[:, 0].astype(np.int64) - 1] = table[:, 1:]
    if np.isnan(places).any():
        missing = np.flatnonzero(np.isnan(places).any(axis=1)) + 1
        raise ProblemError(f"{source.name}: {len(missing)} nodes have no place, among them {missing[0]}")
    return places
