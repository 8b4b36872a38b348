"""The schedule as a table: one line a visit, for spreadsheets and drivers."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from routeopt.data.writers.files import numeral
from routeopt.problems.solution import Solution

DIGITS = 6  # behind the point; the rest is noise of the addition


def text(solution: Solution) -> str:
    """Return the rows of a solution with a header; of several load dimensions each has its column."""
    dimensions = solution.problem.instance().delivery.shape[1]
    rows = [_spread(row, dimensions) for row in solution.rows()]
    loads = _spread({"load": (0.0,) * dimensions if dimensions > 1 else 0.0}, dimensions)
    header = ["route", "vehicle", "position", "stop", "arrival", "begin", "departure", "waiting", "lateness"]
    lines = StringIO()
    table = csv.DictWriter(lines, [*header, *loads, "distance"], lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return lines.getvalue()


def _spread(row: dict[str, Any], dimensions: int) -> dict[str, Any]:
    """Return the row with a column for each load dimension, and numbers as people write them."""
    loads = row["load"] if dimensions > 1 else None
    columns = {key: value for key, value in row.items() if key != "load"}
    columns |= {"load": row["load"]} if loads is None else {f"load_{k}": x for k, x in enumerate(loads, 1)}
    return {
        key: numeral(round(value, DIGITS)) if isinstance(value, float) else value
        for key, value in columns.items()
    }
