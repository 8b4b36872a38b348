"""Fleet-mix instances of Golden et al. (1984) and Taillard (1999) in the layout of five comment lines.

Line 6 has customers, types, range, service time, lower bound and best known cost; then number, capacity,
fixed cost and cost per distance of each type; then the depot; then the customers. A range of 999999
is no limit. Distances are unrounded.
"""

from __future__ import annotations

import re
from math import inf

from routeopt.data.readers.source import NEGATIVE, Reader, Source
from routeopt.problems.columns import Stops
from routeopt.problems.legs import Euclidean
from routeopt.problems.rows import Depot, Vehicle
from routeopt.problems.vrp import VRP

NO_RANGE = 999_999
_FORM = re.compile(r"^\s*//.*customers \(N\), vehicle types \(T\)", re.MULTILINE)


def recognises(head: str, suffix: str) -> bool:  # noqa: ARG001
    """Return whether the comment lines explain this layout."""
    return bool(_FORM.search(head))


def parse(source: Source, rounding: str | None = None) -> VRP:
    """Read a file."""
    rows = source.rows(comments=("//",))
    if not rows:
        source.complain(
            "nothing follows the comment lines; add the line with the number of customers", len(source.lines)
        )
        source.finish()
    names = ("customers", "types", "range", "service time", "lower bound", "best known cost")
    size = source.numbers(rows[:1], names, "the first line")[0]
    source.finish()
    customers, types, reach, service, _, best = size.tolist()
    split = 1 + int(types)
    expected = split + 1 + int(customers)
    if len(rows) != expected:
        source.complain(
            f"there are {len(rows)} lines of numbers, but {types:g} types, a depot and {customers:g} "
            f"customers need {expected}; the file may be cut off",
            rows[-1][0],
        )
        source.finish()
    fleet = source.numbers(
        rows[1:split], ("number", "capacity", "fixed cost", "cost per distance"), "a vehicle type"
    )
    depot = source.numbers(rows[split : split + 1], ("x", "y"), "the depot")[0]
    table = source.numbers(rows[split + 1 :], ("x", "y", "demand"), "a customer")
    source.refuse([line for line, _ in rows[split + 1 :]], table[:, 2] < 0, NEGATIVE)
    source.finish()
    limit = reach if 0 < reach < NO_RANGE else inf
    vehicles = [
        Vehicle(
            count=int(number), capacity=capacity, fixed_cost=fixed, distance_cost=rate,
            max_distance=inf if service else limit, max_duration=limit if service else inf,
        )
        for number, capacity, fixed, rate in fleet.tolist()
    ]  # fmt: skip
    rule = rounding or "exact"
    return VRP(
        Stops(table[:, 0], table[:, 1], delivery=table[:, 2], service=service),
        vehicles,
        [Depot(*depot.tolist())],
        legs=Euclidean(rule),
        name=source.stem,
        best_known=best if rule == "exact" and best > 0 else None,
    )


READER = Reader("fleet mix", recognises, parse)
