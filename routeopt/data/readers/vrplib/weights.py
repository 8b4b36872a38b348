"""Distances of TSPLIB: functions of coordinates, and explicit matrices in each of their layouts.

EUC_2D and EXACT_2D are kept as straight lines, which serve a million nodes; the other functions
(Reinelt 1991, TSPLIB 95 manual, section 2) become a matrix, which bounds their number of nodes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from routeopt.data.readers.vrplib.document import Document
from routeopt.data.readers.vrplib.nodes import Nodes
from routeopt.problems.instance import Floats
from routeopt.problems.legs import Euclidean, Legs, Matrix

STRAIGHT = {"EUC_2D": "round", "EXACT_2D": "exact", "FLOOR_2D": "trunc"}
LARGEST_MATRIX = 12_000  # nodes: 1.2 GB
EARTH = 6378.388  # kilometres, as the TSPLIB manual has it


def legs_of(document: Document, nodes: Nodes, places: Floats, rounding: str | None) -> Legs:
    """Return the legs between nodes at `places` (N, 2); `rounding` None keeps the rule of the type."""
    source = document.source
    kind = document.text("EDGE_WEIGHT_TYPE").upper() or ("EXPLICIT" if "EDGE_WEIGHT_SECTION" in document.sections else "")
    line = document.header.get("EDGE_WEIGHT_TYPE", (None, ""))[0]
    if kind in STRAIGHT:
        return Euclidean(rounding or STRAIGHT[kind])
    if kind != "EXPLICIT" and kind not in FUNCTIONS:
        known = ", ".join([*STRAIGHT, *FUNCTIONS, "EXPLICIT"])
        source.complain(f"EDGE_WEIGHT_TYPE '{kind}' is not known; use one of {known}", line)
        return Euclidean()
    if nodes.count > LARGEST_MATRIX:
        source.complain(f"EDGE_WEIGHT_TYPE {kind} needs a matrix; {nodes.count} nodes are more than {LARGEST_MATRIX}", line)
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
    line = document.header.get("EDGE_WEIGHT_FORMAT", (None, ""))[0]
    matrix = np.zeros((n, n))
    section = document.sections.get("EDGE_WEIGHT_SECTION")
    if layout not in LAYOUTS:
        source.complain(f"EDGE_WEIGHT_FORMAT '{layout}' is not known; use one of {', '.join(LAYOUTS)}", line)
        return matrix
    if section is None:
        source.complain("there is no EDGE_WEIGHT_SECTION, which EDGE_WEIGHT_TYPE EXPLICIT needs")
        return matrix
    rows, columns = LAYOUTS[layout](n)
    cells = [(line, cell) for line, row in section.rows for cell in row]
    if len(cells) != len(rows):
        source.complain(
            f"EDGE_WEIGHT_SECTION (line {section.line}) has {len(cells)} values; {layout} of {n} nodes has {len(rows)}",
            section.rows[-1][0] if section.rows else section.line,
        )
        return matrix
    values = source.numbers([(line, [cell]) for line, cell in cells], ("weight",), "EDGE_WEIGHT_SECTION")[:, 0]
    matrix[rows, columns] = values
    if layout != "FULL_MATRIX":
        matrix[columns, rows] = values
    return matrix[np.ix_(nodes.order, nodes.order)]


def _by_rows(pick: Callable[[int], tuple[np.ndarray, np.ndarray]]) -> Callable[[int], tuple[np.ndarray, np.ndarray]]:
    """Return a layout that lists the same half by columns: the transposed half by rows."""
    return lambda n: pick(n)[::-1]  # type: ignore[return-value]


def _lower(n: int) -> tuple[np.ndarray, np.ndarray]:
    return np.tril_indices(n, -1)


def _upper(n: int) -> tuple[np.ndarray, np.ndarray]:
    return np.triu_indices(n, 1)


LAYOUTS: dict[str, Callable[[int], tuple[np.ndarray, np.ndarray]]] = {
    "FULL_MATRIX": lambda n: np.divmod(np.arange(n * n), n),
    "LOWER_ROW": _lower,
    "UPPER_ROW": _upper,
    "LOWER_DIAG_ROW": np.tril_indices,
    "UPPER_DIAG_ROW": np.triu_indices,
    "LOWER_COL": _by_rows(_upper),
    "UPPER_COL": _by_rows(_lower),
    "LOWER_DIAG_COL": _by_rows(np.triu_indices),
    "UPPER_DIAG_COL": _by_rows(np.tril_indices),
}


def _differences(places: Floats) -> Floats:
    return np.abs(places[:, None] - places[None])


def _geographical(places: Floats) -> Floats:
    """Kilometres between places written as degrees.minutes."""
    degrees = np.trunc(places)
    latitude, longitude = np.pi * (degrees + 5.0 * (places - degrees) / 3.0).T / 180.0
    q1 = np.cos(longitude[:, None] - longitude)
    q2 = np.cos(latitude[:, None] - latitude)
    q3 = np.cos(latitude[:, None] + latitude)
    return EARTH * np.arccos(np.clip(0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3), -1.0, 1.0))


def _nearest(distance: Floats) -> Floats:
    return np.floor(distance + 0.5)


def _next_whole(distance: Floats) -> Floats:
    whole = np.floor(distance) + 1.0
    np.fill_diagonal(whole, 0.0)
    return whole


# How long a leg is before rounding, and the rounding that belongs to the type.
FUNCTIONS: dict[str, tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]] = {
    "CEIL_2D": (lambda places: np.sqrt((_differences(places) ** 2).sum(axis=2)), np.ceil),
    "MAN_2D": (lambda places: _differences(places).sum(axis=2), _nearest),
    "MAX_2D": (lambda places: _differences(places).max(axis=2), _nearest),
    "ATT": (lambda places: np.sqrt((_differences(places) ** 2).sum(axis=2) / 10.0), np.ceil),
    "GEO": (_geographical, _next_whole),
}
