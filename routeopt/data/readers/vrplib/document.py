"""The outer form of VRPLIB and TSPLIB: ``KEY : value`` lines, then sections of rows.

Every key and section that a file may use is listed here. An unknown one is an error, because
what it asks for would be left out without a word.
"""

from __future__ import annotations

from dataclasses import dataclass

from routeopt.data.readers.source import Row, Source

PER_VEHICLE = (
    "VEHICLES_MAX_DISTANCE",
    "VEHICLES_MAX_DURATION",
    "VEHICLES_MAX_RELOADS",
    "VEHICLES_FIXED_COST",
    "VEHICLES_UNIT_DISTANCE_COST",
)  # one value for all, or a section with one a vehicle
KEYS = {
    *PER_VEHICLE, "NAME", "TYPE", "COMMENT", "DIMENSION", "CAPACITY", "VEHICLES", "DISTANCE", "SERVICE_TIME",
    "EDGE_WEIGHT_TYPE", "EDGE_WEIGHT_FORMAT", "EDGE_DATA_FORMAT", "NODE_COORD_TYPE", "DISPLAY_DATA_TYPE",
}  # fmt: skip
SECTIONS = {
    *(f"{key}_SECTION" for key in PER_VEHICLE), "NODE_COORD_SECTION", "DISPLAY_DATA_SECTION", "DEPOT_SECTION",
    "DEMAND_SECTION", "LINEHAUL_SECTION", "BACKHAUL_SECTION", "PICKUP_AND_DELIVERY_SECTION",
    "TIME_WINDOW_SECTION", "SERVICE_TIME_SECTION", "RELEASE_TIME_SECTION", "PRIZE_SECTION",
    "MUTUALLY_EXCLUSIVE_GROUP_SECTION", "FIXED_EDGES_SECTION", "EDGE_WEIGHT_SECTION", "CAPACITY_SECTION",
    "VEHICLES_DEPOT_SECTION", "VEHICLES_RELOAD_DEPOT_SECTION", "VEHICLES_ALLOWED_CLIENTS_SECTION",
}  # fmt: skip


@dataclass
class Section:
    """Rows below a section keyword, and the line it stands in."""

    line: int
    rows: list[Row]

    def cells(self) -> list[tuple[int, str]]:
        """Return every cell with its line, up to the -1 that ends a list."""
        cells = [(line, cell) for line, row in self.rows for cell in row]
        end = next((place for place, (_, cell) in enumerate(cells) if cell == "-1"), len(cells))
        return cells[:end]


@dataclass
class Document:
    """Header and sections of a file."""

    source: Source
    header: dict[str, tuple[int, str]]
    sections: dict[str, Section]
    ended: bool = False  # the file says EOF, so that nothing is missing behind

    def text(self, key: str) -> str:
        """Return the value of a key, or nothing."""
        return self.header.get(key, (0, ""))[1]

    def number(self, key: str) -> float | None:
        """Return the value of a key as a number, None where the file does not have it."""
        if key not in self.header:
            return None
        line, value = self.header[key]
        return self.source.number(value, key, line)

    def count(self, key: str) -> int | None:
        """Return the value of a key as a whole number above 0."""
        value = self.number(key)
        if value is None or value != value:
            return None
        if value < 1 or value != int(value):
            line, stated = self.header[key]
            self.source.complain(f"{key} must be a whole number, 1 or more, not '{stated}'", line)
            return None
        return int(value)


def split(source: Source) -> Document:
    """Split a file into header and sections."""
    document = Document(source, {}, {})
    section: Section | None = None
    for number, line in enumerate(source.lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text == "EOF":
            document.ended = True
            break
        cells = text.split()
        if not _is_word(cells[0]):
            if section is None:
                source.complain("a row of numbers outside of any section; name the section above it", number)
                section = Section(number, [])
            section.rows.append((number, cells))
            continue
        key, colon, value = text.partition(":")
        key = (key if colon else cells[0]).strip().upper()
        if key.endswith("_SECTION"):
            section = _open_section(document, key, number)
        else:
            section = None
            _add_key(document, key, value.strip() if colon else " ".join(cells[1:]), number)
    return document


def _is_word(cell: str) -> bool:
    if not cell[0].isalpha():
        return False
    try:
        float(cell)  # nan and inf are numbers, if poor ones
    except ValueError:
        return True
    return False


def _open_section(document: Document, key: str, line: int) -> Section:
    section = Section(line, [])
    if key not in SECTIONS:
        document.source.complain(f"{key} is not known; remove it if the problem is the same without it", line)
    elif key in document.sections:
        document.source.complain(
            f"{key} stands already in line {document.sections[key].line}; join the two", line
        )
    else:
        document.sections[key] = section
    return section


def _add_key(document: Document, key: str, value: str, line: int) -> None:
    if key not in KEYS:
        document.source.complain(f"{key} is not known; remove it if the problem is the same without it", line)
    elif key == "COMMENT" and key in document.header:
        document.header[key] = (line, f"{document.text(key)} {value}")
    elif key in document.header:
        document.source.complain(
            f"{key} stands already in line {document.header[key][0]}; keep one of them", line
        )
    else:
        document.header[key] = (line, value)
