"""Best known values: the least over the rows of ``bks.csv`` that were measured in the same way."""

from __future__ import annotations

import csv
from functools import cache
from math import inf
from pathlib import Path
from typing import NamedTuple

FILE = "bks.csv"


class Best(NamedTuple):
    """The best value known of a problem."""

    cost: float  # in the units of our solutions
    vehicles: int | None  # where fewer vehicles come first


@cache
def best_known(data: Path, folder: str, measured: str, unit: float, vehicles_first: bool) -> dict[str, Best]:
    """Return the best value of each instance of a folder, by name.

    Parameters
    ----------
    data : Path
        Folder that holds ``bks.csv``.
    folder : str
        Value of the column ``set``.
    measured : str
        What the column ``objective`` begins with: values measured in another way are no comparison.
    unit : float
        How much is stated for one unit of our cost.
    vehicles_first : bool
        Fewer vehicles come before lower cost.
    """
    found: dict[str, Best] = {}
    with (data / FILE).open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["set"] != folder or not row["objective"].startswith(measured):
                continue
            vehicles = int(row["vehicles"]) if vehicles_first else None
            best = Best(float(row["bks"]) / unit, vehicles)
            known = found.get(row["instance"], Best(inf, None))
            if (best.vehicles or 0, best.cost) < (known.vehicles or inf if vehicles_first else 0, known.cost):
                found[row["instance"]] = best
    return found
