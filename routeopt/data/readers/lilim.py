"""Li and Lim instances: a line with vehicles, capacity and speed, then tasks that come in pairs.

Li and Lim (2003), A metaheuristic for the pickup and delivery problem with time windows. The
distances are unrounded; the columns are the SINTEF ones.
"""

from __future__ import annotations

import re

import numpy as np

from routeopt.data.readers.source import NEGATIVE, REVERSED, Reader, Row, Source
from routeopt.problems.columns import Stops
from routeopt.problems.instance import Floats
from routeopt.problems.legs import Euclidean
from routeopt.problems.rows import Depot, Shipment, Vehicle
from routeopt.problems.vrp import VRP

COLUMNS = ("number", "x", "y", "demand", "earliest", "latest", "service", "pickup", "delivery")
_LINE = r"^[ \t]*" + r"[ \t]+".join([r"-?\d+(?:\.\d+)?"] * 3) + r"\s*\n"
_FORM = re.compile(_LINE + r"[ \t]*0[ \t]+" + r"[ \t]+".join([r"-?\d+(?:\.\d+)?"] * 8) + r"\s*(\n|$)")


def recognises(head: str, suffix: str) -> bool:  # noqa: ARG001
    """Return whether a line of three numbers is followed by the depot's nine."""
    return bool(_FORM.match(head.replace("\r", "")))


def parse(source: Source, rounding: str | None = None) -> VRP:
    """Read a file."""
    rows = source.rows()
    fleet = source.numbers(rows[:1], ("vehicles", "capacity", "speed"), "the first line")
    table = source.numbers(rows[1:], COLUMNS, "a task")
    source.finish()
    if (table[:, 0] != np.arange(len(table))).any():
        wrong = int(np.argmax(table[:, 0] != np.arange(len(table))))
        source.complain(
            f"tasks count from 0 without gaps, here {wrong} is due; a row may be missing", rows[1 + wrong][0]
        )
        source.finish()
    lines = [line for line, _ in rows[1:]]
    source.refuse(lines, (table[:, 4:7] < 0).any(axis=1), NEGATIVE)
    source.refuse(lines, table[:, 5] < table[:, 4], REVERSED)
    shipments = _shipments(source, table, rows[1:])
    source.finish()
    depot, stops = table[0], table[1:]
    vehicles, capacity, speed = fleet[0]
    return VRP(
        Stops(stops[:, 1], stops[:, 2], windows=stops[:, 4:6], service=stops[:, 6]),
        [Vehicle(count=int(vehicles), capacity=float(capacity))],
        [
            Depot(
                float(depot[1]),
                float(depot[2]),
                window=(float(depot[4]), float(depot[5])),
                service=float(depot[6]),
            )
        ],
        shipments=shipments,
        legs=Euclidean(
            rounding or "exact", speed=float(speed) or 1.0
        ),  # a speed of 0 in some files means none is stated
        name=source.stem,
    )


def _shipments(source: Source, table: Floats, rows: list[Row]) -> list[Shipment]:
    """Pair the tasks: the last column names a pickup's delivery, the one before a delivery's pickup."""
    shipments = []
    for (line, _), task in zip(rows[1:], table[1:], strict=True):
        number, demand, pickup, delivery = task[[0, 3, 7, 8]]
        other = delivery or pickup
        if bool(pickup) == bool(delivery) or not 0 < other < len(table):
            source.complain(
                f"task {number:g} must name one other task of this file, as its pickup or its delivery; "
                "tasks may be missing at the end",
                line,
            )
        elif table[int(other), 7 if delivery else 8] != number or table[int(other), 3] != -demand:
            source.complain(
                f"task {number:g} and its partner {other:g} do not name each other with opposite demands",
                line,
            )
        elif delivery:
            shipments.append(Shipment(str(int(number)), str(int(other)), float(demand)))
    return shipments


READER = Reader("Li and Lim", recognises, parse)
