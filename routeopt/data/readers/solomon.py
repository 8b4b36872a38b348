"""Solomon and Gehring-Homberger instances: a VEHICLE block, then a CUSTOMER block with the depot first.

Solomon (1987), Algorithms for the vehicle routing and scheduling problems with time window constraints.
Distances are unrounded unless ``rounding=`` says otherwise; published results use "dimacs" or exact ones.
"""

from __future__ import annotations

import re

import numpy as np

from routeopt.data.readers.source import NEGATIVE, REVERSED, Reader, Row, Source
from routeopt.problems.columns import Stops
from routeopt.problems.legs import Euclidean
from routeopt.problems.rows import Depot, Vehicle
from routeopt.problems.vrp import VRP

COLUMNS = ("number", "x", "y", "demand", "ready time", "due date", "service time")
_BLOCK = re.compile(r"^\s*VEHICLES?\s*$.*^\s*CUSTOMERS?\s*$", re.MULTILINE | re.DOTALL | re.IGNORECASE)


def recognises(head: str, suffix: str) -> bool:  # noqa: ARG001
    """Return whether the file has the two blocks."""
    return bool(_BLOCK.search(head)) or bool(
        re.search(r"^\s*NUMBER\s+CAPACITY\s*$", head, re.MULTILINE | re.IGNORECASE)
    )


def parse(source: Source, rounding: str | None = None) -> VRP:
    """Read a file."""
    rows = source.rows()
    name = source.stem if rows[0][1][0].upper().startswith("VEHICLE") else " ".join(rows[0][1])
    fleet = _block(rows, "NUMBER")[:1]
    customers = _block(rows, "CUST")
    if not fleet:
        source.complain(
            "the VEHICLE block has no row; add the number of vehicles and their capacity", rows[-1][0]
        )
    if len(customers) < 2:
        source.complain(
            "the CUSTOMER block ends before its first customer; add the depot and the customers", rows[-1][0]
        )
    vehicle = source.numbers(fleet, ("number", "capacity"), "VEHICLE")
    table = source.numbers(customers, COLUMNS, "CUSTOMER")
    if len(customers) and (table[:, 0] != np.arange(len(table))).any() and not source.faulty:
        wrong = int(np.argmax(table[:, 0] != np.arange(len(table))))
        source.complain(
            f"CUSTOMER: numbers count from 0 without gaps, here {wrong} is due; a row may be missing",
            customers[wrong][0],
        )
    lines = [line for line, _ in customers]
    source.refuse(lines, (table[:, 3:] < 0).any(axis=1), NEGATIVE)
    source.refuse(lines, table[:, 5] < table[:, 4], REVERSED)
    if len(table) and table[0, 3] > 0:
        source.complain(
            "CUSTOMER: the first row is the depot, which has no demand; set it to 0", customers[0][0]
        )
    source.finish()
    depot, stops = table[0], table[1:]
    return VRP(
        Stops(stops[:, 1], stops[:, 2], delivery=stops[:, 3], windows=stops[:, 4:6], service=stops[:, 6]),
        [Vehicle(count=int(vehicle[0, 0]), capacity=float(vehicle[0, 1]))],
        [
            Depot(
                float(depot[1]),
                float(depot[2]),
                window=(float(depot[4]), float(depot[5])),
                service=float(depot[6]),
            )
        ],
        legs=Euclidean(rounding or "exact"),
        name=name,
    )


def _block(rows: list[Row], title: str) -> list[Row]:
    """Return the rows of numbers below the line whose first word is `title`."""
    start = next(
        (place for place, (_, cells) in enumerate(rows) if cells[0].upper().startswith(title)), len(rows)
    )
    if title == "CUST":  # the block is called CUSTOMER, and its columns begin with CUST NO.
        start += next(
            (1 for _, cells in rows[start + 1 : start + 2] if cells[0].upper().startswith(title)), 0
        )
    return rows[start + 1 :]


READER = Reader("Solomon", recognises, parse)
