"""Nodes of a VRPLIB file: which row belongs to which node, and depots first.

Files number nodes from 1, some from 0 or with gaps; routeopt counts depots first and stops behind
them in the order of the file, which is also how ``.sol`` files count.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from routeopt.data.readers.source import REVERSED, SHOWN
from routeopt.data.readers.vrplib.document import Document, Section
from routeopt.problems.instance import Floats

NUMBERING = (
    "NODE_COORD_SECTION",
    "DEMAND_SECTION",
    "LINEHAUL_SECTION",
    "PICKUP_AND_DELIVERY_SECTION",
    "TIME_WINDOW_SECTION",
    "DISPLAY_DATA_SECTION",
)  # the first of these that a file has states the numbers of its nodes


class Nodes:
    """The nodes of a file, with its depots moved to the front.

    Raises
    ------
    ProblemError
        When the file does not have the nodes that its DIMENSION promises.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.source = document.source
        self.numbers = self._numbers()
        self.count = len(self.numbers)
        self._place = {number: place for place, number in enumerate(self.numbers)}
        places = self._depot_places()
        self.depots = len(places)
        self.order = np.array(
            places + [place for place in range(self.count) if place not in set(places)], np.int64
        )
        self._node = np.argsort(self.order)

    def _numbers(self) -> list[int]:
        """Return the number of each node in the order of the file, checked against DIMENSION."""
        document, source = self.document, self.source
        before = source.faulty
        if "DIMENSION" not in document.header:
            source.complain("there is no DIMENSION; state the number of nodes, as in 'DIMENSION : 101'")
        size = document.count("DIMENSION")
        if size is None:
            source.finish()
            raise AssertionError  # a missing size is always a complaint
        key = next((key for key in NUMBERING if key in document.sections), None)
        if key is None:
            weights = document.sections.get("EDGE_WEIGHT_SECTION")
            if weights is None or size > sum(len(cells) for _, cells in weights.rows) + 1:
                source.complain(
                    "there is neither NODE_COORD_SECTION nor a complete EDGE_WEIGHT_SECTION; add one"
                )
                source.finish()
            return list(range(1, size + 1))
        section = document.sections[key]
        if len(section.rows) != size:
            last = section.rows[-1][0] if section.rows else section.line
            source.complain(
                f"{key} (line {section.line}) ends after {len(section.rows)} of {size} rows; "
                f"add what is missing, or correct DIMENSION (line {document.header['DIMENSION'][0]})",
                last,
            )
            source.finish()
        first: dict[int, int] = {}
        for line, cells in section.rows:
            if not _whole(cells[0]):
                source.complain(
                    f"{key}: a row begins with the number of its node, not with '{cells[0]}'", line
                )
            elif first.setdefault(int(float(cells[0])), line) != line:
                other = first[int(float(cells[0]))]
                source.complain(
                    f"{key}: node {cells[0]} stands already in line {other}; number each once", line
                )
        if source.faulty > before:
            source.finish()
        return list(first)

    def _depot_places(self) -> list[int]:
        """Return where the depots stand in the file; the first node where it does not say."""
        section = self.document.sections.get("DEPOT_SECTION")
        if section is None:
            return [0]
        cells = section.cells()
        if not cells:
            self.source.complain("DEPOT_SECTION: there is no depot; name its node", section.line)
            return [0]
        found = [self._find(cell, "DEPOT_SECTION", line) for line, cell in cells]
        return list(dict.fromkeys(place for place in found if place is not None)) or [0]

    def _find(self, cell: str, what: str, line: int) -> int | None:
        """Return the place in the file of a stated node.

        A number that no node has counts rows from 1: converters wrote files whose depot is node 0 and
        whose DEPOT_SECTION says 1.
        """
        number = int(float(cell)) if _whole(cell) else None
        if number in self._place:
            return self._place[number]
        if number is not None and 1 <= number <= self.count:
            return number - 1
        self.source.complain(f"{what}: there is no node '{cell}'; the file has {self.count} nodes", line)
        return None

    def find(self, cell: str, what: str, line: int) -> int | None:
        """Return the node (depots first) of a number in the file, or None after a complaint."""
        place = self._find(cell, what, line)
        return None if place is None else int(self._node[place])

    def table(self, key: str, names: Sequence[str] = (), *, signed: bool = False) -> Floats:
        """Return a section with a row per node, (N, columns), in the order of the nodes.

        Without `names` the columns are counted in the first row. Depots may be left out: they get 0.
        Numbers below 0 are refused unless `signed`.
        """
        section = self.document.sections[key]
        if not names:
            names = [f"value {column}" for column in range(1, len(section.rows[0][1]) if section.rows else 2)]
        values = self.source.numbers(section.rows, ("node", *names), key)
        lines = [line for line, _ in section.rows]
        if not signed:
            bad = (values[:, 1:] < 0).any(axis=1)
            self.source.refuse(lines, bad, f"{key}: a value is negative; it must be 0 or more")
        if key == "TIME_WINDOW_SECTION":
            self.source.refuse(lines, values[:, 2] < values[:, 1], f"{key}: {REVERSED}")
        table = np.zeros((self.count, len(names)))
        seen = np.zeros(self.count, bool)
        for (line, cells), row in zip(section.rows, values, strict=True):
            node = self.find(cells[0], key, line)
            if node is None:
                continue
            if seen[node]:
                self.source.complain(f"{key}: node {cells[0]} has a row already; keep one of them", line)
            seen[node] = True
            table[node] = row[1:]
        self._report_missing(key, section, seen)
        return table

    def _report_missing(self, key: str, section: Section, seen: np.ndarray) -> None:
        missing = np.flatnonzero(~seen[self.depots :]) + self.depots
        if len(missing):
            numbers = [str(self.numbers[self.order[node]]) for node in missing[:SHOWN]]
            more = ", …" if len(missing) > SHOWN else ""
            self.source.complain(
                f"{key} (line {section.line}) ends after {int(seen.sum())} of {self.count} rows; "
                f"add those of node {', '.join(numbers)}{more}",
                section.rows[-1][0] if section.rows else section.line,
            )


def _whole(cell: str) -> bool:
    try:
        return float(cell) == int(float(cell))
    except (ValueError, OverflowError):
        return False
