"""Distances of TSPLIB: functions of coordinates, and explicit matrices in each of their layouts.

EUC_2D and EXACT_2D are kept as straight lines, which serve a million nodes; the other functions
(Reinelt 1991, TSPLIB 95 manual, section 2) become a matrix, which bounds their number of nodes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from routeopt.data.readers.source import SHOWN
from routeopt.data.readers.vrplib.document import Document
from routeopt.data.readers.vrplib.nodes import Nodes
from routeopt.problems.instance import Floats, Integers
from routeopt.problems.legs import Euclidean, Legs, Matrix

STRAIGHT = {"EUC_2D": "round", "EXACT_2D": "exact", "FLOOR_2D": "trunc"}
SYMMETRIC = {"TSP": "ATSP", "GTSP": "AGTSP", "CVRP": "ACVRP"}  # and the type that does not promise it
LARGEST_MATRIX = 12_000  # nodes: 1.2 GB
EARTH = 6378.388  # kilometres, as the TSPLIB manual has it

Cells = tuple[Integers, Integers]  # rows and columns of a matrix, in the order of a file


def legs_of(document: Document, nodes: Nodes, places: Floats, rounding: str | None) -> Legs:
    """Return the legs between nodes at `places` (N, 2); `rounding` None keeps the rule of the type."""
    source = document.source
    explicit = "EDGE_WEIGHT_SECTION" in document.sections
    kind = document.text("EDGE_WEIGHT_TYPE").upper() or ("EXPLICIT" if explicit else "")
    line = document.header.get("EDGE_WEIGHT_TYPE", (None, ""))[0]
    if kind in STRAIGHT:
        return Euclidean(rounding or STRAIGHT[kind])
    if kind != "EXPLICIT" and kind not in FUNCTIONS:
        known = ", ".join([*STRAIGHT, *FUNCTIONS, "EXPLICIT"])
        source.complain(f"EDGE_WEIGHT_TYPE '{kind}' is not known; use one of {known}", line)
        return Euclidean()
    if nodes.count > LARGEST_MATRIX:
        source.complain(f"EDGE_WEIGHT_TYPE {kind} needs a matrix; {LARGEST_MATRIX} nodes are the limit", line)
        return Euclidean()
    if kind == "EXPLICIT":
        return Matrix(_explicit(document, nodes), rounding=rounding or "exact")
    length, settle = FUNCTIONS[kind]
    distance = length(places)
    np.fill_diagonal(distance, 0.0)
    return Matrix(settle(distance) if rounding is None else distance, rounding=rounding or "exact")


def _explicit(document: Document, nodes: Nodes) -> Floats:
    """Return the matrix of EDGE_WEIGHT_SECTION in the order of the nodes."""
    source, n = document.source, nodes.count
    layout = document.text("EDGE_WEIGHT_FORMAT").upper()
    matrix = np.zeros((n, n))
    section = document.sections.get("EDGE_WEIGHT_SECTION")
    if section is None:
        source.complain("there is no EDGE_WEIGHT_SECTION, which EDGE_WEIGHT_TYPE EXPLICIT needs")
        return matrix
    if layout not in LAYOUTS:
        line = document.header.get("EDGE_WEIGHT_FORMAT", (section.line, ""))[0]
        known = ", ".join(LAYOUTS)
        source.complain(f"EDGE_WEIGHT_FORMAT '{layout}' is not known; use one of {known}", line)
        return matrix
    rows, columns = LAYOUTS[layout](n)
    cells = [(line, [cell]) for line, row in section.rows for cell in row]
    if len(cells) != len(rows):
        source.complain(
            f"EDGE_WEIGHT_SECTION (line {section.line}) has {len(cells)} values, but {layout} of {n} nodes "
            f"has {len(rows)}; add what is missing, or correct DIMENSION",
            section.rows[-1][0] if section.rows else section.line,
        )
        return matrix
    values = source.numbers(cells, ("the weight",), "EDGE_WEIGHT_SECTION")[:, 0]
    for place in np.flatnonzero(values < 0)[:SHOWN]:
        line, cell = cells[place]
        source.complain(f"EDGE_WEIGHT_SECTION: a weight must be 0 or more, not {cell[0]}", line)
    matrix[rows, columns] = values
    if layout != "FULL_MATRIX":
        matrix[columns, rows] = values
    kind = document.text("TYPE").upper()
    if kind in SYMMETRIC and not np.array_equal(matrix, matrix.T, equal_nan=True):
        source.complain(
            f"EDGE_WEIGHT_SECTION: its weights differ by direction, which TYPE {kind} does not allow; "
            f"use TYPE {SYMMETRIC[kind]}",
            section.line,
        )
    return matrix[np.ix_(nodes.order, nodes.order)]


def _full(n: int) -> Cells:
    rows, columns = np.divmod(np.arange(n * n), n)
    return rows, columns


def _lower(n: int) -> Cells:
    return np.tril_indices(n, -1)


def _upper(n: int) -> Cells:
    return np.triu_indices(n, 1)


def _by_columns(half: Callable[[int], Cells]) -> Callable[[int], Cells]:
    """Return a layout by columns: that of the other half by rows, with rows and columns exchanged."""

    def cells(n: int) -> Cells:
        rows, columns = half(n)
        return columns, rows

    return cells


LAYOUTS: dict[str, Callable[[int], Cells]] = {
    "FULL_MATRIX": _full,
    "LOWER_ROW": _lower,
    "UPPER_ROW": _upper,
    "LOWER_DIAG_ROW": np.tril_indices,
    "UPPER_DIAG_ROW": np.triu_indices,
    "LOWER_COL": _by_columns(_upper),
    "UPPER_COL": _by_columns(_lower),
    "LOWER_DIAG_COL": _by_columns(np.triu_indices),
    "UPPER_DIAG_COL": _by_columns(np.tril_indices),
}


def _differences(places: Floats) -> Floats:
    return np.abs(places[:, None] - places[None])


def _straight(places: Floats) -> Floats:
    return np.asarray(np.sqrt((_differences(places) ** 2).sum(axis=2)))


def _pseudo_euclidean(places: Floats) -> Floats:
    return np.asarray(np.sqrt((_differences(places) ** 2).sum(axis=2) / 10.0))


def _manhattan(places: Floats) -> Floats:
    return np.asarray(_differences(places).sum(axis=2))


def _maximum(places: Floats) -> Floats:
    return np.asarray(_differences(places).max(axis=2))


def _geographical(places: Floats) -> Floats:
    """Kilometres between places written as degrees.minutes."""
    degrees = np.trunc(places)
    latitude, longitude = np.pi * (degrees + 5.0 * (places - degrees) / 3.0).T / 180.0
    q1 = np.cos(longitude[:, None] - longitude)
    q2 = np.cos(latitude[:, None] - latitude)
    q3 = np.cos(latitude[:, None] + latitude)
    cosine = np.clip(0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3), -1.0, 1.0)
    return np.asarray(EARTH * np.arccos(cosine))


def _nearest(distance: Floats) -> Floats:
    return np.floor(distance + 0.5)


def _above(distance: Floats) -> Floats:
    return np.ceil(distance)


def _next_whole(distance: Floats) -> Floats:
    whole = np.floor(distance) + 1.0
    np.fill_diagonal(whole, 0.0)
    return whole


# How long a leg is before rounding, and the rounding that belongs to the type.
FUNCTIONS: dict[str, tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]] = {
    "CEIL_2D": (_straight, _above),
    "MAN_2D": (_manhattan, _nearest),
    "MAX_2D": (_maximum, _nearest),
    "ATT": (_pseudo_euclidean, _above),
    "GEO": (_geographical, _next_whole),
}
