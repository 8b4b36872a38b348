"""Cordeau's multi-depot instances: type, vehicles per depot, customers, depots; limits; customers; depots.

Cordeau, Gendreau and Laporte (1997), A tabu search heuristic for periodic and multi-depot vehicle
routing problems; Cordeau, Laporte and Mercier (2001) for time windows (type 6). Distances are
unrounded. Each depot has its own vehicles, which return to it. As everywhere, nodes count depots first.
"""

from __future__ import annotations

import re
from math import inf

import numpy as np

from routeopt.data.readers.source import NEGATIVE, REVERSED, Reader, Row, Source
from routeopt.problems.columns import Stops
from routeopt.problems.instance import Floats
from routeopt.problems.legs import Euclidean
from routeopt.problems.rows import Depot, Vehicle
from routeopt.problems.vrp import VRP

KINDS = {2: "MDVRP", 6: "MDVRPTW"}
OTHER_KINDS = {
    0: "VRP",
    1: "periodic",
    3: "site-dependent",
    4: "VRPTW",
    5: "periodic with windows",
    7: "site-dependent",
}
_FORM = re.compile(
    r"^\s*[0-7][ \t]+\d+[ \t]+\d+[ \t]+\d+[ \t]*\n[ \t]*\d+(\.\d*)?[ \t]+\d+(\.\d*)?[ \t]*(\n|$)"
)


def recognises(head: str, suffix: str) -> bool:  # noqa: ARG001
    """Return whether four whole numbers are followed by a line of two."""
    return bool(_FORM.match(head.replace("\r", "")))


def parse(source: Source, rounding: str | None = None) -> VRP:
    """Read a file."""
    rows = source.rows()
    size = source.numbers(rows[:1], ("type", "vehicles", "customers", "depots"), "the first line")[0]
    source.finish()
    kind, per_depot, customers, depots = (int(value) for value in size)
    if kind not in KINDS:
        source.complain(
            f"type {kind} ({OTHER_KINDS.get(kind, 'unknown')}) is not read; types 2 and 6 are",
            rows[0][0],
        )
        source.finish()
    expected = 1 + depots + customers + depots
    if len(rows) < expected:
        source.complain(
            f"the file ends after {len(rows)} of {expected} lines "
            f"({depots} limits, {customers} customers, {depots} depots); add what is missing",
            rows[-1][0],
        )
        source.finish()
    limits = source.numbers(rows[1 : 1 + depots], ("longest duration", "largest load"), "a depot's limits")
    table = _places(source, rows[1 + depots : expected], timed=kind == 6)
    source.finish()
    stops, ends = table[:customers], table[customers:]
    return VRP(
        Stops(stops[:, 1], stops[:, 2], delivery=stops[:, 4], windows=stops[:, 5:7], service=stops[:, 3]),
        [
            Vehicle(count=per_depot, capacity=capacity or inf, max_duration=duration or inf, start=depot)
            for depot, (duration, capacity) in enumerate(limits.tolist())
        ],
        [Depot(row[1], row[2], window=(row[5], row[6]), service=row[3]) for row in ends.tolist()],
        legs=Euclidean(rounding or "exact"),
        name=source.stem,
    )


def _places(source: Source, rows: list[Row], *, timed: bool) -> Floats:
    """Return number, x, y, service, demand, opens, closes of each customer and depot.

    Between demand and window stands a list of visit patterns: frequency, how many patterns, the patterns.
    """
    shorter = []
    for line, cells in rows:
        patterns = int(cells[6]) if len(cells) > 6 and cells[6].isdigit() else 0
        shorter.append((line, [*cells[:5], *(cells[7 + patterns :] if timed else ("0", "0"))]))
    table = source.numbers(
        shorter, ("number", "x", "y", "service", "demand", "opens", "closes"), "a customer or depot"
    )
    lines = [line for line, _ in rows]
    source.refuse(lines, (table[:, 3:] < 0).any(axis=1), NEGATIVE)
    if not timed:
        table[:, 6] = np.inf
    source.refuse(lines, table[:, 6] < table[:, 5], REVERSED)
    return table


READER = Reader("Cordeau", recognises, parse)
