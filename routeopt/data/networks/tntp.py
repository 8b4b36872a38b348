"""TNTP: networks of the Transportation Networks for Research (Stabler et al.), ``…_net.tntp``.

Columns keep the names and units of the file: ``capacity``, ``length``, ``free_flow_time``, ``b``, ``power``, ``speed``,
``toll``, ``link_type``. Files state minutes and miles, or feet, or hundredths of hours, so lengths are not metres;
``time`` is the free-flow time in the units of the file, too. The nodes have ``id``, ``zone`` (trips begin and end
there) and ``through`` (paths may lead through it). Places come from ``…_node.tntp`` beside the file; these do not tell
whether they are degrees, so say ``geographic=True`` where they are.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from routeopt.data.networks.columns import MOST_NODES, whole_where_possible
from routeopt.data.readers.source import Row, Source, open_source
from routeopt.errors import ProblemError
from routeopt.problems.instance import Floats
from routeopt.problems.network import Network

COLUMNS = ("capacity", "length", "free_flow_time", "b", "power", "speed", "toll", "link_type")
ENDS = ("init_node", "term_node")
TAG = re.compile(r"<([^>]+)>\s*([^\n]*)")
NODES, LINKS, ZONES, THROUGH = "NUMBER OF NODES", "NUMBER OF LINKS", "NUMBER OF ZONES", "FIRST THRU NODE"


def recognises(head: str) -> bool:
    """Return whether a file begins as one of links does."""
    return f"<{LINKS}>" in head


def parse(source: Source, *, nodes: str | Path | None = None, geographic: bool = False) -> Network:
    """Read a file.

    Parameters
    ----------
    source : Source
    nodes : str or Path, optional
        The file of places; by default the one beside, if there is one.
    geographic : bool
        Whether places are degrees.
    """
    stated = _metadata(source)
    size = stated.get(NODES, -1)
    rows = _rows(source)
    table = source.numbers(rows, (*ENDS, *COLUMNS), "link")
    lines = [number for number, _ in rows]
    ends = table[:, :2]
    if size >= 0:
        good = np.isnan(ends) | ((ends >= 1) & (ends <= size) & (ends == np.rint(ends)))
        source.refuse(lines, ~good.all(axis=1), f"nodes are 1 to {size}")
    for name in ("length", "free_flow_time"):
        source.refuse(
            lines, table[:, 2 + COLUMNS.index(name)] < 0, f"{name} is negative; it must be 0 or more"
        )
    if LINKS in stated and stated[LINKS] != len(rows):
        source.complain(
            f"{stated[LINKS]} links are announced but {len(rows)} are there; check that it was written completely"
        )
    source.finish()
    arcs = {name: table[:, 2 + i] for i, name in enumerate(COLUMNS)}
    arcs["link_type"] = whole_where_possible(arcs["link_type"])
    beside = _beside(Path(source.name)) if nodes is None else Path(nodes)
    places = None if beside is None else _places(open_source(beside), size)
    number = np.arange(1, size + 1)
    return Network.from_arcs(
        ends[:, 0].astype(np.int64) - 1,
        ends[:, 1].astype(np.int64) - 1,
        size=size,
        arcs={**arcs, "time": arcs["free_flow_time"]},
        nodes={
            "id": number,
            "zone": number <= stated.get(ZONES, 0),
            "through": number >= stated.get(THROUGH, 1),
        },
        places=places,
        geographic=geographic and places is not None,
        source=source.stem,
    )


def _metadata(source: Source) -> dict[str, int]:
    """Return the whole numbers that the head of the file states."""
    stated = {}
    for number, line in enumerate(source.lines, 1):
        match = TAG.match(line.strip())
        if match is None:
            continue
        if match[1].strip() == "END OF METADATA":
            break
        if match[1].strip() in (NODES, LINKS, ZONES, THROUGH):
            value = match[2].strip()
            if value.isdigit():
                stated[match[1].strip()] = int(value)
            else:
                source.complain(f"<{match[1]}> must be a whole number, not '{value}'", number)
    if NODES not in stated and not source.faulty:
        source.complain(f"<{NODES}> is missing")
    if stated.get(NODES, 0) > MOST_NODES:
        source.complain(f"<{NODES}> is more than routeopt can number, which is {MOST_NODES:,}")
    source.finish()
    return stated


def _rows(source: Source) -> list[Row]:
    """Return the cells of each line that is no comment, without the ; at its end."""
    rows = source.rows(("~", "<"))
    return [(number, " ".join(cells).rstrip("; ").replace(";", " ").split()) for number, cells in rows]


def _beside(path: Path) -> Path | None:
    """Return the file of places that belongs to a network, if it is there."""
    stem = re.sub(
        r"_?net$", "", path.name.removesuffix(".gz").removesuffix(".tntp"), flags=re.IGNORECASE
    ).lower()
    names = {f"{stem}_node.tntp", f"{stem}_nodes.tntp"}
    if not path.parent.is_dir():
        return None
    return next((other for other in sorted(path.parent.iterdir()) if other.name.lower() in names), None)


def _places(source: Source, size: int) -> Floats:
    rows = _rows(source)
    if rows and not rows[0][1][0].replace(".", "").isdigit():
        del rows[0]  # the heads of the columns
    table = source.numbers(rows, ("node", "x", "y"), "place")
    good = np.isnan(table[:, 0]) | ((table[:, 0] >= 1) & (table[:, 0] <= size))
    source.refuse([number for number, _ in rows], ~good, f"nodes are 1 to {size}")
    source.finish()
    places = np.full((size, 2), np.nan)
    places[table[:, 0].astype(np.int64) - 1] = table[:, 1:]
    if np.isnan(places).any():
        missing = np.flatnonzero(np.isnan(places).any(axis=1)) + 1
        raise ProblemError(f"{source.name}: {len(missing)} nodes have no place, among them {missing[0]}")
    return places
